"""``remyelin docs``: the documentation, in the browser where it is built, in the terminal everywhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from remyelin.base.errors import InputError, nearest
from remyelin.base.printing import console, say
from remyelin.cli.common import Json, print_json

BUILD: Final = "python -m sphinx -W -b html docs site"
_HEADER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def docs(
    name: Annotated[
        str | None, typer.Argument(metavar="[PAGE]", help="Print this page; a list of pages without.")
    ] = None,
    shown: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    of: Annotated[
        str | None,
        typer.Option(
            "--schema", metavar="FILE", help="Print the JSON Schema: case, record, cohort, trial, summary."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read the documentation: the built site in the browser, or one page here; nothing needs the network."""
    if of is not None:
        import json

        from remyelin.output.schemas import schema

        print(json.dumps(schema(of), indent=1, ensure_ascii=False))
        return
    found = pages()
    if name is not None:
        if name not in found:
            raise InputError(f"docs: no page {name!r}; {nearest(name, found)}")
        _print_page(name, found[name], as_json)
        return
    page = built()
    if as_json:
        print_json({"page": None if page is None else str(page), "build": BUILD, "pages": list(found)})
        return
    if page is not None:
        say(str(page))
        if shown:
            import webbrowser

            webbrowser.open(page.as_uri())
        return
    for one, path in found.items():
        say(f"{one:36} {_title(path)}")
    say(
        "\n`remyelin docs PAGE` prints one, as `remyelin docs index`. Site with figures and reference: in a checkout "
        f"`pip install -e '.[docs]'`, then `{BUILD}`."
    )


def built() -> Path | None:
    """Return the first page of a built documentation: that of the checkout, or that of the environment."""
    checkout = Path(__file__).parents[3] / "site" / "index.html"
    installed = Path(sys.prefix) / "share" / "doc" / "remyelin" / "html" / "index.html"
    return next((page for page in (checkout, installed) if page.is_file()), None)


def pages() -> Mapping[str, Path]:
    """Return the pages by name: those that come with the package, or those of the checkout."""
    shipped, checkout = Path(__file__).parents[1] / "_docs", Path(__file__).parents[3] / "docs"
    place = next((one for one in (shipped, checkout) if (one / "index.md").is_file()), None)
    if place is None:
        return {}
    named = {path.relative_to(place).with_suffix("").as_posix(): path for path in sorted(place.rglob("*.md"))}
    first = ["index", *(name for name in named if name.startswith("doors/"))]
    return {name: named[name] for name in [*first, *(name for name in named if name not in first)]}


def _title(path: Path) -> str:
    lines = _HEADER.sub("", path.read_text(encoding="utf-8")).splitlines()
    return next((line.lstrip("# ") for line in lines if line.startswith("# ")), "")


def _print_page(name: str, path: Path, as_json: bool) -> None:
    text = _HEADER.sub("", path.read_text(encoding="utf-8"))
    if as_json:
        print_json({"name": name, "path": str(path), "text": text}, "page")
    elif sys.stdout.isatty():
        from rich.markdown import Markdown

        console().print(Markdown(text))
    else:
        say(text, end="")
