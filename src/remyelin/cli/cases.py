"""``remyelin cases``: the shipped cases and scenarios."""

from __future__ import annotations

from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, print_json


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
    from remyelin.evidence import Ledger, cite
    from remyelin.person.case import load_case, shipped_cases

    if compare:
        from remyelin.output.terminal.cases import compare as beside
        from remyelin.output.terminal.cases import describe
        from remyelin.output.terminal.course import Progress

        with Progress() as progress:
            found = beside(Ledger.shipped(), progress)
        if as_json:
            print_json(found, "compared")
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
