"""``remyelin experiment``: the named protocols, run and drawn."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, Set, folder_named, ledger_with, print_json


def experiment(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which one; all with --out, a list without.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", parser=folder_named, help="Write a page with the figures, and JSON, here."
        ),
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
            print_json(rows, "list")
        else:
            for row in rows:
                say(f"{row['name']:24} {row['layer']:10} {row['title']}")
        return
    from remyelin.base.files import claimed
    from remyelin.output.pages.experiments import describe, files_of
    from remyelin.output.terminal.course import Progress

    if name is not None and name not in EXPERIMENTS:
        run_experiment(name, ledger)  # says which name is nearest
    wanted = [EXPERIMENTS[name]] if name is not None else list(EXPERIMENTS.values())
    results = {}
    with ExitStack() as stack:
        names = [f"{item.name}{ending}" for item in wanted for ending in (".html", ".json")]
        held = None if out is None else stack.enter_context(claimed(out, names=names))
        progress = stack.enter_context(Progress())
        for item in wanted:

            def step(what: str, item: str = item.name) -> None:
                progress(f"{item}: {what}")

            step("starting")
            results[item.name] = run_experiment(item.name, ledger, step)
            if held is not None:
                held.write(files_of(item, results[item.name]))
    if as_json:
        print_json({key: result.as_dict() for key, result in results.items()})
        return
    for item in wanted:
        say(describe(item, results[item.name]))
    if out is not None:
        say(f"wrote {', '.join(f'{out}/{item.name}.html' for item in wanted)}")
