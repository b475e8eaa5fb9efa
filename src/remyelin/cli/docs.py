"""``remyelin docs``: where the documentation is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, print_json

BUILD: Final = "python -m sphinx -W -b html docs site"


def docs(
    shown: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    of: Annotated[
        str | None,
        typer.Option(
            "--schema", metavar="FILE", help="Print the JSON Schema: case, record, cohort, trial, summary."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Open the documentation built on this machine, or say how to build it."""
    if of is not None:
        import json

        from remyelin.output.schemas import schema

        print(json.dumps(schema(of), indent=1, ensure_ascii=False))
        return
    page = built()
    if as_json:
        print_json({"page": None if page is None else str(page), "build": BUILD})
    elif page is None:
        say(
            "no documentation is built here; in a checkout of remyelin `pip install -e '.[docs]'` and then "
            f"`{BUILD}` write it to site/index.html, and the folder docs/ is readable as it stands."
        )
    else:
        say(str(page))
        if shown:
            import webbrowser

            webbrowser.open(page.as_uri())


def built() -> Path | None:
    """Return the first page of a built documentation: that of the checkout, or that of the environment."""
    checkout = Path(__file__).parents[3] / "site" / "index.html"
    installed = Path(sys.prefix) / "share" / "doc" / "remyelin" / "html" / "index.html"
    return next((page for page in (checkout, installed) if page.is_file()), None)
