"""Runs inside a process of its own: stimulation protocols in NEURON, timed; see :mod:`.neuron_protocols`.

Reads one JSON object ``{"mechanisms": folder, "jobs": [...]}`` from standard input and prints one JSON list, one
result per job. Only the integration is timed.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from remyelin.bench.neuron_worker import build, start

NEVER = 1e9  # ms
IDLE = 1e-6  # ms: edges closer than this are one


def main() -> None:
    """Run the jobs of standard input."""
    request = json.load(sys.stdin)
    from neuron import h

    library = next(Path(request["mechanisms"]).rglob("libnrnmech.*"))
    h.nrn_load_dll(str(library))
    h.load_file("stdrun.hoc")
    results = [TASKS[job["task"]](h, job) for job in request["jobs"]]
    print("\n" + json.dumps(results), flush=True)


class Cable:
    """One fibre with its sources, run at one amplitude after the other.

    A source is ``{"potential": [mV per segment] or "node": number, "pulses": [[on, off], ...] or "frequency": kHz,
    "amplitude": number or null}``; the amplitude asked for stands in where it is null.
    """

    def __init__(self, h: Any, job: dict[str, Any]) -> None:
        self.h, self.job = h, job
        self.sections, self.nodes = build(h, job["sections"])
        h.celsius = job["temperature"]
        self.segments = [segment for section in self.sections for segment in section]
        self.context = h.ParallelContext()
        self.context.set_maxstep(10)
        self.clamps = {}
        for number, source in enumerate(job["sources"]):
            if "node" in source:
                clamp = h.IClamp(self.nodes[source["node"]](0.5))
                clamp.delay, clamp.dur, clamp.amp = 0.0, NEVER, 0.0
                self.clamps[number] = clamp
        at = self.nodes[job["detect"]]
        self.times = h.Vector()
        self.counter = h.NetCon(at(0.5)._ref_v, None, sec=at)
        self.counter.threshold = job["threshold"]
        self.counter.record(self.times)
        self.stopper = h.NetCon(at(0.5)._ref_v, None, sec=at)
        self.stopper.threshold = job["threshold"]
        self.core_s = 0.0
        self.runs = 0

    def run(self, amplitude: float, *, stop_at_arrival: bool = False) -> list[float]:
        """Return when impulses pass the node of detection, ms."""
        h, job = self.h, self.job
        h.stoprun = 0

        def stop() -> None:
            h.stoprun = 1

        self.stopper.record(stop if stop_at_arrival else None)
        players = self._played(amplitude)
        edges = sorted(
            {edge for s in job["sources"] for pulse in s.get("pulses", ()) for edge in pulse}
            | {job["duration"]}
        )
        self._set(0.0, amplitude)
        start(h, job)
        now = 0.0
        for edge in edges:
            if edge - now < IDLE:
                continue
            began = time.process_time()
            self.context.psolve(edge)
            self.core_s += time.process_time() - began
            now = edge
            if h.stoprun or edge >= job["duration"]:
                break
            self._set(edge, amplitude)
            if job["solver"] == "daspk":
                h.CVode().re_init()
        for values, _ in players:
            values.play_remove()
        self.runs += 1
        return [float(t) for t in self.times]

    def _set(self, now: float, amplitude: float) -> None:
        """Set the pulses of every source from now on."""
        outside = [0.0] * len(self.segments)
        changed = False
        for number, source in enumerate(self.job["sources"]):
            if "pulses" not in source:
                continue
            scale = amplitude if source["amplitude"] is None else source["amplitude"]
            on = any(begin - IDLE <= now < end - IDLE for begin, end in source["pulses"])
            if number in self.clamps:
                self.clamps[number].amp = scale if on else 0.0
                continue
            changed = True
            if on:
                outside = [v + scale * p for v, p in zip(outside, source["potential"], strict=True)]
        if changed:
            for segment, value in zip(self.segments, outside, strict=True):
                segment.e_extracellular = value

    def _played(self, amplitude: float) -> list[Any]:
        """Play alternating sources into the outside of every segment."""
        h, players = self.h, []
        for source in self.job["sources"]:
            if "frequency" not in source:
                continue
            scale = amplitude if source["amplitude"] is None else source["amplitude"]
            # a fixed step reads what is played at its middle: samples at the ends would be cut by the cosine of half
            # a step, 1.2 % of a sine of 10 kHz at 5 us
            step = self.job["step"]
            clock = h.Vector().indgen(0.5 * step, self.job["duration"], step).insrt(0, 0.0)
            wave = clock.c().mul(2.0 * h.PI * source["frequency"]).apply("sin").mul(scale)
            for segment, potential in zip(self.segments, source["potential"], strict=True):
                values = wave.c().mul(potential)
                values.play(segment._ref_e_extracellular, clock, 1)
                players.append((values, clock))
        return players


def search(h: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Bisect between an amplitude that does not respond and one that does.

    ``criterion``: "any" impulse, "more" impulses than without the source, or "none" from a time on.
    """
    cable = Cable(h, job)
    kind = job["criterion"]
    before = len(cable.run(0.0)) if kind == "more" else 0

    def responds(amplitude: float) -> bool:
        times = cable.run(amplitude, stop_at_arrival=kind == "any")
        if kind == "more":
            return len(times) > before
        if kind == "none":
            return not any(t >= job["from"] for t in times)
        return bool(times)

    low, high = job["between"]
    if responds(low) or not responds(high):
        return {"value": None, "runs": cable.runs, "core_s": cable.core_s}
    while high / low - 1 > job["relative_tolerance"]:
        middle = (low * high) ** 0.5 * (1 if high > 0 else -1)
        if responds(middle):
            high = middle
        else:
            low = middle
    return {"value": high, "runs": cable.runs, "core_s": cable.core_s}


def single(h: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Run once; return the times of the impulses."""
    cable = Cable(h, job)
    times = cable.run(1.0)
    return {"times": times, "runs": 1, "core_s": cable.core_s}


def potential(h: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Run once and add up the potential of the segments at an electrode.

    ``weights`` (uV per nA), of each electrode, are those of the currents through the axolemma, ``around`` (uV per mV)
    those of the potentials of the periaxonal space, whose axial currents leave at other places.
    """
    cable = Cable(h, job)
    every = job["every"]
    currents = [h.Vector().record(segment._ref_i_membrane, every) for segment in cable.segments]
    outside = [h.Vector().record(segment._ref_vext[0], every) for segment in cable.segments]
    cable.run(1.0)
    began = time.process_time()
    found = []
    for weights, around in zip(job["weights"], job["around"], strict=True):
        total = currents[0].c().fill(0.0)
        for k, segment in enumerate(cable.segments):
            # mA/cm2 times um2 is a hundredth of a nA
            total.add(currents[k].c().mul(segment.area() * weights[k] / 100.0))
            total.add(outside[k].c().mul(around[k]))
        found.append(total.to_python())
    cable.core_s += time.process_time() - began
    return {"potential": found, "runs": 1, "core_s": cable.core_s}


TASKS = {"search": search, "single": single, "potential": potential}

if __name__ == "__main__":
    main()
