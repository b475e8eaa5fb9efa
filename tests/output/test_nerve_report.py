"""The laboratory's report and its exports: what a reader, a spreadsheet and another program get."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from courses import shipped_course

from remyelin import Ledger, load_case, run_course
from remyelin.cli.main import main
from remyelin.output.exchange.nerve import COLUMNS, LOINC_CMAP, to_csv, to_fhir
from remyelin.output.figures.course import waveforms
from remyelin.output.formatting import deviations
from remyelin.output.pages.course import render_report
from remyelin.output.rows import BEFORE, nerve_report
from remyelin.person.case import case_of, to_toml_data
from remyelin.person.course import Course


@cache
def course() -> Course:
    return shipped_course("pernicious-anaemia")


@cache
def ill() -> Course:
    """Somebody who has lost responses: nothing was done for two years."""
    data = to_toml_data(load_case("pernicious-anaemia"))
    data.pop("treatment")
    data["plan"] = {"studies": ["24 mo"], "horizon": "24 mo"}
    return run_course(case_of(data, "case"), Ledger.shipped())


@cache
def bundle() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_fhir(course()))
    return found


def test_every_date_and_health_are_reported_with_their_rows() -> None:
    report = nerve_report(course())
    assert [date["label"] for date in report["dates"]][-1] == BEFORE
    assert len(report["dates"]) == len(course().studies) + 1
    assert report["dates"][-1]["pattern"] == "normal"
    for date in report["dates"]:
        assert date["rule"]
        rows = [row for table in date["tables"] for row in table["rows"]]
        assert len(rows) == len(course().healthy.rows)
        motor = date["tables"][0]["rows"][0]["cells"]
        assert set(motor) == {
            "latency", "amplitude", "peak", "area", "duration", "distance", "f_latency", "f_persistence"
        }  # fmt: skip
    json.dumps(report, allow_nan=False)


def test_an_absent_response_has_no_number_anywhere() -> None:
    date = nerve_report(ill())["dates"][0]
    absent = [row for table in date["tables"] for row in table["rows"] if row["absent"]]
    assert absent, "somebody that ill has lost a response"
    for row in absent:
        assert row["markers"] is None
        assert all(cell["value"] is None for name, cell in row["cells"].items() if name != "distance")
        assert all(cell["flag"] in ("", "absent") for cell in row["cells"].values())


def test_the_page_holds_criteria_limits_and_markers() -> None:
    page = render_report(course())
    for wanted in ("EFNS/PNS", "Study table, presentation", "limit ", "F wave", "Serial studies, side by side",
                   "onset, peak, return to baseline", "negative up", "absent"):  # fmt: skip
        assert wanted in page
    serial = page.partition("Serial studies, side by side")[2]
    assert serial.index("median motor</td>") < serial.index("BAEP</td>"), "in the order of the battery"


def test_the_contents_lead_to_every_section() -> None:
    page = render_report(course())
    navigation = "".join(re.findall(r"<nav.*?</nav>", page, flags=re.S))
    contents = re.findall(r'<a href="#(\w+)">', navigation)
    assert sorted(contents) == sorted(re.findall(r'<section id="(\w+)"', page))


def test_csv_is_one_line_per_quantity() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(course()))))
    assert tuple(rows[0]) == COLUMNS
    keys = [(row["date"], row["study"], row["site"], row["quantity"]) for row in rows]
    assert len(set(keys)) == len(keys)
    first = next(iter(course().studies.values()))
    for row in rows:
        if row["date"] == "presentation" and row["quantity"] == "amplitude":
            amplitude = first.row(row["study"], row["site"]).amplitude
            assert (row["value"] == "") == (amplitude is None)
            assert amplitude is None or float(row["value"]) == pytest.approx(amplitude, rel=1e-5)
        assert row["unit"]
        assert row["value"] or row["flag"] == "absent" or row["limit"] == ""


def test_fhir_reports_point_at_observations_that_exist() -> None:
    entries = bundle()["entry"]
    urls = [entry["fullUrl"] for entry in entries]
    assert len(set(urls)) == len(urls)
    kinds = [entry["resource"]["resourceType"] for entry in entries]
    dates = len(course().studies) + 1
    assert kinds.count("Patient") == 1
    assert kinds.count("DiagnosticReport") == dates
    assert kinds.count("Observation") == dates * len(course().healthy.rows)
    for entry in entries:
        resource = entry["resource"]
        if resource["resourceType"] == "DiagnosticReport":
            assert {item["reference"] for item in resource["result"]} <= set(urls)
            assert "never medical advice" in resource["conclusion"]


def test_fhir_codes_are_only_those_that_were_verified() -> None:
    text = json.dumps(bundle())
    assert text.count("http://loinc.org") == text.count(LOINC_CMAP["code"]) > 0
    for entry in bundle()["entry"]:
        for part in entry["resource"].get("component", []):
            values = [key for key in part if key.startswith("value") or key == "dataAbsentReason"]
            assert len(values) == 1, "a value, or why there is none"
            if "valueSampledData" in part:
                samples = [float(sample) for sample in part["valueSampledData"]["data"].split()]
                assert len(samples) <= 257
                assert part["valueSampledData"]["period"] > 0


def test_export_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["export", *arguments])
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    status, out, _ = run("replete-control", "--to", "csv", "--out", str(tmp_path / "studies.csv"))
    assert (status, out) == (0, f"wrote {tmp_path / 'studies.csv'}\n")
    assert (tmp_path / "studies.csv").read_text(encoding="utf-8").startswith("case,day,date,study")
    status, out, err = run("replete-control", "--to", "fihr")
    assert (status, out) == (2, "")
    assert "did you mean 'fhir'" in err


def test_recordings_begin_at_the_stimulus_and_name_what_is_absent() -> None:
    figure = waveforms(ill())
    panels = {panel.title.partition(" (")[0]: panel for panel in figure.panels}
    absent = {
        f"{row.study.replace('_', ' ')}, {row.site}".lower()
        for studies in ill().studies.values()
        for row in studies.rows
        if row.absent and f"{row.study}, {row.site}" in ill().healthy.waveforms
    }
    assert absent
    for title, panel in panels.items():
        assert panel.x_range is not None
        assert panel.x_range[0] == 0
        assert ("absent" in panel.title) == (title.lower() in absent), panel.title
    assert panels["tibial motor, ankle"].y_range == panels["tibial motor, knee"].y_range
    assert panels["sural, ankle"].y_label == "\u00b5V"


@pytest.mark.parametrize(("z", "said"), [(-0.02, "0.0"), (0.04, "0.0"), (1.26, "+1.3"), (-2.0, "-2.0")])
def test_deviations_have_a_sign_where_there_is_one(z: float, said: str) -> None:
    assert deviations(z) == said
