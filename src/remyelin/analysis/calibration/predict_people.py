"""Predict the rows on patients from sets of the posterior; validation rows chose nothing of it.

``remyelin rebuild predictions`` runs it. Every row is computed under sets spread evenly over the posterior, and drawn
again as a further series of so many patients would report it: series differ from each other (``series.*``), and a
sample has its chance. An interval holds all three. Beside it stands the interval of the prior, drawn alike: designs
over the whole ranges that only the animals had accepted.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.analysis.calibration.emulator import animals_accept
from remyelin.analysis.calibration.free_people import CALIBRATION, MAPS
from remyelin.analysis.calibration.sampling_people import first_wave
from remyelin.analysis.calibration.site_people import design_rows
from remyelin.analysis.protocols.pool import drawn
from remyelin.analysis.validation import clinic, clinic_population, nerve_population, nerve_series
from remyelin.base.errors import SimulationError
from remyelin.base.units import PERCENT
from remyelin.evidence import Ledger, Target, load_published
from remyelin.evidence.posterior import ledgers, posterior

Functions = tuple[Callable[[Ledger], Mapping[str, Any]], ...]
ROWS: Final[Functions] = (
    clinic.healton,
    clinic.duration,
    clinic.cord_disease,
    clinic.six_months,
    clinic.three_months,
    clinic.gas,
    clinic.optic,
    clinic.order_of_recovery,
    clinic.open_trial,
    clinic_population.blood,
    clinic_population.cord_blood,
    clinic_population.people,
    clinic_population.reports,
    clinic_population.users,
    clinic_population.treated,
    clinic_population.masked,
    nerve_series.cord,
    nerve_series.gas,
    nerve_population.pattern,
    nerve_population.late,
    nerve_population.alone,
)
SETS: Final = 12
SAMPLES: Final = 40  # series drawn of each row under each set
SEED: Final = 606
FEW: Final = 40  # patients of a series whose number the table does not give, and of a virtual one
HALF: Final = 0.5  # counted beside findings and their absence (Jeffreys), so that none in a few is not never
PRIOR: Final = (16, 4)  # designs over the ranges, and maps each is read with
ENDS: Final = (5.0, 95.0)
#: Units of rows on levels and durations, which are above 0; a ratio of two of them as well.
LEVELS: Final = ("pmol/L", "nmol/L", "umol/L", "months", "weeks", "ms", "ratio")


def predict(ledger: Ledger, progress: Callable[[str], None] = lambda step: None) -> dict[str, Any]:
    """Return value under the ledger's own set, and the interval, of every row; and the interval of the prior.

    Parameters
    ----------
    ledger : Ledger
        Numbers that the posterior does not hold.
    progress : callable
        Called with each step.
    """
    members = ledgers(ledger, SETS)
    progress(f"predicting with {SETS} sets")
    found: list[dict[str, float]] = []
    for rows in rows_under(members):
        found.append(rows)
        progress(f"predicted with set {len(found)} of {SETS}")
    return {
        "made_by": "remyelin rebuild predictions",
        "posterior": posterior().made,
        "sets": SETS,
        "calibration": list(CALIBRATION),
        # the first set is the central one, which the ledger holds
        "predictions": {
            name: [found[0].get(name, float("nan")), *ends] for name, ends in intervals(found, ledger).items()
        },
        "prior": prior(ledger, progress),
    }


def rows_under(sets: Sequence[Ledger]) -> Iterator[dict[str, float]]:
    """Yield every row under each of several ledgers, in order, a process for each processor."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(len(sets), os.cpu_count() or 1), mp_context=context) as executor:
        yield from executor.map(compute, sets)


def intervals(computed: Sequence[Mapping[str, float]], ledger: Ledger) -> dict[str, tuple[float, float]]:
    """Return the interval of each row over sets, each drawn again as further published series.

    Parameters
    ----------
    computed : sequence of mapping of str to float
        Rows under each set.
    ledger : Ledger
        Entries ``series.*``.
    """
    published = {row.name: row for row in load_published()}
    found: dict[str, list[float]] = {}
    for number, rows in enumerate(computed):
        for name, value in rows.items():
            rng = np.random.default_rng([SEED, number, *name.encode()])
            found.setdefault(name, []).extend(reported(published[name], value, ledger, rng).tolist())
    return {name: _interval(values) for name, values in found.items()}


def reported(row: Target, value: float, ledger: Ledger, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a row as further series of the same size would report it; the value itself where no law is stated.

    Shares: a virtual series tells its share with the error of its own size; the log odds of a series lie about it with
    ``series.spread_share``; the count of the series is binomial. Levels and durations: the logarithm of a median lies
    about that of the virtual series with ``series.spread_level``, and with ``series.spread_person`` over the root of
    the number of patients.
    """
    size = row.n or FEW
    if not np.isfinite(value):
        return np.full(SAMPLES, value)
    if row.unit == "%" and 0.0 <= value <= PERCENT:
        found = value / PERCENT * FEW
        share = rng.beta(found + HALF, FEW - found + HALF, SAMPLES)
        odds = np.log(share / (1.0 - share)) + ledger["series.spread_share"] * rng.standard_normal(SAMPLES)
        return PERCENT * rng.binomial(size, 1.0 / (1.0 + np.exp(-odds))) / size
    if row.unit in LEVELS and value > 0.0:
        spread = np.hypot(ledger["series.spread_level"], ledger["series.spread_person"] / np.sqrt(size))
        return np.asarray(value * np.exp(spread * rng.standard_normal(SAMPLES)))
    return np.full(SAMPLES, value)


def compute(ledger: Ledger) -> dict[str, float]:
    """Return every row under a ledger; infinite where it cannot be simulated."""
    found: dict[str, float] = {}
    for function in ROWS:
        try:
            found |= {name: float(value) for name, value in function(ledger).items()}
        except SimulationError:
            # Too few persons become patients of this series under this set.
            continue
    return found


def prior(ledger: Ledger, progress: Callable[[str], None]) -> dict[str, list[float]]:
    """Return the interval of each row that a pool gives, over designs that only the animals had accepted."""
    rng = np.random.default_rng(SEED)
    progress("predicting with the prior")
    designs = [item for item in first_wave(PRIOR[0], {}, rng, ledger) if animals_accept(item.animals)]
    draws, tables = drawn(24, 12, 10, ledger), nerve.build_tables(ledger)
    published = {row.name for row in load_published()}
    computed = []
    for item in designs[: PRIOR[0]]:
        maps = [rng.random(len(MAPS)) for _ in range(PRIOR[1])]
        for _, rows in design_rows(np.array(item.point), item.repair, maps, draws, ledger, tables):
            computed.append({name: value for name, value in rows.items() if name in published})
    return {name: list(ends) for name, ends in intervals(computed, ledger).items()}


def _interval(values: list[float]) -> tuple[float, float]:
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return float("nan"), float("nan")
    low, high = np.percentile(known, ENDS)
    return float(low), float(high)
