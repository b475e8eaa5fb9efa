"""Shared parts of the commands: options, the ledger of a run, JSON on stdout."""

from __future__ import annotations

import json
import math
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from remyelin._version import __version__
from remyelin.base.errors import InputError
from remyelin.base.printing import json_printable

CaseName = Annotated[
    str, typer.Argument(metavar="CASE", help="A shipped case's name, or a case file (*.toml).")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="Override a number of the evidence ledger for this run."
    ),
]


#: The command now running, which names what it prints.
COMMAND: Final[ContextVar[str]] = ContextVar("COMMAND", default="output")


def folder_named(text: str | Path) -> Path:
    """Return the folder of ``--out``; an empty name, as of an unset variable, is no folder."""
    if not str(text).strip():  # a default comes as a path
        raise typer.BadParameter("the name is empty; give a folder.")
    return Path(text)


def file_named(text: str) -> Path:
    """Return a file to write; an empty name, as of an unset variable, is no file."""
    if not text.strip() or text.endswith("/"):
        raise typer.BadParameter("give the name of a file.")
    return Path(text)


def print_json(data: Any, of: str = "", indent: int | None = 1) -> None:
    """Print data as JSON on stdout, with its schema and the version of the program.

    A list stands under ``rows``, and a number that is not finite is null: JSON has no word for it.

    Parameters
    ----------
    data : mapping or list
        One with a schema of its own keeps it.
    of : str
        What the schema adds to the name of the command, where a command prints data of several shapes.
    indent : int, optional
    """
    named = data if isinstance(data, dict) else {"rows": data}
    schema = f"remyelin-{COMMAND.get()}{f'-{of}' if of else ''}/1"
    data = _finite({"schema": schema, "version": __version__, **named})
    # escaped as it stands: printing would write escapes of its own, which JSON does not have
    print(json_printable(json.dumps(data, indent=indent, ensure_ascii=False, allow_nan=False)))


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def overrides(settings: list[str] | None) -> dict[str, float | str]:
    """Return the overrides of ``--set NAME=VALUE`` by name."""
    changes: dict[str, float | str] = {}
    for setting in settings or ():
        name, equals, value = setting.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise InputError(f"--set {setting}: write NAME=VALUE, as --set myelin.calibre.thick=2")
        changes[name.strip()] = value.strip()
    return changes


def ledger_with(settings: list[str] | None) -> Any:
    """Return the shipped ledger with the overrides of ``--set NAME=VALUE``."""
    from remyelin.evidence import Ledger

    return Ledger.shipped().replace(overrides(settings))
