"""What goes wrong in a route is one sentence with every header; strangers are kept out; the slow are not waited for."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from remyelin.base.errors import InputError
from remyelin.cli.serve import loopback
from remyelin.person.case import load_case, to_toml_data
from remyelin.web import patience
from remyelin.web.app import create_app
from remyelin.web.guard import _HEADERS
from remyelin.web.patience import Patience

CASE = to_toml_data(load_case("pernicious-anaemia"))
FAULTS = (
    ValueError("x"),
    KeyError("x"),
    OSError(28, "full"),
    RecursionError(),
    MemoryError(),
    AssertionError("x"),
)


def ask(app: Any, method: str, path: str, **more: Any) -> httpx.Response:
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **more)

    # In a thread of its own: the driver of the browser keeps a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, call()).result()


def whole(answer: httpx.Response) -> None:
    """An error is JSON with one sentence, and carries every header of security."""
    assert "Traceback" not in answer.text
    sentence = answer.json()["error"]
    assert isinstance(sentence, str)
    assert "\n" not in sentence
    assert sentence
    for name, value in _HEADERS:
        assert answer.headers[name.decode()] == value.decode()
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An application whose parts each test of a fault replaces."""
    return create_app(tmp_path_factory.mktemp("broken") / "reports")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_fault_in_any_route_is_a_plain_answer(fault: Exception, broken: Any) -> None:
    """Every route there is, made to fail by what it needs."""
    app = broken

    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise fault

    app.state.engine = app.state.store = app.state.quick = app.state.long = Broken()
    bodies = [
        {"case": CASE, "shift": 0},
        {"text": "symptoms = []"},
        {"name": "thickness"},
        {"name": "vitamin"},
        {},
        {"case": CASE, "pathway": "x"},
    ]
    failed = 0
    for path, methods in app.openapi()["paths"].items():
        where = path.replace("{report}", "0" * 24).replace("{file}", "report.html")
        for method in methods:
            for body in bodies if method == "post" else [None]:
                answer = ask(app, method, where, json=body, params={"name": "prior", "what": "wire"})
                if answer.status_code >= 400:
                    whole(answer)
                failed += answer.status_code == 500
    assert failed >= 8


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An application that is only asked for what it refuses."""
    return create_app(tmp_path_factory.mktemp("refusing"))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
@pytest.mark.parametrize(
    "path", ["/", "/api/course", "/api/none", "/none.html", "/api/reports/x/y", "/%00", "//evil"]
)
def test_every_refusal_has_the_headers(method: str, path: str, refusing: Any) -> None:
    answer = ask(refusing, method, path, content=b"\xff{")
    assert answer.status_code < 500
    if answer.status_code >= 400:
        whole(answer)


@pytest.mark.parametrize(
    "host", ["", " ", "0.0.0.0", "::", "0", "*", "x" * 300, "ü" * 70, "no.such.host.invalid"]
)
def test_only_this_machine_is_served_unless_asked(host: str) -> None:
    from remyelin.cli.serve import serve

    with pytest.raises(InputError, match=r"^--host.*127\.0\.0\.1|--network"):
        serve(host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "127.0.0.2"])
def test_loopback_is_loopback(host: str) -> None:
    assert loopback(host)


def test_a_token_is_asked_for_and_kept_in_a_cookie(tmp_path: Path) -> None:
    app = create_app(tmp_path, token="secret")
    for more in ({}, {"params": {"token": "wrong"}}, {"headers": {"cookie": "remyelin=secre"}}):
        answer = ask(app, "GET", "/api/cases", **more)
        assert answer.status_code == 401
        whole(answer)
    first = ask(app, "GET", "/", params={"token": "secret"})
    assert first.status_code == 200
    assert "HttpOnly" in first.headers["set-cookie"]
    assert ask(app, "GET", "/api/cases", headers={"cookie": "a=b; remyelin=secret"}).status_code == 200
    assert "set-cookie" not in ask(create_app(tmp_path), "GET", "/").headers


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server that waits half a second for a request."""
    import uvicorn

    monkeypatch.setattr(patience, "WEB_REQUEST_SECONDS", 0.5)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(tmp_path), log_level="warning", http=Patience, lifespan="off")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield listener.getsockname()[1]
        running.should_exit = True
        thread.join(10)


BEGUN = (
    b"",
    b"G",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    b"POST /api/course HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{",
    b"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    b"GET /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /api/st",
)


@pytest.mark.parametrize("begun", BEGUN)
def test_a_slow_connection_is_closed(begun: bytes, patient: int) -> None:
    """A byte now and then does not keep it open."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", patient), timeout=10) as slow:
        slow.sendall(begun)
        slow.settimeout(0.2)
        while time.monotonic() - began < 10:
            try:
                if not slow.recv(65536):
                    break
            except TimeoutError:
                if begun and time.monotonic() - began < 5:
                    try:
                        slow.sendall(b"a")
                    except OSError:
                        break
            except ConnectionError:
                break
        else:
            pytest.fail("it stood")
    assert httpx.get(f"http://127.0.0.1:{patient}/api/state").status_code == 200


def test_a_quick_connection_may_be_used_again(patient: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{patient}") as client:
        for _ in range(4):
            assert client.get("/api/state").status_code == 200
            time.sleep(0.3)


def test_a_report_on_a_full_disk_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from remyelin.base import files

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    app = create_app(tmp_path / "reports")
    answer = ask(
        app, "POST", "/api/report", json={"case": to_toml_data(load_case("replete-control")), "shift": 0}
    )
    assert answer.status_code == 200
    last = json.loads(answer.text.strip().split("data: ")[-1])
    assert "No space left on device" in last["error"]
    assert not (tmp_path / "reports").exists() or not list((tmp_path / "reports").iterdir())
    app.state.long.close()
