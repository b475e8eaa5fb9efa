"""Experiments on one fibre: excitation threshold, strength and duration.

Thresholds come from a scan that finds every change of the response (:mod:`remyelin.fibre.protocols.search`), since
excitation is not monotone: a strong cathode blocks the impulse it starts. Many fibres at once:
:func:`~remyelin.fibre.thresholds`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.checks import series
from remyelin.fibre.models.fibre import Fibre, a_fibre
from remyelin.fibre.protocols.preparation import Run
from remyelin.fibre.protocols.thresholds import Found, at_an_end, excitation, settings
from remyelin.fibre.settings import SCAN_PER_DECADE, SEARCH_TOLERANCE
from remyelin.fibre.stimulation.sources import AnySource, AnyWaveform, placed, unit_of
from remyelin.fibre.stimulation.waveform import Waveform, rectangular

Array = NDArray[np.float64]


def threshold(
    fibre: Fibre,
    source: AnySource,
    waveform: AnyWaveform,
    *,
    between: tuple[float, float],
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the amplitudes at which a conducted impulse begins, and at which it fails again.

    Parameters
    ----------
    fibre : Fibre
    source : Source, function of the fibre, or tuple of Source
        An :class:`~remyelin.fibre.Electrode` (mA), a :class:`~remyelin.fibre.Pipette` (nA), a field, or
        several that act together at one amplitude.
    waveform : Waveform or tuple of Waveform
        Multiplied by the amplitude; a tuple gives each of several sources its own.
    between : (float, float)
        Smallest and largest amplitude, mA or nA as the source has it, of one sign: negative for a cathode with a
        positive waveform.
    per_decade : int
        Amplitudes scanned per factor of ten; a window of response narrower than their spacing, away from
        other changes, is missed.
    tolerance : float
        Relative, of every transition.
    run : Run, optional

    Returns
    -------
    xarray.Dataset
        ``threshold``: smallest amplitude that responds, NaN if none in the range does; ``site``: node at
        which that impulse begins; ``transition(transition)`` with ``begins``; ``responded(amplitude)`` for
        all that was tried. Attributes say whether the response is ``monotone`` and whether the impulse
        began at an end of the fibre (``end_excitation``), where no real fibre ends.

    Raises
    ------
    InputError
        If the smallest amplitude already responds, or the fibre does not conduct to the node at all.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import above, rectangular, threshold, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 41, ledger=ledger)
    >>> electrode = above(fibre, distance=1000.0, conductivity=0.2)
    >>> found = threshold(fibre, electrode, rectangular(0.1), between=(-0.01, -3.0))
    >>> round(float(found['threshold']), 2)
    -0.12
    """
    setting = run or Run()
    (found,) = excitation([(fibre, source, waveform)], between, per_decade, tolerance, setting)
    return _as_dataset(found, unit_of(placed(source, fibre)), setting, tolerance, per_decade)


def strength_duration(
    fibre: Fibre,
    source: AnySource,
    durations: ArrayLike,
    *,
    between: tuple[float, float],
    shape: Callable[[float], Waveform] = rectangular,
    per_decade: int = SCAN_PER_DECADE,
    tolerance: float = SEARCH_TOLERANCE,
    run: Run | None = None,
) -> xr.Dataset:
    """Find the threshold for pulses of several durations, with rheobase and chronaxie.

    Rheobase and chronaxie are those of Weiss's law, charge = rheobase (duration + chronaxie), by least
    squares on the charges; its worst relative misfit is given, as the law is only a description.

    Parameters
    ----------
    durations : (k,) array
        ms, increasing; two or more.
    shape : callable
        ``shape(duration)`` returns the waveform; a rectangular pulse when omitted.
    fibre, source, between, per_decade, tolerance, run
        As for :func:`threshold`.

    Returns
    -------
    xarray.Dataset
        ``threshold(duration)``, ``monotone(duration)``, ``rheobase``, ``chronaxie`` (ms), ``misfit``.

    Raises
    ------
    InputError
        For fewer than two durations, or durations that do not increase above 0 ms.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Pipette, strength_duration, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> found = strength_duration(fibre, Pipette(1), [0.05, 0.1, 0.2], between=(0.05, 20.0))
    >>> bool(found['threshold'][0] > found['threshold'][-1])
    True
    """
    a_fibre(fibre, "strength_duration")
    lengths = series(durations, "durations", "strength_duration", least=2)
    if not np.all(lengths > 0) or not np.all(np.diff(lengths) > 0):
        raise InputError("strength_duration: give two or more durations above 0 ms, increasing.")
    setting = run or Run()
    found = excitation(
        [(fibre, source, shape(float(d))) for d in lengths], between, per_decade, tolerance, setting
    )
    thresholds = np.array([one.transitions.first for one in found])
    monotone = np.array([one.transitions.monotone for one in found])
    unit = unit_of(placed(source, fibre))
    rheobase = chronaxie = misfit = np.nan
    reached = np.isfinite(thresholds)
    if np.count_nonzero(reached) >= 2:
        rheobase, intercept = np.polyfit(lengths[reached], thresholds[reached] * lengths[reached], 1)
        chronaxie = intercept / rheobase
        law = rheobase * (1 + chronaxie / lengths[reached])
        misfit = float(np.max(np.abs(law / thresholds[reached] - 1)))
    return xr.Dataset(
        {
            "threshold": ("duration", thresholds, {"units": unit}),
            "monotone": ("duration", monotone),
            "rheobase": ((), rheobase, {"units": unit}),
            "chronaxie": ((), chronaxie, {"units": "ms"}),
            "misfit": ((), misfit, {"units": "1", "long_name": "worst relative misfit of Weiss's law"}),
        },
        {"duration": ("duration", lengths, {"units": "ms"})},
        _as_dataset(found[0], unit, setting, tolerance, per_decade).attrs | {"monotone": int(monotone.all())},
    )


def _as_dataset(found: Found, unit: str, run: Run, tolerance: float, per_decade: int) -> xr.Dataset:
    units, changes = {"units": unit}, found.transitions
    fibre = found.attached.preparation.fibre
    return xr.Dataset(
        {
            "threshold": ((), changes.first, units),
            "site": ((), found.site, {"units": "node", "long_name": "where the impulse begins; -1 if none"}),
            "transition": ("change", changes.value, units),
            "begins": ("change", changes.begins),
            "responded": ("amplitude", changes.responded),
        },
        {"amplitude": ("amplitude", changes.tried, units)},
        {
            "fibre": f"{fibre.model} {fibre.diameter:g} um",
            "monotone": int(changes.monotone),
            "end_excitation": int(at_an_end(found)),
            "detected_at_node": found.attached.preparation.at,
            "duration_ms": found.attached.duration,
        }
        | settings(run, [found], tolerance, per_decade),
    )
