"""A server of this checkout on a free port, warm, and Debian's Chromium where there is one."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path(os.environ.get("REMYELIN_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def app(reports: Path) -> Any:
    from remyelin.web.app import create_app
    from remyelin.web.pool import Pool
    from remyelin.web.settings import WEB_QUICK_SECONDS, WEB_QUICK_WAITING, WEB_QUICK_WORKERS

    made = create_app(reports)
    # a busy machine is no reason to refuse what a test asks for
    made.state.quick = Pool(WEB_QUICK_WORKERS, WEB_QUICK_WAITING, 20 * WEB_QUICK_SECONDS)
    return made


@pytest.fixture(scope="session")
def server(app: Any) -> Iterator[str]:
    """The address of a running, warm server."""
    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        running = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not running.started or app.state.ready != "warm":
            assert thread.is_alive()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        running.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser lane needs playwright")
    if not CHROMIUM.exists():
        pytest.skip(f"the browser lane needs Chromium at {CHROMIUM}; set REMYELIN_CHROMIUM to another place")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, server: str) -> Iterator[Any]:
    """A fresh page; any error in its console, or any request that leaves this machine, fails the test."""
    context = chromium.new_context(viewport={"width": 1600, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    shown = context.new_page()
    trouble: list[str] = []
    shown.on("pageerror", lambda error: trouble.append(str(error)))
    # Chromium logs every refused request; that input is refused is what some tests want
    shown.on(
        "console",
        lambda message: (
            trouble.append(message.text)
            if message.type == "error" and "status of 422" not in message.text
            else None
        ),
    )
    shown.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server, "blob:", "data:"))
            else trouble.append(f"left the machine: {request.url}")
        ),
    )
    # a busy machine is no defect of the page, a minute without an answer is
    shown.set_default_timeout(60_000)
    yield shown
    context.close()
    assert not trouble
