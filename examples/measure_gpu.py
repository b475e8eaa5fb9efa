"""Measure the GPU back end on a machine with a GPU: ``python examples/measure_gpu.py [fibres]``.

Conduction and intracellular thresholds of many different lesioned fibres of 51 nodes; fibres per second, error against
the CPU's kernel, and the ratio to 1 and to 16 threads. The fibres are reduced and laid out beforehand for both, which
is timed by itself: on the CPU, for either. The back end has not run on hardware so far; this script is the first thing
to run there. Needs ``remyelin[gpu]`` and a CUDA device.
"""

from __future__ import annotations

import os
import sys
import time

import numpy as np

from remyelin.evidence import Ledger
from remyelin.fibre import Pulse, lose_lamellae, mrg
from remyelin.fibre.settings import LINK_STATES
from remyelin.fibre.solvers import warp
from remyelin.fibre.solvers.reduced import Settings, run
from remyelin.fibre.solvers.threads import Workers

STEP_US = 4.0
DURATION_MS = 3.0
DISTINCT = 1000  # fibres that differ; the rest repeat them, since the CPU sets them up
ON_CPU = 8192  # runs that are timed there


def main(count: int = 100_000, emulate: bool = False) -> dict[str, float]:
    """Measure and print; returns what it printed."""
    if not emulate and (reason := warp.unavailable()):
        print(reason)
        raise SystemExit(2)
    ledger, random = Ledger.shipped(), np.random.default_rng(1)
    healthy = mrg(10.0, 51, ledger=ledger)
    distinct = [
        lose_lamellae(healthy, None, random.uniform(0.2, 1.0, 50)) for _ in range(min(count, DISTINCT))
    ]
    fibres = [distinct[k % len(distinct)] for k in range(count)]
    settings, step_ms = Settings(STEP_US), STEP_US * 1e-3
    warp.warp_tasks(fibres[:1], [Pulse()], DURATION_MS, settings)  # compiles
    began = time.perf_counter()
    tasks, prepared, table = warp.warp_tasks(fibres, [Pulse()] * count, DURATION_MS, settings)
    setup_s = time.perf_counter() - began

    def on_gpu():
        if emulate:
            return warp.run_twin(tasks, LINK_STATES, table, 5.0, step_ms, until_arrival=True, every=2)
        return warp.launch(tasks, LINK_STATES, table, step_ms)

    on_gpu()  # compiles
    began = time.perf_counter()
    arrival, _ = on_gpu()
    gpu_s = time.perf_counter() - began

    which = np.arange(min(count, ON_CPU)) % len(distinct)
    waits = np.full(len(which), DURATION_MS)
    times = {}
    for threads in (1, 16):
        for _ in range(2):  # the first compiles
            began = time.perf_counter()
            with Workers(threads) as workers:
                found = run(prepared, which, [Pulse()] * len(which), waits, settings, healthy.n_nodes, workers)
            times[threads] = (time.perf_counter() - began) / len(which)
    error = np.nanmax(np.abs(arrival[: len(which), : healthy.n_nodes] / found.arrival - 1))

    # Thresholds: bisection of the pulse, all fibres side by side.
    low, high = np.full(count, 0.01, dtype=np.float32), np.full(count, 2.0, dtype=np.float32)
    began = time.perf_counter()
    rounds = 12
    for _ in range(rounds):
        middle = np.sqrt(low * high)
        tasks.amplitude[:] = middle
        passed = np.isfinite(on_gpu()[0][:, 48])
        high, low = np.where(passed, middle, high), np.where(passed, low, middle)
    threshold_s = time.perf_counter() - began
    figures = {
        "fibres": count,
        "setup_of_a_different_fibre_s": setup_s / len(distinct),
        "conduction_fibres_per_s": count / gpu_s,
        "largest_error_of_arrival": float(error),
        "ratio_to_1_core": times[1] * count / gpu_s,
        "ratio_to_16_threads": times[16] * count / gpu_s,
        "thresholds_per_s": count / threshold_s,
        "median_threshold_nA": float(np.median(high)),
        "cpus": float(os.cpu_count() or 1),
    }
    for name, value in figures.items():
        print(f"{name}: {value:g}")
    return figures


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
