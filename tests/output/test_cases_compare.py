"""The published cases beside the model: counting and the text; one case is run through."""

from __future__ import annotations

from courses import short_course

from remyelin.evidence import Ledger
from remyelin.output.reported import AGREES, FITTED, MISSES, PLACED, SILENT, TIMING, UNUSED
from remyelin.output.terminal import cases as beside
from remyelin.output.terminal.cases import WHY, counted, describe
from remyelin.person.case import load_case, shipped_cases
from remyelin.person.course import run_course


def test_every_published_case_has_its_explanation_and_no_other_has():
    published = {name for name in shipped_cases() if load_case(name).kind == "case"}
    assert set(WHY) == published
    assert all(load_case(name).symptom for name in published)


def test_only_what_can_be_judged_is_counted():
    notes = (AGREES, AGREES, TIMING, MISSES, PLACED, SILENT)
    sentence = counted([{"note": note} for note in notes])
    assert "of the 4 symptoms and signs" in sentence
    assert "2 agree, 1 agree but for their duration, and 1 are missed" in sentence


def test_one_case_stands_beside_its_report(monkeypatch):
    monkeypatch.setattr(beside, "shipped_cases", lambda: ("pernicious-anaemia", "nitrous-oxide-18"))
    seen: list[str] = []

    def run(case, ledger, findings=True):
        seen.append((case.name, findings))
        return short_course(case.name) if findings else run_course(case, ledger, findings=False)

    monkeypatch.setattr(beside, "run_course", run)
    found = beside.compare(Ledger.shipped())
    assert seen == [("nitrous-oxide-18", False), ("nitrous-oxide-18", True)]  # a scenario has no report
    (case,) = found
    assert [row["what"] for row in case["rows"]][-1] == "outcome"
    assert {row["what"] for row in case["rows"]} >= {"Numbness", "absent ankle jerks"}
    text = describe(found)
    for row in case["rows"]:
        assert f"report: {row['reported']}" in text
        assert f"model:  {row['model']}" in text
    assert ("MISS" in text) == any(row["note"] == MISSES for row in case["rows"])
    assert case["why"] in text
    # findings that were used are marked as such wherever they stand beside the model
    assert {row["met"] for row in case["rows"]} <= {*FITTED.values(), PLACED, SILENT, UNUSED}
    assert all(item["after"] >= item["before"] for item in case["chances"])
    assert "no prediction" in text
