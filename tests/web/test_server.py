"""What the server refuses, and that nothing a client sends is our fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from remyelin.case import load_case, to_toml_data

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
    wrong["person"]["age"] = "57"
    answer = httpx.post(f"{server}/api/course", json={"case": wrong})
    assert answer.status_code == 422
    assert "is not an age" in answer.json()["error"]


def test_the_page_and_the_command_line_agree(server: str) -> None:
    from remyelin import Ledger, run_course

    course = run_course(load_case("pernicious-anaemia"), Ledger.shipped())
    answer = httpx.post(f"{server}/api/course", json={"case": CASE, "shift": 0}, timeout=60).json()
    data = course.data.isel(plan=0)
    assert answer["disability"][-1] == float(data["disability"][-1])
    conducted = float(data["conducted"].sel(pathway="tibial_sep", time=0.0))
    here = answer["pathways"]["tibial_sep"]["conducted"][answer["months"].index(0)]
    assert here == pytest.approx(conducted, rel=1e-3)


def test_a_report_is_kept(server: str, reports: Path) -> None:
    answer = httpx.post(f"{server}/api/report", json={"case": CASE, "shift": 0}, timeout=120)
    name = json.loads(answer.text.strip().split("data: ")[-1])["id"]
    assert (reports / name / "course.nc").is_file()
    page = httpx.get(f"{server}/api/reports/{name}/report.html")
    assert page.status_code == 200
    assert "sandbox" in page.headers["content-security-policy"]


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
