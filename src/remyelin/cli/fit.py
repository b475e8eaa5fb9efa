"""``remyelin fit``: the model fitted to one person's dated record."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.plain import percent
from remyelin.base.printing import say
from remyelin.cli.common import Json, Set, folder_named, ledger_with, print_json


def fit(
    record: Annotated[
        str | None,
        typer.Argument(
            metavar="RECORD",
            help="A record (*.csv, *.toml), a FHIR bundle (*.json), a case file, or a shipped case's name.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", parser=folder_named, help="Write report, posterior and answer here."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed; the same one gives the same answer.")] = 0,
    rough: Annotated[bool, typer.Option("--rough", help="A first, rough answer from few persons.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a record and stop.")
    ] = False,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Fit the model to one person's results: findings that agree and disagree, and the course under each plan."""
    from remyelin.base.errors import InputError

    if schema:
        from remyelin.person.record import json_schema

        print_json(json_schema(), "record")
        return
    if record is None:
        raise InputError("give a RECORD; `remyelin new --record FILE` writes a commented one.")
    if seed < 0:
        raise InputError(f"--seed {seed}: give a whole number, 0 or more.")
    from remyelin.check.bundle_record import load
    from remyelin.output.terminal.course import Progress

    ledger = ledger_with(settings)
    loaded = load(record, ledger)
    with ExitStack() as stack:
        folder = None
        if out is not None:
            from remyelin.base.files import claimed
            from remyelin.output.fit_files import WRITTEN

            folder = stack.enter_context(claimed(out, names=WRITTEN, alone=True))
        progress = stack.enter_context(Progress())
        progress("loading the model")
        from remyelin.person.inference import answer, fit_person, forecast

        def step(name: str, share: float) -> None:
            progress(f"{name}, {percent(share)}")

        posterior = fit_person(loaded, ledger, seed=seed, rough=rough, progress=step)
        found = forecast(posterior, progress=step)
        if folder is not None:
            progress("writing the report")
            from remyelin.output.pages.fit import write

            write(posterior, found, folder)
    if as_json:
        print_json(answer(posterior, found))
    else:
        from remyelin.output.terminal.fit import text_of

        say(text_of(posterior, found))
        if out is not None:
            say(f"\nwrote {out}/report.html and {out}/posterior.nc")
