"""Laboratory values, with their noise and limits, and their combination in one indicator.

What published limits say of a value stands in :mod:`remyelin.evidence.limits`, which needs no simulation.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import NMOL_PER_UMOL, SYSTEMS, per_unit
from remyelin.cobalamin.assay import method_bias, report_b12
from remyelin.evidence import Ledger
from remyelin.evidence.limits import MARKERS, expected_indicator

Array = NDArray[np.float64]


def measure(
    course: xr.Dataset, ledger: Ledger, seed: int, *, system: str = "SI", antibodies: bool = False
) -> xr.Dataset:
    """Return the report of a laboratory on a course: one noisy sample at each time.

    The noise is lognormal about the person's own level, independent between samples and markers: assay and
    body together, as repeated samples of one person within weeks differ (``readout_noise.*``). Serum B12 carries
    besides the bias of the one method of this laboratory and ends at its reporting limit
    (:mod:`remyelin.cobalamin.assay`).

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
    antibodies : bool
        Whether the person has antibodies against intrinsic factor that can make serum B12 read normal.

    Returns
    -------
    Dataset
        ``b12``, ``holotc``, ``mma``, ``homocysteine`` with the dimensions of the course, and ``b12_below_limit``:
        whether serum B12 is printed as less than the value, which is then the reporting limit.

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
        attributes = {**level.attrs, "units": unit}
        if marker == "b12":
            bias = method_bias(ledger, rng)
            reported = report_b12(level, ledger, rng, antibodies=antibodies, bias=bias)
            found["b12_below_limit"] = xr.DataArray(
                reported.below_limit, dims=level.dims, coords=level.coords
            )
            value = level.copy(data=reported.value)
        else:
            value = level * np.exp(ledger[f"readout_noise.{marker}"] * rng.standard_normal(level.shape))
        found[marker] = (value / per_unit(marker, unit)).assign_attrs(attributes)
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
    expected = expected_indicator(np.asarray(age, dtype=float), ledger)
    return np.asarray(np.log10(values["b12"] * values["holotc"] / metabolites) - expected)
