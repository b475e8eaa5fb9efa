"""``remyelin export``: a case for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.cli.common import CaseName, Json, Set, ledger_with, print_json


def export(
    case: CaseName,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="sbml, nmtran, csv or fhir.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of to stdout.")
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Write a case's cobalamin model (sbml), its doses (nmtran) or its nerve studies (csv, fhir)."""
    from remyelin.output.exchange.formats import export_case
    from remyelin.output.run_folder import write_new
    from remyelin.person.case import load_case

    text = export_case(load_case(case), to, ledger_with(settings))
    if out is not None:
        write_new(out, text, f"--out {out}")
    if as_json:
        # the text itself stands in a file or in here, never in both
        where = {"text": text} if out is None else {"wrote": str(out)}
        print_json({"case": case, "format": to, **where})
    elif out is None:
        print(text, end="")
    else:
        print(f"wrote {out}")
