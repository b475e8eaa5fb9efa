"""Threads for computations (the kernels release the GIL), with a bounded queue and a way to stop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import Request

from remyelin.base.errors import RemyelinError

T = TypeVar("T")


class Busy(RemyelinError):
    """The queue is full."""


class Stopped(RemyelinError):
    """Nobody waits for the answer any more, or its time is over."""


class Ticket:
    """One computation's right to go on: it asks between steps whether anybody still waits.

    Parameters
    ----------
    seconds : float
        How long it may take from its beginning.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._stop = threading.Event()
        self._deadline: float | None = None

    def begin(self) -> None:
        """Start the clock."""
        self._deadline = time.monotonic() + self.seconds
        self.check()

    def stop(self) -> None:
        """Ask the computation to end at its next step."""
        self._stop.set()

    def check(self, step: str = "") -> None:
        """Go on, or end here; usable as a progress callable.

        Raises
        ------
        Stopped
            If nobody waits or the time is over.
        """
        if self._stop.is_set():
            raise Stopped("the page that asked has left.")
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise Stopped(
                f"this took longer than the {self.seconds:g} s that a request may take; "
                "try again when the machine is less busy."
            )


class Pool:
    """Threads with a bounded queue.

    Parameters
    ----------
    workers : int
    waiting : int
        Requests that may be in the queue or running; one more is refused.
    seconds : float
        How long a request may compute.
    """

    def __init__(self, workers: int, waiting: int, seconds: float) -> None:
        self.waiting, self.seconds = waiting, seconds
        self._inside = 0
        self._tickets: set[Ticket] = set()
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="remyelin-web")

    @property
    def inside(self) -> int:
        """Number of requests in the queue or running."""
        return self._inside

    async def run(self, request: Request, work: Callable[[Ticket], T]) -> T:
        """Compute for a request; stop when the client leaves.

        Raises
        ------
        Busy
            If the queue is full.
        Stopped
            If the client left or the time was over.
        """
        ticket = Ticket(self.seconds)
        future = self.submit(ticket, work)
        gone: asyncio.Future[None] = asyncio.ensure_future(_gone(request))
        try:
            waited: set[asyncio.Future[Any]] = {future, gone}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not future.done():
                ticket.stop()
                raise Stopped("the page that asked has left.")
            return future.result()
        finally:
            ticket.stop()
            gone.cancel()

    def submit(self, ticket: Ticket, work: Callable[[Ticket], T]) -> asyncio.Future[T]:
        """Queue a computation.

        Raises
        ------
        Busy
            If the queue is full.
        """
        if self._inside >= self.waiting:
            raise Busy("too many computations at once; try again in a moment.")
        self._inside += 1
        self._tickets.add(ticket)
        loop = asyncio.get_running_loop()

        def run() -> T:
            try:
                ticket.begin()
                return work(ticket)
            finally:
                self._tickets.discard(ticket)

        future = loop.run_in_executor(self._executor, run)
        future.add_done_callback(self._left)
        return future

    def _left(self, future: asyncio.Future[T]) -> None:
        self._inside -= 1
        if not future.cancelled():
            future.exception()  # seen, whoever has stopped waiting for it

    def close(self) -> None:
        """Take no more work, drop the queue, and end running work at its next step."""
        for ticket in tuple(self._tickets):  # Python waits for its threads at the end
            ticket.stop()
        self._executor.shutdown(wait=False, cancel_futures=True)


async def _gone(request: Request) -> None:
    """Return when the client has closed its connection."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return
