"""Segments side by side, each with its rates and drive: from health, or another start, to the wanted times."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError, SimulationError, nearest
from remyelin.myelin import equations
from remyelin.myelin.chebyshev import coefficients
from remyelin.myelin.settings import (
    BRANCHES_AT_MOST,
    FIRST_STEP,
    MAX_STEPS,
    MYELIN_ATOL,
    MYELIN_BLOCK,
    MYELIN_RTOL,
    NEGLIGIBLE,
    RATE_MARGIN,
    RKC_ORDER,
    STEP_GROW,
    STEP_SAFETY,
    STEP_SHRINK,
)

CONTROL: Final = (
    RATE_MARGIN,
    float(RKC_ORDER),
    MYELIN_RTOL,
    MYELIN_ATOL,
    STEP_SAFETY,
    STEP_SHRINK,
    STEP_GROW,
    FIRST_STEP,
    MAX_STEPS,
)
"""Numbers of the step control, in the order of :func:`remyelin.myelin.equations.integrate`."""


def keeping(
    times: NDArray[np.float64], keep: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the times to keep and, for every time, its place among them or -1."""
    if keep is None:
        return times, np.arange(times.size)
    kept = np.unique(np.asarray(keep, dtype=np.float64))
    unknown = kept[~np.isin(kept, times)]
    if kept.size == 0 or unknown.size:
        wrong = f"{unknown[0]:g} is not one" if unknown.size else "none is given"
        raise InputError(f"keep takes times of the drive, and {wrong}.")
    return kept, np.where(np.isin(times, kept), np.searchsorted(kept, times), -1)


def follow(
    times: NDArray[np.float64],
    inputs: NDArray[np.float64],
    driven: NDArray[np.int64],
    rates: NDArray[Any],
    start: NDArray[np.float64],
    kept: NDArray[np.int64],
    names: Sequence[str],
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Integrate all cases, in blocks side by side; those that are alike in everything once.

    Cases that differ in their drive alone are followed once up to the time at which their drives part, as the plans
    of a person are up to the first dose. Results are the same to the last bit.

    Parameters
    ----------
    times, inputs, driven, rates, start, kept
        As :func:`remyelin.myelin.equations.integrate`.
    names : sequence of str
        Of the segments, which the cases are over and over again.
    threads : int, optional
        Blocks followed at once.

    Returns
    -------
    (case, kept, states) array

    Raises
    ------
    SimulationError
        If a case needs more steps than :data:`remyelin.MAX_STEPS`.
    """
    workers = threads if threads is not None else (os.cpu_count() or 1)
    if workers < 1:
        raise InputError(f"threads is {workers}; give 1 or more.")
    alike: dict[tuple[int, bytes, bytes], int] = {}
    which = [
        alike.setdefault((drive, own.tobytes(), begin.tobytes()), len(alike))
        for drive, own, begin in zip(driven.tolist(), rates, start, strict=True)
    ]
    first = np.unique(which, return_index=True)[1]
    cases = _Cases(times, inputs, driven[first], rates[first], start[first])
    branches = _branches(cases)
    if branches:
        out, failed = _from_trunks(cases, branches, kept, workers)
    else:
        out, _, failed = cases.integrated(kept, workers)
    if failed >= 0:
        raise SimulationError(
            f"myelin of segment {names[first[failed] % len(names)]!r} could not be followed in "
            f"{MAX_STEPS} steps; check the drive and the rates."
        )
    return out if len(first) == len(which) else out[which]


@dataclass(frozen=True, slots=True, eq=False)
class _Cases:
    """Cases as :func:`remyelin.myelin.equations.integrate` takes them; `begun` where they go on from a trunk."""

    times: NDArray[np.float64]
    inputs: NDArray[np.float64]
    driven: NDArray[np.int64]
    rates: NDArray[Any]
    start: NDArray[np.float64]
    begun: NDArray[np.float64] | None = None

    def integrated(
        self, kept: NDArray[np.int64], workers: int, *, trunk: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
        """Return the states at the times kept, the states from which a branch continues, and the failed case or -1."""
        count, states = self.start.shape
        out = np.empty((count, kept.max() + 1, states))
        going = np.empty((count, out.shape[1] if trunk else 0, states + 1))
        begun = np.zeros((count, states + 1)) if self.begun is None else self.begun

        def block(begin: int) -> int:
            part = slice(begin, begin + MYELIN_BLOCK)
            failed = equations.integrate(
                self.times,
                self.inputs,
                self.driven[part],
                self.rates[part],
                self.start[part],
                kept,
                coefficients(),
                *CONTROL,
                begun[part],
                out[part],
                going[part],
            )
            return begin + failed if failed >= 0 else -1

        begins = range(0, count, MYELIN_BLOCK)
        if workers == 1 or len(begins) == 1:
            failures = [block(begin) for begin in begins]
        else:
            with ThreadPoolExecutor(min(workers, len(begins))) as pool:
                failures = list(pool.map(block, begins))
        return out, going, min((failed for failed in failures if failed >= 0), default=-1)


def _branches(cases: _Cases) -> dict[int, tuple[int, int]]:
    """Return the trunk of a case, and the time at which it leaves it, of all that have one.

    Cases of the same rates and start share a trunk: the one whose drive agrees longest with the others.
    """
    groups: dict[tuple[bytes, bytes], list[int]] = {}
    for number, (own, begin) in enumerate(zip(cases.rates, cases.start, strict=True)):
        groups.setdefault((own.tobytes(), begin.tobytes()), []).append(number)
    found: dict[int, tuple[int, int]] = {}
    known: dict[tuple[int, ...], tuple[int, NDArray[np.int64]]] = {}
    for members in groups.values():
        drives = tuple(cases.driven[members].tolist())
        if not 1 < len(drives) <= BRANCHES_AT_MOST:
            continue
        if drives not in known:
            own = cases.inputs[list(drives)]
            same = (own[:, None] == own[None, :]).all(axis=-1)
            agree = np.where(same.all(axis=-1), same.shape[-1], same.argmin(axis=-1))
            trunk = int(agree.sum(axis=1).argmax())
            known[drives] = trunk, agree[trunk]
        trunk, agree = known[drives]
        for place, number in enumerate(members):
            if place != trunk and agree[place] > 1:
                found[number] = members[trunk], int(agree[place]) - 1
    return found


def _from_trunks(
    cases: _Cases, branches: Mapping[int, tuple[int, int]], kept: NDArray[np.int64], workers: int
) -> tuple[NDArray[np.float64], int]:
    """Return the states at the times kept, branches followed from where they leave their trunk."""
    whole = np.array([number for number in range(len(cases.driven)) if number not in branches])
    leaving: dict[int, list[int]] = {}
    for number, (_, time) in branches.items():
        leaving.setdefault(time, []).append(number)
    # trunks are kept where a branch leaves them as well
    wanted = np.union1d(np.flatnonzero(kept >= 0), list(leaving))
    place = np.full(kept.size, -1)
    place[wanted] = np.arange(wanted.size)
    trunks = _Cases(cases.times, cases.inputs, cases.driven[whole], cases.rates[whole], cases.start[whole])
    states, going, failed = trunks.integrated(place, workers, trunk=True)
    if failed >= 0:
        return states, int(whole[failed])
    row = {int(number): at for at, number in enumerate(whole)}
    out = np.empty((len(cases.driven), kept.max() + 1, states.shape[-1]))
    out[whole] = states[:, place[kept >= 0]]
    for time, numbers in leaving.items():
        own = np.array([row[branches[number][0]] for number in numbers])
        before = place[:time][kept[:time] >= 0]
        out[numbers, : before.size] = states[own][:, before]
        later = np.where(kept[time:] < 0, -1, kept[time:] - before.size)
        if later.max() < 0:
            continue
        part = _Cases(
            cases.times[time:],
            np.ascontiguousarray(cases.inputs[:, time:]),
            cases.driven[numbers],
            cases.rates[numbers],
            states[own, place[time]],
            going[own, place[time]],
        )
        after, _, failed = part.integrated(later, workers)
        if failed >= 0:
            return out, numbers[failed]
        out[numbers, before.size :] = after
    return out, -1


def beginning(rates: NDArray[Any], start: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Return the state of each case at the first time."""
    state = healthy(rates)
    for name, value in (start or {}).items():
        if name not in equations.STATES:
            raise InputError(f"start has no state {name!r}; {nearest(name, equations.STATES)}")
        if not 0.0 <= value <= 1.0:
            raise InputError(f"start of {name} is {value}; give a share from 0 to 1.")
        state[:, equations.STATES.index(name)] = value
    sheaths = state[:, [equations.INTACT, equations.VACUOLATED, equations.BARE, equations.REMYELINATED]].sum(
        axis=1
    )
    if (abs(sheaths - 1.0) > MYELIN_ATOL).any():
        raise InputError("start: intact, vacuolated, bare and remyelinated internodes must sum to 1.")
    return state


def healthy(rates: NDArray[Any]) -> NDArray[np.float64]:
    """Return the state of rest of each segment: every sheath intact, cells at their resting supply.

    Parameters
    ----------
    rates : (case,) array of RATES
        Rates of each case.

    Returns
    -------
    (case, states) array
        A steady state under full methylation and no toxin.
    """
    state = np.zeros((rates.size, len(equations.STATES)))
    on = rates["supply_on"] * rates["erk_rest"]
    off = rates["supply_off"] * (1.0 - rates["erk_rest"])
    state[:, equations.INTACT] = 1.0
    state[:, equations.ERK] = rates["erk_rest"]
    state[:, equations.SUPPLY] = on / (on + off)
    state[:, equations.SURVIVORS] = 1.0
    return state


def shares(states: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return shares, thickness and length by name, arrays (...), from the states (..., states of the kernel)."""
    # An explicit step may leave 0 to 1 by less than its tolerance: a drive that falls within it overshoots.
    states = np.clip(states, 0.0, None)
    share = {name: states[..., index] for index, name in enumerate(equations.STATES)}
    bare, new = share["bare"], share["remyelinated"]
    values = {name: np.minimum(share[name], 1.0) for name in ("intact", "vacuolated", "bare", "remyelinated")}
    values["thickness"] = _mean(share["thickness_sum"], new)
    values["internode_length"] = _mean(share["length_sum"], new)
    values["channel_redistribution"] = _mean(share["channel_sum"], bare)
    values["axons"] = share["survivors"] + share["regrown"]
    return values | {name: share[name] for name in ("debris", "erk", "supply", "balance")}


def _mean(total: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return total over share, zero where there is (next to) none of it."""
    present = share > NEGLIGIBLE
    return np.where(present, np.minimum(total / np.where(present, share, 1.0), 1.0), 0.0)
