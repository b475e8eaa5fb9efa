"""``remyelin new``: a commented case file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, file_named, print_json


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", parser=file_named, help="Where to write the case.")],
    as_json: Json = False,
) -> None:
    """Write a commented case file, valid as it stands."""
    from remyelin.output.run_folder import write_new_case

    write_new_case(file)
    if as_json:
        print_json({"wrote": str(file)})
        return
    say(f"wrote {file}; compute it with: remyelin run {file} --out out")
