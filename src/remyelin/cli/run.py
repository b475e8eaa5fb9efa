"""``remyelin run``: one person's course."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.cli.common import CaseName, Json, Set, ledger_with, print_json


def run(
    case: CaseName,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write report, data and resolved case here.")
    ] = None,
    settings: Set = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Conduct every fibre in the exact engine instead of tables.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute one person's course: biomarkers, myelin, nerve studies, symptoms, recovery."""
    from remyelin.base.errors import InputError
    from remyelin.output.run_folder import claim, write_folder
    from remyelin.output.terminal.course import Progress, print_summary
    from remyelin.output.terminal.doctor import kernels_cached
    from remyelin.person.case import load_case

    ledger = ledger_with(settings)
    loaded = load_case(case)
    if out is not None:
        claim(out)
    with Progress() as progress:
        if not kernels_cached():
            progress.say("Compiling the kernels, once; this run takes about half a minute longer.")
        from remyelin.person.course import run_course

        course = run_course(loaded, ledger, exact=exact, progress=progress)
        if out is not None:
            progress("writing the report")
            try:
                write_folder(course, out)
            except OSError as error:
                raise InputError(f"--out {out}: cannot be written: {error.strerror or error}.") from None
    if as_json:
        from remyelin.output.summary import summarise

        print_json(summarise(course))
    else:
        print_summary(course, out)
