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


@compiled
def _series(coefficients: tuple[float, ...], x: float) -> float:
    """Return a polynomial, its highest power first."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


@compiled
def _relaxed(
    step: Array, rate: Array, start: Array, end: Array, middle: Array, bowed: bool, initial: float
) -> Array:
    """Return :func:`relax`; `middle` counts where the target is `bowed`.

    The weight of a straight target's end is 1 - (1 - exp(-x)) / x; that of its bow, 4 s (1 - s) over a step, is
    4 (x - 2 + (x + 2) exp(-x)) / x**2. Both cancel in short steps, where rounding would make a state negative, and are
    taken by their series.
    """
    values = np.empty(step.size + 1)
    values[0] = initial
    for i in range(step.size):
        x = step[i] * rate[i]
        gone = -np.expm1(-x)
        decay = 1.0 - gone
        short = x < BOW_SERIES_BELOW
        late = x * _series(LATE_SERIES, x) if short else 1.0 - gone / x
        gain = (gone - late) * start[i] + late * end[i]
        if bowed:
            bow = x * _series(BOW_SERIES, x) if short else (x - 2.0 + (x + 2.0) * decay) / (x * x)
            gain += 2 * 2 * bow * (middle[i] - 0.5 * (start[i] + end[i]))
        values[i + 1] = decay * values[i] + gain
    return values


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
    rates = rate if isinstance(rate, np.ndarray) else np.full(step.size, rate)
    curve = start if middle is None else middle
    return _relaxed(step, rates, start, end, curve, middle is not None, initial)


def handed_on(step: Array, first: float, second: float) -> Array:
    """Return the share of a pool found in the next one after each step.

    The first pool empties into the second at rate `first`; the second empties at rate `second`
    (the Bateman function, also where the rates are equal).
    """
    slow, gap = min(first, second), abs(first - second)
    return first * step * np.exp(-slow * step) * mean_decay(gap * step)
