"""``remyelin export``: a case for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.cli.common import CaseName, Json, Set, file_named, ledger_with, print_json


def export(
    case: CaseName,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="sbml, nmtran, csv or fhir.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", parser=file_named, help="Write here instead of to stdout."),
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Write a case's cobalamin model (sbml), its doses (nmtran) or its nerve studies (csv, fhir)."""
    from remyelin.base.files import claim_new, write_new
    from remyelin.output.exchange.formats import check_format, export_case
    from remyelin.person.case import load_case
    from remyelin.person.plans import check_orders

    check_format(to)
    loaded, ledger = load_case(case), ledger_with(settings)
    check_orders(loaded, ledger, case)
    if out is not None:
        claim_new(out, f"--out {out}")
    text = export_case(loaded, to, ledger)
    if out is not None:
        write_new(out, text, f"--out {out}")
    if as_json:
        # the text itself stands in a file or in here, never in both
        where = {"text": text} if out is None else {"wrote": str(out)}
        print_json({"case": case, "format": to, **where})
    elif out is None:
        print(text, end="")  # a file of another program, as it is
    else:
        say(f"wrote {out}")
