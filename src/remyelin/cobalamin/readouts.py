"""Laboratory values, with their noise, and what they say: the combined indicator and published limits.

Limits are quoted with their source; they classify a value, never a person, and are no advice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.errors import InputError, nearest
from remyelin.evidence import Ledger
from remyelin.units import NMOL_PER_UMOL, SYSTEMS, per_unit

Array = NDArray[np.float64]

MARKERS = ("b12", "holotc", "mma", "homocysteine")


def measure(course: xr.Dataset, ledger: Ledger, seed: int, *, system: str = "SI") -> xr.Dataset:
    """Return what a laboratory would report of a course: one noisy sample at each time.

    The noise is lognormal about the person's own level, independent between samples and markers: assay and
    body together, as repeated samples of one person within weeks differ (``readout_noise.*``).

    Parameters
    ----------
    course : Dataset
        Of :func:`remyelin.cobalamin.simulate`, in canonical units.
    ledger : Ledger
        Holds the noise of each marker.
    seed : int
        The same seed gives the same samples.
    system : {"SI", "conventional"}
        Units to report in; in ``units`` of each variable.

    Returns
    -------
    Dataset
        ``b12``, ``holotc``, ``mma``, ``homocysteine`` with the dimensions of the course.

    Raises
    ------
    InputError
        For an unknown system of units.
    """
    if system not in SYSTEMS:
        raise InputError(f"no system of units {system!r}; {nearest(system, SYSTEMS)}")
    rng = np.random.default_rng(seed)
    found = {}
    for marker in MARKERS:
        level, unit = course[marker], SYSTEMS[system][marker]
        noise = np.exp(ledger[f"readout_noise.{marker}"] * rng.standard_normal(level.shape))
        attributes = {**level.attrs, "units": unit}
        found[marker] = (level * noise / per_unit(marker, unit)).assign_attrs(attributes)
    return xr.Dataset(found)


def combined_indicator(
    b12: ArrayLike, holotc: ArrayLike, mma: ArrayLike, homocysteine: ArrayLike, age: ArrayLike, ledger: Ledger
) -> Array:
    """Return the combined indicator of B12 status from four markers (4cB12, Fedosov 2015).

    ``log10(holoTC * B12 / (MMA * Hcy)) - 3.79 / (1 + (age / 230)**2.6)``, with both metabolites in
    umol/L inside. About 0 in health; below -0.5 deficiency.

    Parameters
    ----------
    b12, holotc : array_like
        pmol/L.
    mma : array_like
        nmol/L.
    homocysteine : array_like
        umol/L.
    age : array_like
        Years.
    ledger : Ledger
        Holds the constants of the age term.

    Raises
    ------
    InputError
        If a marker is not above 0.
    """
    markers = {"b12": b12, "holotc": holotc, "mma": mma, "homocysteine": homocysteine}
    values = {name: np.asarray(value, dtype=float) for name, value in markers.items()}
    for name, value in values.items():
        if not (value > 0).all():
            raise InputError(f"combined indicator: {name} must be above 0.")
    metabolites = values["mma"] / NMOL_PER_UMOL * values["homocysteine"]
    old = (np.asarray(age, dtype=float) / ledger["combined_indicator.age"]) ** ledger[
        "combined_indicator.exponent"
    ]
    expected = ledger["combined_indicator.scale"] / (1 + old)
    return np.asarray(np.log10(values["b12"] * values["holotc"] / metabolites) - expected)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a published limit says of one value.

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
        In pmol/L, pmol/L, nmol/L, umol/L; the indicator as :func:`combined_indicator` returns it.
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
    if not np.isfinite(value) or (value < 0 and marker != "combined_indicator"):
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
