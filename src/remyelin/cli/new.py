"""``remyelin new``: a commented case file or record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remyelin.base.printing import say
from remyelin.cli.common import Json, file_named, print_json


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", parser=file_named, help="Where to write it.")],
    record: Annotated[
        bool, typer.Option("--record", help="Write a dated record of one person (CSV) for `remyelin fit`.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a commented case file, or a record of one person, valid as it stands."""
    from remyelin.output.run_folder import write_new_case, write_new_record

    if record:
        write_new_record(file)
    else:
        write_new_case(file)
    if as_json:
        print_json({"wrote": str(file)})
        return
    command = "fit" if record else "run"
    say(f"wrote {file}; compute it with: remyelin {command} {file} --out out")
