"""Published limits of one laboratory value: light, so that reading a value needs no simulation.

Limits are quoted with their source; they classify a value, never a person, and are no advice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.catalogue.markers import STATUS
from remyelin.evidence import Ledger

MARKERS: Final = STATUS


@dataclass(frozen=True, slots=True)
class Interpretation:
    """Reading of one value by its published limit.

    Attributes
    ----------
    marker : str
    value : float
        In `unit`.
    verdict : {"low", "indeterminate", "normal", "raised"}
    limits : tuple of float
        The limits applied.
    source : tuple of str
        Citation keys.
    locator : str
    """

    marker: str
    value: float
    unit: str
    verdict: str
    limits: tuple[float, ...]
    source: tuple[str, ...]
    locator: str


def interpret(marker: str, value: float, ledger: Ledger) -> Interpretation:
    """Classify one laboratory value by the published limit of its marker.

    Parameters
    ----------
    marker : {"b12", "holotc", "mma", "homocysteine", "combined_indicator"}
        In pmol/L, pmol/L, nmol/L, umol/L; the indicator as
        :func:`remyelin.cobalamin.readouts.combined_indicator` returns it.
    value : float
    ledger : Ledger
        Holds the limits (NICE NG239 for the vitamin; a laboratory's upper limit for metabolites).

    Raises
    ------
    InputError
        For an unknown marker or a value that cannot be measured.
    """
    known = (*MARKERS, "combined_indicator")
    if marker not in known:
        raise InputError(f"no limits for the marker {marker!r}; {nearest(marker, known)}")
    if not math.isfinite(value) or (value < 0 and marker != "combined_indicator"):
        raise InputError(f"{marker} {value} is not a laboratory value; give a number of 0 or more.")
    if marker == "combined_indicator":
        entry = ledger.entry("combined_indicator.deficient_below")
        below = ledger["combined_indicator.deficient_below"]
        verdict = "low" if value < below else "normal"
        return Interpretation(marker, value, entry.unit, verdict, (below,), entry.source, entry.locator)
    entry = ledger.entry(f"limits.{marker}")
    limits = entry.value if isinstance(entry.value, tuple) else (float(entry.value or 0),)
    if marker in ("mma", "homocysteine"):
        verdict = "raised" if value > limits[0] else "normal"
    else:
        low, high = limits
        verdict = "low" if value < low else ("normal" if value > high else "indeterminate")
    return Interpretation(marker, value, entry.unit, verdict, limits, entry.source, entry.locator)


def expected_indicator(age: Any, ledger: Ledger) -> Any:
    """Return the age term of the combined indicator, ``3.79 / (1 + (age / 230)**2.6)``; age in years.

    Works on a number and, element by element, on an array.
    """
    old = (age / ledger["combined_indicator.age"]) ** ledger["combined_indicator.exponent"]
    return ledger["combined_indicator.scale"] / (1 + old)


def limits(ledger: Ledger) -> dict[str, tuple[float, ...]]:
    """Return the published limits of the markers: (deficiency below, unlikely above), or (raised above,)."""
    return {
        "b12": ledger.vector("limits.b12"),
        "holotc": ledger.vector("limits.holotc"),
        "mma": (ledger["limits.mma"],),
        "homocysteine": (ledger["limits.homocysteine"],),
    }
