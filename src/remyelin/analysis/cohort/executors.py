"""Executors of chunks: in this process, or in processes of this machine; on a cluster: :mod:`~.cluster`.

An executor takes chunks and yields what was done, in whatever order it happens. A worker that dies takes
nothing with it: its chunk is computed again by another, and a chunk over which workers keep dying is cut into
single courses until the one that kills is found and given up.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, Protocol

from remyelin.analysis.cohort.deaths import Deaths
from remyelin.analysis.cohort.parts import Chunk
from remyelin.analysis.cohort.settings import COHORT_DEATHS, COHORT_DEATHS_ALONE
from remyelin.analysis.cohort.work import DiskFull, load
from remyelin.analysis.cohort.worker_process import receive, send
from remyelin.base.errors import InputError, SimulationError


class Executor(Protocol):
    """Computes chunks somewhere.

    Examples
    --------
    >>> from remyelin.analysis.cohort import Executor, Processes
    >>> chosen: Executor = Processes(1)
    >>> chosen.close()
    """

    def prepare(self, chunks: int) -> None:
        """Begin, while the driver makes its setup, whatever work on so many chunks will need."""
        ...

    def run(self, setup: bytes, chunks: Sequence[Chunk]) -> Iterator[Any]:
        """Yield the results, each course once, in any order.

        Raises
        ------
        DiskFull
            If a part cannot be written for want of room.
        SimulationError
            If the work cannot go on.
        """
        ...

    def close(self) -> None:
        """Stop everything that is still running; parts already written stay."""
        ...


class Serial:
    """In this process, one chunk after another.

    Examples
    --------
    >>> from remyelin.analysis.cohort import Serial
    >>> serial = Serial()
    >>> serial.close()
    """

    def prepare(self, chunks: int) -> None:
        """Nothing has to be started."""

    def run(self, setup: bytes, chunks: Sequence[Chunk]) -> Iterator[Any]:
        """Compute the chunks in order."""
        worker = load(setup).worker()
        for chunk in chunks:
            yield worker.chunk(chunk)

    def close(self) -> None:
        """Nothing is left running."""


class Lent:
    """An executor on loan to one of several runs: its workers stay for the next one, and its owner closes it.

    Examples
    --------
    >>> from remyelin.analysis.cohort.executors import Lent, Serial
    >>> Lent(Serial()).close()
    """

    def __init__(self, owned: Executor) -> None:
        self._owned = owned

    def prepare(self, chunks: int) -> None:
        """Start the workers that are missing."""
        self._owned.prepare(chunks)

    def run(self, setup: bytes, chunks: Sequence[Chunk]) -> Iterator[Any]:
        """Compute the chunks."""
        return self._owned.run(setup, chunks)

    def close(self) -> None:
        """Leave the workers to the owner."""


class Processes:
    """In worker processes of this machine, each a started program of its own.

    Parameters
    ----------
    workers : int
        How many at a time.

    Examples
    --------
    >>> from remyelin import InputError
    >>> from remyelin.analysis.cohort import Processes
    >>> try:
    ...     Processes(0)
    ... except InputError as error:
    ...     print(error)
    workers: 0 is impossible; give 1 or more.
    """

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise InputError(f"workers: {workers} is impossible; give 1 or more.")
        self._workers = workers
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._words: dict[int, IO[bytes]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def prepare(self, chunks: int) -> None:
        """Start the workers that do not wait already; their imports run while the tables are made."""
        for slot in range(min(self._workers, chunks)):
            if slot not in self._running:
                self._start(slot)

    def run(self, setup: bytes, chunks: Sequence[Chunk]) -> Iterator[Any]:
        """Compute the chunks, replacing workers that die; after the last, workers wait for another run."""
        todo: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()
        told: queue.SimpleQueue[tuple[str, Any, Any]] = queue.SimpleQueue()
        for chunk in chunks:
            todo.put(chunk)
        waiting = len(chunks)
        deaths = Deaths()
        threads = [
            threading.Thread(target=self._tend, args=(slot, setup, todo, told), daemon=True)
            for slot in range(min(self._workers, max(waiting, 1)))
        ]
        for thread in threads:
            thread.start()
        finished = False
        try:
            while waiting:
                kind, chunk, answer = told.get()
                if kind == "done":
                    waiting -= 1
                    yield answer
                elif kind == "died":
                    instead = deaths.after(chunk)
                    if instead is None:
                        waiting -= 1
                        yield (
                            load(setup)
                            .worker()
                            .give_up(chunk.start, f"its worker died {COHORT_DEATHS_ALONE} times")
                        )
                    else:
                        waiting += len(instead) - 1
                        for item in instead:
                            todo.put(item)
                elif kind == "full":
                    raise DiskFull("no room for a part")
                else:
                    raise SimulationError(f"a worker could not go on: {answer}")
            finished = True
        finally:
            if not finished:
                self.close()
            for _ in threads:
                todo.put(None)

    def _tend(
        self,
        slot: int,
        setup: bytes,
        todo: queue.SimpleQueue[Chunk | None],
        told: queue.SimpleQueue[tuple[str, Any, Any]],
    ) -> None:
        """Keep one worker alive and fed."""
        with self._lock:
            process = self._running.get(slot)
        fresh, barren = True, 0
        while (chunk := todo.get()) is not None:
            try:
                if process is None:
                    process, fresh = self._start(slot), True
                    if process is None:
                        return
                assert process.stdin is not None
                assert process.stdout is not None
                if fresh:
                    send(process.stdin, ("setup", setup))
                    kind, answer = receive(process.stdout)
                    if kind != "ready":
                        told.put((kind, chunk, answer))
                        return
                    fresh, barren = False, 0
                send(process.stdin, ("chunk", chunk))
                kind, answer = receive(process.stdout)
                told.put((kind, chunk, answer))
            except (EOFError, OSError):
                if self._closed:
                    return
                starting = process is not None and process.poll() is not None and process.returncode > 0
                barren += 1
                if starting and barren >= COHORT_DEATHS:
                    told.put(("failed", chunk, _last(self._words[slot])))
                    return
                if process is not None:
                    process.kill()
                    process.wait()
                process = None
                told.put(("died", chunk, None))

    def _start(self, slot: int) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._closed:
                return None
            if slot not in self._words:  # kept open as long as workers may write to it
                self._words[slot] = tempfile.TemporaryFile()  # noqa: SIM115
            process = subprocess.Popen(
                [sys.executable, "-m", "remyelin.analysis.cohort.worker_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words[slot],
                env=_environment(),
                start_new_session=True,  # a Ctrl-C is for the driver, also while a worker starts
            )
            self._running[slot] = process
            return process

    def close(self) -> None:
        """Kill the workers; their unfinished work is computed again on resuming."""
        with self._lock:
            self._closed = True
            running = list(self._running.values())
            self._running.clear()
        for process in running:
            process.kill()
        for process in running:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process numbers of the workers now alive."""
        with self._lock:
            return tuple(process.pid for process in self._running.values())


def _environment() -> dict[str, str]:
    """The environment of a worker: the import paths of its driver, and one core."""
    import os

    paths = [item for item in sys.path if item]
    threads = {
        name: "1"
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    }
    return {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}


def _last(words: IO[bytes]) -> str:
    """The last line a worker said on its error stream."""
    words.seek(0)
    lines = words.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"


def executor(workers: int | None = None, cluster: str | None = None) -> Executor:
    """Return the executor that was asked for; by default a process per processor.

    Parameters
    ----------
    workers : int or None
        Processes; one for each processor when None.
    cluster : str or None
        Address of a Dask scheduler.

    Raises
    ------
    InputError
        If both are given, or the cluster cannot be reached.

    Examples
    --------
    >>> from remyelin.analysis.cohort import executor
    >>> type(executor(workers=1)).__name__
    'Processes'
    >>> type(executor(workers=2)).__name__
    'Processes'
    """
    import os

    if cluster is not None:
        if workers is not None:
            raise InputError("--workers and --cluster exclude each other; a cluster has its own workers.")
        from remyelin.analysis.cohort.cluster import Dask

        return Dask(cluster)
    count = (
        workers
        if workers is not None
        else len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else (os.cpu_count() or 1)
    )
    return Processes(count)
