"""remyelin: from a dose of vitamin B12 to a neurological symptom and back.

A research and teaching model, never medical advice. Public names are imported on first use, so that
``import remyelin`` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from remyelin.case import Case, load_case, read_case, shipped_cases
    from remyelin.course import Course, run_course
    from remyelin.errors import InputError, RemyelinError, SimulationError
    from remyelin.evidence import (
        Entry,
        Ledger,
        load_patients,
        load_population,
        load_references,
        load_targets,
    )
    from remyelin.validation import validate

_HOME = {
    "Case": "case",
    "Course": "course",
    "Entry": "evidence",
    "InputError": "errors",
    "Ledger": "evidence",
    "RemyelinError": "errors",
    "SimulationError": "errors",
    "load_case": "case",
    "load_patients": "evidence",
    "load_population": "evidence",
    "load_references": "evidence",
    "load_targets": "evidence",
    "read_case": "case",
    "run_course": "course",
    "shipped_cases": "case",
    "validate": "validation",
}
_ROOMS = ("cobalamin", "myelin", "fibre", "nerve", "clinic")

__all__ = [
    "Case",
    "Course",
    "Entry",
    "InputError",
    "Ledger",
    "RemyelinError",
    "SimulationError",
    "load_case",
    "load_patients",
    "load_population",
    "load_references",
    "load_targets",
    "read_case",
    "run_course",
    "shipped_cases",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"remyelin.{_HOME[name]}"), name)
    if name in _ROOMS:
        return import_module(f"remyelin.{name}")
    from remyelin.errors import nearest

    raise AttributeError(f"module 'remyelin' has no attribute {name!r}; {nearest(name, [*_HOME, *_ROOMS])}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_ROOMS])
