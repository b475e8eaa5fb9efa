"""``remyelin serve``: the web page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.errors import InputError
from remyelin.cli.common import Json
from remyelin.web.settings import WEB_PORT


def serve(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, metavar="P", help="Port.")] = WEB_PORT,
    host: Annotated[
        str,
        typer.Option("--host", metavar="NAME", help="Address to listen on; only this machine by default."),
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name", metavar="NAME", help="Another name the page may be asked for by; may be repeated."
        ),
    ] = None,
    reports: Annotated[
        Path, typer.Option("--reports", metavar="DIR", help="Where finished reports are kept.")
    ] = Path("remyelin-reports"),
    as_json: Json = False,
) -> None:
    """Serve the web page: see the wires, move the sliders."""
    import json
    import socket

    import uvicorn

    from remyelin.web.app import create_app
    from remyelin.web.guard import LOOPBACK

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except socket.gaierror:
            raise InputError(
                f"--host {host}: is no address of this machine; give one, as 127.0.0.1 or 0.0.0.0."
            ) from None
        except OSError as error:
            raise InputError(
                f"--port {port}: cannot listen on {host}: {error.strerror}; give another."
            ) from None
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    # one line at once, for whoever waits for it
    said = json.dumps({"url": address}) if as_json else f"remyelin is at {address} (stop with Ctrl+C)"
    print(said, flush=True)
    hosts = LOOPBACK | {host} | set(name or ())
    uvicorn.run(
        create_app(reports, hosts=hosts), host=host, port=port, log_level="warning", server_header=False
    )
