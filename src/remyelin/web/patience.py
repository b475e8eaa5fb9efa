"""A connection that sends its request too slowly is closed, so that many of them do not use up the server."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from remyelin.web.settings import WEB_REQUEST_SECONDS


class Patience(H11Protocol):
    """HTTP as uvicorn speaks it, with a limit on the time from the first byte of a request to its last.

    An idle connection between two requests is closed by uvicorn itself; one on which nothing was ever sent, here.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take a piece; stop waiting once the request is whole."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait()
        else:
            self._whole()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._whole()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(WEB_REQUEST_SECONDS, self._too_slow)

    def _whole(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
