"""The program's first lines: a Ctrl-C while the rest is imported is no traceback.

Light, as whatever is imported here can itself be struck.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself makes enumerations first
import os

EARLY = _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler


def _stopped(number: int, frame: object) -> None:
    os.write(2, b"remyelin: stopped.\n")
    os._exit(130)


if EARLY:  # not where interrupts are ignored, as of a job in the background
    _signal.signal(_signal.SIGINT, _stopped)


def main() -> None:
    """Import the command line and run it."""
    from remyelin.cli.main import main as run

    if EARLY:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    run()
