"""The rows of a benchmark, and how a time is taken."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes
    ----------
    what : str
        What was computed, and per what the seconds are.
    rival : str or None
        Who was compared with; None where the row stands alone.
    ours_s, rival_s : float or None
        Processor seconds per fibre on one core, set-up not counted, unless `what` says otherwise.
    ours_error, rival_error : float or None
        Signed fraction by which the velocity misses the converged one, or what else `what` and `rival` name.
    """

    what: str
    rival: str | None
    ours_s: float | None
    rival_s: float | None = None
    ours_error: float | None = None
    rival_error: float | None = None

    @property
    def ratio(self) -> float | None:
        """Rival's seconds over ours."""
        return self.rival_s / self.ours_s if self.rival_s and self.ours_s else None

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain JSON-ready data, in the order of the table."""
        data = asdict(self)
        order = ("what", "rival", "ours_s", "rival_s", "ratio", "ours_error", "rival_error")
        return {key: self.ratio if key == "ratio" else data[key] for key in order}


@dataclass(frozen=True, slots=True)
class Timing:
    """Best of several repeats: processor seconds of this process, and seconds on the wall."""

    core_s: float
    wall_s: float


def timed(call: Callable[[], T], repeats: int = 1) -> tuple[T, Timing]:
    """Return the result of a call and its best times; memory is collected before the first, not between or during.

    A collection walks through all objects, and would leave a call of a millisecond a cold cache.
    """
    core, wall = float("inf"), float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(repeats):
            began, core_began = time.perf_counter(), time.process_time()
            answer = call()
            core = min(core, time.process_time() - core_began)
            wall = min(wall, time.perf_counter() - began)
    finally:
        gc.enable()
    return answer, Timing(core, wall)


def off(value: float | None, truth: float | None) -> float | None:
    """Return the signed fraction by which a value misses the truth."""
    return None if value is None or not truth else value / truth - 1


def taken(call: Callable[[], T]) -> tuple[T, Timing, float]:
    """Return the result of a call, its times, and the growth of memory at its peak, GiB.

    Where the system cannot forget an earlier peak (it can on Linux), growth below that one is not seen.
    """
    gc.collect()
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before = _peak_gib()
    answer, timing = timed(call)
    return answer, timing, _peak_gib() - before


def _peak_gib() -> float:
    """Return the largest memory this process has had, GiB."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS.
    return peak / (2**30 if sys.platform == "darwin" else 2**20)
