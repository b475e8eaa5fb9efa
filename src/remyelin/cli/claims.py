"""``remyelin claims``: the source article, claim by claim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.cli.common import Json, Set, ledger_with, print_json


def claims(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One claim; all without.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write a page, and JSON, here.")
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Judge the source article's claims: evidence, a run of the model, a verdict; takes a minute."""
    from remyelin.analysis.claims import claims as known
    from remyelin.analysis.claims import judge
    from remyelin.base.errors import InputError, nearest

    if name is not None and name not in known():
        raise InputError(f"no claim named {name!r}; {nearest(name, known())}")
    from remyelin.output.pages.claims import describe, document, write_claims
    from remyelin.output.pages.experiments import claim as claim_folder
    from remyelin.output.terminal.course import Progress

    if out is not None:
        claim_folder(out)
    ledger = ledger_with(settings)
    judged = []
    with Progress() as progress:
        for item in [name] if name is not None else known():

            def step(what: str, item: str = item) -> None:
                progress(f"{item}: {what}")

            judged.append(judge(item, ledger, step))
    if out is not None:
        write_claims(judged, out)
    if as_json:
        print_json(document(judged))
        return
    print(describe(judged))
    if out is not None:
        print(f"wrote {out}/claims.html")
