"""Pairs of stimuli: a conditioning one, and a test whose impulse may or may not come on top of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import MS_PER_US
from remyelin.fibre.protocols.crossings import spike_times
from remyelin.fibre.protocols.preparation import Preparation
from remyelin.fibre.settings import LANES, PAIR_IMPULSES
from remyelin.fibre.solvers.driven import Block
from remyelin.fibre.solvers.driven_rows import Prepared
from remyelin.fibre.solvers.trials import damped
from remyelin.fibre.stimulation.sources import AnySource, AnyWaveform, delayed, scaled, unit_stimuli
from remyelin.fibre.stimulation.stimulus import Stimulus

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Later:
    """Courses of conditioning and test sources from the step `begin` on, and which of these steps are damped."""

    begin: int
    waves: Array
    damped: NDArray[np.bool_]


class Pair:
    """A conditioning stimulus of fixed strength, and tests at any interval and strength after it.

    An impulse is an upward crossing of half the height of the conditioning one at the node of detection.

    Parameters
    ----------
    preparation : Preparation
    source : Source, function of the fibre, or tuple of Source
    waveform : Waveform or tuple of Waveform
        Of both stimuli.
    strength : float
        Amplitude of the conditioning stimulus.
    first : float
        ms within which the conditioning impulse passes the node of detection.
    last : float
        Latest time that will be looked at, ms.
    intervals : sequence of float
        Of tests to come, ms, as far as they are known.
    """

    __slots__ = (
        "_courses_from", "_patterns", "_preparation", "_source", "_states", "_stimuli", "_strength", "_used",
        "_waveform", "alone", "level",
    )  # fmt: skip

    def __init__(
        self,
        preparation: Preparation,
        source: AnySource,
        waveform: AnyWaveform,
        strength: float,
        first: float,
        last: float,
        intervals: Sequence[float] = (),
    ) -> None:
        self._preparation, self._source, self._waveform = preparation, source, waveform
        self._strength = strength
        self._states: dict[float, tuple[Any, ...]] = {}  # the conditioned fibre at intervals seen before
        self._courses_from: dict[tuple[float, float], _Later] = {}
        self._used: Block | None = None  # the block in which tests go on
        self._stimuli = unit_stimuli(preparation.fibre, source, waveform)
        self._patterns = preparation.patterns(self._stimuli)
        #: Half the height of the conditioning impulse, mV.
        self.level = 0.0
        #: Times at which the conditioning stimulus alone gives impulses, ms.
        self.alone = np.zeros(0)
        self._measure(first, last, sorted(set(intervals)))

    def _measure(self, first: float, last: float, intervals: Sequence[float]) -> None:
        reduced = self._preparation.reduced
        if reduced is not None:
            block = self._block(reduced)
            self._advance(block, first, [])
            arrived = bool(np.isfinite(block.arrival[0, 0]))
            at = reduced.nodes[self._preparation.at]
            self.level = float(reduced.rest[at] + 0.5 * max(block.peak[0, 0], 0.0))
            if arrived:
                block = self._block(reduced)
                self._advance_to(block, intervals)
                self._advance(block, last, [])
                self.alone = block.times[0, 0][np.isfinite(block.times[0, 0])]
            return
        trace, time, arrived = self._in_full(last, [])
        self.level = 0.5 * float(trace[0] + trace.max())
        if arrived:
            self.alone = spike_times(time, trace, self.level)

    def added(self, asked: Sequence[tuple[float, float, float]], threads: int = 1) -> list[bool]:
        """Return whether tests add an impulse to those of the conditioning stimulus alone.

        Parameters
        ----------
        asked : sequence of (interval, amplitude, end)
            Start of the test after the start of the conditioning stimulus, ms; amplitude; until when impulses
            count, ms.
        threads : int

        Returns
        -------
        list of bool
        """
        expected = [int(np.count_nonzero(self.alone <= end)) for _, _, end in asked]
        reduced = self._preparation.reduced
        if reduced is None:
            with ThreadPoolExecutor(threads) as pool:
                counts = list(pool.map(lambda one: self._count_in_full(*one), asked))
            return [count > own for count, own in zip(counts, expected, strict=True)]
        order = sorted(range(len(asked)), key=lambda i: (asked[i][0], asked[i][2], i))
        intervals = sorted({interval for interval, _, _ in asked})
        found = [False] * len(asked)
        if len(intervals) <= len(asked) // 2:
            # Tests go on from where the conditioning impulse has left the fibre. Those that damp the same steps from
            # there on share a block, whatever their intervals.
            self._condition(reduced, intervals)
            alike: dict[bytes, list[int]] = {}
            for i in order:
                marked = np.flatnonzero(self._later(asked[i][0], asked[i][2]).damped)
                alike.setdefault(marked.tobytes(), []).append(i)
            groups, run = list(alike.values()), self._continued
        else:
            groups, run = [order], self._whole
        for group in groups:
            for start in range(0, len(group), LANES):
                lanes = group[start : start + LANES]
                times = run(reduced, [asked[i] for i in lanes])
                for i, own in zip(lanes, times, strict=False):
                    found[i] = int(np.count_nonzero(own <= asked[i][2])) > expected[i]
        return found

    def _condition(self, reduced: Prepared, intervals: Sequence[float]) -> None:
        """Keep the state in which the conditioning stimulus has left the fibre after intervals."""
        new = [interval for interval in intervals if interval not in self._states]
        if new:
            self._advance_to(self._block(reduced), new)

    def _advance_to(self, block: Block, intervals: Sequence[float]) -> None:
        """Go on from interval to interval and keep the state at each."""
        for interval in intervals:
            self._advance(block, interval, [], whole=False)
            self._states[interval] = block.saved()

    def _later(self, interval: float, end: float) -> _Later:
        """Return the sources of a test from its interval on."""
        if (interval, end) not in self._courses_from:
            step = self._preparation.run.step * MS_PER_US
            begin, last = int(interval / step), int(np.ceil(end / step))
            courses = [*(stimulus.sample for stimulus in self._stimuli), *self._courses(interval)]
            waves = np.array([course(last, step)[begin:] for course in courses])
            self._courses_from[interval, end] = _Later(begin, waves, damped(waves[..., None]))
        return self._courses_from[interval, end]

    def _continued(self, reduced: Prepared, asked: Sequence[tuple[float, float, float]]) -> Array:
        """Run up to eight tests, each from the state at its interval; return their impulses (lanes, most)."""
        if self._used is None:
            self._used = self._block(reduced)
        block, step = self._used, self._preparation.run.step * MS_PER_US
        tests = [asked[min(lane, len(asked) - 1)] for lane in range(LANES)]
        later = [self._later(interval, end) for interval, _, end in tests]
        block.gather([self._states[interval] for interval, _, _ in tests])
        sources, steps = len(self._stimuli), max(len(one.damped) for one in later)
        waves = np.zeros((2 * sources, steps, LANES))
        jumped = np.zeros(steps, dtype=np.bool_)
        gain = np.full((2 * sources, LANES), self._strength)
        for lane, (one, (_, amplitude, _)) in enumerate(zip(later, tests, strict=True)):
            waves[:, : len(one.damped), lane] = one.waves
            jumped[: len(one.damped)] |= one.damped
            gain[sources:, lane] = amplitude
        block.advance(waves, gain, jumped)
        times: Array = block.times[0] + step * np.array([[one.begin] for one in later])
        return times

    def _whole(self, reduced: Prepared, asked: Sequence[tuple[float, float, float]]) -> Array:
        """Run up to eight tests from the beginning; return their impulses (lanes, most)."""
        block = self._block(reduced)
        self._advance(block, max(end for _, _, end in asked), asked)
        times: Array = block.times[0]
        return times

    def _block(self, reduced: Prepared) -> Block:
        """Make a block of one fibre: a conditioning and a test source in every lane."""
        at = int(reduced.nodes[self._preparation.at])
        return Block(
            [reduced] * LANES,
            [(*self._patterns, *self._patterns)] * LANES,
            np.full((1, LANES), at),
            np.full((1, LANES), self.level),
            most=PAIR_IMPULSES,
        )

    def _advance(
        self,
        block: Block,
        until: float,
        asked: Sequence[tuple[float, float, float]],
        whole: bool = True,
    ) -> None:
        """Go on to a time with the conditioning stimulus and a test in each lane; not past it unless `whole`."""
        step = self._preparation.run.step * MS_PER_US
        last = int(np.ceil(until / step)) if whole else int(until / step)
        if last <= block.now:
            return
        sources = len(self._stimuli)
        waves = np.zeros((2 * sources, last - block.now, LANES))
        gain = np.zeros((2 * sources, LANES))
        gain[:sources] = self._strength
        for j, stimulus in enumerate(self._stimuli):
            waves[j] = stimulus.sample(last, step)[block.now :, None]
        seen: dict[float, list[Array]] = {}
        for lane in range(LANES if asked else 0):
            interval, amplitude, _ = asked[min(lane, len(asked) - 1)]
            if interval not in seen:
                seen[interval] = [course(last, step)[block.now :] for course in self._courses(interval)]
            for j, wave in enumerate(seen[interval]):
                waves[sources + j, :, lane] = wave
            gain[sources:, lane] = amplitude
        block.advance(waves, gain, damped(waves))

    def _courses(self, interval: float) -> list[Any]:
        later = unit_stimuli(self._preparation.fibre, self._source, delayed(self._waveform, interval))
        return [stimulus.sample for stimulus in later]

    def _in_full(self, duration: float, more: Sequence[Stimulus]) -> tuple[Array, Array, bool]:
        stimuli = [*(scaled(s, self._strength) for s in self._stimuli), *more]
        at = self._preparation.at
        recording = self._preparation.record(stimuli, duration, (at,))
        return recording.potential[:, 0], recording.time, bool(np.isfinite(recording.arrival[at]))

    def _count_in_full(self, interval: float, amplitude: float, end: float) -> int:
        later = unit_stimuli(self._preparation.fibre, self._source, delayed(self._waveform, interval))
        trace, time, _ = self._in_full(end, [scaled(s, amplitude) for s in later])
        return len(spike_times(time, trace, self.level))
