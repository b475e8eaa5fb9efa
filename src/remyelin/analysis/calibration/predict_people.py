"""Predict the rows on patients from sets of the posterior; validation rows chose nothing of it.

``remyelin rebuild predictions`` runs it. Every row is computed under sets spread evenly over the posterior; a share
is drawn again as often as the published series had patients, so that an interval holds both what the calibration
leaves open and the chance of a sample. Beside it stands the interval of the prior: designs over the whole ranges that
only the animals had accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from remyelin import nerve
from remyelin.analysis.calibration.emulator import animals_accept
from remyelin.analysis.calibration.fit_people import first_wave
from remyelin.analysis.calibration.free_people import CALIBRATION, MAPS
from remyelin.analysis.calibration.site_people import design_rows
from remyelin.analysis.protocols.pool import drawn
from remyelin.analysis.validation import clinic, clinic_population, nerve_population, nerve_series
from remyelin.base.errors import SimulationError
from remyelin.evidence import Ledger, load_published
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
SETS: Final = 4
SAMPLES: Final = 40  # drawn of each share under each set
SEED: Final = 606
FEW: Final = 40  # patients of a series whose number the table does not give
PRIOR: Final = (16, 4)  # designs over the ranges, and maps each is read with
ENDS: Final = (5.0, 95.0)


def predict(ledger: Ledger, progress: Callable[[str], None] = lambda step: None) -> dict[str, Any]:
    """Return value under the ledger's own set, and the interval, of every row; and the interval of the prior.

    Parameters
    ----------
    ledger : Ledger
        Numbers that the posterior does not hold.
    progress : callable
        Called with each step.
    """
    published = {row.name: row for row in load_published()}
    rng = np.random.default_rng(SEED)
    own: dict[str, float] = {}
    found: dict[str, list[float]] = {}
    for number, member in enumerate(ledgers(ledger, SETS)):
        progress(f"predicting with set {number + 1} of {SETS}")
        rows = compute(member)
        own = own or rows  # the first set is the central one, which the ledger holds
        for name, value in rows.items():
            row = published[name]
            if row.unit == "%" and np.isfinite(value):
                share = min(max(value / 100.0, 0.0), 1.0)
                drawn_again = rng.binomial(row.n or FEW, share, SAMPLES) / (row.n or FEW)
                found.setdefault(name, []).extend((100.0 * drawn_again).tolist())
            else:
                found.setdefault(name, []).extend([value] * SAMPLES)
    ends = {name: _interval(values) for name, values in found.items()}
    return {
        "made_by": "remyelin rebuild predictions",
        "posterior": posterior().made,
        "sets": SETS,
        "calibration": list(CALIBRATION),
        "predictions": {name: [value, *ends[name]] for name, value in own.items()},
        "prior": prior(ledger, progress),
    }


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
    found: dict[str, list[float]] = {}
    for item in designs[: PRIOR[0]]:
        maps = [rng.random(len(MAPS)) for _ in range(PRIOR[1])]
        for _, rows in design_rows(np.array(item.point), item.repair, maps, draws, ledger, tables):
            for name, value in rows.items():
                if name in published:
                    found.setdefault(name, []).append(value)
    return {name: list(_interval(values)) for name, values in found.items()}


def _interval(values: list[float]) -> tuple[float, float]:
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return float("nan"), float("nan")
    low, high = np.percentile(known, ENDS)
    return float(low), float(high)
