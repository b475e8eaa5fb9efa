"""Exact solutions of scalar linear equations on a grid, the steps of the cascade.

Every equation of the layer but that of the store is linear in its own state once the states above it are known, so a
course is a few sweeps along one time grid instead of a stiff system: within a step rates are
constant and targets straight lines or parabolas, and the step is then exact for any length. The store loses
a share that depends on the store itself; its sweep is of second order in the step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.cobalamin.settings import BOW_SERIES, BOW_SERIES_BELOW, LATE_SERIES

Array = NDArray[np.float64]


def mean_decay(x: Array) -> Array:
    """Return (1 - exp(-x)) / x, the mean of exp(-s) over 0..x; 1 at 0. `x` is not negative."""
    return np.divide(-np.expm1(-x), x, out=np.ones_like(x), where=x > 0)


@compiled
def scan(decay: Array, gain: Array, initial: float) -> Array:
    """Return y with y[0] = initial and y[i + 1] = decay[i] * y[i] + gain[i]; shape (n + 1,)."""
    values = np.empty(decay.size + 1)
    values[0] = initial
    for i in range(decay.size):
        values[i + 1] = decay[i] * values[i] + gain[i]
    return values


@compiled
def drain(
    step: Array, entering: Array, loss: Array, oxidation: Array, half: float, initial: float
) -> tuple[Array, Array, Array]:
    """Carry a pool along a grid that loses ``loss * S**2 / (S + half) + oxidation * S`` a day.

    What enters during a step is spread evenly over it. The fractional loss of a step is that of the pool halfway
    through it, so the step is of second order, exact for ``half = 0``, and never negative.

    Parameters
    ----------
    step, entering, loss, oxidation : ndarray, shape (n,)
        Lengths of the steps, amounts entering, and rates within each step.
    half, initial : float
        The pool at which half of it can leave; the pool at the first node.

    Returns
    -------
    pool : ndarray, shape (n + 1,)
    spent, converted : ndarray, shape (n,)
        Amounts lost and oxidised during each step.
    """
    pool = np.empty(step.size + 1)
    spent, converted = np.empty(step.size), np.empty(step.size)
    pool[0] = initial
    for i in range(step.size):
        now, dt, gain = pool[i], step[i], entering[i]
        total = now + half
        rate = (loss[i] * now / total if total > 0 else 0.0) + oxidation[i]
        x = 0.5 * rate * dt
        share = -np.expm1(-x) / x if x > 0 else 1.0
        middle = now * np.exp(-x) + 0.5 * gain * share
        total = middle + half
        leaving = loss[i] * middle / total if total > 0 else 0.0
        rate = leaving + oxidation[i]
        x = rate * dt
        share = -np.expm1(-x) / x if x > 0 else 1.0
        gone = now * -np.expm1(-x) + gain * (1.0 - share)
        pool[i + 1] = now * np.exp(-x) + gain * share
        spent[i] = gone * leaving / rate if rate > 0 else 0.0
        converted[i] = gone * oxidation[i] / rate if rate > 0 else 0.0
    return pool, spent, converted


def _late_share(x: Array, gone: Array) -> Array:
    """Return 1 - (1 - exp(-x)) / x, the weight of a straight target's end, by its series where that cancels.

    Rounding there would make a state negative after steps of 1e-16 days. `gone` is 1 - exp(-x).
    """
    share = 1 - np.divide(gone, x, out=np.ones_like(x), where=x > 0)
    small = x < BOW_SERIES_BELOW
    near = x[small]
    share[small] = near * _series(LATE_SERIES, near)
    return share


def _bow_share(x: Array, decay: Array) -> Array:
    """Return the weight of a target's bow, ``4 s (1 - s)`` over a step, in the state at its end.

    ``4 (x - 2 + (x + 2) exp(-x)) / x**2``, by its series where that would cancel. `decay` is exp(-x).
    """
    small = x < BOW_SERIES_BELOW
    safe = np.where(small, 1.0, x)
    share: Array = 2 * 2 * (safe - 2 + (safe + 2) * decay) / (safe * safe)
    near = x[small]
    share[small] = 2 * 2 * near * _series(BOW_SERIES, near)
    return share


def _series(coefficients: tuple[float, ...], x: Array) -> Array:
    """Return a polynomial, its highest power first; most steps are long and need none."""
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value *= x
        value += coefficient
    return value


def relax(
    step: Array, rate: Array | float, start: Array, end: Array, initial: float, middle: Array | None = None
) -> Array:
    """Solve y' = rate (target - y) along a grid.

    Parameters
    ----------
    step : ndarray, shape (n,)
        Lengths of the steps.
    rate : float or ndarray, shape (n,)
        Constant within each step, above 0.
    start, end : ndarray, shape (n,)
        The target at the start and at the end of each step, straight in between.
    initial : float
        y at the first node.
    middle : ndarray, shape (n,), optional
        The target halfway through each step, where it is a curve; then it is a parabola.

    Returns
    -------
    ndarray, shape (n + 1,)
        y at the nodes.
    """
    z = step * rate
    decay = np.exp(-z)
    gone = -np.expm1(-z)
    late = _late_share(z, gone)
    gain = (gone - late) * start + late * end
    if middle is not None:
        gain = gain + _bow_share(z, decay) * (middle - 0.5 * (start + end))
    return scan(decay, gain, initial)


def handed_on(step: Array, first: float, second: float) -> Array:
    """Return the share of a pool found in the next one after each step.

    The first pool empties into the second at rate `first`; the second empties at rate `second`
    (the Bateman function, also where the rates are equal).
    """
    slow, gap = min(first, second), abs(first - second)
    return first * step * np.exp(-slow * step) * mean_decay(gap * step)
