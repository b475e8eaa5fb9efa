"""``remyelin rebuild``: derived data, made again."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, print_json

#: As in ``BUILDERS``, which is heavy to import.
NAMES: Final = (
    "association",
    "central",
    "cobalamin",
    "fit-calibration",
    "fit-patients",
    "people",
    "predictions",
    "repair",
    "rivals",
    "sensitivity",
    "tables",
)


def rebuild(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"{', '.join(NAMES)}.")],
    as_json: Json = False,
) -> None:
    """Make derived data again from the ledger, where the numbers it rests on have changed (minutes to hours)."""
    from remyelin.analysis.calibration.rebuild import rebuild as make
    from remyelin.output.terminal.course import Progress

    with Progress() as progress:
        path = make(name, progress)
    if as_json:
        print_json({"name": name, "wrote": str(path)})
        return
    say(f"wrote {path}")
