"""Chunks computed on a Dask cluster, which may lose workers, all of them at once, or its scheduler."""

from __future__ import annotations

import asyncio
import concurrent.futures
import queue
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from remyelin.analysis.cohort.deaths import Deaths
from remyelin.analysis.cohort.parts import Chunk
from remyelin.analysis.cohort.settings import (
    COHORT_ANSWER_SECONDS,
    COHORT_DEATHS,
    COHORT_WORKERS_SECONDS,
)
from remyelin.analysis.cohort.work import DiskFull, WorkersLost, load
from remyelin.base.errors import InputError, SimulationError


class Dask:
    """On a Dask cluster: an address of its scheduler, or ``local`` for one started here.

    Every worker of the cluster must have this version of remyelin and see the output folder under the same
    name.

    Parameters
    ----------
    address : str
        As ``tcp://127.0.0.1:8786``, or ``local`` or ``local:N``.

    Examples
    --------
    >>> from remyelin import InputError
    >>> from remyelin.analysis.cohort import Dask
    >>> try:
    ...     Dask('nowhere')
    ... except InputError as error:
    ...     print(str(error)[:19])
    --cluster nowhere:
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise InputError(
                "--cluster needs the package distributed; install it with `pip install 'remyelin[dask]'`."
            ) from None
        self._cluster: Any = None
        name, _, count = address.partition(":")
        if name == "local" and count and not (count.isdigit() and int(count) > 0):
            raise InputError(f"--cluster {address}: write local or local:N with N workers, 1 or more.")
        if name != "local" and not re.fullmatch(r"tcp://[^\s/]+:\d{1,5}", address):
            raise InputError(
                f"--cluster {address}: is no address of a scheduler this command can speak to; give local, local:N or "
                "one as tcp://127.0.0.1:8786."
            )
        try:
            if name == "local":
                self._cluster = distributed.LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=int(count) if count else None,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    host="127.0.0.1",
                )
                self._client = distributed.Client(self._cluster, set_as_default=False)  # type: ignore[no-untyped-call]
            else:
                self._client = distributed.Client(
                    address, timeout=COHORT_ANSWER_SECONDS, set_as_default=False
                )  # type: ignore[no-untyped-call]
        except Exception as error:  # whatever it is, what was given is not a scheduler that can be used
            raise InputError(
                f"--cluster {address}: no scheduler answers there ({type(error).__name__}); start one with "
                "`dask scheduler`, or give local:N."
            ) from None

    def prepare(self, chunks: int) -> None:
        """The workers of the cluster are there already."""

    def run(self, setup: bytes, chunks: Sequence[Chunk]) -> Iterator[Any]:
        """Compute the chunks; the scheduler hands those of a lost worker to others.

        Raises
        ------
        WorkersLost
            If no worker is left, or the scheduler.
        """
        todo = set(chunks)
        deaths = Deaths()
        for _ in range(COHORT_DEATHS):
            # what was handed to all workers is gone when all of them are
            yield from self._round(setup, todo, deaths)
            if not todo:
                return
        raise WorkersLost("the workers of the cluster were lost again and again")

    def _round(self, setup: bytes, todo: set[Chunk], deaths: Deaths) -> Iterator[Any]:
        """Hand out the work and take back the results, until nothing is left or the cluster loses its data."""
        import hashlib

        from distributed import KilledWorker

        from remyelin.analysis.cohort.work import run_chunk

        key = hashlib.sha256(setup).hexdigest()[:16]
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        given: dict[Any, Chunk] = {}
        try:
            self._client.wait_for_workers(1, timeout=COHORT_WORKERS_SECONDS)
            shared = self._client.scatter(setup, broadcast=True)  # type: ignore[no-untyped-call]
        except Exception as refused:
            raise WorkersLost(f"no worker of the cluster answers ({type(refused).__name__})") from None

        def submit(chunk: Chunk) -> None:
            future = self._client.submit(run_chunk, shared, key, chunk, pure=False)
            given[future] = chunk
            future.add_done_callback(done.put)  # type: ignore[no-untyped-call]

        for chunk in sorted(todo, key=lambda chunk: chunk.start):
            submit(chunk)
        while given:
            future = self._next(done)
            if future is None:
                return  # what was handed to all workers was lost with some of them
            chunk = given.pop(future)
            try:
                answer = future.result(timeout=COHORT_WORKERS_SECONDS)
            except DiskFull:
                raise DiskFull("no room for a part") from None
            except KilledWorker:
                instead = deaths.after(chunk)
                todo.discard(chunk)
                todo.update(instead or ())
                if instead is None:
                    yield load(setup).worker().give_up(chunk.start, "its worker died again and again")
                for part in instead or ():
                    submit(part)
                continue
            except (concurrent.futures.CancelledError, asyncio.CancelledError):
                return  # with its data, as all workers were lost
            except (OSError, TimeoutError) as error:
                raise WorkersLost(f"the scheduler does not answer ({type(error).__name__})") from None
            except Exception as error:
                raise SimulationError(
                    f"a worker of the cluster could not go on: {type(error).__name__}: {error}"
                ) from None
            todo.discard(chunk)
            yield answer

    def _next(self, done: queue.SimpleQueue[Any]) -> Any:
        """Return the next future that is done, None where workers are there and have nothing to do.

        Raises
        ------
        WorkersLost
            If nobody is left to compute.
        """
        idle = 0
        while True:
            try:
                return done.get(timeout=1.0)
            except queue.Empty:
                try:
                    there = self._client.status == "running" and self._client.scheduler_info()["workers"]
                    busy = bool(there) and any(self._client.processing().values())  # type: ignore[no-untyped-call]
                except Exception:
                    there, busy = None, False
                idle = 0 if busy else idle + 1
                if idle > COHORT_WORKERS_SECONDS:
                    if there:
                        return None
                    raise WorkersLost("no worker of the cluster is left") from None

    def close(self) -> None:
        """Drop unfinished tasks and leave the cluster; stop a cluster started here."""
        with suppress(Exception):
            self._client.close()  # type: ignore[no-untyped-call]
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close()
