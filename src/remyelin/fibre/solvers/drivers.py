"""Compiled loops over many runs of the kernels: fill the rows, sweep, read arrivals, without Python in between.

They hold no lock, so that as many run at once as there are threads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.base.jit import compiled
from remyelin.fibre.solvers import kernel_batch, kernel_single
from remyelin.fibre.solvers.assembly import expand, find_rest, read_impulse, write_rows
from remyelin.fibre.solvers.kernel_parts import Drive, Finish, Window, field, row_size

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Stack(NamedTuple):
    """Rows of several fibres, one fibre behind the other.

    ``values`` (rows, fields); ``rest`` (mV), ``excitable``, ``damping``, ``skew`` (rows,); ``start`` (fibres + 1,) says
    where the rows of a fibre begin. ``nodes`` holds the rows of its nodes, counted from its first, and ``first_node``
    (fibres + 1,) where these begin.
    """

    values: NDArray[np.floating]
    rest: Array
    excitable: NDArray[np.bool_]
    damping: Array
    skew: NDArray[np.bool_]
    start: Ints
    nodes: Ints
    first_node: Ints


class Tasks(NamedTuple):
    """Runs: of which fibre of a stack, with which pulse, until when.

    ``fibre`` (tasks,); ``stimulated`` (tasks,) the row of the fibre that receives ``amplitude`` (nA) in the course
    ``wave`` (tasks,), a row of ``waves`` (waves, first steps); ``ends`` (tasks, 2) the rows at which its impulse has
    arrived; ``steps`` (tasks,).
    """

    fibre: Ints
    stimulated: Ints
    amplitude: NDArray[np.floating]
    wave: Ints
    waves: NDArray[np.floating]
    ends: Ints
    steps: Ints


class Found(NamedTuple):
    """Arrival (ms, NaN where a node never fired) and highest potential (mV) of the nodes, (tasks, nodes)."""

    arrival: Array
    peak: Array


@cache
def batch_driver(lanes: int, states: int) -> Callable[..., Any]:
    """Return the driver of blocks of fibres side by side.

    Its arguments are the blocks (n, lanes) of positions in `tasks`, which repeat the last one where there are fewer;
    the stack; the tasks; 1 and the depolarisation that counts as firing in the type of the buffer; the time step
    (ms); whether a run ends when all have arrived; gate table and look of the kernel; a buffer that is large enough;
    and what is found.
    """
    run = kernel_batch.kernel(lanes, states)
    fields = row_size(states)
    row = fields * lanes
    diagonal = field("diagonal")
    one_row = np.uint64(1)

    @compiled
    def drive_blocks(  # type: ignore[no-untyped-def]
        blocks, stack, tasks, one, firing, step_ms, when_arrived, table, look, buffer, found
    ):
        zero = one - one
        on = tasks.waves.shape[1]
        for b in range(blocks.shape[0]):
            longest = tasks.steps[0] - tasks.steps[0]  # a literal would have the kernel compiled once more
            steps = longest
            for lane in range(lanes):
                fibre = tasks.fibre[blocks[b, lane]]
                longest = max(longest, stack.start[fibre + 1] - stack.start[fibre])
                steps = max(steps, tasks.steps[blocks[b, lane]])
            rows = longest + 2
            for i in range(rows * row):
                buffer[i] = zero
            for n in range(rows):
                for lane in range(lanes):
                    buffer[n * row + diagonal * lanes + lane] = one
            excitable = np.zeros((rows, lanes), dtype=np.bool_)
            damping = np.zeros((rows, lanes))
            skew = np.zeros(rows, dtype=np.bool_)
            span = np.zeros(lanes, dtype=np.int64)
            ends = np.zeros((tasks.ends.shape[1], lanes), dtype=np.uint64)
            stimulated = np.zeros(lanes, dtype=np.uint64)
            amplitudes = np.zeros((lanes, lanes), dtype=buffer.dtype)
            waveform = np.zeros((min(on, steps), lanes), dtype=buffer.dtype)
            count = 0
            for lane in range(lanes):
                task = blocks[b, lane]
                fibre = tasks.fibre[task]
                first = stack.start[fibre]
                n_rows = stack.start[fibre + 1] - first
                span[lane] = n_rows
                for n in range(n_rows):
                    for f in range(fields):
                        buffer[(n + 1) * row + f * lanes + lane] = stack.values[first + n, f]
                    excitable[n + 1, lane] = stack.excitable[first + n]
                    damping[n + 1, lane] = stack.damping[first + n]
                    skew[n + 1] |= stack.skew[first + n]
                for k in range(tasks.ends.shape[1]):
                    ends[k, lane] = np.uint64(tasks.ends[task, k] + 1)
                into = np.uint64(tasks.stimulated[task] + 1)
                at = count
                for k in range(count):
                    if stimulated[k] == into:
                        at = k
                if at == count:
                    stimulated[count] = into
                    count += 1
                amplitudes[at, lane] = tasks.amplitude[task]
                for t in range(waveform.shape[0]):
                    waveform[t, lane] = tasks.waves[tasks.wave[task], t]
            run(
                buffer,
                np.uint64(rows) - one_row,
                skew,
                steps,
                one,
                firing,
                table,
                Drive(stimulated[:count], amplitudes[:count], waveform),
                Finish(ends, when_arrived),
                Window(span, excitable, damping),
                look,
            )
            for lane in range(lanes):
                task = blocks[b, lane]
                fibre = tasks.fibre[task]
                nodes = stack.nodes[stack.first_node[fibre] : stack.first_node[fibre + 1]]
                read_impulse(
                    buffer,
                    nodes,
                    np.array([row + lane, row, lanes]),
                    step_ms,
                    found.arrival[task],
                    found.peak[task],
                )
                for k in range(nodes.size):
                    found.peak[task, k] += stack.rest[stack.start[fibre] + nodes[k]]

    return drive_blocks


@compiled
def _clear(buffer, fields, capacity, rows, diagonal, one) -> None:  # type: ignore[no-untyped-def]
    """Make the first rows of a turned buffer empty ones."""
    for f in range(fields):
        for i in range(rows):
            buffer[f * capacity + i] = one - one
    for i in range(rows):
        buffer[diagonal * capacity + i] = one


@cache
def single_driver(capacity: int, states: int) -> Callable[..., Any]:
    """Return the driver of one fibre, vectorised along itself.

    Its arguments are those of :func:`batch_driver`, with the position of one task instead of blocks.
    """
    run = kernel_single.kernel(capacity, states)
    fields, diagonal = row_size(states), field("diagonal")

    @compiled
    def drive_one(  # type: ignore[no-untyped-def]
        task, stack, tasks, one, firing, step_ms, when_arrived, table, look, buffer, found
    ):
        fibre = tasks.fibre[task]
        first = stack.start[fibre]
        n = stack.start[fibre + 1] - first
        reached = n + 2 + 8
        _clear(buffer, fields, capacity, reached, diagonal, one)
        excitable = np.zeros(n + 2, dtype=np.bool_)
        damping = np.zeros(n + 2)
        skew = np.zeros(reached, dtype=np.bool_)
        for i in range(n):
            for f in range(fields):
                buffer[f * capacity + i + 1] = stack.values[first + i, f]
            excitable[i + 1] = stack.excitable[first + i]
            damping[i + 1] = stack.damping[first + i]
            skew[i + 1] = stack.skew[first + i]
        into = np.zeros(1, dtype=np.uint64)
        into[0] = np.uint64(tasks.stimulated[task] + 1)
        ends = np.zeros(tasks.ends.shape[1], dtype=np.uint64)
        for k in range(ends.size):
            ends[k] = np.uint64(tasks.ends[task, k] + 1)
        run(
            buffer,
            np.uint64(n + 1),
            skew,
            tasks.steps[task],
            one,
            firing,
            table,
            Drive(into, tasks.amplitude[task : task + 1], tasks.waves[tasks.wave[task]]),
            Finish(ends, when_arrived),
            Window(n, excitable, damping),
            look,
        )
        nodes = stack.nodes[stack.first_node[fibre] : stack.first_node[fibre + 1]]
        read_impulse(
            buffer, nodes, np.array([1, 1, capacity]), step_ms, found.arrival[task], found.peak[task]
        )
        for k in range(nodes.size):
            found.peak[task, k] += stack.rest[first + nodes[k]]

    return drive_one


@cache
def library_driver(capacity: int, states: int) -> Callable[..., Any]:
    """Return the driver of fibres put together from a library, one after the other.

    Its arguments are the numbers of their internodes (fibres, n) and how many each has; the first row and number of
    rows of each piece of the library, its columns and steady gates; the node that is stimulated, its amplitude and
    course; steps; 1 and the depolarisation that counts as firing; the time step (ms); whether a run ends at the
    arrival; gate table; how the window moves at first, and where that calls a fibre blocked; scratch (work, rows); a
    buffer; and the arrivals, filled.
    """
    run = kernel_single.kernel(capacity, states)
    fields, diagonal = row_size(states), field("diagonal")

    @compiled
    def drive_lot(  # type: ignore[no-untyped-def]
        numbers, counts, start, count, columns, steady, stimulated, amplitude, waveform, steps, one, firing,
        step_ms, when_arrived, table, look, wide, work, buffer, arrival,
    ):  # fmt: skip
        most = work.shape[1]
        index = np.empty(most, dtype=np.int64)
        node = np.empty(numbers.shape[1] + 1, dtype=np.int64)
        peak = np.empty(numbers.shape[1] + 1)
        excitable = np.zeros(most + 2, dtype=np.bool_)
        damping = np.zeros(most + 2)
        skew = np.zeros(most + 2 + 8, dtype=np.bool_)
        into = np.zeros(1, dtype=np.uint64)
        ends = np.zeros(2, dtype=np.uint64)
        layout = np.array([1, 1, capacity])
        for fibre in range(numbers.shape[0]):
            own = counts[fibre]
            n = expand(numbers[fibre, :own], start, count, index, node)
            if not find_rest(index[:n], columns, steady, work):
                continue  # it fires by itself: no impulse of ours arrives
            into[0] = np.uint64(1 + node[stimulated])
            for k in range(2):
                ends[k] = np.uint64(1 + node[own - 1 + k])
            # what the window calls blocked is looked at once more with a wider one
            for attempt in range(2):
                _clear(buffer, fields, capacity, n + 2 + 8, diagonal, one)
                excitable[n + 1] = False
                for i in range(n + 1, skew.size):
                    skew[i] = False
                write_rows(
                    index[:n],
                    columns,
                    steady,
                    work,
                    buffer,
                    layout,
                    excitable[1:],
                    damping[1:],
                    skew[1:],
                )
                run(
                    buffer,
                    np.uint64(n + 1),
                    skew,
                    steps,
                    one,
                    firing,
                    table,
                    Drive(into, amplitude, waveform),
                    Finish(ends, when_arrived),
                    Window(n, excitable, damping),
                    look if attempt == 0 else wide,
                )
                read_impulse(buffer, node[: own + 1], layout, step_ms, arrival[fibre], peak)
                if np.isfinite(arrival[fibre, own]):
                    break

    return drive_lot
