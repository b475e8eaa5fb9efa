"""The command line, called in this process: starting Python and importing the package takes seconds each time."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from pathlib import Path
from typing import NamedTuple

from remyelin.cli.main import main


class Done(NamedTuple):
    """Exit status and what was printed."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments: str | Path, cwd: Path | None = None, answers: str = "") -> Done:
    """Run a command line; `answers` is what its user types."""
    out, err = io.StringIO(), io.StringIO()
    stdin, sys.stdin = sys.stdin, io.StringIO(answers)
    interrupt = signal.getsignal(signal.SIGINT)
    status: object = None
    try:
        with (
            contextlib.chdir(cwd or Path.cwd()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            main([str(argument) for argument in arguments])
    except SystemExit as left:
        status = left.code
    finally:
        sys.stdin = stdin
        signal.signal(signal.SIGINT, interrupt)  # the program leaves the system's own behind
    assert status is None or isinstance(status, int), status
    return Done(status or 0, out.getvalue(), err.getvalue())
