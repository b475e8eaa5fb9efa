"""``remyelin run``: one person's course."""

from __future__ import annotations

import math
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.common import CaseName, Json, Set, folder_named, ledger_with, print_json

if TYPE_CHECKING:
    from remyelin.person.case import Case


def run(
    case: CaseName,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", parser=folder_named, help="Write report, data and resolved case here."
        ),
    ] = None,
    events: Annotated[
        str | None,
        typer.Option(
            "--events", metavar="FILE", help="An event table of doses (*.csv) in place of the treatment."
        ),
    ] = None,
    settings: Set = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Conduct every fibre in the exact engine instead of tables.")
    ] = False,
    tables: Annotated[
        bool,
        typer.Option("--tables", help="Also print biomarkers, nerve studies and every start of treatment."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Compute one person's course: biomarkers, myelin, nerve studies, symptoms, recovery."""
    from remyelin.base.jit import kernels_kept
    from remyelin.output.run_folder import claim, write_folder
    from remyelin.output.terminal.course import Progress, print_summary
    from remyelin.person.case import load_case
    from remyelin.person.plans import check_orders

    ledger = ledger_with(settings)
    loaded = load_case(case)
    if events is not None:
        loaded = _dosed(loaded, events)
    check_orders(loaded, ledger, case)
    with ExitStack() as stack:
        held = None if out is None else stack.enter_context(claim(out))
        progress = stack.enter_context(Progress())
        if not kernels_kept():
            progress.say("Compiling the kernels, once; this run takes about half a minute longer.")
        from remyelin.person.course import run_course

        course = run_course(loaded, ledger, exact=exact, progress=progress)
        from remyelin.output.summary import summarise

        summary = summarise(course)
        if held is not None:
            progress("writing the report")
            write_folder(course, held, summary)
    if as_json:
        print_json(summary)
    else:
        print_summary(summary, out, tables=tables)


def _dosed(case: Case, file: str) -> Case:
    """Return a case with the doses of an event table in place of its treatment; errors name the file."""
    from remyelin.base.errors import InputError
    from remyelin.base.text_files import read_text
    from remyelin.cobalamin.exchange.events import table_order
    from remyelin.person.case import dosed

    text = read_text(Path(file), "an event table (*.csv)")
    try:
        table_order(text, 0.0, math.inf)
        return dosed(case, text)
    except InputError as error:
        raise InputError(f"{file}: {str(error).removeprefix('events: ')}") from None
