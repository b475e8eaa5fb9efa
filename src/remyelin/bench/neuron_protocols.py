"""The stimulation protocols in NEURON: the same fibre, electrodes and pulses; see :mod:`.neuron_rival` for the cable.

NEURON bisects from the bracket it is given, stops a run of a threshold at the arrival, and is given pulses as steps of
the potential outside, which cost nothing between their edges. Alternating currents are played into every segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import SimulationError
from remyelin.base.units import MS_PER_US
from remyelin.bench import neuron_rival
from remyelin.bench.neuron_rival import ARRIVAL_THRESHOLD, REST, sections
from remyelin.fibre.models.circuit import circuit
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import DETECT_AT

Array = NDArray[np.float64]
WORKER: Final = "neuron_protocol_worker.py"


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of NEURON: seconds of integration in all runs, how many runs, and the rest of the worker's answer."""

    core_s: float
    runs: int
    found: Mapping[str, Any]

    @property
    def value(self) -> float | None:
        """The amplitude a search found."""
        value = self.found.get("value")
        return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class How:
    """Integration by NEURON: backward Euler with a step, or DASPK with a tolerance where that is given; ms to run."""

    duration: float
    step_us: float = 5.0
    tolerance: float | None = None


def outside(
    potential: Array, pulses: Sequence[tuple[float, float]], amplitude: float | None = None
) -> dict[str, Any]:
    """Return rectangular pulses (on, off; ms) of a potential outside (mV at amplitude 1)."""
    return {"potential": potential.tolist(), "pulses": [list(p) for p in pulses], "amplitude": amplitude}


def alternating(potential: Array, kilohertz: float) -> dict[str, Any]:
    """Return a sine of a potential outside (mV at amplitude 1) that is on all the time."""
    return {"potential": potential.tolist(), "frequency": kilohertz, "amplitude": None}


def clamp(node: int, pulses: Sequence[tuple[float, float]], amplitude: float | None = None) -> dict[str, Any]:
    """Return rectangular pulses (on, off; ms) of current into a node, nA."""
    return {"node": node, "pulses": [list(p) for p in pulses], "amplitude": amplitude}


def search(
    fibre: Fibre,
    sources: Sequence[dict[str, Any]],
    between: tuple[float, float],
    how: How,
    *,
    criterion: str = "any",
    after: float = 0.0,
    relative_tolerance: float = 0.005,
    timeout: float = 3600.0,
) -> Answer | None:
    """Bisect for the smallest amplitude that responds; None where NEURON is missing or fails."""
    job = _job(fibre, sources, how) | {
        "task": "search",
        "between": list(between),
        "criterion": criterion,
        "from": after,
        "relative_tolerance": relative_tolerance,
    }
    return _asked(job, timeout)


def single(
    fibre: Fibre, sources: Sequence[dict[str, Any]], how: How, *, timeout: float = 3600.0
) -> Answer | None:
    """Run once for the times of the impulses; None where NEURON is missing or fails."""
    return _asked(_job(fibre, sources, how) | {"task": "single"}, timeout)


def potential(
    fibre: Fibre,
    sources: Sequence[dict[str, Any]],
    transfers: Sequence[Array],
    how: How,
    *,
    every_us: float,
    timeout: float = 3600.0,
) -> Answer | None:
    """Run once for the potentials at electrodes (uV per nA out of every compartment); None where NEURON is missing."""
    periaxonal = circuit(fibre).periaxonal
    around = np.zeros((len(transfers), fibre.n_compartments))
    for row, transfer in zip(around, transfers, strict=True):
        flow = periaxonal * np.diff(transfer)
        # a current from compartment k to the next leaves k's outside and adds to that of the next
        row[:-1] += flow
        row[1:] -= flow
    job = _job(fibre, sources, how) | {
        "task": "potential",
        "weights": [transfer.tolist() for transfer in transfers],
        "around": around.tolist(),
        "every": every_us * MS_PER_US,
    }
    return _asked(job, timeout)


def _job(fibre: Fibre, sources: Sequence[dict[str, Any]], how: How) -> dict[str, Any]:
    return {
        "sections": sections(fibre),
        "temperature": fibre.temperature,
        "sources": list(sources),
        "detect": int(DETECT_AT * (fibre.n_nodes - 1)),
        "rest": REST,
        "threshold": ARRIVAL_THRESHOLD,
        "duration": how.duration,
        "solver": "fixed" if how.tolerance is None else "daspk",
        "tolerance": how.tolerance,
        "step": how.step_us * MS_PER_US,
    }


def _asked(job: dict[str, Any], timeout: float) -> Answer | None:
    if neuron_rival.unavailable():
        return None
    request = {"mechanisms": str(neuron_rival._mechanisms()), "jobs": [job]}
    try:
        (answer,) = neuron_rival.ask(WORKER, request, timeout=timeout, rival="NEURON")
    except SimulationError:
        return None
    return Answer(float(answer["core_s"]), int(answer["runs"]), answer)
