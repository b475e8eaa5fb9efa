"""``remyelin new``: a commented case file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the case.")]) -> None:
    """Write a commented case file, valid as it stands."""
    from remyelin.report.folder import write_new_case

    write_new_case(file)
    print(f"wrote {file}; compute it with: remyelin run {file} --out out")
