"""``remyelin cohort``: many persons, beside the published series."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.printing import complain, say
from remyelin.cli.common import Json, Set, folder_named, overrides, print_json


def cohort(
    population: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE|PRESET]", help="A population file (*.toml) or a shipped one; a list without."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            parser=folder_named,
            help="Write the report and the courses (Parquet) here.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", help="Worker processes; one per processor when left out."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="A Dask scheduler (tcp://host:port), or local:N to start one.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished cohort in DIR.")] = False,
    persons: Annotated[
        int | None, typer.Option("--persons", metavar="N", help="How many persons, in place of the file's.")
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws", metavar="N", help="Parameter sets beside the ledger's values, in place of the file's."
        ),
    ] = None,
    long: Annotated[
        Path | None,
        typer.Option(
            "--long",
            metavar="FILE",
            help="Write the measurements, a row a person, visit and variable (.csv or .parquet).",
        ),
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Compute a cohort: studies, symptoms and outcomes of many persons against the published series."""
    import tempfile
    from contextlib import ExitStack

    from remyelin.analysis.cohort.blocks import shipped_blocks
    from remyelin.analysis.cohort.files import load_population, resized, shipped_populations
    from remyelin.base.errors import InputError

    if population is None:
        rows = [
            {"name": name, "title": loaded.title, "persons": loaded.persons, "citation": loaded.citation}
            for name in shipped_populations()
            for loaded in [load_population(name)]
        ]
        if as_json:
            print_json(rows, "list")
        else:
            for row in rows:
                say(f"{row['name']:20} {row['persons']:>6}  {row['title']}")
            say("\nBlocks of covariates, for use = [...] in a population file:")
            for name, block in shipped_blocks().items():
                say(f"{name:20} {block['what']}")
        return
    if resume and out is None:
        raise InputError("--resume: give the folder of the unfinished cohort with --out DIR.")
    chosen = resized(load_population(population), persons, draws)
    if long is not None:
        from remyelin.analysis.cohort.measured import check_long

        check_long(long)

    from remyelin.analysis.cohort.executors import executor
    from remyelin.analysis.cohort.folder import stopped
    from remyelin.analysis.cohort.results import Results
    from remyelin.analysis.cohort.run import run_cohort
    from remyelin.output.pages.cohort import write_report
    from remyelin.output.terminal.cohort import describe, print_cohort
    from remyelin.output.terminal.course import Progress

    with ExitStack() as stack:
        if out is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="remyelin-cohort-")))
        else:
            folder = out
        progress = stack.enter_context(Progress())
        try:
            found = run_cohort(
                chosen,
                folder,
                executor(workers, cluster),
                settings=overrides(settings),
                resume=resume,
                progress=lambda state: progress(describe(state)),
                say=progress,
                note=lambda sentence: complain(f"remyelin: {sentence}"),
            )
            progress("writing the report")
            results = Results(found)
            summary = write_report(results)
            if long is not None:
                from remyelin.analysis.cohort.measured import write_long

                progress(f"writing {long}")
                write_long(results, long)
        except KeyboardInterrupt:
            said = "stopped; nothing is kept, for no --out was given." if out is None else stopped(folder)
            complain(f"remyelin: {said}")
            raise SystemExit(130) from None
    if as_json:
        print_json(summary)
    else:
        print_cohort(summary, out)
