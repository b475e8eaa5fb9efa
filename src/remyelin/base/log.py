"""Lines of a log: loggers of the standard library below ``remyelin``, to which no handler is attached."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Final, ParamSpec

from remyelin.base.printing import printable

P = ParamSpec("P")
LEVELS: Final = ("debug", "info", "warning")


class Task:
    """One task of a room: a line when it begins, one for each step, one when it is done.

    Beginning and end are of level INFO, steps of level DEBUG.

    Parameters
    ----------
    room : str
        The logger is ``remyelin.<room>``.
    text : str
        Name of the task, with places for `values` as in :mod:`logging`.
    *values
        Its values.

    Examples
    --------
    >>> import logging, sys
    >>> logger, lines = logging.getLogger("remyelin.example"), logging.StreamHandler(sys.stdout)
    >>> logger.addHandler(lines)
    >>> logger.setLevel(logging.INFO)
    >>> task = Task("example", "sweep of %d runs", 3)
    sweep of 3 runs: begun
    >>> task.done("the last of them 7")  # doctest: +ELLIPSIS
    sweep of 3 runs: done in 0.0 s; the last of them 7
    >>> logger.removeHandler(lines)
    """

    __slots__ = ("_begun", "_log", "_step", "_text", "_values")

    def __init__(self, room: str, text: str, *values: object) -> None:
        self._log = logging.getLogger(f"remyelin.{room}")
        self._text, self._values = text, values
        self._begun, self._step = time.perf_counter(), ""
        self._log.info(f"{text}: begun", *values)

    def steps(self, progress: Callable[P, None]) -> Callable[P, None]:
        """Return a callable that logs the name of a step, its first argument, once and calls `progress`."""

        def report(*args: P.args, **rest: P.kwargs) -> None:
            step = str(args[0]) if args else ""
            if step != self._step:
                self._step = step
                self._log.debug(f"{self._text}: %s", *self._values, step)
            progress(*args, **rest)

        return report

    def done(self, text: str = "", *values: object) -> None:
        """Log that the task is done, its seconds, and its outcome."""
        took = time.perf_counter() - self._begun
        said = f"{self._text}: done in %.1f s" + (f"; {text}" if text else "")
        self._log.info(said, *self._values, took, *values)


class _Harmless(logging.Formatter):
    """Nothing in a line is obeyed by a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def to_stderr(level: str) -> None:
    """Print lines of a level, and those above it, on stderr: the command line does so with ``--log``."""
    handler: logging.StreamHandler[Any] = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Harmless("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("remyelin")
    root.addHandler(handler)
    root.setLevel(level.upper())
