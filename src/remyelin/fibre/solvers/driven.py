"""Fibres side by side under any stimuli: put into the lanes of the driven kernel, advanced, read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import MS_PER_US
from remyelin.fibre.settings import (
    FIRING_DEPOLARISATION,
    GATE_LEAD,
    LANES,
    SPAN_GROWS,
    SPAN_OPEN_MV,
)
from remyelin.fibre.solvers.driven_parts import (
    WATCH_FIELDS,
    Keep,
    Stop,
    Watch,
    Waves,
    field,
    row_size,
)
from remyelin.fibre.solvers.driven_rows import Pattern, Prepared
from remyelin.fibre.solvers.gate_tables import aligned_zeros, gate_lines
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_driven import kernel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Real = type[np.float32] | type[np.float64]


class Block:
    """Fibres of one temperature and one list of channel sets, side by side, advanced together.

    Parameters
    ----------
    fibres : sequence of Prepared
        One per lane, up to LANES, all of one plan and step. Lanes left over repeat the last.
    patterns : sequence of sequence of Pattern
        The sources of each lane, as many for every lane.
    watch : (k, lanes given) int array
        Points whose impulses are followed.
    level : (k, lanes given) float array
        mV: an upward crossing counts as an impulse.
    most : int
        Impulse times kept for each watched point.
    clamped : (lanes given, 2) array, optional
        Point that is held and by what conductance (uS), per lane; its pattern is a source like any other.
    kicked : float
        mV by which every point starts away from rest.
    growing : bool
        Leave out rows that neither a source nor activity has reached yet. What a lane gives then depends, by less
        than a microvolt, on its neighbours.
    real : np.float32 or np.float64
    """

    __slots__ = (
        "_buffer", "_force", "_kicks", "_one", "_prepared", "_rows", "_scratch", "_sources", "_span", "_table",
        "_watch", "lanes", "now",
    )  # fmt: skip

    def __init__(
        self,
        fibres: Sequence[Prepared],
        patterns: Sequence[Sequence[Pattern]],
        watch: NDArray[Any],
        level: NDArray[Any],
        *,
        most: int = 1,
        clamped: NDArray[Any] | None = None,
        kicked: float = 0.0,
        growing: bool = False,
        real: Real = np.float32,
    ) -> None:
        first = fibres[0]
        self.lanes = len(fibres)
        self.now = 0
        which = np.minimum(np.arange(LANES), self.lanes - 1)
        self._prepared = [fibres[i] for i in which]
        self._sources = max(1, len(patterns[0]))
        states = first.plan.states
        self._rows = max(p.points for p in fibres)
        buffer = aligned_zeros((self._rows + 2, row_size(states), LANES), real)
        force = aligned_zeros((self._rows + 2, self._sources, 1 + states, LANES), real)
        buffer[:, field("diagonal")] = 1
        for lane, i in enumerate(which):
            values, n = fibres[i].values, fibres[i].points
            buffer[1 : n + 1, :, lane] = values
            buffer[1 : n + 1, field("v"), lane] = kicked
            for j, source in enumerate(patterns[i]):
                force[1 : n + 1, j, 0, lane] = source.node
                force[1:n, j, 1:, lane] = source.kick
            if clamped is not None:
                point, held = int(clamped[i, 0]), float(clamped[i, 1])
                buffer[1 + point, [field("leak"), field("diagonal")], lane] += real(held)
        self._buffer, self._force = buffer, force.reshape(-1)
        self._kicks = bool(np.any(force[:, :, 1:]))
        self._span = np.array([1, self._rows + 1])
        if growing and clamped is None and kicked == 0:
            reached = np.flatnonzero(np.any(force != 0, axis=(1, 2, 3)))
            first_row, last_row = (reached[0], reached[-1]) if len(reached) else (1, 1)
            self._span = np.array(
                [max(1, first_row - SPAN_GROWS), min(self._rows, last_row + SPAN_GROWS) + 1]
            )
        lines = gate_lines(
            first.fibre.channel_sets, first.fibre.temperature, first.step * MS_PER_US, real is np.float32
        )
        # The kernel works with half-step increments, whose differences are half the second difference.
        self._table = (
            lines.reshape(-1),
            real(len(lines) - 2),
            real(1 / first.tables.step),
            real(2 * GATE_LEAD),
        )
        self._one = real(1)
        watched = np.ascontiguousarray(np.asarray(watch, dtype=np.int64)[:, which])
        fields = np.zeros((*watched.shape, len(WATCH_FIELDS)))
        for k, lane in np.ndindex(*watched.shape):
            rest = self._prepared[lane].rest[watched[k, lane]]
            fields[k, lane, WATCH_FIELDS.index("level")] = np.asarray(level)[k, which[lane]] - rest
        fields[..., WATCH_FIELDS.index("previous")] = kicked
        fields[..., WATCH_FIELDS.index("when")] = -2
        fields[..., WATCH_FIELDS.index("peak")] = -np.inf
        self._watch = Watch((1 + watched).astype(np.uint64), fields, np.full((*watched.shape, most), np.nan))
        self._scratch = aligned_zeros(((self._sources + 1) * LANES,), real)

    def advance(
        self,
        waves: NDArray[np.floating],
        gain: Array,
        damped: NDArray[np.bool_],
        *,
        every: int = 0,
        record: NDArray[Any] | None = None,
        gates: bool = False,
        states: bool = False,
        leads: Sequence[Array] | None = None,
        stop: Stop | None = None,
    ) -> Recorded:
        """Advance all lanes by some steps.

        Parameters
        ----------
        waves : (sources, steps, 1 or lanes given) array
            Course of the sources over these steps.
        gain : (sources, lanes given) array
            Amplitudes.
        damped : (steps,) bool
            Steps that follow a jump of a waveform.
        every : int
            Record every so many steps; 0 for nothing.
        record : (r, lanes given) int array, optional
            Points whose potential is recorded.
        gates, states : bool
            Record the gates of these points, and the states of the internodes behind them.
        leads : sequence of (electrodes, n, 1 + states) arrays, optional
            Per lane given: what points and states add to the electrodes; see :func:`lead`.
        stop : Stop, optional

        Returns
        -------
        Recorded
        """
        real = self._buffer.dtype.type
        which = np.minimum(np.arange(LANES), self.lanes - 1)
        amplitude = np.zeros((self._sources, LANES), dtype=real)
        value = np.zeros((1, len(damped), 1), dtype=real)
        if waves.shape[0]:
            given = waves.astype(real, copy=False)
            value = np.ascontiguousarray(given if waves.shape[2] in (1, LANES) else given[:, :, which])
            amplitude[:] = gain[:, which]
        n_states = self._prepared[0].plan.states
        samples = (self.now + len(damped)) // every - self.now // every if every else 0
        rows = np.zeros((0, LANES), dtype=np.uint64)
        if record is not None and every:
            rows = np.ascontiguousarray(1 + np.asarray(record)[:, which], dtype=np.uint64)
        electrodes = 0 if leads is None or not every else len(leads[0])
        weights = aligned_zeros((electrodes, (self._rows + 2) * (1 + n_states) * LANES), real)
        if electrodes and leads is not None:
            shaped = weights.reshape(electrodes, self._rows + 2, 1 + n_states, LANES)
            for lane, i in enumerate(which):
                shaped[:, 1 : 1 + leads[i].shape[1], :, lane] = leads[i]
        keep = Keep(
            every or len(damped) + self.now + 1,
            rows,
            np.zeros((samples, len(rows), LANES), dtype=real),
            np.zeros((samples if gates else 0, len(rows), len(GATES), LANES), dtype=real),
            np.zeros((samples if states else 0, len(rows), n_states, LANES), dtype=real),
            weights,
            np.zeros((samples, electrodes, LANES), dtype=real),
        )
        taken = kernel(n_states)(
            self._buffer.reshape(-1), self._force, self._kicks, *self._table, self._rows, self.now, self._one,
            real(FIRING_DEPOLARISATION), Waves(value, amplitude, damped), self._watch, keep,
            stop or NEVER, self._span, real(SPAN_OPEN_MV), self._scratch,
        )  # fmt: skip
        kept = (self.now + taken) // every - self.now // every if every else 0
        begin = self.now
        self.now += taken
        lanes = slice(0, self.lanes)
        time = (np.arange(kept) + begin // every + 1) * every if every else np.zeros(0, dtype=np.int64)
        return Recorded(
            taken,
            time,
            keep.potential[:kept, :, lanes].astype(np.float64),
            keep.gates[:kept, ..., lanes].astype(np.float64),
            keep.states[:kept, ..., lanes].astype(np.float64),
            keep.field[:kept, :, lanes].astype(np.float64),
        )

    def spread(self, lane: int = 0) -> None:
        """Copy the state of one lane to all: the same fibre, to be continued in several ways."""
        self._buffer[:] = self._buffer[:, :, lane : lane + 1].copy()
        for array in (self._watch.fields, self._watch.times):
            array[:] = array[:, lane : lane + 1].copy()

    def gather(self, states: Sequence[tuple[Any, ...]]) -> None:
        """Go on from states saved before, one a lane, at step 0: times are counted from each."""
        for lane, (now, buffer, fields, times, _, _) in enumerate(states):
            self._buffer[..., lane] = buffer[..., lane]
            self._watch.fields[:, lane] = fields[:, lane]
            self._watch.fields[:, lane, WATCH_FIELDS.index("when")] -= now
            self._watch.times[:, lane] = times[:, lane] - now
        self._scratch[-1] = max(scratch[-1] for _, _, _, _, scratch, _ in states)  # whether a source was on
        self._span[:] = 1, self._rows + 1
        self.now = 0

    def saved(self) -> tuple[Any, ...]:
        """Return a copy of all state, for :meth:`restore`."""
        arrays = (self._buffer, *self._watch[1:], self._scratch, self._span)
        return self.now, *(array.copy() for array in arrays)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to a state saved before."""
        self.now = state[0]
        for mine, theirs in zip(
            (self._buffer, *self._watch[1:], self._scratch, self._span), state[1:], strict=True
        ):
            mine[:] = theirs

    @property
    def arrival(self) -> Array:
        """Time (ms) of the largest inward current of the first impulse, (watched, lanes), NaN where there was none."""
        f = {name: self._watch.fields[:, : self.lanes, k] for k, name in enumerate(WATCH_FIELDS)}
        bend = f["before"] - 2 * f["best"] + f["after"]
        bent = bend < 0
        shift = np.where(bent, 0.5 * (f["before"] - f["after"]) / np.where(bent, bend, 1), 0)
        time = (f["when"] + 0.5 + np.clip(shift, -0.5, 0.5)) * self._prepared[0].step * MS_PER_US
        return np.where(f["fired"] > 0, time, np.nan)

    @property
    def count(self) -> Ints:
        """Upward crossings of the level, (watched, lanes)."""
        return self._watch.fields[:, : self.lanes, WATCH_FIELDS.index("count")].astype(np.int64)

    @property
    def times(self) -> Array:
        """Times at which the level was crossed (ms), (watched, lanes, most), NaN behind the last."""
        times: Array = self._watch.times[:, : self.lanes] * self._prepared[0].step * MS_PER_US
        return times

    @property
    def peak(self) -> Array:
        """Highest deviation from rest (mV), (watched, lanes)."""
        peak: Array = self._watch.fields[:, : self.lanes, WATCH_FIELDS.index("peak")].copy()
        return peak


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Results of one call of :meth:`Block.advance`.

    Attributes
    ----------
    taken : int
        Steps.
    step : (samples,) int
        Steps since the start at which each sample was taken.
    potential : (samples, recorded, lanes) float
        Deviation from rest, mV.
    gates : (samples, recorded, gates, lanes) float
        Half a step later than the potentials.
    states : (samples, recorded, states, lanes) float
        The kernel's states of the internode behind each recorded point.
    field : (samples, electrodes, lanes) float
        Sum of the leads.
    """

    taken: int
    step: Ints
    potential: Array
    gates: Array
    states: Array
    field: Array


NEVER: Final = Stop(1 << 62, -1, 0.0, 0, 0)
