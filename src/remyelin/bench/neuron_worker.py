"""Runs inside a process of its own: builds cables in NEURON, times them, prints JSON.

NEURON keeps global state (mechanisms, time step, solver), so it never shares a process with the
caller. Reads one JSON object from standard input: ``{"mechanisms": folder, "jobs": [...]}``; writes
one JSON list to standard output, one result per job. See :mod:`remyelin.bench.neuron_rival`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the jobs of standard input."""
    request = json.load(sys.stdin)
    from neuron import h

    library = next(Path(request["mechanisms"]).rglob("libnrnmech.*"))
    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    results = [run(h, job) for job in request["jobs"]]
    # NEURON may have printed to standard output itself: the answer is the last line.
    print("\n" + json.dumps(results), flush=True)


def run(h: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Build one fibre, stimulate it, and time the integration alone."""
    sections, nodes = build(h, job["sections"])
    h.celsius = job["temperature"]
    pulse = h.IClamp(nodes[job["pulse"]["node"]](0.5))
    pulse.delay, pulse.dur, pulse.amp = (
        job["pulse"]["start"],
        job["pulse"]["duration"],
        job["pulse"]["amplitude"],
    )
    watched = [(index, h.Vector().record(nodes[index](0.5)._ref_v)) for index in job["record"]]
    clock = h.Vector().record(h._ref_t)
    context = h.ParallelContext()
    context.set_maxstep(10)
    best, steps = None, 0
    for _ in range(job.get("repeats", 1)):
        start(h, job)
        wall, core = time.perf_counter(), time.process_time()
        context.psolve(job["duration"])
        core, wall = time.process_time() - core, time.perf_counter() - wall
        best = core if best is None else min(best, core)
        steps = int(clock.size()) - 1
    times = clock.to_python()
    return {
        "core_s": best,
        "wall_s": wall,
        "steps": steps,
        "matrix_nodes": sum(section.nseg + 1 for section in sections),
        "arrival_ms": {
            str(index): crossing(times, trace.to_python(), job["threshold"]) for index, trace in watched
        },
        "peak_mV": {str(index): float(trace.max()) for index, trace in watched},
    }


def build(h: Any, plan: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Make the chain of sections; return all of them, and those that are nodes."""
    sections: list[Any] = []
    nodes: list[Any] = []
    for number, part in enumerate(plan):
        section = h.Section(name=f"part{number}")
        section.L, section.diam, section.nseg = part["length"], part["diameter"], part["segments"]
        section.Ra, section.cm = part["ra"], part["cm"]
        section.insert("extracellular")
        for segment in section:
            segment.xraxial[0], segment.xg[0], segment.xc[0] = part["xraxial"], part["xg"], part["xc"]
        if part["mechanism"] == "pas":
            section.insert("pas")
            section.g_pas, section.e_pas = part["g"], part["e"]
        else:
            section.insert(part["mechanism"])
            for name, value in part.get("parameters", {}).items():
                setattr(section, f"{name}_{part['mechanism']}", value)
        if sections:
            section.connect(sections[-1](1))
        sections.append(section)
        if part["is_node"]:
            nodes.append(section)
    return sections, nodes


def start(h: Any, job: dict[str, Any]) -> None:
    """Choose the integrator and start it from the resting potential everywhere."""
    cvode = h.CVode()
    variable = job["solver"] == "daspk"
    cvode.active(variable)
    if variable:
        cvode.use_daspk(1)  # `extracellular` makes the system differential-algebraic
        cvode.atol(job["tolerance"])
    else:
        h.secondorder = 0  # backward Euler: the other schemes are wrong with `extracellular`
        h.dt = job["step"]
        h.steps_per_ms = 1.0 / job["step"]
    h.finitialize(job["rest"])


def crossing(times: list[float], trace: list[float], threshold: float) -> float | None:
    """Return the first upward crossing in ms, linearly interpolated; None if there is none."""
    for k in range(1, len(trace)):
        if trace[k - 1] < threshold <= trace[k]:
            share = (threshold - trace[k - 1]) / (trace[k] - trace[k - 1])
            return times[k - 1] + share * (times[k] - times[k - 1])
    return None


if __name__ == "__main__":
    main()
