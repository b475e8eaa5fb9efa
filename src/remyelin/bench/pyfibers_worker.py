"""Runs inside a process of its own: fibres in PyFibers, timed. See :mod:`remyelin.bench.pyfibers_rival`.

Reads one JSON object ``{"jobs": [...]}`` from standard input and prints one JSON list, one result per job.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    """Run the jobs of standard input."""
    request = json.load(sys.stdin)
    results = [threshold(job) if "electrode" in job else run(job) for job in request["jobs"]]
    # NEURON may have printed to standard output itself: the answer is the last line.
    print("\n" + json.dumps(results), flush=True)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Build one fibre, stimulate it in one node, and time PyFibers' own run."""
    from neuron import h
    from pyfibers import FiberModel, IntraStim, build_fiber

    fibre = build_fiber(
        getattr(FiberModel, job["model"]),
        diameter=job["diameter"],
        n_nodes=job["nodes"],
        temperature=job["temperature"],
    )
    pulse = job["pulse"]
    clamp = {"delay": pulse["start"], "pw": pulse["duration"], "dur": pulse["start"] + pulse["duration"]}
    # One step is enough to settle: what is timed is the run, not the rest before it.
    stimulation = IntraStim(
        dt=job["step"],
        tstop=job["duration"],
        t_init_ss=-5.0,
        dt_init_ss=5.0,
        istim_ind=pulse["node"],
        clamp_kws=clamp,
    )
    traces = {node: h.Vector().record(fibre[node](0.5)._ref_v) for node in job["record"]}
    clock = h.Vector().record(h._ref_t)
    best = None
    for _ in range(job["repeats"]):
        began = time.process_time()
        stimulation.run_sim(pulse["amplitude"], fibre, fail_on_end_excitation=None)
        spent = time.process_time() - began
        best = spent if best is None else min(best, spent)
    times = clock.to_python()
    return {
        "core_s": best,
        "steps": round(job["duration"] / job["step"]),
        "arrival_ms": {
            str(node): crossing(times, trace.to_python(), job["threshold"]) for node, trace in traces.items()
        },
    }


def threshold(job: dict[str, Any]) -> dict[str, Any]:
    """Find one threshold of a point electrode by PyFibers' own bisection, from the bracket given."""
    from pyfibers import FiberModel, ScaledStim, build_fiber

    fibre = build_fiber(
        getattr(FiberModel, job["model"]),
        diameter=job["diameter"],
        n_nodes=job["nodes"],
        temperature=job["temperature"],
    )
    along, distance = job["electrode"]
    shift = along - float(fibre.coordinates[:, 2][-1]) / 2
    middle = float(fibre.coordinates[:, 2].mean())
    fibre.point_source_potentials(0, distance, middle + shift, 1, job["conductivity"], inplace=True)

    def pulse(t: float) -> float:
        return 1.0 if 0.0 <= t < job["pulse"] else 0.0

    stimulation = ScaledStim(
        waveform=pulse, dt=job["step"], tstop=job["duration"], t_init_ss=-5.0, dt_init_ss=5.0
    )
    low, high = job["between"]
    began = time.process_time()
    value, _ = stimulation.find_threshold(
        fibre,
        stimamp_top=high,
        stimamp_bottom=low,
        termination_tolerance=100 * job["relative_tolerance"],
        # a run ends so long after the impulse of the largest amplitude would have arrived; weaker ones come later
        exit_t_shift=job["patience"],
    )
    return {"core_s": time.process_time() - began, "value": float(value)}


def crossing(times: list[float], trace: list[float], threshold: float) -> float | None:
    """Return the first upward crossing in ms, linearly interpolated; None if there is none."""
    for k in range(1, len(trace)):
        if trace[k - 1] < threshold <= trace[k]:
            share = (threshold - trace[k - 1]) / (trace[k] - trace[k - 1])
            return times[k - 1] + share * (times[k] - times[k - 1])
    return None


if __name__ == "__main__":
    main()
