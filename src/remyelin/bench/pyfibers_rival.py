"""The same fibre in PyFibers, where it is installed: its models are ours, so a name and a diameter say it all."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from remyelin.base.errors import SimulationError
from remyelin.bench.neuron_rival import ARRIVAL_THRESHOLD, PULSE, RivalRun, as_run, ask
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.stimulation.stimulus import Pulse


@cache
def unavailable() -> str | None:
    """Return why PyFibers cannot be compared with, in one line; None if it can be tried."""
    if find_spec("pyfibers") is None or find_spec("neuron") is None:
        return "PyFibers is not installed."
    return None


def simulate(
    fibre: Fibre,
    *,
    step_us: float,
    duration: float,
    model: str = "MRG_DISCRETE",
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
    (answer,) = ask("pyfibers_worker.py", {"jobs": [job]}, timeout=timeout, rival="PyFibers")
    return as_run(answer, fibre)


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

    Returns
    -------
    (float, float) or None
        Threshold, mA, and processor seconds of the search.
    """
    if unavailable():
        return None
    job = {
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
    }
    try:
        (answer,) = ask("pyfibers_worker.py", {"jobs": [job]}, timeout=timeout, rival="PyFibers")
    except SimulationError:
        return None
    return float(answer["value"]), float(answer["core_s"])
