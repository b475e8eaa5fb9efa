"""``remyelin symptoms``: the nineteen symptoms, their tiers, frequencies and sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.errors import InputError
from remyelin.cli.common import Json, folder_named, print_json


def symptoms(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Explain one, by number, name or identifier.")
    ] = None,
    pages: Annotated[
        Path | None, typer.Option("--pages", metavar="DIR", help="Write one Markdown page a symptom.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the nineteen symptoms: basis of each answer, published frequency, source."""
    from remyelin.evidence import Ledger
    from remyelin.output import symptoms as found

    ledger = Ledger.shipped()
    if pages is not None:
        if name is not None or as_json:
            raise InputError("--pages writes all nineteen; leave NAME and --json out.")
        found.write_pages(folder_named(pages), ledger)
        print(f"wrote nineteen pages and an index to {pages}")
        return
    if name is None:
        if as_json:
            print_json(found.entries(ledger))
        else:
            print(found.listing(ledger))
        return
    one = found.named(name, ledger)
    if as_json:
        print_json(next(row for row in found.entries(ledger) if row["name"] == one.id), "one")
    else:
        print(found.described(one))
