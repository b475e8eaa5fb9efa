"""``remyelin trial``: virtual trials, their power and what they need."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, folder_named, print_json


def trial(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]",
            help="A shipped trial, all of them (all), or a trial file (*.toml); a list without.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", parser=folder_named, help="Write page, JSON and the pool here."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", help="Worker processes; one per processor when left out."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="A Dask scheduler (tcp://host:port), or local:N."),
    ] = None,
    replicates: Annotated[
        int | None, typer.Option("--replicates", metavar="N", help="Replicates of each size.")
    ] = None,
    pool: Annotated[int | None, typer.Option("--pool", metavar="N", help="Persons simulated.")] = None,
    as_json: Json = False,
) -> None:
    """Plan a trial: power by size, assurance, persons needed.

    An interrupted trial goes on when the same command runs again with the same --out.
    """
    from remyelin.analysis.trial.design import load_design, shipped_trials
    from remyelin.base.errors import InputError

    if name is None:
        rows = [
            {"name": key, "title": found.title, "citation": found.citation, "sizes": list(found.sizes)}
            for key in shipped_trials()
            for found in [load_design(key)]
        ]
        if as_json:
            print_json(rows)
        else:
            for row in rows:
                say(f"{row['name']:20} {row['title']}")
        return
    if name == "all":
        if out is None:
            raise InputError("remyelin trial all: give the folder of the pages with --out DIR.")
        for one in shipped_trials():
            _one(one, out / one, workers, cluster, replicates, pool, as_json)
        return
    _one(name, out, workers, cluster, replicates, pool, as_json)


def _one(
    name: str,
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    replicates: int | None,
    pool: int | None,
    as_json: bool,
) -> None:
    """Run one trial and print it, or write it."""
    from remyelin.analysis.trial.design import load_design

    design = load_design(name)

    from remyelin.analysis.trial.run import run_trial
    from remyelin.base.files import claimed
    from remyelin.output.pages.trial import files_of
    from remyelin.output.terminal.course import Progress
    from remyelin.output.terminal.trial import describe

    with ExitStack() as stack:
        names = [f"{design.name}{end}" for end in (".html", ".json", "-example.csv")]
        held = None if out is None else stack.enter_context(claimed(out, names=names))
        progress = stack.enter_context(Progress())
        found = run_trial(
            design,
            None if out is None else out / "pool",
            workers=workers,
            cluster=cluster,
            replicates=replicates,
            pool=pool,
            progress=lambda what, done, total: progress(f"{what}: {done} of {total}"),
        )
        if held is not None:
            held.write(files_of(found))
    if as_json:
        print_json(found.as_dict())
        return
    say(describe(found))
    if out is not None:
        say(f"wrote {out}/{design.name}.html")
