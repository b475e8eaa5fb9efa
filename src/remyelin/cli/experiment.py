"""``remyelin experiment``: the named protocols, run and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.cli.common import Json, Set, ledger_with, print_json


def experiment(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which one; all with --out, a list without.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write a page with the figures, and JSON, here."),
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Run the named protocols, as nerve lesions and rat nerves, and draw them."""
    from remyelin.analysis.experiments.registry import EXPERIMENTS, run_experiment

    ledger = ledger_with(settings)
    if name is None and out is None:
        rows = [{"name": e.name, "layer": e.layer, "title": e.title} for e in EXPERIMENTS.values()]
        if as_json:
            print_json(rows)
        else:
            for row in rows:
                print(f"{row['name']:24} {row['layer']:10} {row['title']}")
        return
    from remyelin.output.pages.experiments import claim, describe, write_experiment
    from remyelin.output.terminal.course import Progress

    if name is not None and name not in EXPERIMENTS:
        run_experiment(name, ledger)  # says which name is nearest
    if out is not None:
        claim(out)
    wanted = [EXPERIMENTS[name]] if name is not None else list(EXPERIMENTS.values())
    results = {}
    with Progress() as progress:
        for item in wanted:

            def step(what: str, item: str = item.name) -> None:
                progress(f"{item}: {what}")

            step("starting")
            results[item.name] = run_experiment(item.name, ledger, step)
            if out is not None:
                write_experiment(item, results[item.name], out)
    if as_json:
        print_json({key: result.as_dict() for key, result in results.items()})
        return
    for item in wanted:
        print(describe(item, results[item.name]))
    if out is not None:
        print(f"wrote {', '.join(f'{out}/{item.name}.html' for item in wanted)}")
