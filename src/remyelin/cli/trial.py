"""``remyelin trial``: virtual trials, their power and the evidence they need."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.base.printing import complain, say
from remyelin.cli.common import Json, folder_named, print_json

if TYPE_CHECKING:
    from remyelin.analysis.trial import TrialResult


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
    from remyelin.analysis.trial.files import load_design, shipped_trials
    from remyelin.analysis.trial.run import SEVERAL
    from remyelin.base.errors import InputError

    if name is None:
        rows = [
            {"name": key, "title": found.title, "citation": found.citation, "sizes": list(found.sizes)}
            for key in shipped_trials()
            for found in [load_design(key)]
        ]
        if as_json:
            print_json(rows, "list")
        else:
            for row in rows:
                say(f"{row['name']:20} {row['title']}")
        return
    if name == "all":
        if out is None and not as_json:
            raise InputError("remyelin trial all: give the folder of the pages with --out DIR.")
        found = []
        for one in shipped_trials():
            there = None if out is None else out / one
            found.append(_one(one, there, workers, cluster, replicates, pool))
            if not as_json:
                _tell(found[-1], there)
        if as_json:
            print_json({"schema": SEVERAL, "trials": [one.as_dict() for one in found]})
        return
    result = _one(name, out, workers, cluster, replicates, pool)
    if as_json:
        print_json(result.as_dict())
    else:
        _tell(result, out)


def _one(
    name: str,
    out: Path | None,
    workers: int | None,
    cluster: str | None,
    replicates: int | None,
    pool: int | None,
) -> TrialResult:
    """Run one trial, and write it where a folder is given."""
    from remyelin.analysis.trial.files import load_design

    design = load_design(name)

    from remyelin.analysis.trial.run import run_trial
    from remyelin.base.files import claimed
    from remyelin.output.pages.trial import files_of
    from remyelin.output.terminal.course import Progress

    with ExitStack() as stack:
        names = [f"{design.name}{end}" for end in (".html", ".json", "-example.csv")]
        held = None if out is None else stack.enter_context(claimed(out, names=names))
        progress = stack.enter_context(Progress())
        try:
            found = run_trial(
                design,
                None if out is None else out / "pool",
                workers=workers,
                cluster=cluster,
                replicates=replicates,
                pool=pool,
                progress=lambda what, done, total: progress(f"{design.name}, {what}: {done} of {total}"),
            )
        except KeyboardInterrupt:
            kept = (
                "nothing is kept, for no --out was given."
                if out is None
                else f"finished work is kept in {out / 'pool'}: run the same command again to go on."
            )
            complain(f"remyelin: stopped; {kept}")
            raise SystemExit(130) from None
        if held is not None:
            held.write(files_of(found))
    return found


def _tell(found: TrialResult, out: Path | None) -> None:
    from remyelin.output.terminal.trial import describe

    say(describe(found))
    if out is not None:
        say(f"wrote {out}/{found.design.name}.html")
