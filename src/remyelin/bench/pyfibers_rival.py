"""The same fibre in PyFibers, where it is installed: its models are ours, so a name and a diameter say it all.

PyFibers compiles its mechanisms into its own folder by a command (``pyfibers_compile``). Where nobody has given it, or
the folder cannot be written, a copy of the package is compiled once, in the folder of compiled kernels.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from remyelin.base.errors import SimulationError
from remyelin.base.files import cache_folder
from remyelin.bench import neuron_rival
from remyelin.bench.neuron_rival import ARRIVAL_THRESHOLD, LIBRARY, PULSE, RivalRun, as_run, ask
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.stimulation.stimulus import Pulse

MECHANISMS = "MOD"
#: Mechanisms of the models asked for most, and of the pulse: the others need thirty more, a minute of compiling.
FEW = ("AXNODE_myel", "RattayAberham", "sweeney", "train")
DEFAULT = "MRG_DISCRETE"
SERVED_BY_FEW = (DEFAULT, "RATTAY", "SWEENEY")
#: Mechanisms of Schild's models alone, which no comparison here asks for: a quarter of that minute.
LEFT_OUT = (
    "CaPump",
    "NaCaPump",
    "can",
    "cat",
    "ka",
    "kca",
    "kd",
    "kds",
    "leakSchild",
    "naf",
    "naf97mean",
    "nas",
    "nas97mean",
)


def unavailable() -> str | None:
    """Return why PyFibers cannot be compared with, in one line; None if it can be tried."""
    if find_spec("pyfibers") is None or find_spec("neuron") is None:
        return "PyFibers is not installed (it comes with the test extra)."
    reason = neuron_rival.unavailable()
    if reason:
        return reason
    try:
        environment()
    except (OSError, SimulationError) as error:
        return f"PyFibers cannot be compiled: {error}"
    return None


@cache
def environment(model: str = DEFAULT) -> dict[str, str]:
    """Return the environment in which a process imports PyFibers with a model's mechanisms; compile them once.

    Raises
    ------
    SimulationError
        If its mechanisms do not compile; the message is one line.
    """
    spec = find_spec("pyfibers")
    if spec is None or spec.origin is None:
        raise SimulationError("PyFibers is not installed (it comes with the test extra).")
    package = Path(spec.origin).parent
    if any((package / MECHANISMS).rglob(LIBRARY)):
        return {}
    kept = _compiled(package, FEW if model in SERVED_BY_FEW else None)
    path = os.pathsep.join(filter(None, (str(kept), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path}


def _compiled(package: Path, only: tuple[str, ...] | None) -> Path:
    """Return the folder that holds a compiled copy of the package, made by the first process that asks.

    It has these mechanisms only, or all but those left out.
    """
    neuron = find_spec("neuron")
    # a library of mechanisms belongs to the NEURON it was linked with
    place = hashlib.sha256(f"{neuron and neuron.origin} {only or LEFT_OUT}".encode()).hexdigest()[:8]
    kept = cache_folder() / f"pyfibers-{version('pyfibers')}-neuron-{version('neuron')}-{place}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with _alone(kept.with_name(f"{kept.name}.lock")):
        if not kept.exists():
            with tempfile.TemporaryDirectory(prefix="pyfibers-", dir=kept.parent) as making:
                copy = Path(making) / "made" / package.name
                shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
                for mechanism in (copy / MECHANISMS).glob("*.mod"):
                    if mechanism.stem in LEFT_OUT or (only and mechanism.stem not in only):
                        mechanism.unlink()
                neuron_rival.compile_mechanisms(copy / MECHANISMS)
                copy.parent.rename(kept)
    return kept


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock among processes; NEURON runs on systems that have them."""
    import fcntl

    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _ask(job: dict[str, Any], timeout: float) -> dict[str, Any]:
    (answer,) = ask(
        "pyfibers_worker.py",
        {"jobs": [job]},
        timeout=timeout,
        rival="PyFibers",
        environment=environment(job["model"]),
    )
    return answer


def simulate(
    fibre: Fibre,
    *,
    step_us: float,
    duration: float,
    model: str = DEFAULT,
    pulse: Pulse | None = None,
    record: tuple[int, int] | None = None,
    repeats: int = 1,
    timeout: float = 300.0,
) -> RivalRun:
    """Run a healthy fibre in PyFibers, by default MRG under the reference protocol.

    Parameters
    ----------
    fibre : Fibre
        From :func:`remyelin.fibre.mrg` with passive ends, as PyFibers makes them.
    step_us : float
        Backward Euler step, microseconds.
    duration : float
        ms.
    model : str
        PyFibers' name of the model of the fibre.
    pulse : Pulse, optional
        Into a node; that of the reference protocol when omitted.
    record : (int, int), optional
        Nodes between which velocity is taken; a quarter and three quarters of the fibre.
    repeats : int
        The best time of so many counts.
    timeout : float
        Seconds.

    Returns
    -------
    RivalRun

    Raises
    ------
    SimulationError
        If PyFibers is missing, not compiled, or fails; the message is one line.
    """
    reason = unavailable()
    if reason:
        raise SimulationError(reason)
    node, start, length, amplitude = PULSE
    if pulse is not None:
        node, start, length, amplitude = pulse.node, pulse.start, pulse.duration, pulse.amplitude
    job = {
        "model": model,
        "diameter": fibre.diameter,
        "nodes": fibre.n_nodes,
        "temperature": fibre.temperature,
        "pulse": {"node": node, "start": start, "duration": length, "amplitude": amplitude},
        "record": list(record or (int(0.25 * fibre.n_nodes), int(0.75 * fibre.n_nodes))),
        "threshold": ARRIVAL_THRESHOLD,
        "duration": duration,
        "step": step_us * 1e-3,
        "repeats": repeats,
    }
    return as_run(_ask(job, timeout), fibre)


def threshold(
    fibre: Fibre,
    electrode: tuple[float, float],
    conductivity: float,
    *,
    pulse: float,
    between: tuple[float, float],
    step_us: float,
    duration: float,
    relative_tolerance: float,
    patience: float = 1.0,
    model: str = DEFAULT,
    timeout: float = 900.0,
) -> tuple[float, float] | None:
    """Find one threshold (mA) in PyFibers; None where it is missing or fails.

    Parameters
    ----------
    fibre : Fibre
        As for :func:`simulate`.
    electrode : (float, float)
        Along the fibre and from its axis, um.
    conductivity : float
        S/m.
    pulse, step_us, duration : float
        ms, us, ms.
    between : (float, float)
        Bracket of the search, mA.
    relative_tolerance : float
    patience : float
        ms: how long after the arrival at the largest amplitude a run goes on.
    model : str
        As for :func:`simulate`.

    Returns
    -------
    (float, float) or None
        Threshold, mA, and processor seconds of the search.
    """
    if unavailable():
        return None
    job = {
        "model": model,
        "diameter": fibre.diameter,
        "nodes": fibre.n_nodes,
        "temperature": fibre.temperature,
        "electrode": list(electrode),
        "conductivity": conductivity,
        "pulse": pulse,
        "between": list(between),
        "step": step_us * 1e-3,
        "duration": duration,
        "relative_tolerance": relative_tolerance,
        "patience": patience,
    }
    try:
        answer = _ask(job, timeout)
    except SimulationError:
        return None
    return float(answer["value"]), float(answer["core_s"])
