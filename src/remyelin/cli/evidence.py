"""``remyelin evidence``: the numbers the model rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.errors import InputError
from remyelin.base.printing import say
from remyelin.cli.common import Json, file_named, print_json


def evidence(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Explain one entry.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORD", help="Entries with this word.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", parser=file_named, help="Write the ledger as .json or .csv."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List, search, explain or export the numbers the model rests on."""
    from remyelin.output.terminal import ledger as sources

    if name is not None and search is not None:
        raise InputError("give either NAME or --search WORD, not both.")
    if search is not None and not search.strip():
        raise InputError("--search: give a word.")
    if export is not None and (name is not None or search is not None):
        raise InputError("--export writes the whole ledger; leave NAME and --search out.")
    if export is not None:
        sources.export(export)
        if as_json:
            print_json({"wrote": str(export)}, "export")
        else:
            say(f"wrote {export}")
        return
    found = sources.explain(name) if name is not None else sources.find(search)
    if as_json:
        print_json([entry.as_dict() for entry in found])
    else:
        say(sources.describe(found) if name is not None else sources.listing(found))
