"""``remyelin validate``: published numbers beside simulated ones."""

from __future__ import annotations

from typing import Annotated

import typer

from remyelin.cli.common import Json, Set, ledger_with, print_json


def validate(
    which: Annotated[
        str | None,
        typer.Argument(metavar="[LAYER|NAME]", help="fibre, nerve, cobalamin, myelin, clinic; or a row."),
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Compute the published numbers and say which hold; misses are shown, not hidden."""
    from remyelin.analysis.validation import validate as verdicts
    from remyelin.output.terminal.course import Progress, print_verdicts

    rows = []
    with Progress() as progress:
        for row in verdicts(ledger_with(settings), which):
            progress(row.name)
            rows.append(row)
    if as_json:
        print_json([row.as_dict() for row in rows])
    else:
        print_verdicts(rows)
