r"""Expected conduction of the fibres of a run of nerve, in closed form.

The fibres are those of :mod:`remyelin.nerve.conduction.lines`. In a slice of nerve whose internodes are lesioned with
share :math:`L`, those of a fibre of frailty :math:`f` are with share :math:`1 - (1 - L)^f`.

A fibre is a row of stretches of :math:`r` internodes, the length of a lesion, that are vacuolated, bare or remyelinated
together, independently of the other stretches, with shares :math:`p`. In a run of neighbours in one state the first
internode costs :math:`e_1`, the next two :math:`e_2` and each beyond :math:`e_3`, so that the expected excess per
stretch of three or more is :math:`p (1 - p) (e_1 + 2 e_2 + (r - 3) e_3) + p^2 r e_3`. With :math:`b` the share of
stretches that block, the fibre conducts with probability :math:`\exp(-\Lambda)`,
:math:`\Lambda = -\sum m \ln(1 - b)` over :math:`m` stretches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError
from remyelin.base.jit import compiled
from remyelin.catalogue.segments import SEGMENTS
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.damage import SEVERITY, Damage
from remyelin.nerve.conduction.lines import Line, Spread
from remyelin.nerve.conduction.tables import Tables, costs, warmed
from remyelin.nerve.settings import NERVE_MAX_SHARE, NERVE_SHARE_SLACK, NERVE_TABLE_RUN

LESIONS = ("vacuolated", "bare", "remyelinated")
STATES = (
    "vacuolated",
    "bare",
    "remyelinated",
    "thickness",
    "internode_length",
    "channel_redistribution",
    "axons",
)
"""Variables of a segment that conduction depends on, as :func:`remyelin.myelin.simulate` returns them."""


@dataclass(frozen=True, slots=True, eq=False)
class Volley:
    """Arrival of a volley along a line, by fibre (..., k).

    Attributes
    ----------
    line : Line
    conducted : array
        Chance that the fibre is alive and its impulse arrives.
    excess : array
        Expected delay over healthy, should it arrive, ms.
    variance : array
        Of that delay, ms2.
    axons : (...) array
        Surviving share.
    ectopic : (...) array
        Share of internodes, on surviving axons, that can fire by themselves.
    """

    line: Line
    conducted: Array
    excess: Array
    variance: Array
    axons: Array
    ectopic: Array

    @property
    def arrival(self) -> Array:
        """Expected conduction time of the fibres, ms, shape (..., k)."""
        return self.line.healthy + self.excess


def states_of(states: xr.Dataset) -> Mapping[str, Array]:
    """Return the myelin state as arrays (..., segment) in the order of the anatomy.

    Raises
    ------
    InputError
        If a segment or variable is missing, or a share is not between 0 and 1.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> sorted(nerve.states_of(nerve.intact(person, ledger)))[:3]
    ['axons', 'bare', 'channel_redistribution']
    """
    wanted = [part.segment for part in SEGMENTS]
    if "segment" not in states.coords:
        raise InputError("the myelin state has no segments; give the result of remyelin.myelin.simulate.")
    known = [str(name) for name in states["segment"].to_numpy()]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise InputError(f"the myelin state lacks the segment {missing[0]!r}; see remyelin.nerve.segments.")
    order = [known.index(name) for name in wanted]
    arrays = {}
    for name in STATES:
        if name not in states:
            raise InputError(f"the myelin state lacks {name!r}; give the result of remyelin.myelin.simulate.")
        array = states[name].transpose(..., "segment").to_numpy()[..., order]
        if not np.all((array >= -NERVE_SHARE_SLACK) & (array <= 1 + NERVE_SHARE_SLACK)):
            raise InputError(f"{name} of the myelin state must lie between 0 and 1 in every segment.")
        arrays[name] = np.clip(array, 0, 1)
    return arrays


def volley(line: Line, states: Mapping[str, Array], tables: Tables, spread: Spread) -> Volley:
    """Return the arrival of a synchronous volley along a line, given the state of its segments.

    Parameters
    ----------
    line : Line
    states : mapping of str to (..., segment) array
        See :func:`states_of`.
    tables : Tables
    spread : Spread

    Returns
    -------
    Volley
    """
    return passing(line, Damage.of(states, tables, spread.thickness, spread.lengths))


def passing(line: Line, damage: Damage) -> Volley:
    """Return :func:`volley` of a state prepared once for all the lines of a person."""
    lead, parts = damage.axons.shape[:-1], damage.axons.shape[-1]
    axons, firing = damage.axons.reshape(-1, parts), damage.firing.reshape(-1, parts)
    states, fibres = len(axons), line.internodes.shape[1]
    conducted = np.empty((states, fibres))
    mean, variance = np.empty_like(conducted), np.empty_like(conducted)
    alive, ectopic = np.empty(states), np.empty(states)
    _expect(
        damage.free.reshape(len(SEVERITY), -1, parts),
        damage.redistributed.reshape(-1, parts),
        damage.weights.reshape(-1, parts, damage.weights.shape[-1]),
        axons,
        firing,
        damage.lesion.reshape(states, -1),
        line.slices.segment,
        line.slices.length,
        line.compartment,
        line.longest,
        line.column,
        line.row,
        line.tables.vacuolated,
        line.tables.bare,
        line.tables.remyelinated,
        line.fibres.frailty,
        line.internodes,
        line.count,
        NERVE_TABLE_RUN,
        NERVE_MAX_SHARE,
        conducted,
        mean,
        variance,
        alive,
        ectopic,
    )
    shape = (*lead, fibres)
    return Volley(
        line,
        conducted.reshape(shape),
        mean.reshape(shape),
        variance.reshape(shape),
        alive.reshape(lead),
        ectopic.reshape(lead),
    )


@compiled
def _expect(
    free: Any,
    redistributed: Any,
    weights: Any,
    axons: Any,
    firing: Any,
    lesion: Any,
    place: Any,
    length: Any,
    compartment: Any,
    longest: Any,
    column: Any,
    row: Any,
    vacuolated: Any,
    bare: Any,
    remyelinated: Any,
    frailty: Any,
    internodes: Any,
    count: Any,
    short: int,
    most: float,
    conducted: Any,
    mean: Any,
    variance: Any,
    alive: Any,
    ectopic: Any,
) -> None:
    """Add up block, delay and its variance over the slices (s) of a line, for every state (d) and fibre (k).

    `free` is (3, d, segment), from the worst lesion to the least; `lesion` (d, compartment) the length of one;
    `place`, `compartment` and `column` (s) are the segment of a slice, its compartment and its temperature, `row`
    (s, k) the diameter there, as fractional indices of the tables; costs are first, further, alone and in a run.
    """
    stretches, runs = np.empty_like(internodes), np.empty_like(internodes)
    share = np.empty((free.shape[0], frailty.size))
    cost = np.empty((free.shape[0], vacuolated.shape[2], vacuolated.shape[0]))
    # the tables at the temperatures of the line, once for all states
    warmth = np.zeros(place.size, dtype=np.int64)
    for s in range(1, place.size):
        warmth[s] = warmth[s - 1] + (1 if column[s] != column[s - 1] else 0)
    vacuolated_at = np.empty((warmth[-1] + 1, vacuolated.shape[2], vacuolated.shape[0]))
    bare_at = np.empty_like(vacuolated_at)
    remyelinated_at = np.empty(
        (vacuolated_at.shape[0], remyelinated.shape[2], vacuolated.shape[2], vacuolated.shape[0])
    )
    for s in range(place.size):
        if s == 0 or warmth[s] != warmth[s - 1]:
            at = warmth[s]
            warmed(
                column[s],
                vacuolated,
                bare,
                remyelinated,
                vacuolated_at[at],
                bare_at[at],
                remyelinated_at[at],
            )
    hazard = np.empty(frailty.size)
    blocked, late, square = np.empty_like(hazard), np.empty_like(hazard), np.empty_like(hazard)
    # the compiler makes vectors of loops whose indices cannot be negative
    low = np.empty(frailty.size, dtype=np.uint64)
    far, run = np.empty_like(hazard), np.empty_like(hazard)
    for d in range(free.shape[1]):
        same = d > 0
        for c in range(lesion.shape[1]):
            same = same and lesion[d, c] == lesion[d - 1, c]
        if not same:
            for s in range(place.size):
                along = length[s] / min(lesion[d, compartment[s]], longest[s])
                for k in range(frailty.size):
                    stretches[s, k] = min(internodes[s, k], along)
                    runs[s, k] = internodes[s, k] / stretches[s, k]
        # a loop, not slices: the compiler takes seconds for the errors an assignment of a slice can raise
        for k in range(frailty.size):
            hazard[k], mean[d, k], variance[d, k] = 0.0, 0.0, 0.0
        alive[d], ectopic[d] = axons[d, place[0]], 0.0
        known = -1
        for s in range(place.size):
            j = place[s]
            alive[d] = min(alive[d], axons[d, j])
            ectopic[d] += count[s] * firing[d, j]
            if free[2, d, j] == 0.0:
                continue  # no lesion at all
            if j != known or warmth[s] != warmth[s - 1]:
                at = warmth[s]
                costs(
                    weights[d, j],
                    redistributed[d, j],
                    vacuolated_at[at],
                    bare_at[at],
                    remyelinated_at[at],
                    cost,
                )
            if j != known:
                for k in range(frailty.size):
                    whole = 1.0
                    for i in range(free.shape[0]):
                        left = np.exp(frailty[k] * free[i, d, j])
                        share[i, k] = max(whole - left, 0.0)
                        whole = left
                known = j
            for k in range(frailty.size):
                low[k] = np.uint64(row[s, k])
                far[k] = row[s, k] - low[k]
                run[k] = runs[s, k]
                blocked[k], late[k], square[k] = 0.0, 0.0, 0.0
            for i in range(free.shape[0]):
                _add(
                    share[i],
                    run,
                    low,
                    far,
                    cost[i, 0],
                    cost[i, 1],
                    cost[i, 2],
                    cost[i, 3],
                    cost[i, 4],
                    short,
                    blocked,
                    late,
                    square,
                )
            for k in range(frailty.size):
                n = stretches[s, k]
                mean[d, k] += n * late[k]
                variance[d, k] += n * max(square[k] - late[k] * late[k], 0.0)
                if blocked[k] > 0.0:
                    # log(1 - blocked), also where 1 - blocked is rounded: half the time of log1p
                    shut = min(blocked[k], most)
                    left = 1.0 - shut
                    hazard[k] += n * (np.log(left) * shut / (left - 1.0) if left < 1.0 else shut)
        for k in range(frailty.size):
            conducted[d, k] = alive[d] * np.exp(-hazard[k])
        ectopic[d] *= alive[d]


@compiled
def _add(
    share: Any,
    run: Any,
    low: Any,
    far: Any,
    first: Any,
    further: Any,
    alone: Any,
    together: Any,
    long: Any,
    short: int,
    blocked: Any,
    late: Any,
    square: Any,
) -> None:
    """Add the effect of one lesion on a stretch of `run` internodes of the fibres (k) of a slice.

    Costs stand by diameter. Of an internode and a part the part stands for the chance of a second one.
    """
    for k in range(share.size):
        p, b, m = share[k], far[k], low[k]
        a, above = 1.0 - b, m + np.uint64(1)
        one, two = p * (1.0 - p), p * p
        more = run[k] - 1.0
        joined = min(more, 1.0)
        open_two = a * together[m] + b * together[above]
        open_one = (1.0 - joined) * (a * alone[m] + b * alone[above]) + joined * open_two
        blocked[k] += one * (1.0 - open_one) + two * (1.0 - open_two)
        single, many = one * open_one, two * open_two
        near, beyond = min(more, short - 1.0), max(more - short + 1.0, 0.0)
        next_one, far_one = a * further[m] + b * further[above], a * long[m] + b * long[above]
        rest = near * next_one + beyond * far_one
        # A stretch after one in the same state goes on with its run, of which fewer are near the first.
        close = min(max(short - run[k], 0.0), run[k])
        delay = a * first[m] + b * first[above] + rest
        next_delay = close * next_one + (run[k] - close) * far_one
        late[k] += single * delay + many * next_delay
        square[k] += single * delay * delay + many * next_delay * next_delay


def frail(shares: Mapping[str, Array], frailty: Array) -> dict[str, Array]:
    """Return the shares of lesioned internodes in fibres of given frailty.

    A fibre of frailty f keeps a share :math:`(1 - L)^f` of internodes free of lesions that a share L of all has;
    taken from the worst lesion to the least, so that more of a lesser one never hides a worse.
    """
    found: dict[str, Array] = {}
    worse = np.zeros(())
    free = np.ones(())
    for name in SEVERITY:
        worse = worse + shares[name]
        left = np.exp(frailty * np.log1p(-np.minimum(worse, NERVE_MAX_SHARE)))
        found[name] = free - left
        free = left
    return found
