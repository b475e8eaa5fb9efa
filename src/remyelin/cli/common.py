"""What several commands share: options, the ledger of a run, JSON on stdout."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from remyelin.base.errors import InputError

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


def print_json(data: Any) -> None:
    """Print data as JSON on stdout."""
    print(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False))


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
