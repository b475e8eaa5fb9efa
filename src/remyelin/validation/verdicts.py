"""Which function simulates which published row, and what came of it.

Each layer's module registers functions with :func:`simulates`; a row without one is listed as not
computed yet. Nothing here chooses a parameter: a miss is shown as a miss.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from remyelin.errors import InputError, SimulationError, nearest
from remyelin.evidence import Ledger, Target, load_targets

LAYERS = ("fibre", "nerve", "cobalamin", "myelin", "clinic")

Simulation = Callable[[Ledger], Mapping[str, float]]
_registry: dict[str, tuple[Simulation, str]] = {}


def simulates(*names: str, note: str = "") -> Callable[[Simulation], Simulation]:
    """Register a function that simulates one or more target rows.

    Parameters
    ----------
    *names : str
        Rows of ``targets.csv`` the function returns values for.
    note : str
        Conditions of the simulation, or the explanation of a miss; shown beside the verdict.

    Raises
    ------
    InputError
        If a row does not exist or already has a simulation.
    """
    known = {target.name for target in load_targets()}
    for name in names:
        if name not in known:
            raise InputError(f"no target row named {name!r}; {nearest(name, known)}")
        if name in _registry:
            raise InputError(f"target row {name!r} is simulated twice.")

    def register(function: Simulation) -> Simulation:
        _registry.update({name: (function, note) for name in names})
        return function

    return register


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target row with what the model says."""

    name: str
    layer: str
    role: str
    published: str
    lower: float
    upper: float
    simulated: float | None
    unit: str
    holds: bool | None
    source: str
    note: str

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as plain JSON-ready data."""
        return asdict(self)


def validate(ledger: Ledger, which: str | None = None) -> Iterator[Verdict]:
    """Simulate target rows and compare, in file order.

    Parameters
    ----------
    ledger : Ledger
        The numbers to simulate with.
    which : str, optional
        A layer, or the name of one row; all rows when omitted.

    Yields
    ------
    Verdict
        ``simulated`` and ``holds`` are None for a row that is not computed yet.
    """
    rows = _select(which)
    for layer in {row.layer for row in rows}:
        importlib.import_module(f"remyelin.validation.{layer}")
    results: dict[Simulation, Mapping[str, float] | Exception] = {}
    for row in rows:
        yield _verdict(row, ledger, results)


def _select(which: str | None) -> Sequence[Target]:
    rows = load_targets()
    if which is None:
        return rows
    chosen = [row for row in rows if which in (row.layer, row.name)]
    if not chosen:
        names = [*LAYERS, *(row.name for row in rows)]
        raise InputError(f"no layer or target row named {which!r}; {nearest(which, names)}")
    return chosen


def _verdict(
    row: Target, ledger: Ledger, results: dict[Simulation, Mapping[str, float] | Exception]
) -> Verdict:
    simulated: float | None = None
    note = row.note
    if row.name in _registry:
        function, conditions = _registry[row.name]
        if function not in results:
            # One simulation that fails must not lose the other rows.
            try:
                results[function] = function(ledger)
            except SimulationError as error:
                results[function] = error
        result = results[function]
        if isinstance(result, Exception):
            conditions = f"failed: {result}"
        else:
            simulated = float(result[row.name])
        note = "; ".join(part for part in (note, conditions) if part)
    else:
        note = "; ".join(part for part in (note, "not computed yet") if part)
    holds = None if simulated is None else bool(math.isfinite(simulated) and row.holds(simulated))
    if simulated is not None and not math.isfinite(simulated):
        # JSON has no infinity: what did not happen has no time
        note = "; ".join(
            part for part in (note, "computed: it does not happen in the time simulated") if part
        )
        simulated = None
    return Verdict(
        row.name,
        row.layer,
        row.role,
        row.published,
        row.lower,
        row.upper,
        simulated,
        row.unit,
        holds,
        row.source,
        note,
    )
