"""The web page in Chromium against the limits set for it: a slider, the bands, the exact engine, a load, twenty users.

A server of its own process and a headless browser, both on this machine. Seconds are on the wall, the median of a few
moves, and depend on whatever else the machine does; beside each stands what it cost the server in processor time,
which does not.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from remyelin.bench.rows import Row
from remyelin.catalogue.studies import SURAL
from remyelin.person.case import load_case, to_toml_data

#: What each must reach, in seconds, and the size of the page in bytes.
LIMITS: Final = {"picture": 1.0, "load": 2.0, "curve": 0.15, "bands": 1.0, "exact": 8.0}
BYTES: Final = 600_000
MOVES: Final = 12
USERS: Final = 20
CASE: Final = "pernicious-anaemia"
START_S: Final = 120.0

_PICTURE = "main[data-drawn] .lead .chart path.line"
_LOAD = "() => Number(document.querySelector('main').dataset.drawn) >= 3"
# A move counts as shown when the path has changed and the frame with it has been painted.
_CURVE = """async value => {
  const chart = document.querySelector('.lead .chart');
  const path = () => [...chart.querySelectorAll('path.line')].at(-1).getAttribute('d');
  const slider = document.getElementById('began');
  const old = path(), main = document.getElementById('main'), drawn = main.dataset.drawn, start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  const frame = () => new Promise(requestAnimationFrame);
  while (main.dataset.drawn === drawn || (path() === old && performance.now() - start < 5000)) await frame();
  await frame(); await frame();
  return performance.now() - start;
}"""
_BANDS = """async value => {
  const chart = document.querySelector('.lead .chart');
  const slider = document.getElementById('began'), start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  const frame = () => new Promise(requestAnimationFrame);
  while (chart.querySelector('path.band')) await frame();
  while (!chart.querySelector('path.band')) await frame();
  await frame();
  return performance.now() - start;
}"""
_EXACT = """async ([kase, month]) => {
  const {job} = await import('./js/api.js'), start = performance.now();
  const found = await job('/api/exact', {case: kase, shift: 0, month});
  return [performance.now() - start, found.rows.length];
}"""
_SIZE = (
    "performance.getEntries().filter(e => 'transferSize' in e).reduce((sum, e) => sum + e.transferSize, 0)"
)


def compare(progress: Callable[[str], None] = lambda step: None) -> Iterator[Row]:
    """Yield the rows; the rival is the limit, the ratio how often the time fits into it."""
    chromium = find_chromium()
    if chromium is None:
        yield Row(
            "the web page in headless Chromium",
            "not measured: needs playwright and Chromium (set REMYELIN_CHROMIUM to its path)",
            None,
        )
        return
    from playwright.sync_api import sync_playwright

    progress("the server starts and fills its tables")
    with (
        tempfile.TemporaryDirectory() as folder,
        _server(Path(folder)) as (address, pid),
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        try:
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            yield from _drive(page, address, pid, progress)
        finally:
            browser.close()
        progress(f"{USERS} users at once")
        yield _users(address, pid)


def find_chromium() -> str | None:
    """Return the path of Chromium, None where it or its driver is missing."""
    if importlib.util.find_spec("playwright") is None:
        return None
    stated = os.environ.get("REMYELIN_CHROMIUM")
    if stated is not None:
        return stated if Path(stated).is_file() else None
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _drive(page: Any, address: str, pid: int, progress: Callable[[str], None]) -> Iterator[Row]:
    progress("loading the page")
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(_PICTURE, state="attached")
    first = time.perf_counter() - began
    page.wait_for_function(_LOAD)
    loaded = time.perf_counter() - began
    size = page.evaluate(_SIZE)
    kept = "within" if size <= BYTES else "beyond"
    yield _row("the page's first picture, the course of plan A", "picture", first)
    yield _row(
        f"page loaded, the courses of three plans; {size / 1e3:.0f} kB, {kept} {BYTES / 1e3:.0f} kB",
        "load",
        loaded,
    )
    page.wait_for_selector(".lead .chart path.band", state="attached")

    def moves(script: str, values: range) -> tuple[float, float, float, float]:
        """Median and worst milliseconds; processor seconds of the server and of the page, a move."""
        metrics = page.context.new_cdp_session(page)
        metrics.send("Performance.enable")

        def busy() -> float:
            found = metrics.send("Performance.getMetrics")["metrics"]
            return float(next(item["value"] for item in found if item["name"] == "TaskDuration"))

        taken = []
        server, client = _processor(pid), busy()
        for value in values:
            taken.append(page.evaluate(script, value) / 1e3)
            page.wait_for_selector(".lead .chart path.band", state="attached")
        count = len(values)
        return (
            statistics.median(taken),
            max(taken),
            (_processor(pid) - server) / count,
            (busy() - client) / count,
        )

    for key, what, script, values in (
        ("curve", "slider to the median curve of plan A on the screen", _CURVE, range(61, 61 + MOVES)),
        ("bands", "slider to the bands, with both other plans before them", _BANDS, range(81, 81 + MOVES)),
    ):
        progress(what)
        median, worst, server, client = moves(script, values)
        yield _row(
            f"{what}, median of {MOVES} (worst {worst * 1e3:.0f} ms); all that a move asks for costs the server "
            f"{server * 1e3:.0f} ms and the page {client * 1e3:.0f} ms of processor",
            key,
            median,
        )
    progress("the battery fibre by fibre")
    kase = to_toml_data(load_case(CASE))
    server = _processor(pid)
    taken, rows = page.evaluate(_EXACT, [kase, 0])
    yield _row(
        f"the battery at presentation in the exact engine, {rows} recordings; "
        f"{_processor(pid) - server:.1f} s of processor",
        "exact",
        taken / 1e3,
    )


def _row(what: str, key: str, seconds: float) -> Row:
    return Row(f"{what}; wall seconds", "limit set", seconds, LIMITS[key])


def _users(address: str, pid: int) -> Row:
    """Each of the users opens the page, follows two plans with bands and asks for a study, all at the same time."""
    base = to_toml_data(load_case(CASE))

    def use(user: int) -> list[int]:
        case = {**base, "person": {**base["person"], "age": f"{40 + user} y"}}
        plan, untreated = {"case": case, "shift": 0}, {"case": case, "shift": None}
        asked: list[tuple[str, Any]] = [
            ("/", None),
            ("/api/course", plan),
            ("/api/course", untreated),
            ("/api/bands", plan),
            ("/api/studies", {**plan, "studies": [SURAL]}),
        ]
        return [_status(address + path, body) for path, body in asked]

    server, began = _processor(pid), time.perf_counter()
    with ThreadPoolExecutor(USERS) as users:
        found = [status for answers in users.map(use, range(USERS)) for status in answers]
    wall = time.perf_counter() - began
    wrong = sum(status != 200 for status in found)
    return Row(
        f"{USERS} users at once, page, two plans, bands and a study each: {wrong} of {len(found)} answers an error; "
        f"{(_processor(pid) - server) / USERS:.2f} s of processor a user; wall seconds for all",
        None,
        wall,
    )


def _status(address: str, body: Any) -> int:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=START_S) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, int]]:
    """A warm server in a process of its own: its address and process number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = "import sys; from remyelin.cli.main import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", start, "serve", "--port", str(port), "--reports", str(folder / "reports")],
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + START_S
        while not _warm(address):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the server did not start")
            time.sleep(0.2)
        yield address, process.pid
    finally:
        process.kill()
        process.wait()


def _warm(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/state", timeout=START_S) as answer:
            return bool(json.load(answer)["warm"])
    except OSError:
        return False


def _processor(pid: int) -> float:
    """Return the processor seconds a process has used; NaN where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
