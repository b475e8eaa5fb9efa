"""Bouts of inward current at a node: the largest of the first impulse, and when it flowed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from remyelin.base.jit import compiled


class Bouts(NamedTuple):
    """Largest inward current of each place, with the currents one step before and after it.

    Arrays of one number a place: `best`, `before`, `after` and `last` are currents, `when` the step of the largest (-1
    where there was none), `fired` whether the place was depolarised then, `done` whether current has flowed outwards
    since.
    """

    best: Any
    before: Any
    after: Any
    last: Any
    when: Any
    fired: Any
    done: Any


@compiled
def no_bouts(places: int) -> Bouts:
    """Return the state before the first step."""
    return Bouts(
        np.zeros(places),
        np.zeros(places),
        np.zeros(places),
        np.zeros(places),
        np.full(places, -1),
        np.zeros(places, dtype=np.bool_),
        np.zeros(places, dtype=np.bool_),
    )


@compiled
def follow(bouts: Bouts, k: int, now: int, inward: float, depolarised: bool) -> None:
    """Take the inward current of place `k` at step `now`."""
    if bouts.when[k] == now - 1:
        bouts.after[k] = inward
    # A later bout of inward current replaces an earlier one only if it dwarfs it.
    if inward > bouts.best[k] * (2.0 if bouts.done[k] else 1.0):
        bouts.best[k] = inward
        bouts.before[k] = bouts.last[k]
        bouts.when[k] = now
        bouts.after[k] = inward
        bouts.done[k] = False
        if depolarised:
            bouts.fired[k] = True
    if inward < 0.0:
        bouts.done[k] = True
    bouts.last[k] = inward


@compiled
def peak_time(before: float, best: float, after: float, when: float, step: float) -> float:
    """Return the time of the peak of a parabola through three currents, the middle one of step `when`.

    The current belongs to the middle of its step.
    """
    bend = before - 2.0 * best + after
    shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return (when + 0.5 + min(max(shift, -0.5), 0.5)) * step
