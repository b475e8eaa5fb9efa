"""Strengths of the association tier, and two maps: fitted to the published frequencies in virtual series.

Each strength is the one root of a monotone equation: the mean probability over the patients of a series at
presentation equals the published share. The ends of its range meet the ends of the interval of the counts. The losses
of half severity of electric shocks and of slurred speech follow likewise from a quantile of what patients lose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.analysis.validation.association import CALIBRATION, counted_in, frequency
from remyelin.analysis.validation.clinic import series_of
from remyelin.base.errors import SimulationError
from remyelin.base.units import PERCENT
from remyelin.catalogue.pathways import CORTICOBULBAR
from remyelin.evidence import Ledger, load_targets

Floats = NDArray[np.float64]
MOST: Final = 50.0  # beyond this a strength makes no difference
DIGITS: Final = 3
LARGEST: Final = 0.999  # of a loss of half severity


def strength_for(wanted: float, amounts: Floats, background: Floats) -> float:
    """Return the strength that gives a share of patients (%), 0 where the background alone gives more."""
    low, high = 0.0, MOST
    if frequency(low, amounts, background) >= wanted:
        return low
    for _ in range(60):
        middle = 0.5 * (low + high)
        if frequency(middle, amounts, background) < wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@lru_cache(maxsize=2)
def fitted(ledger: Ledger) -> Mapping[str, tuple[float, float, float]]:
    """Return the low end, the value and the high end of every strength, with the numbers of a ledger."""
    maps = clinic.Associations.from_ledger(ledger)
    rows = {row.name: row for row in load_targets()}
    found = {}
    for name, counted in CALIBRATION.items():
        amounts, base = counted_in(ledger, name, maps)
        row = rows[counted.row]
        wanted = (row.lower, float(row.published), row.upper)
        low, value, high = (round(strength_for(share, amounts, base), DIGITS) for share in wanted)
        found[name] = (low, value, high)
    return found


def halves(ledger: Ledger) -> Mapping[str, tuple[float, float, float]]:
    """Return the low end, the value and the high end of the two maps: so many patients notice the symptom."""
    judge = clinic.Parameters.from_ledger(ledger)
    rows = {row.name: row for row in load_targets()}
    notice = float(judge.presence)
    shocks, speech = judge.lhermitte, judge.further.speech
    severity = series_of(ledger, "gas").severity.sel(symptom="lhermitte").to_numpy()[:, 0]
    fired = shocks.half * (severity / (1.0 - severity)) ** (1.0 / shocks.steepness)
    paths = series_of(ledger, "healton").pathways["conducted"].isel(month=0)
    lost = 1.0 - paths.sel(pathway=CORTICOBULBAR).to_numpy()

    def firing(edge: float) -> float:
        return min(LARGEST, edge * float(((1.0 - notice) / notice) ** (1.0 / shocks.steepness)))

    def losing(edge: float) -> float:
        power = edge**speech.steepness
        if power >= notice:  # so great a loss is noticed whatever the half
            return LARGEST
        return min(LARGEST, float(((1.0 - notice) * power / (notice - power)) ** (1.0 / speech.steepness)))

    found = {}
    for name, row, values, half in (
        ("clinic.lhermitte.half", rows["lhermitte_cases"], fired, firing),
        ("clinic.speech.half", rows["speech_karachi"], lost, losing),
    ):
        # the more notice it, the smaller the half
        shares = (row.upper, float(row.published), row.lower)
        low, value, high = (
            round(half(float(np.quantile(values, 1.0 - s / PERCENT))), DIGITS) for s in shares
        )
        found[name] = (low, value, high)
    return found


def written(text: str, ledger: Ledger) -> str:
    """Return the clinic's file of the ledger with the strengths and the two maps in their entries."""
    strengths = {f"association.strength.{name}": values for name, values in fitted(ledger).items()}
    for name, (low, value, high) in {**strengths, **halves(ledger)}.items():
        pattern = re.compile(rf'(\[{re.escape(name)}\]\nvalue = )[\d.e-]+(\nunit = "-"\nrange = )\[[^\]]*\]')
        text, count = pattern.subn(rf"\g<1>{value}\g<2>[{low}, {high}]", text)
        if count != 1:
            raise SimulationError(f"{name} does not stand once in the clinic's file.")
    return text
