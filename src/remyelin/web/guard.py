"""Guard between network and application: host, origin, size of a body, headers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from remyelin.web.settings import WEB_BODY_BYTES

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: Of a finished report, which carries its style in itself and no script at all.
REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
COOKIE: Final = "remyelin"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)

log = logging.getLogger("remyelin.web")


class Guard:
    """ASGI middleware that refuses requests which a browser of this page would never send.

    Whatever goes wrong in a route is answered here, in JSON and with the same headers as every answer.

    Parameters
    ----------
    app : ASGI application
    hosts : iterable of str
        Names under which the page may be asked for. A page of another name that resolves to this machine
        (DNS rebinding) sends its own name and is refused.
    token : str
        What a request must bring, as ``?token=`` or in the cookie that its answer sets; none when empty.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = LOOPBACK, token: str = "") -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        if scope["type"] != "http":
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if _name(host) not in self.hosts:
            await _refuse(send, 421, "this server answers only under the name it was started with.")
            return
        if "\0" in scope["path"]:  # no file and no route has such a name; some versions of starlette stumble
            await _refuse(send, 404, "there is nothing under this address.")
            return
        origin = headers.get(b"origin")
        if scope["method"] not in ("GET", "HEAD") and origin is not None and _netloc(origin) != host.lower():
            await _refuse(send, 403, "requests from another site are not answered.")
            return
        length = headers.get(b"content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 16) or int(length) > WEB_BODY_BYTES:
            await _refuse(send, 413, f"the request is larger than {WEB_BODY_BYTES} bytes.")
            return
        cookie: tuple[tuple[bytes, bytes], ...] = ()
        if self.token:
            if not self._known(scope, headers):
                await _refuse(
                    send, 401, "open the page under the address that the server printed, with its token."
                )
                return
            cookie = ((b"set-cookie", f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/".encode()),)
        await self._answered(scope, _limited(receive), _with_headers(send, cookie))

    def _known(self, scope: Scope, headers: Mapping[bytes, str]) -> bool:
        """Say whether a request brings the token; compared in a time that tells nothing."""
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [])
        for pair in headers.get(b"cookie", "").split(";"):
            name, _, value = pair.strip().partition("=")
            if name == COOKIE:
                given.append(value)
        return any(compare_digest(one.encode(), self.token.encode()) for one in given)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            log.exception("%s %s", scope["method"], scope["path"])
            if began:  # the answer is cut short; all that is left is to close the connection
                raise
            await _refuse(send, 500, f"internal error, {type(error).__name__}; the server has logged it.")


def _limited(receive: Receive) -> Receive:
    """Cut a body without a declared length where it passes the limit; its JSON is then refused."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > WEB_BODY_BYTES:
                return {"type": "http.request", "body": b"", "more_body": False}
        return message

    return limited


def _with_headers(send: Send, more: Iterable[tuple[bytes, bytes]] = ()) -> Send:
    async def extended(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            names = {name.lower() for name, _ in headers}
            headers += [pair for pair in _HEADERS if pair[0] not in names]
            headers += more
            if b"content-security-policy" not in names:
                headers.append((b"content-security-policy", POLICY.encode()))
            if b"cache-control" not in names:
                headers.append((b"cache-control", b"no-cache"))
            message = {**message, "headers": headers}
        await send(message)

    return extended


def _name(host: str) -> str:
    """Return the name in a Host header without its port."""
    host = host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [*_HEADERS, (b"content-security-policy", POLICY.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
