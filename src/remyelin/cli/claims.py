"""``remyelin claims``: the source article, claim by claim."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, Set, folder_named, ledger_with, print_json


def claims(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One claim; all without.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", parser=folder_named, help="Write a page, and JSON, here."),
    ] = None,
    settings: Set = None,
    as_json: Json = False,
) -> None:
    """Judge the source article's claims: evidence, a run of the model, a verdict; takes a minute."""
    from remyelin.analysis.claims import claims as known
    from remyelin.analysis.claims import judge
    from remyelin.base.errors import InputError, nearest

    if name is not None and name not in known():
        raise InputError(f"no claim named {name!r}; {nearest(name, known())}")
    from remyelin.base.files import claimed
    from remyelin.output.pages.claims import FILES, describe, document, files_of
    from remyelin.output.terminal.course import Progress

    ledger = ledger_with(settings)
    judged = []
    with ExitStack() as stack:
        held = None if out is None else stack.enter_context(claimed(out, names=FILES))
        progress = stack.enter_context(Progress())
        for item in [name] if name is not None else known():

            def step(what: str, item: str = item) -> None:
                progress(f"{item}: {what}")

            judged.append(judge(item, ledger, step))
        if held is not None:
            held.write(files_of(judged))
    if as_json:
        print_json(document(judged))
        return
    say(describe(judged))
    if out is not None:
        say(f"wrote {out}/claims.html")
