"""What the server refuses, and that nothing a client sends is our fault."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from courses import shipped_course

from remyelin.person.case import load_case, shipped_cases, to_toml_data

CASE = to_toml_data(load_case("pernicious-anaemia"))


def test_another_name_for_this_machine_is_refused(server: str) -> None:
    assert httpx.get(f"{server}/api/state", headers={"host": "evil.example"}).status_code == 421


def test_another_site_cannot_post(server: str) -> None:
    answer = httpx.post(
        f"{server}/api/course", json={"case": CASE}, headers={"origin": "http://evil.example"}
    )
    assert answer.status_code == 403


def test_no_inline_script_is_allowed_and_none_is_there(server: str) -> None:
    answer = httpx.get(server)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert answer.text.count("<script") == answer.text.count('<script type="module" src=')


def test_a_large_body_is_refused(server: str) -> None:
    assert httpx.post(f"{server}/api/read", json={"text": "x" * 200_000}).status_code == 413


@pytest.mark.parametrize(
    "path",
    ["/../app.py", "/%2e%2e/app.py", "/api/reports/..%2f..%2f/report.html", "/api/reports/xx/report.html"],
)
def test_no_path_reaches_the_file_system(server: str, path: str) -> None:
    assert httpx.get(server + path).status_code in (404, 422)


def test_a_case_is_read_by_the_schema_of_case_files(server: str) -> None:
    wrong = json.loads(json.dumps(CASE))
    wrong["person"]["age"] = "57 kg"
    answer = httpx.post(f"{server}/api/course", json={"case": wrong})
    assert answer.status_code == 422
    assert "is not an age" in answer.json()["error"]


@pytest.mark.parametrize(("name", "months"), [("pernicious-anaemia", 0), ("recreational-nitrous-oxide", 6)])
def test_the_page_and_the_command_line_agree_to_the_last_digit(server: str, name: str, months: int) -> None:
    """Every number the page draws is the one of ``remyelin run``, for the plan as given and a later one."""
    from remyelin.base.units import DAYS_PER_MONTH
    from remyelin.web.drawn import plain

    case = load_case(name)
    course = shipped_course(name)
    plan = next(plan.name for plan in course.plans if plan.shift == months * DAYS_PER_MONTH)
    data = course.data.sel(plan=plan)
    asked = {"case": to_toml_data(case), "shift": months}
    answer = httpx.post(f"{server}/api/course", json=asked, timeout=60).json()

    def at(found: list[float]) -> Any:
        drawn = np.asarray(found) * DAYS_PER_MONTH
        return data.sel(time=drawn, method="nearest")

    blood, here = at(answer["blood_months"]), at(answer["months"])
    for marker, drawn in answer["blood"].items():
        assert drawn["values"] == plain(blood[marker]), marker
    assert answer["disability"] == plain(here["disability"])
    for symptom, severity in answer["severity"].items():
        assert severity == plain(here["severity"].sel(symptom=symptom)), symptom
    for kind in ("pathway", "segment"):
        for part, drawn in answer[f"{kind}s"].items():
            for quantity, values in drawn.items():
                whole = "pathway_axons" if (kind, quantity) == ("pathway", "axons") else quantity
                assert values == plain(here[whole].sel({kind: part})), (part, quantity)


def test_every_read_out_rests_on_entries_that_a_run_uses(server: str, app: Any) -> None:
    from remyelin.web.routes.rests import READOUTS

    used = {entry.name for entry in shipped_course("pernicious-anaemia").provenance.used}
    for what in READOUTS:
        answer = httpx.get(f"{server}/api/rests", params={"what": what}).json()
        names = {entry["name"] for entry in answer["entries"]}
        assert names
        # the page also holds one fibre and studies by themselves; what a run computes it has read
        stray = {name for name in names if not name.startswith(("mrg", "limits", "absorption", "injection"))}
        assert stray <= used, what
        assert all(what == "wire" or READOUTS[what].title in entry["feeds"] for entry in answer["entries"])
    assert httpx.get(f"{server}/api/rests", params={"what": "symptom.gate"}).status_code == 422


def test_a_report_is_kept(server: str, reports: Path) -> None:
    answer = httpx.post(f"{server}/api/report", json={"case": CASE, "shift": 0}, timeout=120)
    name = json.loads(answer.text.strip().split("data: ")[-1])["id"]
    assert (reports / name / "course.nc").is_file()
    page = httpx.get(f"{server}/api/reports/{name}/report.html")
    assert page.status_code == 200
    assert "sandbox" in page.headers["content-security-policy"]


def test_twenty_users_at_once(server: str) -> None:
    def use(user: int) -> list[int]:
        case = json.loads(json.dumps(CASE))
        case["person"]["age"] = f"{40 + user % 5} y"  # five persons, each asked for by four users at once
        with httpx.Client(base_url=server, timeout=60) as client:
            return [
                client.get("/").status_code,
                client.post("/api/course", json={"case": case, "shift": 0}).status_code,
                client.post("/api/course", json={"case": case, "shift": None}).status_code,
                client.post("/api/bands", json={"case": case, "shift": 0}).status_code,
                client.post("/api/studies", json={"case": case, "studies": ["sural"]}).status_code,
            ]

    with ThreadPoolExecutor(20) as users:
        assert {status for found in users.map(use, range(20)) for status in found} == {200}


@pytest.mark.parametrize("events", [1] if not os.environ.get("REMYELIN_LONG") else [1, 2, 4, 6, 8])
def test_a_killed_server_keeps_its_finished_reports(events: int, server: str, reports: Path) -> None:
    """A server of its own process, killed in the middle of a report; another finds what was finished."""
    answer = httpx.post(f"{server}/api/report", json={"case": CASE, "shift": 0}, timeout=120)
    name = json.loads(answer.text.strip().split("data: ")[-1])["id"]
    asked = {"case": CASE, "shift": 3 + events}
    with (
        _process(reports) as (process, address),
        httpx.stream("POST", f"{address}/api/report", json=asked, timeout=120) as begun,
    ):
        lines = (line for line in begun.iter_lines() if line.startswith("event: progress"))
        for _ in range(events):
            next(lines)
        process.kill()
        process.wait()
    whole = [folder for folder in reports.iterdir() if (folder / "summary.json").is_file()]
    assert name in [folder.name for folder in whole]
    with _process(reports) as (process, address):
        assert httpx.get(f"{address}/api/reports/{name}/report.html").status_code == 200


@contextmanager
def _process(reports: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = (
        "from pathlib import Path; from remyelin.cli.serve import serve; "
        f"serve({port}, '127.0.0.1', None, Path({str(reports)!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/api/state")
                break
            except httpx.TransportError:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        yield process, address
    finally:
        process.kill()
        process.wait()


def test_a_child_has_no_forecast_although_nothing_is_reported(server: str) -> None:
    case = to_toml_data(load_case("pernicious-anaemia"))
    case["person"] |= {"age": "9 y"}
    answer = httpx.post(f"{server}/api/forecast", json={"case": case}, timeout=120).json()
    assert "9 years old" in answer["headline"]
    assert "Treatment should not be delayed" in answer["headline"]


@pytest.mark.filterwarnings("ignore")
def test_nothing_in_the_schema_makes_the_server_fail(app: Any, server: str) -> None:
    """The OpenAPI schema, fuzzed; shortened."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, settings

    schema = schemathesis.openapi.from_url(f"{server}/openapi.json")
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @schema_given(operation)
        def attempt(case: Any) -> None:
            assert case.call().status_code < 500

        attempt()


def schema_given(operation: Any) -> Any:
    from hypothesis import given

    return given(case=operation.as_strategy())


def test_the_verdict_on_a_forecast_is_one_for_every_plan(server: str) -> None:
    """Of a person with nothing to report, of one whose findings are missed and of one whose findings are met."""
    kinds = set()
    few = ("pernicious-anaemia", "vegetarian-66", "stabler-2013")
    for name in shipped_cases() if os.environ.get("REMYELIN_LONG") else few:
        case = load_case(name)
        answer = httpx.post(f"{server}/api/forecast", json={"case": to_toml_data(case)}, timeout=120).json()
        if not case.symptom and not case.sign:
            assert answer == {"refused": None, "headline": ""}
            kinds.add("silent")
        elif answer["refused"] is not None:
            assert answer["headline"].startswith("No forecast: ")
            assert "Treatment should not be delayed" in answer["headline"]
            assert all(word not in answer["headline"] for word in ("nan", "None"))
            kinds.add("refused")
        else:
            kinds.add("shown")
    assert kinds == {"silent", "refused", "shown"}
