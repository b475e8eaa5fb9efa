"""Simulation of the rows on symptoms without a mechanism."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.analysis.protocols.patients import Series
from remyelin.analysis.validation.clinic import in_cord_disease, series_of
from remyelin.analysis.validation.verdicts import simulates
from remyelin.base.units import PERCENT
from remyelin.clinic import association
from remyelin.evidence import Ledger

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counted:
    """Basis of a published share: series, with disease of the cord only, all cases or the excess alone."""

    row: str
    series: str
    cord: bool = False
    excess: bool = False


CALIBRATION: Final[Mapping[str, Counted]] = {
    "memory": Counted("assoc_memory", "cord"),
    "dementia": Counted("assoc_dementia", "cord"),
    "mood": Counted("assoc_mood", "healton"),
    "confusion": Counted("assoc_confusion", "cord", cord=True, excess=True),
    "tiredness": Counted("assoc_tiredness", "healton"),
    "nystagmus": Counted("assoc_nystagmus", "healton"),
    "sphincter": Counted("assoc_sphincter", "cord", cord=True),
}
"""Rows of ``targets.csv`` that choose a strength, named before anything was computed."""


def amount(name: str, series: Series, maps: clinic.Associations) -> Floats:
    """Return the cause of an item in the patients of a series at presentation: exposure and anaemia, or cord signs."""
    if name in association.CORD:
        return np.asarray(series.state.signs["spasticity"], dtype=np.float64)[:, 0]
    followed = {str(key): series.exposure[key].to_numpy()[:, 0] for key in series.exposure}
    return association.amount(name, followed, maps)


def counted_in(ledger: Ledger, name: str, maps: clinic.Associations) -> tuple[Floats, Floats]:
    """Return the course that an item follows in the patients its row was counted in, and their background."""
    counted = CALIBRATION[name]
    series = series_of(ledger, counted.series)
    chosen = in_cord_disease(series) if counted.cord else np.ones(len(series.age), dtype=np.bool_)
    base = maps.background[name].at(series.age[chosen])[1]
    return amount(name, series, maps)[chosen], np.zeros_like(base) if counted.excess else base


def frequency(strength: float, amounts: Floats, background: Floats) -> float:
    """Return the share of patients with an item, %."""
    return PERCENT * float(np.mean(1.0 - (1.0 - background) * np.exp(-strength * amounts)))


@simulates(
    *(counted.row for counted in CALIBRATION.values()),
    note="calibrated: each strength is the root that meets its row (analysis/calibration/fit_association.py)",
)
def calibrated(ledger: Ledger) -> Mapping[str, float]:
    """Return the frequencies that chose the strengths."""
    maps = clinic.Associations.from_ledger(ledger)
    return {
        counted.row: frequency(float(maps.strength[name][1]), *counted_in(ledger, name, maps))
        for name, counted in CALIBRATION.items()
    }


def _chances(ledger: Ledger, series: Series) -> dict[str, Floats]:
    """Probabilities of the patients of a series at presentation, by item."""
    maps = clinic.Associations.from_ledger(ledger)
    found = {}
    for name in CALIBRATION:
        base = maps.background[name].at(series.age)[1]
        added = -np.expm1(-maps.strength[name][1] * amount(name, series, maps))
        found[name] = association.together(base, added)
    return found


def _mean(values: Floats) -> float:
    return PERCENT * float(values.mean())


def _mental(chance: Mapping[str, Floats]) -> Floats:
    """Any mental sign: loss of memory, in which a dementia lies, or a disorder of mood, independent of it."""
    return association.any_of([np.maximum(chance["memory"], chance["dementia"]), chance["mood"]])


@simulates(
    "assoc_mental_zhang",
    "assoc_mental_scd20",
    "assoc_neuropsychiatric_aaron",
    "assoc_organic_shorvon",
    "assoc_sphincter_scd20",
    "assoc_memory_karachi",
    note="probabilities at presentation; memory and dementia share their cases, mood is independent of them",
)
def other_series(ledger: Ledger) -> Mapping[str, float]:
    """Return the frequencies in the series that chose nothing."""
    cord, healton = series_of(ledger, "cord"), series_of(ledger, "healton")
    ill = in_cord_disease(cord)
    of_cord, of_healton = _chances(ledger, cord), _chances(ledger, healton)
    mental = _mental(of_cord)
    return {
        "assoc_mental_zhang": _mean(mental[ill]),
        "assoc_mental_scd20": _mean(mental[ill]),
        "assoc_neuropsychiatric_aaron": _mean(mental),
        "assoc_memory_karachi": _mean(of_healton["memory"]),
        "assoc_organic_shorvon": _mean(np.maximum(of_healton["memory"], of_healton["dementia"])),
        "assoc_sphincter_scd20": _mean(of_cord["sphincter"][ill]),
    }


@simulates(
    "assoc_sphincter_n2o",
    "assoc_depression_n2o",
    note="nothing of nitrous oxide chose a strength; effects of the gas and its use on mood are not modelled",
)
def gas(ledger: Ledger) -> Mapping[str, float]:
    """Return the frequencies after nitrous oxide."""
    chance = _chances(ledger, series_of(ledger, "gas"))
    return {
        "assoc_sphincter_n2o": _mean(chance["sphincter"]),
        "assoc_depression_n2o": _mean(chance["mood"]),
    }
