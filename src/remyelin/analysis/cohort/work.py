"""Workers: set up once, then compute chunks; that of a cohort writes their parts."""

from __future__ import annotations

import errno
import pickle
import platform
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from remyelin._version import __version__
from remyelin.analysis.cohort.follow import follow
from remyelin.analysis.cohort.parts import Chunk, Course, Done, write_part
from remyelin.analysis.cohort.population import Population
from remyelin.analysis.cohort.sampling import Sampler
from remyelin.base.errors import RemyelinError, SimulationError
from remyelin.evidence import Ledger
from remyelin.nerve import Tables
from remyelin.person.chain import Chain

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def made_with() -> dict[str, str]:
    """Return the software and processor on which the last digits of a result depend beside the model."""
    return {"python": platform.python_version(), "machine": platform.machine()} | {
        name: version(name) for name in ("numpy", "scipy", "numba")
    }


def same_software(stated: str, libraries: Mapping[str, str]) -> None:
    """Refuse to work for a driver with another version of remyelin, or with libraries whose last digits could differ.

    Raises
    ------
    SimulationError
        With both versions.
    """
    if stated != __version__:
        raise SimulationError(
            f"a worker has remyelin {__version__}, the driver {stated}; install one version."
        )
    here = made_with()
    if other := [name for name, version in libraries.items() if here.get(name) != version]:
        raise SimulationError(
            f"a worker has {', '.join(f'{name} {here.get(name)}' for name in other)}, the driver "
            f"{', '.join(libraries[name] for name in other)}; the last digits could differ: install the same."
        )


class Works(Protocol):
    """Computes chunks of the work that it was set up for."""

    def chunk(self, chunk: Chunk) -> Any:
        """Compute a chunk."""
        ...

    def give_up(self, index: int, reason: str) -> Any:
        """Return the stand-in for one piece that cannot be computed at all."""
        ...


class Prepared(Protocol):
    """All that a worker needs, sent to it as bytes: the setup of a cohort, or other work in chunks."""

    def worker(self) -> Works:
        """Return the worker."""
        ...


@dataclass(frozen=True, slots=True)
class Setup:
    """All a worker needs to compute any course of a run; made once by the driver and sent as bytes.

    Attributes
    ----------
    population : Population
    settings : mapping of str to float or str
        Overrides of the ledger for the whole run.
    sets : tuple of mapping of str to float
        Overrides of each draw of parameters; draw 0, the ledger's own values, has none.
    tables : Tables
        Of the run's internodes; no draw changes them.
    columns : tuple of str
        Of a row.
    folder : str
        Where parts go; every worker sees it under this name.
    run : str
        Digest of what is computed.
    version : str
    made_with : mapping of str to str
        What the last digits depend on, by name, with its version.
    """

    population: Population
    settings: Mapping[str, float | str]
    sets: tuple[Mapping[str, float], ...]
    tables: Tables
    columns: tuple[str, ...]
    folder: str
    run: str
    version: str = __version__
    made_with: Mapping[str, str] = field(default_factory=made_with)

    def worker(self) -> Worker:
        """Return the worker of this run."""
        return Worker(self)


class DiskFull(OSError):
    """A part could not be written because the disk, or a quota, is full."""


class WorkersLost(Exception):
    """Nobody is left to compute; finished parts are kept."""


class Worker:
    """Computes chunks of one run; keeps the numbers read of each parameter set."""

    def __init__(self, setup: Setup) -> None:
        same_software(setup.version, setup.made_with)
        self._setup = setup
        self._ledger = Ledger.shipped().replace(setup.settings)
        self._sampler = Sampler.of(setup.population, self._ledger)
        self._numbers: dict[int, Chain] = {}

    def numbers(self, draw: int) -> Chain:
        """Return the numbers of a parameter set."""
        if draw not in self._numbers:
            ledger = self._ledger.replace(self._setup.sets[draw])
            self._numbers[draw] = Chain(ledger, self._setup.tables)
        return self._numbers[draw]

    def course(self, index: int) -> Course:
        """Compute one course; one that cannot be computed carries the reason."""
        draw, person = divmod(index, self._setup.population.persons)
        try:
            words, rows = follow(self._sampler, person, self.numbers(draw))
        except (RemyelinError, ArithmeticError, ValueError) as error:
            reason = str(error) if isinstance(error, RemyelinError) else f"{type(error).__name__}: {error}"
            return Course(draw, person, {}, (), " ".join(reason.split()))
        return Course(draw, person, words, rows)

    def chunk(self, chunk: Chunk) -> Done:
        """Compute a chunk and write its part.

        Raises
        ------
        DiskFull
            If it cannot be written for want of room.
        """
        began = time.process_time()
        courses = [self.course(index) for index in range(chunk.start, chunk.stop)]
        return self.write(chunk, courses, time.process_time() - began)

    def give_up(self, index: int, reason: str) -> Done:
        """Write the part of a single course that cannot be computed at all."""
        draw, person = divmod(index, self._setup.population.persons)
        return self.write(Chunk(index, index + 1), [Course(draw, person, {}, (), reason)], 0.0)

    def write(self, chunk: Chunk, courses: list[Course], seconds: float) -> Done:
        """Write the part of computed courses."""
        try:
            done = write_part(Path(self._setup.folder), chunk, courses, self._setup.columns, self._setup.run)
        except OSError as error:
            if error.errno in FULL:
                raise DiskFull(error.errno, "no room for a part") from None
            raise
        return Done(done.chunk, done.digests, done.failures, seconds, _memory())


def _memory() -> int:
    """Largest resident size of this process so far, bytes; 0 where the system does not say."""
    # On Linux ru_maxrss includes the parent's peak after fork, so read VmHWM instead.
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    try:
        import resource
    except ImportError:  # not on every system
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


# One worker per process and run: a cluster's worker is handed the same setup with every chunk.
_kept: dict[str, Works] = {}
_lock = threading.Lock()


def run_chunk(setup: bytes, key: str, chunk: Chunk) -> Any:
    """Compute a chunk in this process, setting up once per run (`key`)."""
    with _lock:
        if key not in _kept:
            _kept.clear()
            _kept[key] = load(setup).worker()
        worker = _kept[key]
    return worker.chunk(chunk)


def dump(setup: Prepared) -> bytes:
    """Return a setup as bytes."""
    return pickle.dumps(setup, protocol=5)


def load(content: bytes) -> Prepared:
    """Return the setup that :func:`dump` wrote."""
    setup: Prepared = pickle.loads(content)
    return setup
