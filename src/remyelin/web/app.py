"""The application: its routes, limits and answers to errors."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from remyelin._version import __version__
from remyelin.base.errors import InputError, RemyelinError
from remyelin.evidence import Ledger
from remyelin.person.course import DISCLAIMER
from remyelin.web.engine import Engine
from remyelin.web.guard import LOOPBACK, Guard
from remyelin.web.pool import Busy, Pool, Stopped
from remyelin.web.routes import check, claims, jobs, quick, rests, results, sources, wire
from remyelin.web.settings import (
    WEB_LONG_SECONDS,
    WEB_LONG_WAITING,
    WEB_QUICK_SECONDS,
    WEB_QUICK_WAITING,
    WEB_QUICK_WORKERS,
)
from remyelin.web.store import Store


class PlainJSON(JSONResponse):
    """JSON in ASCII, so that whatever a client sent can be quoted back to it."""

    def render(self, content: Any) -> bytes:
        """Write the content."""
        return json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def create_app(
    reports: Path, *, hosts: Iterable[str] = LOOPBACK, token: str = "", ledger: Ledger | None = None
) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    reports : Path
        Folder in which finished reports are kept.
    hosts : iterable of str
        Names under which the page may be asked for.
    token : str
        What every request must bring; none when empty.
    ledger : Ledger, optional
        The shipped one when omitted.
    """
    engine = Engine(ledger)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=quick.warm, args=(app,), daemon=True).start()
        yield
        app.state.quick.close()
        app.state.long.close()

    app = FastAPI(
        title="remyelin",
        version=__version__,
        description=DISCLAIMER,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        default_response_class=PlainJSON,
    )
    app.state.engine = engine
    app.state.store = Store(reports)
    app.state.ready = ""
    app.state.long = Pool(1, WEB_LONG_WAITING, WEB_LONG_SECONDS)
    app.state.quick = Pool(WEB_QUICK_WORKERS, WEB_QUICK_WAITING, WEB_QUICK_SECONDS)
    for router in (
        quick.router,
        jobs.router,
        wire.router,
        sources.router,
        rests.router,
        check.router,
        claims.router,
        results.router,
    ):
        app.include_router(router)
    app.mount("/", StaticFiles(directory=str(files("remyelin.web") / "static"), html=True))
    app.add_middleware(Guard, hosts=frozenset(hosts), token=token)
    _answers_to_errors(app)
    return app


def _answers_to_errors(app: FastAPI) -> None:
    """One sentence for whatever goes wrong, as on the command line."""

    @app.exception_handler(InputError)
    async def bad_input(request: Request, error: InputError) -> Response:
        return _sentence(422, str(error))

    @app.exception_handler(RequestValidationError)
    async def bad_request(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        return _sentence(422, f"{where or 'the request'}: {first['msg'][:200]}")

    @app.exception_handler(Busy)
    async def busy(request: Request, error: Busy) -> Response:
        return _sentence(429, str(error))

    @app.exception_handler(Stopped)
    async def stopped(request: Request, error: Stopped) -> Response:
        return _sentence(408, str(error))

    @app.exception_handler(RemyelinError)
    async def not_computable(request: Request, error: RemyelinError) -> Response:
        return _sentence(422, str(error))

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        response = _sentence(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response


def _sentence(status: int, text: str) -> Response:
    return PlainJSON({"error": " ".join(text.split())}, status_code=status)
