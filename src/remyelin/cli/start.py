"""The program's first lines: a Ctrl-C while the rest is imported is no traceback, and SIGTERM ends as a Ctrl-C does.

Light, as whatever is imported here can itself be struck.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself makes enumerations first
import os

EARLY = _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler
STATUS = {_signal.SIGINT: 130, _signal.SIGTERM: 143}


def _stopped(number: int, frame: object) -> None:
    os.write(2, b"remyelin: stopped.\n")
    os._exit(STATUS[number])


if EARLY:  # not where interrupts are ignored, as of a job in the background
    _signal.signal(_signal.SIGINT, _stopped)


def main() -> None:
    """Import the command line and run it."""
    if by_default := _signal.getsignal(_signal.SIGTERM) == _signal.SIG_DFL:
        _signal.signal(_signal.SIGTERM, _stopped)
    from remyelin.cli.main import main as run

    terminated = False

    def terminate(number: int, frame: object) -> None:
        """Exit as after Ctrl-C, removing unfinished files; a second signal ends at once."""
        nonlocal terminated
        terminated = True
        _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
        raise KeyboardInterrupt

    if EARLY:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    if by_default:
        _signal.signal(_signal.SIGTERM, terminate)
    try:
        run()
    except SystemExit as left:
        if terminated and left.code == STATUS[_signal.SIGINT]:
            left.code = STATUS[_signal.SIGTERM]
        raise
