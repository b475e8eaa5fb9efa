"""A forecast is shown only of a person whose reported findings the model reproduces."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from courses import shipped_course
from hypothesis import given
from hypothesis import strategies as st

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import Ledger
from remyelin.output.figures.outlook import waiting_figure
from remyelin.output.pages.course import render_report
from remyelin.output.summary import summarise
from remyelin.output.terminal.course import print_summary
from remyelin.person.case import Finding, load_case, shipped_cases
from remyelin.person.course import DISCLAIMER, Course, run_course
from remyelin.person.forecast_guard import (
    CANNOT_TELL,
    Findings,
    explain,
    noticed_since,
    points,
    refusal,
    told_apart,
)
from remyelin.person.person import resolve
from remyelin.person.plans import plans_of

LEDGER = Ledger.shipped()
#: Words that no output may contain: they say or suggest that waiting costs nothing, or average a threshold curve.
FORBIDDEN = re.compile(
    r"(?:wait\w*|delay\w*|later start)\W+(?:\w+\W+){0,4}costs? nothing|time to wait|safe to wait|waiting is safe|"
    r"can wait\b|no harm in waiting|points? (?:for|per|a) (?:each )?month|no cost of (?:waiting|delay)|"
    r"nothing is lost by|delay (?:is|costs) (?:safe|nothing)|does not matter when|instead of treatment",
    re.IGNORECASE,
)
NAMES = (
    "paraesthesia",
    "numbness",
    "gait",
    "weakness",
    "vision",
    "taste_smell",
    "tinnitus",
    "lhermitte",
    "reflexes",
)
SIGNS = ("impaired vibration sense", "absent ankle jerks", "impaired position sense", "power", "weakness")


@cache
def course_of(name: str) -> Course:
    return shipped_course(name)


def computed(dated: dict[str, bool] | None = None, **median: float) -> Findings:
    full = dict.fromkeys(NAMES, 0.0) | {
        "vibration_loss": 0.0,
        "ankle_jerk": 2.0,
        "romberg": 0.0,
        "babinski": 0.0,
        "power_leg": 5.0,
        "power_arm": 5.0,
    }
    noticed = {name: 0.0 if median.get(name, 0.0) < 0.2 else 300.0 for name in NAMES}
    return Findings(full | median, noticed, 0.2, {}, dated)


def reported_gait(began: str) -> Finding:
    return Finding.model_validate({"name": "gait", "began": began})


def test_nothing_reported_is_nothing_to_refuse() -> None:
    assert explain((), (), computed()) == ""


def test_a_course_of_a_child_is_no_forecast_whatever_is_reported() -> None:
    course = shipped_course("vegan-diet")
    child = replace(
        course,
        case=course.case.model_copy(update={"person": course.case.person.model_copy(update={"age": 9.0})}),
    )
    assert not refusal(course)
    assert "9 years old" in refusal(child)
    assert "doctor who treats children" in refusal(child)


def test_reported_and_computed_are_both_named() -> None:
    said = explain((reported_gait("-7 mo"),), (Finding(name="power"),), computed(gait=0.01))
    assert "2 of the 2" in said
    assert "gait (reported for 7 months; computed: not noticed)" in said
    assert "full power" in said


def test_a_duration_far_from_the_reported_one_is_not_reproduced() -> None:
    assert "computed: for 10 months" in explain((reported_gait("-15 d"),), (), computed(gait=0.9))
    assert explain((reported_gait("-200 d"),), (), computed(gait=0.9)) == ""
    assert explain((Finding(name="gait"),), (), computed(gait=0.9)) == ""


def test_a_beginning_is_judged_by_persons_who_resemble_the_findings_where_there_are_any() -> None:
    long_ago, recent = (reported_gait("-900 d"),), (reported_gait("-300 d"),)
    assert "reported for 30 months; computed: for 10 months" in explain(long_ago, (), computed(gait=0.9))
    assert explain(long_ago, (), computed({"gait": True}, gait=0.9)) == ""
    assert "reported for 10 months" in explain(recent, (), computed({"gait": False}, gait=0.9))
    assert "not noticed" in explain(long_ago, (), computed({"gait": True}, gait=0.01))


def test_findings_outside_the_model_alone_are_refused() -> None:
    assert "none of the reported findings" in explain((Finding(name="speech"),), (), computed(gait=0.9))
    # a fit to the findings has judged them already, those that are not listed here as well
    assert explain((), (Finding(name="brisk knee jerks"),), computed({})) == ""


@given(
    st.lists(st.sampled_from(NAMES), unique=True),
    st.lists(st.sampled_from(SIGNS), unique=True),
    st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1)),
)
def test_one_finding_that_is_not_reproduced_is_enough(
    symptoms: list[str], signs: list[str], median: dict[str, float]
) -> None:
    said = explain(
        tuple(Finding(name=name) for name in symptoms),
        tuple(Finding(name=name) for name in signs),
        computed(**median),
    )
    missed = bool(signs) or any(median.get(name, 0.0) < 0.2 for name in symptoms)
    assert bool(said) == missed
    assert said.count(". ") <= 1


def test_how_long_something_has_been_noticed() -> None:
    times = np.array([-90.0, -60.0, -30.0, 0.0])
    assert noticed_since(np.array([True, False, True, True]), times) == 30.0
    assert noticed_since(np.array([True, True, True, True]), times) == 90.0
    assert noticed_since(np.array([True, True, True, False]), times) == 0.0
    assert noticed_since(np.array([False, False, False, True]), times) == 1.0


def test_points_have_their_range_and_name_the_ceiling() -> None:
    assert points(0, 0, 7, 13) == "0 (0 to 7)"
    assert "the most that nerves give on this scale" in points(13, 12, 13, 13)


def test_nothing_done_says_whether_the_exposure_continues() -> None:
    for name in shipped_cases():
        case = load_case(name)
        label = {plan.name: plan.label for plan in plans_of(case, resolve(case, LEDGER))}.get("none")
        if label is None or case.cause.kind == "none":
            continue
        if case.cause.kind != "nitrous oxide":
            assert label == "untreated, the cause goes on"
        elif case.cause.ended is not None and case.cause.ended < 0:
            assert label == "untreated, the exposure is over"
        else:
            assert label == "untreated, the exposure continues"


def outputs(course: Course, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    print_summary(summarise(course), None)
    summary = summarise(course)
    return {
        "terminal": " ".join(capsys.readouterr().out.split()),
        "report": render_report(course),
        "headline": str(summary["forecast"]["headline"]),
        "waiting": str(summary["recovery"]["waiting"]),
    }


@pytest.mark.parametrize("name", ["pernicious-anaemia", "vegetarian-66", "recreational-nitrous-oxide"])
def test_every_output_of_a_course_keeps_the_rule(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    course = course_of(name)
    said = outputs(course, capsys)
    refused = summarise(course)["forecast"]["refused"]
    assert refused == (refusal(course) or None)
    assert summarise(course)["recovery"]["refused"] == refused
    for where, text in said.items():
        assert not FORBIDDEN.search(text), f"{where}: {FORBIDDEN.search(text)}"
        assert "reatment should not be delayed" in text, where
    for where in ("terminal", "report"):
        assert DISCLAIMER in said[where]
    if refused is None:
        assert re.search(
            r"\d+ \(\d+ to \d+\)|\d+, the most that nerves give on this scale \(\d+ to \d+\)",
            said["headline"],
        )
        for figure in waiting_figure(course):
            later = {round(plan.shift / DAYS_PER_MONTH, 3): plan for plan in course.plans if plan.shift}
            for line in figure.panels[1].series:  # no flat line of ends that the model cannot tell apart
                for at, value in zip(line.x, line.y, strict=True):
                    known = at <= 0 or later[at].name in told_apart(course)
                    assert (value is not None) == known, at
        return
    for where in ("terminal", "report"):
        assert not re.search(r"\d+ months? (?:later|earlier)", said[where]), where
        assert "No forecast:" in said[where]
    assert 'id="figure-recovery"' not in said["report"]
    assert '<figure class="recovery">' not in said["report"]
    assert CANNOT_TELL in said["headline"]


ROOT = Path(__file__).parents[2]
WRITTEN = sorted(
    path
    for pattern in (
        "src/remyelin/**/*.js",
        "src/remyelin/**/*.j2",
        "src/remyelin/**/*.html",
        "src/remyelin/**/*.toml",
        "src/remyelin/**/*.py",
        "docs/**/*.md",
        "README.md",
    )
    for path in ROOT.glob(pattern)
)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_says_that_waiting_costs_nothing(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").replace('"\n', " ").split()).replace('" "', "")
    found = FORBIDDEN.search(text)
    assert not found, text[max(found.start() - 60, 0) : found.end() + 60]


def test_published_cases_with_findings_that_are_missed_are_refused() -> None:
    course = course_of("vegetarian-66")
    assert "position sense absent is the least expected" in refusal(course)
    silent = course.case.model_copy(update={"symptom": (), "sign": ()})
    assert refusal(run_course(silent, LEDGER)) == ""


def test_persons_alike_judge_findings_that_only_a_fit_knows() -> None:
    jerks = (Finding(name="brisk knee jerks"),)
    said = explain((), jerks, replace(computed({}), apart=("sign knee jerk brisk",)))
    assert said.startswith("the model does not reproduce sign knee jerk brisk.")
    # without a finding with a mechanism no person is found by the findings
    assert "none of the reported findings" in explain((Finding(name="memory"),), (), computed(None))
