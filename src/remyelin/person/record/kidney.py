"""Filtration of the kidney from the results of a record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from remyelin.base.units import UMOL_PER_L_OF_CREATININE
from remyelin.evidence import Ledger

#: Names of the results that tell of filtration.
RESULTS: Final = ("filtration", "creatinine")
_UNIT: Final = "mL/min/1.73 m2"


@dataclass(frozen=True, slots=True)
class KidneyResult:
    """A filtration (mL/min/1.73 m2) or a creatinine (umol/L) with its line and day."""

    line: int
    day: float
    name: str
    value: float


def filtration_of(
    results: Sequence[KidneyResult], age: float | None, sex: str | None, ledger: Ledger
) -> tuple[float | None, str]:
    """Return the filtration nearest to presentation and a note; without any, the one that creatinine suggests.

    An infinite filtration stands for one above a limit: none is used.
    """
    measured, creatinine = (
        min((r for r in results if r.name == name), key=lambda r: (abs(r.day), r.day), default=None)
        for name in RESULTS
    )
    if measured is not None:
        if not math.isfinite(measured.value):
            return None, ""
        several = sum(result.name == measured.name for result in results) > 1
        note = (
            f"Of several filtrations the one nearest to presentation is used, {measured.value:.3g} {_UNIT}."
        )
        return measured.value, note if several else ""
    if creatinine is None:
        return None, ""
    if age is None or not sex:
        return None, "The creatinine is not used: a filtration is estimated from it only with age and sex."
    value = round(estimated_filtration(creatinine.value, age, sex, ledger), 1)
    return value, (
        f"A filtration of {value:.0f} {_UNIT} is estimated from the creatinine of line {creatinine.line} "
        "(CKD-EPI equation of 2021)."
    )


def estimated_filtration(creatinine: float, age: float, sex: str, ledger: Ledger) -> float:
    """Return the filtration that a serum creatinine suggests, by the CKD-EPI equation of 2021.

    Parameters
    ----------
    creatinine : float
        Serum creatinine, umol/L.
    age : float
        Age of an adult, years.
    sex : str
        ``"female"`` or ``"male"``.
    ledger : Ledger
        Holds the coefficients, ``record.creatinine.*``.

    Returns
    -------
    float
        Glomerular filtration, mL/min/1.73 m2.

    Notes
    -----
    142 min(c/k, 1)^a max(c/k, 1)^-1.2 0.9938^age, times 1.012 in women, with c in mg/dL, k 0.7 and a -0.241 in women,
    0.9 and -0.302 in men (Inker et al. 2021, N Engl J Med 385:1737, doi 10.1056/NEJMoa2102953).

    Examples
    --------
    >>> from remyelin import Ledger
    >>> round(estimated_filtration(80.0, 55.0, "female", Ledger.shipped()))
    76
    """
    woman = sex == "female"
    key = "female" if woman else "male"
    relative = creatinine / UMOL_PER_L_OF_CREATININE / ledger[f"record.creatinine.knee_{key}"]
    low = ledger[f"record.creatinine.low_exponent_{key}"]
    high = ledger["record.creatinine.high_exponent"]
    scale = ledger["record.creatinine.scale"] * (ledger["record.creatinine.female_factor"] if woman else 1.0)
    return float(
        scale
        * min(relative, 1.0) ** low
        * max(relative, 1.0) ** high
        * ledger["record.creatinine.age_factor"] ** age
    )
