"""``remyelin serve``: the web page."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.errors import InputError
from remyelin.base.printing import say
from remyelin.cli.common import Json, folder_named, print_json
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
        Path,
        typer.Option(
            "--reports", metavar="DIR", parser=folder_named, help="Where finished reports are kept."
        ),
    ] = Path("remyelin-reports"),
    network: Annotated[
        bool,
        typer.Option(
            "--network", help="Allow a --host that other machines reach; the page then asks for a token."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Serve the web page: see the wires, move the sliders."""
    import secrets
    import socket
    import sys

    import uvicorn

    from remyelin.web.app import create_app
    from remyelin.web.guard import LOOPBACK
    from remyelin.web.patience import Patience

    open_to_others = not loopback(host)
    if open_to_others and not network:
        raise InputError(
            f"--host {host}: other machines reach that address; leave --host out to serve this machine only, or add "
            "--network to serve them too, behind a token."
        )
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise InputError(
                f"--port {port}: cannot listen on {host}: {error.strerror}; give another."
            ) from None
    token = secrets.token_urlsafe(24) if open_to_others else ""
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if token:
        address = f"{address}/?token={token}"
    # one line at once, for whoever waits for it
    if as_json:
        print_json({"url": address}, indent=None)
    else:
        say(f"remyelin is at {address} (stop with Ctrl+C)")
    sys.stdout.flush()
    hosts = LOOPBACK | {host} | set(name or ())
    uvicorn.run(
        create_app(reports, hosts=hosts, token=token),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        http=Patience,
    )


def loopback(host: str) -> bool:
    """Say whether a name to listen on is of this machine alone.

    Raises
    ------
    InputError
        If it is no address of this machine; an empty one, as of an unset variable, would listen on all.
    """
    import socket

    right = "give one, as 127.0.0.1, or leave --host out."
    if not host.strip():
        raise InputError(f"--host: the name is empty, which would listen to every machine; {right}")
    try:
        found = {str(item[4][0]).partition("%")[0] for item in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        raise InputError(f"--host {host}: is no address of this machine; {right}") from None
    return all(ip_address(address).is_loopback for address in found)
