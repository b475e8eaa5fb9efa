"""Impulses of very many fibres on a GPU, UNTESTED ON HARDWARE: a back end behind the arrays of the batch kernel.

The kernel ``warp.cu`` compiles with NVRTC, and its arithmetic is tested through
:mod:`~remyelin.fibre.solvers.warp_twin`; it has not run on a device. Needs the extra ``remyelin[gpu]`` (CuPy) and a
CUDA device; without them nothing else is affected. Fibres have up to 64 rows (nodes and bare compartments); the pulse
goes into a node, as for :func:`~remyelin.fibre.conduct`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import numpy as np

from remyelin.base.errors import InputError, SimulationError
from remyelin.base.units import MS_PER_US
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import (
    CHECK_EVERY,
    FIRING_DEPOLARISATION,
    LINK_STATES,
    WARP_BLOCK,
    WARP_LANES,
    WARP_ROWS,
)
from remyelin.fibre.solvers.batches import apart
from remyelin.fibre.solvers.kernel_parts import FIELDS, GateTable
from remyelin.fibre.solvers.packing import reducible
from remyelin.fibre.solvers.reduced import Prepared, Settings, gate_table, prepare, tasks_of
from remyelin.fibre.solvers.warp_twin import Block, WarpTasks, lay_out, run_twin
from remyelin.fibre.stimulation.stimulus import Pulse


def unavailable() -> str | None:
    """Return why no GPU can be used, in one sentence; None if one can be tried."""
    if find_spec("cupy") is None:
        return "The GPU back end needs CuPy; install remyelin[gpu]."
    try:
        import cupy

        count = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:
        return f"No CUDA device can be used: {' '.join(str(error).split())}."
    return None if count else "There is no CUDA device."


def source() -> str:
    """Return the kernel's CUDA C++."""
    return files("remyelin.fibre.solvers").joinpath("warp.cu").read_text(encoding="utf-8")


def options(states: int, *, skew: bool) -> tuple[str, ...]:
    """Return the compiler's options: where the fields of a row lie, how many states, whether any internode is skew."""
    places = [f"-DFIELD_{name.upper()}={place}" for place, name in enumerate(FIELDS)]
    return (
        *places,
        f"-DFIELD_COUNT={len(FIELDS)}",
        f"-DSTATES={states}",
        f"-DSKEW={int(skew)}",
        "--std=c++17",
        "--use_fast_math",
    )


def warp_tasks(
    fibres: Sequence[Fibre], pulses: Sequence[Pulse], duration: float, settings: Settings
) -> tuple[WarpTasks, Prepared, GateTable]:
    """Return runs as the GPU takes them, one per fibre and pulse.

    Raises
    ------
    InputError
        If a fibre cannot be reduced or has too many rows, or fibres differ in channels or temperature.
    """
    if not fibres or len(fibres) != len(pulses):
        raise InputError(f"gpu: there are {len(pulses)} pulses for {len(fibres)} fibres; give one each.")
    firsts, which = apart(fibres)
    different = [fibres[i] for i in firsts]
    kinds = {(fibre.channel_sets, fibre.temperature) for fibre in different}
    if len(kinds) > 1 or not all(reducible(fibre) for fibre in different):
        raise InputError("gpu: give fibres of the MRG kind, of one temperature and with the same channels.")
    prepared = prepare(different, settings)
    if prepared.lengths.max() > WARP_ROWS:
        raise InputError(
            f"gpu: a fibre has {prepared.lengths.max()} nodes and bare compartments; the GPU takes up to {WARP_ROWS}."
        )
    durations = np.full(len(fibres), float(duration))
    tasks = tasks_of(prepared, which, pulses, durations, settings)
    laid = lay_out(prepared.stack.values, prepared.stack.start)

    def small(values: Any) -> Any:
        return np.ascontiguousarray(values, dtype=np.int32)

    single = np.float32
    return (
        WarpTasks(
            laid, small(tasks.fibre), small(tasks.stimulated), tasks.amplitude.astype(single), small(tasks.wave),
            np.ascontiguousarray(tasks.waves, dtype=single), small(tasks.ends), small(tasks.steps),
            bool(prepared.stack.skew.any()),
        ),
        prepared,
        gate_table(prepared.first, settings.step * MS_PER_US, single),
    )  # fmt: skip


def conduct_on_gpu(
    fibres: Sequence[Fibre], pulses: Sequence[Pulse], *, duration: float, step: float, emulate: bool = False
) -> tuple[Block, Block]:
    """Send an impulse down each fibre on the GPU (untested on hardware).

    Parameters
    ----------
    fibres : sequence of Fibre
        Of the MRG kind, of one temperature, of up to 64 rows.
    pulses : sequence of Pulse
        One per fibre.
    duration : float
        ms.
    step : float
        us.
    emulate : bool
        Run the NumPy emulation instead, which needs no device.

    Returns
    -------
    arrival, peak : (fibres, 64) float32
        By row: ms, NaN where it never fired; highest potential above rest, mV.

    Raises
    ------
    InputError
        See :func:`warp_tasks`.
    SimulationError
        If there is no device.
    """
    settings = Settings(step, window=False)
    tasks, _, table = warp_tasks(fibres, pulses, duration, settings)
    step_ms = step * MS_PER_US
    if emulate:
        return run_twin(
            tasks, LINK_STATES, table, FIRING_DEPOLARISATION, step_ms, until_arrival=True, every=CHECK_EVERY
        )
    reason = unavailable()
    if reason:
        raise SimulationError(reason)
    return launch(tasks, LINK_STATES, table, step_ms)


@cache
def _kernel(states: int, skew: bool) -> Any:
    import cupy

    return cupy.RawModule(code=source(), options=options(states, skew=skew), backend="nvrtc").get_function(
        "conduct"
    )


def launch(tasks: WarpTasks, states: int, table: GateTable, step_ms: float) -> tuple[Block, Block]:
    """Run tasks on the device and return arrivals and peaks, (tasks, 64); untested on hardware."""
    import cupy

    count = len(tasks.fibre)
    given = [
        cupy.asarray(array)
        for array in (tasks.values, tasks.fibre, tasks.stimulated, tasks.amplitude, tasks.wave, tasks.waves)
    ]
    ends, steps, lines = cupy.asarray(tasks.ends), cupy.asarray(tasks.steps), cupy.asarray(table.rows)
    arrival = cupy.empty((count, WARP_ROWS), dtype=cupy.float32)
    peak = cupy.empty_like(arrival)
    single = np.float32
    _kernel(states, tasks.skew)(
        (-(-count * WARP_LANES // WARP_BLOCK),),
        (WARP_BLOCK,),
        (
            np.int32(count), *given, np.int32(tasks.waves.shape[1]), ends, steps, lines, single(table.end),
            single(table.per_mv), single(table.lead), single(FIRING_DEPOLARISATION), single(step_ms), np.int32(1),
            np.int32(CHECK_EVERY), arrival, peak,
        ),
    )  # fmt: skip
    return cupy.asnumpy(arrival), cupy.asnumpy(peak)
