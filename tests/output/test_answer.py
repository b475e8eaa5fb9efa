"""The answer of a course: one record, the same words on the terminal, in the report and on the page."""

from __future__ import annotations

import dataclasses
import html
import math
import re
from functools import cache
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from courses import shipped_course

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import Ledger
from remyelin.output.answer import (
    COST_UNKNOWN,
    GAIT,
    LOW_END,
    NOT_ALL,
    PATIENTS_DIFFER,
    lines,
    state_words,
    told,
)
from remyelin.output.figures.course import label_of
from remyelin.output.pages.course import SINCE, render_report, who
from remyelin.output.pages.templates import template
from remyelin.output.summary import summarise
from remyelin.output.terminal.course import print_summary
from remyelin.person.answer import Answer, Band, State, answer_of, answered, unsaid
from remyelin.person.case import load_case
from remyelin.person.course import Course
from remyelin.person.forecast_guard import CANNOT
from remyelin.person.outlook import Ends
from remyelin.person.plans import Plan
from remyelin.web.engine import Engine

LEDGER = Ledger.shipped()
PLANS = (
    Plan("as given", "treated as given", 0.0),
    Plan("12 months later", "started 12 months later", 365.25),
)


@cache
def course_of(name: str) -> Course:
    return shipped_course(name)


@cache
def engine() -> Engine:
    return Engine(LEDGER)


def made(
    later: float | list[float], first: float = 30.0, refused: str = "", given: float | list[float] = 2.0
) -> Answer:
    """Return an answer of five members who end at so many points, and at so many when treated a year later."""
    points = np.full((2, 3, 5), 2.0)
    points[:, 0] = 6.0
    points[0, 2], points[1, 2] = given, later
    ends = Ends(points, points // 4, np.full((2, 5), first))
    return answered(
        ends,
        PLANS,
        [2.0, float(np.median(later))],
        refused=refused,
        deficient=True,
        treated=True,
        exposed=False,
        horizon=36 * DAYS_PER_MONTH,
        most=13,
    )


def test_the_answer_is_told_in_points_and_words_with_ranges() -> None:
    said = told(made(7.0))
    assert [item["key"] for item in said["items"]] == ["now", "first", "year", "end"]
    assert said["items"][0]["value"] == "6 (6 to 6) of 16 points"
    # the scale is named and its ends are said where it is first used
    assert said["items"][0]["words"] == f"functional disability scale, 0 none to 16 worst; {GAIT[1]}"
    assert said["note"].startswith(
        "The scale counts trouble with walking, feeling, reflexes, power and mind, 0 none"
    )
    assert "0 none and 16 the worst of each; sight does not count on this scale." in said["note"]
    assert said["note"] in lines(said)
    assert said["items"][1]["value"] == "after 4 weeks (4 to 4 weeks)"
    assert "7 (7 to 7) of 16 points, 5 points more (5 to 5)" in said["waiting"]
    assert said["closing"].startswith("Treatment should not be delayed.")
    assert said["waiting"].endswith(said["closing"])
    assert "not checked at the source" in said["published"]["lines"][0]


@pytest.mark.parametrize(
    ("ends", "cautioned"),
    [
        ([0.0] * 5, True),
        ([0.0, 0.0, 0.0, 2.0, 2.0], True),
        ([3.0] * 5, True),
        ([1.0, 1.0, 2.0, 3.0, 4.0], False),
    ],
)
def test_a_score_that_would_read_as_certain_stands_beside_the_recovery_of_patients(
    ends: list[float], cautioned: bool
) -> None:
    said = told(made(7.0, given=ends))
    note = said["note"]
    published = said["published"]["lines"][0].split(",")[0]
    assert published.endswith("recovered completely")
    assert note.endswith(f"{PATIENTS_DIFFER}: {published}.") == cautioned
    assert (PATIENTS_DIFFER in note) == cautioned
    # a median of 0 and patients who did not recover completely: how both can hold
    assert (NOT_ALL in note) == (np.median(ends) == 0)


def test_who_is_never_treated_has_no_recovery_to_compare() -> None:
    untreated = dataclasses.replace(made(7.0, given=0.0), treated=False)
    assert PATIENTS_DIFFER not in told(untreated)["note"]


def test_who_goes_blind_does_not_read_no_points_as_no_trouble() -> None:
    (now,) = told(made(7.0, refused="a finding is not reproduced"))["items"]
    assert now["words"].endswith("sight does not count on this scale")


def test_what_counts_on_the_scale_and_is_not_in_the_record_is_said() -> None:
    """Only tingling and the senses were reported: nobody may read the computed gait as a finding."""
    case = load_case("stabler-2013")
    assert unsaid(case)[0] == "walking"
    for refused in ("", "the model does not reproduce it."):
        said = told(dataclasses.replace(made(7.0, refused=refused), unsaid=unsaid(case)))
        assert "Walking, numbness, reflexes, plantar responses (whether the" in said["note"]
        assert (
            "toe turns up when the sole is stroked) and memory are not in the record: they are computed,"
            in said["note"]
        )
        # the card stays short
        assert len(said["items"][0]["words"]) < 160
        assert any("Walking, numbness, reflexes" in line for line in lines(said))
    said = told(dataclasses.replace(made(7.0), unsaid=("memory",)))
    assert "Memory is not in the record: it is computed, and counts too." in said["note"]
    # a scenario is nobody's record; what is reported is not named
    assert unsaid(load_case("pernicious-anaemia")) == ()
    assert unsaid(load_case("nitrous-oxide-18")) == ("memory",)


def test_a_duration_that_the_case_does_not_state_is_said_to_be_computed() -> None:
    facts = (SimpleNamespace(name=SINCE, value=5.0),)
    for name, said in (("stabler-2013", " (not stated; computed)"), ("vegan-diet", "")):
        course = SimpleNamespace(case=load_case(name), person=SimpleNamespace(facts=facts))
        assert who(cast(Course, course)).endswith(f", begun 5 years before diagnosis{said}.")


def test_a_delay_that_is_not_told_apart_has_no_number() -> None:
    answer = made(2.2)
    assert answer.starts[1].end is None
    assert answer.starts[1].cost is None
    said = told(answer)
    assert "started 12 months later: the model cannot tell how much it costs" in said["waiting"]
    assert (said["starts"][1]["value"], said["starts"][1]["cost"]) == (CANNOT, COST_UNKNOWN)
    assert COST_UNKNOWN.endswith("it may be much")
    assert "points more" not in said["waiting"]


def test_rows_of_waiting_stand_in_order_of_time_told_apart_or_not() -> None:
    told_apart = {
        "words": "",
        "value": "7 (7 to 7) of 16 points",
        "cost": "5 points more (5 to 5)",
        "told_apart": True,
    }
    unknown = {"words": "", "value": CANNOT, "cost": COST_UNKNOWN, "told_apart": False}
    given = {"words": "", "value": "2 (2 to 2) of 16 points", "cost": "", "told_apart": True}
    starts = [
        {"label": "treated as given", "months": 0.0, **given},
        {"label": "started 1 month later", "months": 1.0, **unknown},
        {"label": "started 12 months later", "months": 12.0, **told_apart},
        {"label": "never treated", "months": None, **told_apart},
    ]
    strip = template("answer").module.strip  # type: ignore[attr-defined]
    page = str(strip({**told(made(7.0)), "starts": starts}))
    rows = re.findall(r"<tr><td>(.*?)</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>", page)
    assert [row[0] for row in rows] == [start["label"] for start in starts]
    assert rows[1][1] == CANNOT
    assert [row[2] for row in rows] == ["", COST_UNKNOWN, "5 points more (5 to 5)", "5 points more (5 to 5)"]


def test_a_cost_that_reaches_below_zero_is_not_read_as_a_benefit_of_waiting() -> None:
    """One of five members ends better by four points; the number stays, and is said to be no benefit."""
    said = told(made([4.0, 4.0, 5.0, 9.0, 0.0], given=[2.0, 2.0, 2.0, 2.0, 4.0]))
    cost = "2 points more (up to 6; the low end, -3, is no benefit of waiting)"
    assert said["starts"][1]["cost"] == cost
    assert cost in said["waiting"]
    assert said["closing"].startswith("Treatment should not be delayed.")
    assert said["closing"].endswith(LOW_END)
    assert "better" not in LOW_END
    above = told(made([4.0, 4.0, 5.0, 9.0, 4.0]))
    assert LOW_END not in above["closing"]
    assert "benefit" not in above["waiting"]


def test_half_a_point_that_a_delay_costs_is_not_told_as_none() -> None:
    ends = Band(0.0, 0.5, 4.0)
    start = dataclasses.replace(made(7.0).starts[1], cost=ends)
    answer = made(7.0)
    said = told(dataclasses.replace(answer, starts=(answer.starts[0], start)))
    assert said["starts"][1]["cost"] == "1 point more (0 to 4)"


def test_a_delay_that_costs_most_members_nothing_is_not_told_apart() -> None:
    """The medians lie two points apart, while three of five members end where they would have ended."""
    ends, later = [0.0, 1.0, 2.0, 4.0, 4.0], [4.0, 4.0, 2.0, 4.0, 4.0]
    assert np.median(later) - np.median(ends) == 2.0
    assert made(later, given=ends).starts[1].end is None
    assert made([4.0, 4.0, 4.0, 4.0, 4.0], given=ends).starts[1].end is not None


def test_a_refused_answer_says_why_and_compares_nothing() -> None:
    said = told(made(7.0, refused="the model does not reproduce gait."))
    assert said["headline"].startswith("No forecast: the model does not reproduce gait.")
    assert said["starts"] == []
    assert [item["key"] for item in said["items"]] == ["now"]


def test_no_improvement_is_said_to_be_none() -> None:
    assert told(made(7.0, first=math.inf))["items"][1]["value"].startswith("not seen")
    assert "no symptom" in told(made(7.0, first=math.nan))["items"][1]["value"]


def test_the_worst_of_the_range_is_named() -> None:
    said = state_words(State(Band(0, 2, 9), Band(0, 1, 4)))
    assert said == f"{GAIT[1]}; at best normally; at worst in a wheelchair or bed"


@pytest.mark.parametrize("name", ["pernicious-anaemia", "vegetarian-66"])
def test_terminal_report_and_page_tell_one_answer(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    course = course_of(name)
    want = summarise(course)["answer"]
    assert want == told(answer_of(course))
    print_summary(summarise(course), None)
    printed = capsys.readouterr().out.splitlines()
    top = " ".join(" ".join(printed[:25]).split())
    for line in lines(want)[:-1]:
        assert " ".join(line.split()) in top
    everything = " ".join(" ".join(printed).split())
    for symptom in course.symptoms:
        assert symptom.name in everything
    report = render_report(course)
    for item in want["items"]:
        assert item["value"] in report
    # whose course it is, the caution of waiting before any number of a later start
    first = report[report.index('<section id="answer"') :]
    assert re.search(r"A (?:wo)?man of \d+", first[: first.index("<h3")])
    if 'id="waiting"' in report:
        assert first.index("Treatment should not be delayed") < first.index("Ends of later starts")
    order = [report.index(f'<section id="{part}"') for part in ("answer", "pictures", "tables", "sources")]
    assert order == sorted(order)
    case = load_case(name)
    page = told(
        engine().answer(
            [(plan, case) for plan in course.plans[:1]],
            engine().refused(case, lambda step: None),
            lambda step: None,
        )
    )
    assert page["refused"] == want["refused"]
    assert page["items"] == want["items"]


def test_the_report_of_a_refused_case_ends_at_presentation_in_every_figure_and_table() -> None:
    course = course_of("vegetarian-66")
    report = render_report(course)
    text = html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", report, flags=re.DOTALL))
    tables = report[report.index('<section id="blood"') : report.index('<section id="rests"')]
    later = [label for day in course.studies if day > 0 for label in [label_of(day)]]
    assert later
    for label in later:
        assert f">{label}<" not in tables
        assert f"Study table, {label}" not in text
    myelin = report[report.index('<figure class="sheaths"') :].partition("</figure>")[0]
    assert "months from diagnosis" in myelin
    assert not re.search(r">[1-9]\d<", myelin), "no axis of months goes on after presentation"


@pytest.mark.parametrize("name", ["vegetarian-66", "pernicious-anaemia"])
def test_no_short_name_of_a_case_reaches_the_reader_of_a_report(name: str) -> None:
    report = render_report(course_of(name))
    text = html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", report, flags=re.DOTALL))
    assert name not in text
    before = re.sub(
        r"<details>.*?</details>", "", report[: report.index('<section id="rests"')], flags=re.DOTALL
    )
    assert not re.search(r"every [\d.]+ (d|h|mo)\b", before), "doses of a schedule stand behind its name"


def test_footnotes_are_numbered_and_lead_to_their_source() -> None:
    report = render_report(course_of("pernicious-anaemia"))
    asked = set(re.findall(r'href="#(source-\d+)"', report))
    assert asked
    assert asked <= set(re.findall(r'<li id="(source-\d+)">', report))
    assert "title from memory" not in report
