"""Rows and records of the driven kernel: its input, its output, its end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# fmt: off
FIELDS = (
    # state
    "v", "m", "h", "p", "s", "delta", "pivot", "pull", "carry", "half", "earlier", "drive", "position", "ionic",
    "slope",
    # parameters: table position at rest, distance to the reversals, conductances, constants, links
    "origin", "sodium", "potassium", "leak", "constant", "naf", "nap", "ks", "diagonal", "off",
    "left_left", "left_right", "right_right",
)
WATCH_FIELDS = (
    "level", "previous", "count", "best", "before", "after", "last", "when", "done", "fired", "peak",
)
# fmt: on
STATE_FIELDS = ("y", "decay", "left", "right")


def row_size(states: int) -> int:
    """Return the number of fields of a row."""
    return len(FIELDS) + len(STATE_FIELDS) * states


def field(name: str) -> int:
    """Return the position of a field within a row."""
    return FIELDS.index(name)


def state_field(name: str, states: int) -> slice:
    """Return where the numbers of all states lie within a row."""
    first = len(FIELDS) + states * STATE_FIELDS.index(name)
    return slice(first, first + states)


class Waves(NamedTuple):
    """The course of the sources over the steps of one call.

    ``value`` (sources, steps, 1 or lanes) times ``gain`` (sources, lanes); ``damped`` (steps,) says which steps
    follow a jump.
    """

    value: NDArray[np.floating]
    gain: NDArray[np.floating]
    damped: NDArray[np.bool_]


class Watch(NamedTuple):
    """Rows whose impulses are followed.

    ``rows`` (k, lanes) uint64; ``fields`` (k, lanes, fields) float64 of :data:`WATCH_FIELDS`; ``times`` (k, lanes,
    most) float64 holds when the level was crossed, in steps.
    """

    rows: NDArray[np.uint64]
    fields: NDArray[np.float64]
    times: NDArray[np.float64]


class Keep(NamedTuple):
    """Recording every so many steps.

    ``rows`` (r, lanes) uint64: potential, gates and states of these rows go to ``potential`` (samples, r, lanes),
    ``gates`` (samples, r, gates, lanes) and ``states`` (samples, r, states, lanes), the last two only if they have
    samples.
    ``leads`` (electrodes, (rows + 2) * (1 + states) * lanes), flat from row 0 on: what node and states add to each
    electrode, summed into ``field`` (samples, electrodes, lanes).
    """

    every: int
    rows: NDArray[np.uint64]
    potential: NDArray[np.floating]
    gates: NDArray[np.floating]
    states: NDArray[np.floating]
    leads: NDArray[np.floating]
    field: NDArray[np.floating]


class Stop(NamedTuple):
    """Conditions under which a call ends before its steps are over.

    ``look``: steps between looks; ``arrival``: position in the watch whose first impulse ends a lane, -1 for
    none; ``quiet``: a lane is over, too, when it has deviated from rest by less (mV) at ``still`` looks in a row,
    the first of them no earlier than step ``after``; 0 for never.
    """

    look: int
    arrival: int
    quiet: float
    still: int
    after: int
