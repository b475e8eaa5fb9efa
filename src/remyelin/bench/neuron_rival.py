"""The same fibre in NEURON: the double cable as ``extracellular`` sections with our own node mechanism.

NEURON runs in a process of its own, because its state is global; its mechanism is compiled once per
process into a temporary folder. Nothing slows it down on purpose: equal neighbouring compartments
share a section (fewer matrix rows than the customary section each), only the voltages asked for are
recorded, and only the integration is timed, in processor seconds.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from remyelin.base.errors import InputError, SimulationError
from remyelin.fibre.models.fibre import NODE, Fibre

MECHANISM = "mrg_node"
LIBRARY = "libnrnmech.*"
REST = -80.0  # mV, everywhere at time zero: how the reference velocities were made
PULSE = (1, 0.0, 0.1, 2.0)  # node, start ms, duration ms, nA
ARRIVAL_THRESHOLD = -30.0  # mV
_OHM_CM_PER_UM2_TO_MOHM_PER_CM = 100.0
_EXPOSED = 1e10  # S/cm2, NEURON's own way of saying that there is no myelin


@dataclass(frozen=True, slots=True)
class RivalRun:
    """Answer of a rival on one fibre, and its cost.

    Attributes
    ----------
    core_s : float
        Processor seconds of the integration, best of the repeats; set-up is not counted.
    arrival_ms : dict of int to float or None
        First upward crossing of -30 mV at each node recorded.
    velocity : float or None
        m/s between the first and the last node recorded, None if the impulse did not pass both.
    steps : int
        Time steps taken.
    """

    core_s: float
    arrival_ms: dict[int, float | None]
    velocity: float | None
    steps: int


@cache
def unavailable() -> str | None:
    """Return why NEURON cannot be compared with, in one line; None if it can."""
    if find_spec("neuron") is None:
        return "NEURON is not installed (it comes with the test extra)."
    if _nrnivmodl() is None:
        return "NEURON's nrnivmodl is not on the path."
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        return "NEURON needs a C++ compiler for its mechanisms and none is on the path."
    try:
        _mechanisms()
    except SimulationError as error:
        return str(error)
    return None


def simulate(
    fibres: Sequence[Fibre],
    *,
    solver: Literal["daspk", "fixed"] = "daspk",
    tolerance: float = 1e-2,
    step_us: float = 5.0,
    duration: float = 2.0,
    record: tuple[int, int] | None = None,
    repeats: int = 1,
    timeout: float = 900.0,
) -> list[RivalRun]:
    """Run fibres one after the other in NEURON under the reference protocol.

    The fibre starts at -80 mV with its gates at rest; 2 nA for 0.1 ms go into node 1.

    Parameters
    ----------
    fibres : sequence of Fibre
        With MRG channels in their nodes and passive internodes.
    solver : {"daspk", "fixed"}
        Variable order and step, or backward Euler with a fixed step.
    tolerance : float
        Absolute tolerance of DASPK.
    step_us : float
        Fixed step, microseconds.
    duration : float
        ms.
    record : (int, int), optional
        Nodes between which velocity is taken; a quarter and three quarters of the fibre.
    repeats : int
        The best time of so many counts.
    timeout : float
        Seconds for all fibres together.

    Returns
    -------
    list of RivalRun

    Raises
    ------
    InputError
        If a fibre holds what the mechanism does not know.
    SimulationError
        If NEURON is missing or fails; the message is one line.
    """
    reason = unavailable()
    if reason:
        raise SimulationError(reason)
    node, start, length, amplitude = PULSE
    watched = [record or (int(0.25 * fibre.n_nodes), int(0.75 * fibre.n_nodes)) for fibre in fibres]
    jobs = [
        {
            "sections": sections(fibre),
            "temperature": fibre.temperature,
            "pulse": {"node": node, "start": start, "duration": length, "amplitude": amplitude},
            "record": list(nodes),
            "rest": REST,
            "threshold": ARRIVAL_THRESHOLD,
            "duration": duration,
            "solver": solver,
            "tolerance": tolerance,
            "step": step_us * 1e-3,
            "repeats": repeats,
        }
        for fibre, nodes in zip(fibres, watched, strict=True)
    ]
    answers = ask(
        "neuron_worker.py", {"mechanisms": str(_mechanisms()), "jobs": jobs}, timeout=timeout, rival="NEURON"
    )
    return [as_run(answer, fibre) for answer, fibre in zip(answers, fibres, strict=True)]


def sections(fibre: Fibre) -> list[dict[str, Any]]:
    """Return the fibre as a chain of NEURON sections, equal neighbours joined into one section.

    NEURON refers membrane and axoplasm to one cylinder; as in the published model that is the myelin's
    (diameter D), so the axolemma's capacity and leak carry d/D and the axoplasm's resistivity (D/d)^2.
    """
    parts = [_compartment(fibre, k) for k in range(fibre.n_compartments)]
    chain = []
    for _, run in groupby(enumerate(parts), key=lambda item: _key(*item)):
        members = [part for _, part in run]
        section = dict(members[0])
        section["segments"] = len(members)
        section["length"] *= len(members)
        chain.append(section)
    return chain


def _key(position: int, part: dict[str, Any]) -> tuple[Any, ...]:
    # Nodes stay apart, or two neighbouring ones could not be told from one long one.
    return (position if part["is_node"] else -1, *(repr(value) for value in part.values()))


def _compartment(fibre: Fibre, k: int) -> dict[str, Any]:
    inner, outer = float(fibre.axon_diameter[k]), float(fibre.sheath_diameter[k])
    width, lamellae = float(fibre.periaxonal_width[k]), float(fibre.lamellae[k])
    ratio = inner / outer
    rim = math.pi * width * (inner + width)
    part = {
        "length": float(fibre.length[k]),
        "diameter": outer,
        "ra": float(fibre.resistivity[k]) / ratio**2,
        "cm": float(fibre.axolemma_capacity[k]) * ratio,
        "g": float(fibre.axolemma_leak[k]) * ratio,
        "e": fibre.leak_reversal,
        "xraxial": fibre.periaxonal_resistivity / rim * _OHM_CM_PER_UM2_TO_MOHM_PER_CM,
        "xc": fibre.lamella_capacity / lamellae if lamellae else 0.0,
        "xg": fibre.lamella_conductance / lamellae if lamellae else _EXPOSED,
        "mechanism": "pas",
        "parameters": {},
        "is_node": bool(fibre.role[k] == NODE),
    }
    if fibre.channels[k] >= 0:
        part |= _mechanism(fibre, k)
    return part


def _mechanism(fibre: Fibre, k: int) -> dict[str, Any]:
    kind = fibre.channel_sets[fibre.channels[k]]
    if kind.name != MECHANISM or fibre.axolemma_leak[k] != 0:
        raise InputError(
            f"the comparison with NEURON knows the MRG node only, not {kind.name!r} in compartment {k}."
        )
    density = dict(zip((current.name for current in kind.currents), fibre.density[k].tolist(), strict=True))
    reversal = {current.name: current.reversal for current in kind.currents}
    return {
        "mechanism": MECHANISM,
        "parameters": {
            "gnaf": density["naf"],
            "gnap": density["nap"],
            "gks": density["ks"],
            "gl": density["leak"],
            "ena": reversal["naf"],
            "ek": reversal["ks"],
            "el": reversal["leak"],
            "shift_m": next(gate.alpha.b for gate in kind.gates if gate.name == "m"),
        },
    }


def ask(
    worker: str,
    request: dict[str, Any],
    *,
    timeout: float,
    rival: str,
    environment: dict[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Put a request to a worker process and return its answer, one entry per job."""
    command = [sys.executable, str(Path(__file__).with_name(worker))]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=timeout,
            env=os.environ | {"NEURON_MODULE_OPTIONS": "-nogui"} | (environment or {}),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SimulationError(f"{rival} did not finish within {timeout:g} s.") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise SimulationError(f"{rival} failed: {last}")
    answers: list[dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return answers


def as_run(answer: dict[str, Any], fibre: Fibre) -> RivalRun:
    """Turn a worker's answer into a run, with the velocity between the nodes it recorded."""
    arrival = {int(node): time for node, time in answer["arrival_ms"].items()}
    first, last = min(arrival), max(arrival)
    begin, end = arrival[first], arrival[last]
    velocity = None
    if begin is not None and end is not None and end > begin:
        at = fibre.node_positions
        velocity = float(at[last] - at[first]) / (end - begin)
    return RivalRun(answer["core_s"], arrival, velocity, answer["steps"])


def _nrnivmodl() -> str | None:
    beside = shutil.which("nrnivmodl", path=str(Path(sys.executable).parent))
    return beside or shutil.which("nrnivmodl")


_folders: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _mechanisms() -> Path:
    """Compile the node mechanism in a temporary folder that lives as long as this process."""
    holder = tempfile.TemporaryDirectory(prefix="remyelin-neuron-")
    folder = Path(holder.name)
    shutil.copy(Path(__file__).with_name(f"{MECHANISM}.mod"), folder)
    try:
        compile_mechanisms(folder)
    except SimulationError:
        holder.cleanup()
        raise
    _folders.append(holder)  # removed at exit
    return folder


def compile_mechanisms(folder: Path) -> None:
    """Compile the mechanisms of a folder into a library below it.

    Raises
    ------
    SimulationError
        If there is no compiler or it fails; the message is one line.
    """
    compiler = _nrnivmodl()
    if compiler is None:
        raise SimulationError("NEURON's nrnivmodl is not on the path.")
    # nrnivmodl looks for the python it belongs to.
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    }
    done = subprocess.run(
        [compiler, "."], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode or not any(folder.rglob(LIBRARY)):
        reasons = [line for line in (done.stderr + done.stdout).splitlines() if "rror" in line]
        raise SimulationError(
            f"NEURON could not compile its mechanism: {reasons[0] if reasons else 'no reason given'}"
        )
