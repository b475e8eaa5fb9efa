"""Registry of the functions that simulate published rows, and their verdicts.

Each layer's module registers functions with :func:`simulates`; a row without one is listed as not
computed yet. Nothing here chooses a parameter: a miss is shown as a miss.

A function returns a number for each of its rows, or an :class:`Estimate` where it knows the interval of its
prediction. The intervals of rows predicted by ``remyelin rebuild`` come with the package; they belong to the shipped
ledger and are left out when a number of it is changed.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

from remyelin.base.errors import InputError, SimulationError, nearest
from remyelin.base.log import Task
from remyelin.evidence import Ledger, Target, load_published

LAYERS = ("fibre", "nerve", "cobalamin", "myelin", "clinic")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated value with the 5th and 95th percentile of its prediction.

    Examples
    --------
    >>> from remyelin.analysis.validation import Estimate
    >>> Estimate(value=57.0, low=55.0, high=59.0).value
    57.0
    """

    value: float
    low: float
    high: float


Simulation = Callable[[Ledger], Mapping[str, float | Estimate]]
_Simulation = TypeVar("_Simulation", bound=Simulation)
_registry: dict[str, tuple[Simulation, str]] = {}


def simulates(*names: str, note: str = "") -> Callable[[_Simulation], _Simulation]:
    """Register a function that simulates one or more target rows.

    Parameters
    ----------
    *names : str
        Rows of ``targets.csv`` or ``population.csv`` the function returns values for.
    note : str
        Conditions of the simulation; shown beside the verdict.

    Returns
    -------
    callable
        Decorator that returns the function as it is.

    Raises
    ------
    InputError
        If a row does not exist or already has a simulation.

    Examples
    --------
    >>> from remyelin.analysis.validation import simulates
    >>> @simulates("no_such_row")
    ... def simulated(ledger):
    ...     return {}
    Traceback (most recent call last):
    remyelin.base.errors.InputError: ...
    """
    known = {target.name for target in load_published()}
    for name in names:
        if name not in known:
            raise InputError(f"no target row named {name!r}; {nearest(name, known)}")
        if name in _registry:
            raise InputError(f"target row {name!r} is simulated twice.")

    def register(function: _Simulation) -> _Simulation:
        _registry.update({name: (function, note) for name in names})
        return function

    return register


@dataclass(frozen=True, slots=True)
class Verdict:
    """One published row with the model's value.

    Attributes
    ----------
    name, layer, role, published, lower, upper, unit, source : str or float
        As in the table.
    simulated : float or None
        None for a row that is not computed yet, and for an event that never happens.
    holds : bool or None
        None for a row that is not computed yet.
    note : str
        The note of the table, the conditions of the simulation, and why the row misses
        (:meth:`remyelin.evidence.Target.explanation`).
    table : str
        ``targets`` or ``population``.
    low, high : float or None
        Ends of the 90 % interval of the prediction; None where no interval was computed.
    computed : bool
        True also where an event never happens in the time simulated.

    Examples
    --------
    >>> from remyelin import Ledger, validate
    >>> verdict = next(iter(validate(Ledger.shipped(), 'mrg_cv_10um')))
    >>> verdict.published, verdict.unit
    ('56.26', 'm/s')
    """

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
    table: str
    low: float | None
    high: float | None
    computed: bool

    def as_dict(self) -> dict[str, object]:
        """Return the verdict as plain JSON-ready data."""
        return asdict(self)


def validate(ledger: Ledger, which: str | None = None) -> Iterator[Verdict]:
    """Simulate the rows of both tables and compare, in file order, those of ``targets.csv`` first.

    Parameters
    ----------
    ledger : Ledger
        The numbers to simulate with.
    which : str, optional
        A layer, or the name of one row; all rows when omitted.

    Yields
    ------
    Verdict
        One a row; ``computed`` is False where nothing simulates the row yet.

    Examples
    --------
    >>> from remyelin import Ledger, validate
    >>> verdict = next(iter(validate(Ledger.shipped(), 'mrg_cv_10um')))
    >>> verdict.role, verdict.holds
    ('validation', True)
    """
    rows = _select(which)
    for layer in {row.layer for row in rows}:
        importlib.import_module(f"remyelin.analysis.validation.{layer}")
    if any(row.layer == "clinic" for row in rows):
        for name in ("association", "wires"):
            importlib.import_module(f"remyelin.analysis.validation.{name}")
    results: dict[Simulation, Mapping[str, float | Estimate] | Exception] = {}
    shipped = {} if ledger.overrides() else _shipped_intervals()
    task = Task("validation", "validation of %d rows", len(rows))
    held = computed = 0
    for row in rows:
        verdict = _verdict(row, ledger, results, shipped)
        held, computed = held + bool(verdict.holds), computed + verdict.computed
        yield verdict
    task.done("%d computed, %d hold", computed, held)


@cache
def _shipped_intervals() -> Mapping[str, tuple[float, float]]:
    """Return the intervals that were predicted with the shipped ledger, by row.

    The products of the calibration are read as data: validation stands below calibration and must not import it.
    """
    folder = files("remyelin.analysis").joinpath("calibration", "data")
    kept: dict[str, tuple[float, float]] = {}
    for name in ("cobalamin_fit.json", "people_predictions.json"):
        product = json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        kept |= {row: (low, high) for row, (_, low, high) in product["predictions"].items()}
    return kept


def _select(which: str | None) -> Sequence[Target]:
    rows = load_published()
    if which is None:
        return rows
    chosen = [row for row in rows if which in (row.layer, row.name)]
    if not chosen:
        names = [*LAYERS, *(row.name for row in rows)]
        raise InputError(f"no layer or target row named {which!r}; {nearest(which, names)}")
    return chosen


def _verdict(
    row: Target,
    ledger: Ledger,
    results: dict[Simulation, Mapping[str, float | Estimate] | Exception],
    shipped: Mapping[str, tuple[float, float]],
) -> Verdict:
    simulated: float | None = None
    low, high = shipped.get(row.name, (None, None))
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
            found = result[row.name]
            if isinstance(found, Estimate):
                low, high, found = found.low, found.high, found.value
            simulated = float(found)
        note = "; ".join(part for part in (note, conditions) if part)
    else:
        note = "; ".join(part for part in (note, "not computed yet") if part)
    computed = simulated is not None
    if not computed:
        low = high = None
    holds = None if simulated is None else bool(math.isfinite(simulated) and row.holds(simulated))
    if simulated is not None and (why := row.explanation(simulated)):
        note = f"{note}. {why}"
    if simulated is not None and not math.isfinite(simulated):
        # JSON cannot hold infinity; report an event that never happened as null.
        note = "; ".join(
            part for part in (note, "computed: it does not happen in the time simulated") if part
        )
        simulated = None
    low, high = (end if end is not None and math.isfinite(end) else None for end in (low, high))
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
        row.table,
        low,
        high,
        computed,
    )
