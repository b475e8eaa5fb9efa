"""``remyelin cases``: the shipped cases and scenarios."""

from __future__ import annotations

from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.commands.common import Json, print_json


def cases(
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="Run the published cases and show each report beside the model.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """List the shipped cases and scenarios."""
    from remyelin.case import load_case, shipped_cases
    from remyelin.evidence import Ledger, cite

    if compare:
        from remyelin.report.beside import compare as beside
        from remyelin.report.beside import describe
        from remyelin.report.terminal import Progress

        with Progress() as progress:
            found = beside(Ledger.shipped(), progress)
        if as_json:
            print_json(found)
        else:
            say(describe(found))
        return
    rows = []
    for name in shipped_cases():
        case = load_case(name)
        citation = cite(case.citation)
        rows.append({"name": name, "title": case.title, "kind": case.kind, "citation": citation})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(f"{row['name']:30} {row['kind']:9} {row['title']}")
