"""Threads of a call: pieces of a batch side by side, and the next batch made ready meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from types import TracebackType
from typing import Any

_AT_ONCE = 2  # batches: while one is computed, another is made ready and its results are gathered


class Workers:
    """So many threads for the pieces of a call's work; results never depend on how many.

    Parameters
    ----------
    count : int
        Threads; with one, everything runs in the caller's.

    Examples
    --------
    >>> with Workers(2) as workers:
    ...     workers.map(abs, [-1, 2, -3])
    [1, 2, 3]
    """

    def __init__(self, count: int = 1) -> None:
        self.count = count
        # starts no thread before the first piece
        self._pool = ThreadPoolExecutor(count) if count > 1 else None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=error is not None)

    def map(self, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Return the results of `work` on the items, in order."""
        if self._pool is None or len(items) < 2:
            return [work(item) for item in items]
        return list(self._pool.map(work, items))

    def ahead(self, work: Callable[[Any], Any], batches: Iterable[Any]) -> Iterator[Any]:
        """Yield the results of `work` on batches, in order.

        A batch's own Python runs beside the pieces of another one, so that no thread waits for it.
        `work` passes its pieces to :meth:`map`; at most two batches are held.
        """
        source = iter(batches)
        begun = deque(islice(source, _AT_ONCE))
        if self._pool is None or len(begun) < _AT_ONCE:
            yield from map(work, chain(begun, source))
            return
        waiting: deque[Future[Any]] = deque()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while begun:
                # A batch that is under way is forgotten here, so that its memory is free once it is done.
                waiting.append(pool.submit(work, begun.popleft()))
                if len(waiting) == _AT_ONCE:
                    yield waiting.popleft().result()
                begun.extend(islice(source, 0 if begun else 1))
            while waiting:
                yield waiting.popleft().result()
