"""The program's first lines, light: a Ctrl-C while the rest is imported is no traceback."""

from __future__ import annotations

import os
import signal
from typing import NoReturn


def main() -> None:
    """Import the command line and run it."""
    early = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if early:  # not where interrupts are ignored, as of a job in the background
        signal.signal(signal.SIGINT, _stopped)
    from remyelin.cli.main import main as run

    if early:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _stopped(number: int, frame: object) -> NoReturn:
    os.write(2, b"remyelin: stopped.\n")
    os._exit(130)
