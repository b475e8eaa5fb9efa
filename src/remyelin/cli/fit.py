"""``remyelin fit``: the model fitted to one person's dated record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.cli.common import Json, Set, ledger_with, print_json


def fit(
    record: Annotated[
        str | None,
        typer.Argument(
            metavar="RECORD",
            help="A record (*.csv, *.toml), a FHIR bundle (*.json), a case file, or a shipped case's name.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write report, posterior and answer here.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed; the same one gives the same answer.")] = 0,
    rough: Annotated[bool, typer.Option("--rough", help="A first, rough answer from few persons.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a record and stop.")
    ] = False,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Fit the model to one person's results: what agrees, what disagrees, what follows under each plan."""
    from remyelin.base.errors import InputError

    if schema:
        from remyelin.person.record import json_schema

        print_json(json_schema())
        return
    if record is None:
        raise InputError("give a RECORD; `remyelin new --record FILE` writes a commented one.")
    if seed < 0:
        raise InputError(f"--seed {seed}: give a whole number, 0 or more.")
    from remyelin.check.bundle_record import load
    from remyelin.output.run_folder import claim
    from remyelin.output.terminal.course import Progress

    ledger = ledger_with(settings)
    loaded = load(record, ledger)
    if out is not None:
        claim(out)
    with Progress() as progress:
        progress("loading the model")
        from remyelin.person.inference import answer, fit_person, forecast

        def step(name: str, share: float) -> None:
            progress(f"{name}, {share:.0%}")

        posterior = fit_person(loaded, ledger, seed=seed, rough=rough, progress=step)
        found = forecast(posterior, progress=step)
        if out is not None:
            progress("writing the report")
            from remyelin.output.fit import write

            try:
                write(posterior, found, out)
            except OSError as error:
                raise InputError(f"--out {out}: cannot be written: {error.strerror or error}.") from None
    if as_json:
        print_json(answer(posterior, found))
    else:
        from remyelin.output.fit import text_of

        print(text_of(posterior, found))
        if out is not None:
            print(f"\nwrote {out}/report.html and {out}/posterior.nc")
