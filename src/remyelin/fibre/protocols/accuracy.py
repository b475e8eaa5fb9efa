"""Errors of a velocity against the exact solution of its equations and of its cable: three numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.base.errors import InputError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.checks import step_us
from remyelin.fibre.conduct import conduct
from remyelin.fibre.models.fibre import Fibre, a_fibre, refine
from remyelin.fibre.settings import (
    DEFAULT_STEP_US,
    REFERENCE_GRID,
    REST_KICK_MV,
    REST_STRAY_MV,
    REST_TRIAL_MS,
    REST_TRIAL_STEP_US,
)
from remyelin.fibre.solvers.full import resting_state, simulate_full
from remyelin.fibre.solvers.packing import reducible
from remyelin.fibre.stimulation.stimulus import Pulse


@dataclass(frozen=True, slots=True)
class Errors:
    """Relative errors of a conduction velocity; they add up.

    Attributes
    ----------
    velocity : float
        m/s, as :func:`conduct` gives it.
    step : float
        Error of the time step against a step so small that it no longer matters.
    reduction : float
        Error of the reduced internode against all compartments; 0 for a fibre that is not reduced.
    grid : float
        Error of the internode's grid against one that no longer matters. On the published grid this
        is the price of comparability, not a fault of the solver.

    Examples
    --------
    >>> from remyelin.fibre import Errors
    >>> Errors(velocity=-0.002, step=-0.001, reduction=-0.0005, grid=-0.0005).velocity
    -0.002
    """

    velocity: float
    step: float
    reduction: float
    grid: float


def errors(
    fibre: Fibre, *, step: float = DEFAULT_STEP_US, pulse: Pulse | None = None, duration: float | None = None
) -> Errors:
    """Measure the three errors of a fibre's velocity by computing it again, better.

    Parameters
    ----------
    fibre : Fibre
        One that conducts.
    step, pulse, duration
        As for :func:`conduct`.

    Returns
    -------
    Errors

    Raises
    ------
    InputError
        If the impulse does not get through.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import errors, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> found = errors(fibre)
    >>> abs(found.step) < 0.05
    True
    """

    a_fibre(fibre, "errors")
    step_us(step, "errors")

    def velocity(of: Fibre, at: float, full: bool = False) -> float:
        result = conduct(
            of,
            pulse=pulse,
            duration=duration,
            step=at,
            solver="full" if full else "auto",
            precision="double",
            window=False,
        )
        value = float(result["velocity"].values[0])
        if not np.isfinite(value):
            raise InputError(f"{of.model} {of.diameter:g} um does not conduct, so its velocity has no error.")
        return value

    given = velocity(fibre, step)
    fine, finer = velocity(fibre, step / 2**2), velocity(fibre, step / 2**2 / 2)
    exact = finer + (finer - fine) / (2**2 - 1)  # the scheme is of second order
    whole = velocity(fibre, step, full=True) if reducible(fibre) else given
    factors = [max(1, -(-best // now)) for best, now in zip(REFERENCE_GRID, fibre.grid, strict=True)]
    converged = velocity(refine(fibre, *factors), step)
    return Errors(given, given / exact - 1, given / whole - 1, given / converged - 1)


def rests(fibre: Fibre) -> bool:
    """Whether a fibre left alone stays at rest: a slight displacement of all of it does not grow.

    Parameters
    ----------
    fibre : Fibre

    Returns
    -------
    bool
        False for one that depolarises or fires by itself, as bare axolemma with the node's persistent
        sodium does.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import rests, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 5, ledger=ledger)
    >>> rests(fibre)
    True
    """
    inside, around = resting_state(fibre)
    everywhere = np.arange(fibre.n_compartments)
    run = simulate_full(
        fibre,
        (),
        REST_TRIAL_MS,
        step=REST_TRIAL_STEP_US,
        start=(inside + REST_KICK_MV, around),
        record=everywhere,
        every=round(1 / (REST_TRIAL_STEP_US * MS_PER_US)),
    )
    return bool(np.max(np.abs(run.potential - (inside - around))) < REST_STRAY_MV)
