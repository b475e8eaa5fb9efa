"""The worker process: ``python -m remyelin.analysis.cohort.worker_process``, fed by its driver through a pipe.

A started program rather than a forked or re-imported one: no lock or thread of the driver is inherited, and
the driver may be any script. It ends when the pipe from the driver closes, so that a killed driver leaves
no worker behind.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import struct
import sys
from typing import IO, Any

HEAD = struct.Struct("<Q")


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message."""
    content = pickle.dumps(message, protocol=5)
    stream.write(HEAD.pack(len(content)) + content)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message.

    Raises
    ------
    EOFError
        If the other side has gone.
    """
    head = _exactly(stream, HEAD.size)
    return pickle.loads(_exactly(stream, HEAD.unpack(head)[0]))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def main() -> None:
    """Answer each chunk with its results, or the reason why there are none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver decides what a Ctrl-C means
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing printed by a library may come between the replies
    requests = sys.stdin.buffer
    from remyelin.analysis.cohort.work import DiskFull, Works, load

    worker: Works | None = None
    while True:
        try:
            kind, content = receive(requests)
        except EOFError:
            return
        try:
            if kind == "setup":
                gc.unfreeze()  # an earlier run's
                worker, answer = load(content).worker(), ("ready", None)
                gc.freeze()  # what lives as long as the process need not be looked through again
            elif worker is not None:
                answer = ("done", worker.chunk(content))
        except DiskFull:
            answer = ("full", None)
        except Exception as error:
            answer = ("failed", f"{type(error).__name__}: {error}")  # type: ignore[assignment]
        try:
            send(replies, answer)
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
