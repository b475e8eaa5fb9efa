"""Shipped results of the engine for the shipped numbers: tables of internodes, velocities of the C fibre.

Each part stands in ``tables.json`` with a hash of the ledger values and settings that it rests on. A part
whose hash is another is not used, so that an override reaches every study.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np

from remyelin.evidence import Entry, Ledger
from remyelin.nerve import settings
from remyelin.nerve.conduction.tables import Tables

SHIPPED: Final = Path(str(files("remyelin.nerve.conduction"))) / "tables.json"
KEY_LENGTH: Final = 16  # hexadecimal digits
INTERNODES: Final = "internodes"
C_FIBRE: Final = "c_fibre"
_CONTENT: Final = {
    INTERNODES: tuple(field.name for field in fields(Tables)),
    C_FIBRE: ("temperature", "velocity"),
}


def read_by(build: Callable[[Ledger], object], ledger: Ledger) -> list[Entry]:
    """Return the entries that `build` reads, and note that the run of this ledger used them."""
    probe = ledger.recording()
    build(probe)
    return [ledger.entry(entry.name) for entry in probe.used()]


def key_of(entries: Iterable[Entry], prefix: str) -> str:
    """Return a hash of entries by value, and of the settings whose names begin with `prefix`."""
    read = [(e.name, e.value, e.unit, sorted((k, v) for k, v in e.columns.items())) for e in entries]
    chosen = {name: value for name, value in vars(settings).items() if name.startswith(prefix)}
    return hashlib.sha256(json.dumps([read, chosen], sort_keys=True).encode()).hexdigest()[:KEY_LENGTH]


def as_text(parts: Mapping[str, tuple[str, Mapping[str, Any]]]) -> str:
    """Return parts, each its key and its arrays, as JSON with every digit, one line for each array."""
    blocks = [' "made_by": "remyelin rebuild tables"']
    for part, (key, arrays) in parts.items():
        lines = [
            f'  "inputs": "{key}"',
            *(f'  "{name}": {json.dumps(arrays[name])}' for name in _CONTENT[part]),
        ]
        blocks.append(f' "{part}": {{\n' + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def internode_arrays(tables: Tables) -> dict[str, Any]:
    """Return tables as lists, for :func:`as_text`."""
    return {name: getattr(tables, name).tolist() for name in _CONTENT[INTERNODES]}


def shipped_internodes(key: str) -> Tables | None:
    """Return the shipped tables if they were made from the numbers of this key, else None."""
    data = _part(INTERNODES, key)
    return Tables(**{name: np.array(data[name]) for name in _CONTENT[INTERNODES]}) if data else None


def shipped_velocity(key: str, temperature: float) -> float | None:
    """Return the velocity (m/s) of the C fibre at a temperature (C); None where it is not shipped for this key."""
    data = _part(C_FIBRE, key)
    if not data or temperature not in data["temperature"]:
        return None
    found: float | None = data["velocity"][data["temperature"].index(temperature)]
    return found


def _part(part: str, key: str) -> Mapping[str, Any] | None:
    data = _read().get(part)
    return data if data and data["inputs"] == key else None


@cache
def _read() -> Mapping[str, Mapping[str, Any]]:
    """Return the complete parts of the shipped file; missing or damaged ones are computed instead."""
    try:
        data = json.loads(SHIPPED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = data if isinstance(data, dict) else {}
    return {
        part: found[part]
        for part, names in _CONTENT.items()
        if isinstance(found.get(part), dict) and {"inputs", *names} <= set(found[part])
    }
