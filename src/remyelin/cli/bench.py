"""``remyelin bench``: against rivals, in the same run."""

from __future__ import annotations

from typing import Annotated

import typer

from remyelin.cli.common import Json, print_json


def bench(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="fibre, battery, cobalamin, cohort, trial or web")
    ],
    parts: Annotated[
        list[str] | None,
        typer.Option("--row", help="one part of it, such as thresholds; may be repeated", metavar="PART"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Time remyelin against its rivals in the same run, with the error of both."""
    from remyelin.bench import run_benchmark
    from remyelin.output.terminal.course import Progress, print_benchmark

    with Progress() as progress:
        rows = run_benchmark(name, progress, parts or ())
    if as_json:
        print_json(rows)
    else:
        print_benchmark(rows)
