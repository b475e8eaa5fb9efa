"""remyelin: from a dose of vitamin B12 to a neurological symptom and back.

A research and teaching model, never medical advice. Public names are imported on first use, so that
``import remyelin`` stays fast.
"""

from __future__ import annotations

from remyelin._version import __version__ as __version__

TYPE_CHECKING = False  # as in typing, which takes a while to import
if TYPE_CHECKING:
    from typing import Any

    from remyelin.analysis.estimation import estimate
    from remyelin.analysis.sweep import sweep
    from remyelin.analysis.trial import run_trial
    from remyelin.analysis.validation import validate
    from remyelin.base.errors import InputError, RemyelinError, SimulationError
    from remyelin.evidence import (
        Entry,
        Ledger,
        load_patients,
        load_population,
        load_references,
        load_targets,
    )
    from remyelin.person.case import Case, load_case, read_case, shipped_cases
    from remyelin.person.course import Course, run_course
    from remyelin.person.inference import fit_person
    from remyelin.person.netcdf import open_course
    from remyelin.person.plotting import CoursePlot
    from remyelin.person.posteriors import open_posterior
    from remyelin.person.record import load_record

_HOME = {
    "Case": "person.case",
    "Course": "person.course",
    "CoursePlot": "person.plotting",
    "Entry": "evidence",
    "InputError": "base.errors",
    "Ledger": "evidence",
    "RemyelinError": "base.errors",
    "SimulationError": "base.errors",
    "estimate": "analysis.estimation",
    "open_course": "person.netcdf",
    "open_posterior": "person.posteriors",
    "fit_person": "person.inference",
    "load_case": "person.case",
    "load_patients": "evidence",
    "load_population": "evidence",
    "load_record": "person.record",
    "load_references": "evidence",
    "load_targets": "evidence",
    "read_case": "person.case",
    "run_trial": "analysis.trial",
    "run_course": "person.course",
    "shipped_cases": "person.case",
    "sweep": "analysis.sweep",
    "validate": "analysis.validation",
}
_ROOMS = ("cobalamin", "myelin", "fibre", "nerve", "clinic")

__all__ = [
    "Case",
    "Course",
    "CoursePlot",
    "Entry",
    "InputError",
    "Ledger",
    "RemyelinError",
    "SimulationError",
    "estimate",
    "fit_person",
    "load_case",
    "load_patients",
    "load_population",
    "load_record",
    "load_references",
    "load_targets",
    "open_course",
    "open_posterior",
    "read_case",
    "run_course",
    "run_trial",
    "shipped_cases",
    "sweep",
    "validate",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOME:
        return getattr(import_module(f"remyelin.{_HOME[name]}"), name)
    if name in _ROOMS:
        return import_module(f"remyelin.{name}")
    from remyelin.base.errors import nearest

    raise AttributeError(f"module 'remyelin' has no attribute {name!r}; {nearest(name, [*_HOME, *_ROOMS])}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_ROOMS])
