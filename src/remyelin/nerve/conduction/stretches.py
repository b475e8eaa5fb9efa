"""Cache of conduction times across stretches of lesioned internodes, by internode type.

A stretch is a row of internodes between the first and the last lesion of those that feel each other, in one
fibre. It is run once with healthy internodes before and behind; the same stretch in another fibre, nerve or date is
looked up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Library,
    Pulse,
    conduct_assembled,
    enlarged,
    mrg_interpolated,
    reduce_internodes,
)
from remyelin.fibre.settings import DEFAULT_STEP_US, PULSE_MS
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.build_tables import States
from remyelin.nerve.conduction.sampled import INTACT, Ints
from remyelin.nerve.conduction.volley import LESIONS
from remyelin.nerve.settings import (
    NERVE_EXACT_CODE,
    NERVE_EXACT_DIAMETER_UM,
    NERVE_EXACT_LEAD,
    NERVE_EXACT_MS,
    NERVE_EXACT_PAD,
    NERVE_EXACT_THICKNESS,
)

_STRONG = Pulse(duration=2 * PULSE_MS)
_VACUOLATED = LESIONS.index("vacuolated")
_REMYELINATED = LESIONS.index("remyelinated")

Kind = tuple[float, int, float, float]
"""Diameter (um), state, thickness and length (relative) of an internode."""


class Makers:
    """Internodes by the code of their kind, each made and reduced once for all temperatures."""

    __slots__ = ("_ledger", "_library", "_number", "_pairs", "_states")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._states = States(ledger)
        self._number: dict[int, int] = {}
        self._pairs: dict[float, Fibre] = {}
        self._library: Library | None = None

    def numbers(self, codes: Ints) -> Ints:
        """Return the number of each kind in the library, which grows where there are new ones."""
        wanted = codes.tolist()
        new = [code for code in dict.fromkeys(wanted) if code not in self._number]
        if new:
            self._number.update(zip(new, range(len(self._number), len(self._number) + len(new)), strict=True))
            pieces = [self._piece(kind_of(code)) for code in new]
            self._library = (
                reduce_internodes(pieces, step=DEFAULT_STEP_US)
                if self._library is None
                else enlarged(self._library, pieces)
            )
        return np.array([self._number[code] for code in wanted], dtype=np.int64)

    def library(self, temperature: float) -> Library:
        """Return the internodes made so far at a temperature (C)."""
        assert self._library is not None
        return self._library.at(temperature)

    def _piece(self, kind: Kind) -> Fibre:
        diameter, state, thickness, length = kind
        if diameter not in self._pairs:
            self._pairs[diameter] = mrg_interpolated(diameter, 2, grid="converged", ledger=self._ledger)
        pair = self._pairs[diameter]
        if state == _VACUOLATED:
            return self._states.vacuolate(pair, [0])
        if state == _REMYELINATED:
            return self._states.repair(thickness, length)(pair, [0])
        return pair


class Shelf:
    """Conduction times at one temperature: of an intact internode, and of stretches with lesions."""

    __slots__ = ("_crossed", "_intact", "_makers", "failed", "temperature", "time")

    time: Array
    """ms for each internode of the stretches crossed so far, one stretch behind the other."""
    failed: NDArray[np.bool_]
    """Whether the impulse dies there."""

    def __init__(self, temperature: float, makers: Makers) -> None:
        self._makers = makers
        self._intact: dict[int, float] = {}
        self._crossed: dict[bytes, int] = {}
        self.temperature = temperature
        self.time = np.zeros(0)
        self.failed = np.zeros(0, dtype=np.bool_)

    def intact_times(self, numbers: Ints) -> Array:
        """Return the time (ms) of one internode in a uniform fibre of each of these."""
        wanted = numbers.tolist()
        new = [number for number in dict.fromkeys(wanted) if number not in self._intact]
        if new:
            fibres = np.tile(np.array(new)[:, None], 2 * NERVE_EXACT_LEAD + NERVE_EXACT_PAD)
            arrival = self._arrivals(fibres)
            first, last = NERVE_EXACT_LEAD, fibres.shape[1] - NERVE_EXACT_PAD
            time = (arrival[:, last] - arrival[:, first]) / (last - first)
            self._intact.update(zip(new, time.tolist(), strict=True))
        return np.array([self._intact[number] for number in wanted])

    def cross(self, numbers: Ints, plain: Ints, first: Ints, length: Ints) -> Ints:
        """Send the impulse through stretches that have not been crossed before.

        Parameters
        ----------
        numbers, plain : (i,) int arrays
            Internodes of fibres, and the intact ones of the same diameters; one diameter in a stretch.
        first, length : (s,) int arrays
            Where each stretch begins, and how many internodes it has.

        Returns
        -------
        (s,) int array
            Where the first internode of each stretch is in ``time`` and ``failed``.
        """
        known = self._crossed
        new: list[int] = []
        end = len(self.time)
        begin: list[int] = []
        for k, (a, n) in enumerate(zip(first.tolist(), length.tolist(), strict=True)):
            key = numbers[a : a + n].tobytes()
            at = known.setdefault(key, end)
            if at == end:
                new.append(k)
                end += n
            begin.append(at)
        if new:
            time, failed = self._run(numbers, plain, first[new], length[new])
            self.time = np.concatenate([self.time, time])
            self.failed = np.concatenate([self.failed, failed])
        return np.array(begin, dtype=np.int64)

    def _run(self, numbers: Ints, plain: Ints, first: Ints, length: Ints) -> tuple[Array, NDArray[np.bool_]]:
        """Return the time of every internode of stretches, one behind the other, and whether it fails."""
        # By length, so that short ones do not wait for long ones.
        order = np.argsort(length, kind="stable")
        begin = (np.cumsum(length) - length)[order]
        first, length = first[order], length[order]
        lead, tail = NERVE_EXACT_LEAD, NERVE_EXACT_PAD
        rows = np.repeat(np.arange(len(first)), length)
        inside = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        fibres = np.full((len(first), int(length.max()) + lead + tail), -1, dtype=np.int64)
        fibres[:, :lead] = plain[first][:, None]
        fibres[rows, lead + inside] = numbers[first[rows] + inside]
        behind = lead + length[:, None] + np.arange(tail)
        np.put_along_axis(fibres, behind, plain[first + length - 1][:, None], axis=1)
        arrival = self._arrivals(fibres)

        enter, leave = arrival[rows, lead + inside], arrival[rows, lead + inside + 1]
        dead = ~np.isfinite(leave)
        took = np.where(dead, 0.0, leave - np.where(np.isfinite(enter), enter, 0.0))
        time, failed = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.bool_)
        time[begin[rows] + inside] = took
        # An impulse that does not arrive died in the first internode whose end it did not reach.
        reached = np.bincount(rows, ~dead, len(first)).astype(np.int64)
        lost = reached < length
        failed[(begin + reached)[lost]] = True
        # What a lesion costs its healthy neighbours, to both sides, is counted with it.
        # (not up to its last node: an impulse hurries towards a sealed end)
        near, beyond = lead - tail // 2, tail // 2
        own = self.intact_times(plain[first])
        row = np.arange(len(first))
        before = arrival[row, lead] - arrival[row, near] - (lead - near) * own
        after = arrival[row, lead + length + beyond] - arrival[row, lead + length] - beyond * own
        alive = np.isfinite(before) & np.isfinite(after)
        time[begin] += np.where(alive, before, 0.0)
        time[begin + length - 1] += np.where(alive, after, 0.0)
        stopped = np.isfinite(arrival[row, lead + length]) & ~np.isfinite(
            arrival[row, lead + length + beyond]
        )
        failed[(begin + length - 1)[stopped]] = True
        return time, failed

    def _arrivals(self, fibres: Ints) -> Array:
        # A fixed wait, longer than any: what comes of a stretch must not depend on those run with it.
        library = self._makers.library(self.temperature)
        run = conduct_assembled(library, fibres, pulse=_STRONG, duration=NERVE_EXACT_MS)
        return np.asarray(run["arrival"].to_numpy())


def intact(codes: Ints) -> Ints:
    """Return the codes of the intact internodes of the same diameters."""
    of_diameter, of_state, _ = NERVE_EXACT_CODE
    return codes // of_diameter * of_diameter + INTACT * of_state


def kind_of(code: int) -> Kind:
    """Return the kind a code stands for."""
    of_diameter, of_state, of_thickness = NERVE_EXACT_CODE
    diameter, rest = divmod(code, of_diameter)
    state, rest = divmod(rest, of_state)
    thin, pieces = divmod(rest, of_thickness)
    thickness, length = (
        (0.0, 0.0) if not pieces else (float(np.exp(-thin * NERVE_EXACT_THICKNESS)), 1 / pieces)
    )
    return diameter * NERVE_EXACT_DIAMETER_UM, state, thickness, length
