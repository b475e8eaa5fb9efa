"""Firefox driven by WebDriver BiDi, the protocol that Debian's own build speaks over a web socket."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Nothing of the browser itself may ask for anything outside, or it would be told of as a request of the page.
PREFERENCES = {
    "app.update.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "toolkit.telemetry.enabled": False,
    "ui.prefersReducedMotion": 1,
}


class Firefox:
    """One tab. Errors of the page and its requests are kept as they come."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.numbers = itertools.count(1)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.ask("session.new", capabilities={})
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def ask(self, method: str, timeout: float = 120.0, **params: Any) -> Any:
        """Send a command and return its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv(timeout=timeout))
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
                return answer["result"]
            self.heard(answer)

    def heard(self, event: dict[str, Any]) -> None:
        """Keep what an event tells."""
        params = event.get("params", {})
        if event.get("method") == "log.entryAdded" and params["level"] == "error":
            self.errors.append(str(params["text"]))
        elif event.get("method") == "network.beforeRequestSent" and params.get("context") == self.tab:
            self.requests.append(str(params["request"]["url"]))

    def open(self, address: str) -> None:
        """Load an address anew."""
        self.ask("browsingContext.navigate", context=self.tab, url="about:blank", wait="complete")
        self.ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def run(self, expression: str) -> Any:
        """Return the plain value of an expression in the page."""
        found = self.ask(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self.tab},
            awaitPromise=True,
        )
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        value = found["result"].get("value")
        return None if value is None else json.loads(value)

    def until(self, expression: str, seconds: float = 60.0) -> None:
        """Wait until an expression holds."""
        end = time.monotonic() + seconds
        while not self.run(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds:g} s: {expression}")
            time.sleep(0.1)

    def size(self, width: int, height: int) -> None:
        """Set the viewport."""
        self.ask(
            "browsingContext.setViewport",
            context=self.tab,
            viewport={"width": width, "height": height},
        )

    def keys(self, *names: str) -> None:
        """Press keys one after the other; a key of a name longer than a letter is one of `KEYS`."""
        actions = [
            {"type": step, "value": KEYS.get(name, name)} for name in names for step in ("keyDown", "keyUp")
        ]
        self.ask(
            "input.performActions",
            context=self.tab,
            actions=[{"type": "key", "id": "keyboard", "actions": actions}],
        )

    def screenshot(self) -> bytes:
        """Return what the viewport shows as a PNG."""
        return base64.b64decode(self.ask("browsingContext.captureScreenshot", context=self.tab)["data"])


KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Space": " ", "ArrowRight": "\ue014", "Escape": "\ue00c"}


@contextmanager
def firefox(program: str, folder: Path, connect: Callable[..., Any]) -> Iterator[Firefox]:
    """Start Firefox without a window, with a profile of its own in `folder`."""
    profile = folder / "profile"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [
        program,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port",
        "0",
    ]
    log = folder / "firefox.log"
    with log.open("w") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told)
    try:
        with connect(f"{address(process, log)}/session", max_size=None) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def address(process: subprocess.Popen[bytes], log: Path, seconds: float = 120.0) -> str:
    """Return where Firefox listens, as its first lines tell."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        for line in log.read_text(errors="replace").splitlines():
            if "WebDriver BiDi listening on " in line:
                return line.split("listening on ")[1].strip()
        time.sleep(0.2)
    raise RuntimeError(f"Firefox did not start: {log.read_text(errors='replace')[-600:]}")


def found() -> str | None:
    """Return where Firefox is, None where there is none."""
    return shutil.which("firefox-esr") or shutil.which("firefox")
