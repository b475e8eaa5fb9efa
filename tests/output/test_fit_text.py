"""Answer of a fit on the terminal: what the weights are worth in words, and plans named after the record."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import Ledger
from remyelin.output import fit_answer
from remyelin.output.figures.fit import figures_of
from remyelin.output.formatting import number
from remyelin.output.pages.templates import template
from remyelin.output.terminal.fit import _plans, describe
from remyelin.person.forecast_guard import NOT_DELAYED
from remyelin.person.inference import answer, fit_person, forecast
from remyelin.person.inference.answer import treatment_end
from remyelin.person.inference.forecast import Forecast, Waited, chosen_picks
from remyelin.person.inference.sentences import (
    FEW_COUNT,
    NO_BETTER,
    ROUGH,
    TOO_LITTLE,
    ends_of,
    no_better,
    sentences_of,
    shown,
    strip_of,
)
from remyelin.person.record import parse_csv

TEXT = "when,kind,name,value,unit\n,person,age,68,y\n,person,sex,female\n0 d,lab,b12,95,pmol/L"


@pytest.fixture(scope="module")
def fitted() -> tuple[dict[str, Any], Forecast]:
    posterior = fit_person(parse_csv(TEXT, "example", Ledger.shipped()), rough=True)
    found = forecast(posterior, workers=1)
    return answer(posterior, found), found


@pytest.mark.parametrize(("shape", "doubted"), [(1.05, True), (0.7, False), (0.31, False), (None, False)])
def test_unreliable_weights_are_called_so(
    fitted: tuple[dict[str, Any], Forecast], shape: float | None, doubted: bool
) -> None:
    text = " ".join(describe({**fitted[0], "pareto_k": shape}, []).split())
    assert (FEW_COUNT in text) == doubted
    assert f"Pareto k {shape}" in text if shape == 1.05 else True


def test_without_treatment_the_first_plan_says_so(fitted: tuple[dict[str, Any], Forecast]) -> None:
    _, found = fitted
    row = ends_of(found)[0]
    assert row["label"] == "no treatment recorded"
    drawn = [series.label for one in figures_of(found) for panel in one.panels for series in panel.series]
    assert "treatment as recorded" not in drawn
    assert all("the treatment as recorded" not in one.caption for one in figures_of(found))


def test_a_later_start_that_is_not_told_apart_has_no_numbers() -> None:
    days = np.array([0.0, 30.0, 400.0])
    plans = [
        SimpleNamespace(
            plan=SimpleNamespace(label=name, name=name),
            start=0.0,
            days=days,
            scale=np.full((4, 3), 2.0),
            first_better=np.full(4, 30.0),
        )
        for name in ("as given", "3 months later")
    ]
    waiting = (Waited("3 months later", (0.0, 0.1, 1.0), (0.0, 0.1, 0.2), 36.0),)
    rows = ends_of(cast(Forecast, SimpleNamespace(plans=tuple(plans), waiting=waiting)))
    assert [row["end"] for row in rows] == ["2 (2 to 2)", "cannot tell"]
    assert (rows[1]["year"], rows[1]["better"], rows[1]["now"]) == (
        "cannot tell",
        "cannot tell",
        "2 (2 to 2)",
    )


def test_a_finding_that_disagrees_is_named_beside_the_forecast(
    fitted: tuple[dict[str, Any], Forecast],
) -> None:
    data, found = fitted
    gait = {
        **data["entries"][0],
        "line": 7,
        "kind": "symptom",
        "name": "gait",
        "written": "",
        "observed": "unable",
        "unit": "grade",
        "predicted": {"median": "mild", "low": "none", "high": "moderate"},
        "agrees": False,
        "outlier": 0.72,
    }
    odd = {**data, "entries": [*data["entries"], gait]}
    text = " ".join(describe(odd, ends_of(found)).split())
    assert "without the findings that disagree (entry 2, trouble walking: unable)" in text
    assert "says nothing of the person: entry 2 72 %" in text
    assert "disagrees" not in " ".join(describe(data, ends_of(found)).split())
    gait["outlier"] = 0.35
    assert "without the findings that disagree" not in " ".join(describe(odd, ends_of(found)).split())
    gait["outlier"] = 0.72
    refused = {**odd, "forecast": {**data["forecast"], "refused": "none."}}
    assert "without the findings that disagree" not in " ".join(describe(refused, []).split())


def test_a_question_in_a_reason_gets_no_second_mark(fitted: tuple[dict[str, Any], Forecast]) -> None:
    left = [
        {"line": 3, "text": "x", "reason": "did you mean 'vep p100'?"},
        {"line": 4, "text": "y", "reason": "valid are: a, ..."},
        {"line": 5, "text": "z", "reason": "has no date"},
    ]
    text = " ".join(describe({**fitted[0], "not_understood": left}, []).split())
    assert "'vep p100'? Left" in text
    assert "valid are: a, ... Left" in text
    assert "has no date. " in text


def _plan(name: str, scale: np.ndarray, start: float | None = 0.0) -> Any:
    return SimpleNamespace(
        plan=SimpleNamespace(label=name, name=name),
        start=start,
        days=np.array([0.0, 366.0, 1096.0]),
        scale=scale,
        first_better=np.full(len(scale), np.inf),
    )


def test_plans_of_one_past_show_one_band_on_day_0() -> None:
    whole = np.column_stack([np.arange(9.0)] * 3)
    same, other = whole[[0, 4, 8]], whole[[0, 4, 8]] + 1.0
    plans = (_plan("as given", whole), _plan("untreated", same), _plan("oral", other))
    rows = ends_of(cast(Forecast, SimpleNamespace(plans=plans, waiting=())))
    assert rows[0]["now"] == rows[1]["now"] == "4 (0 to 8)"
    assert rows[2]["now"] == "5 (1 to 9)"
    assert rows[0]["last"] == "at 36 months"


def test_lines_of_plans_meet_on_day_0_as_their_table_does() -> None:
    scale = np.repeat(np.arange(9.0)[:, None] % 7, 3, axis=1)
    chosen = chosen_picks(9, 3)
    later = scale[chosen] + [0.0, 0.0, 5.0]
    days = [-30.0, 0.0, 400.0]
    plans = [_plan("as given", scale), _plan("3 months later", later), _plan("12 months later", later + 3.0)]
    for item in plans:
        item.days = np.array(days)
        item.symptoms = dict.fromkeys(("paraesthesia", "numbness", "gait", "weakness"), item.scale)
    found = SimpleNamespace(plans=tuple(plans), waiting=(), steps=(), compared=())
    other, same, own = figures_of(cast(Forecast, found))[0].panels[0].series
    assert float(np.median(later[:, 1])) != own.y[1], "the persons followed under the other plans are fewer"
    assert same.y[:2] == own.y[:2]
    assert same.y[2] == float(np.median(later[:, 2]))
    assert other.y[1] == float(np.median(later[:, 1] + 3.0)), "another past is not replaced"


@pytest.mark.parametrize(
    ("course", "start", "warned"),
    [
        ((7.0, 7.0, 9.0), 0.0, True),
        ((7.0, 3.0, 3.0), 0.0, False),
        ((0.0, 0.0, 0.0), 0.0, False),
        ((7.0, 9.0, 9.0), None, False),
    ],
)
def test_treatment_without_gain_in_the_model_is_no_reason_against_it(
    fitted: tuple[dict[str, Any], Forecast], course: tuple[float, ...], start: float | None, warned: bool
) -> None:
    plan = _plan("treatment as recorded", np.tile(course, (5, 1)), start)
    rows = ends_of(cast(Forecast, SimpleNamespace(plans=(plan,), waiting=())))
    text = " ".join(describe(fitted[0], rows).split())
    assert ("no reason to treat less, later or not at all" in text) == warned


def test_hidden_numbers_are_inferred_and_not_filled(fitted: tuple[dict[str, Any], Forecast]) -> None:
    text = " ".join(describe(fitted[0], []).split())
    assert (
        "filled with a usual value: height, limb temperature. Not stated, inferred: cause, time since" in text
    )


@pytest.mark.parametrize(("told", "end"), [(0.1, "cannot tell"), (3.0, "0 (0 to 0)")])
def test_no_treatment_has_no_numbers_where_no_start_is_told_apart(told: float, end: str) -> None:
    plans = (_plan("as given", np.zeros((5, 3)), None), _plan("3 months later", np.zeros((5, 3))))
    waiting = (Waited("3 months later", (0.0, told, told), (0.0, told, told), 36.0),)
    rows = ends_of(cast(Forecast, SimpleNamespace(plans=plans, waiting=waiting)))
    assert (rows[0]["label"], rows[0]["now"], rows[0]["end"]) == ("as given", "0 (0 to 0)", end)


WARNED = (
    "when,kind,name,value,unit,note\n,person,age,30,y\n,person,sex,male\n,cause,nitrous oxide\n"
    "0 d,symptom,paraesthesia,moderate\n0 d,lab,b12,140,pg/mL\n0 d,sign,vibration,reduced\n"
    "0 d,lab,frobnicate,12\n0 d,treatment,uk neurological,began\n"
)


@pytest.fixture(scope="module")
def warned() -> tuple[dict[str, Any], Forecast]:
    posterior = fit_person(parse_csv(WARNED, "example", Ledger.shipped()), rough=True)
    found = forecast(posterior, workers=1)
    return answer(posterior, found), found


def _doubted(data: dict[str, Any], found: Forecast) -> tuple[dict[str, Any], Forecast]:
    odd = {**data["entries"][-1], "agrees": False, "outlier": 0.8}
    return {**data, "entries": [*data["entries"][:-1], odd], "pareto_k": 1.2}, found


def _no_better(data: dict[str, Any], found: Forecast) -> tuple[dict[str, Any], Forecast]:
    stays = _plan("as given", np.full((5, 3), 7.0))
    return data, cast(Forecast, SimpleNamespace(plans=(stays,), waiting=()))


@pytest.mark.parametrize(
    ("name", "points", "words"),
    [
        ("from now", 0.0, TOO_LITTLE),
        ("oral", 0.0, TOO_LITTLE),
        ("uk neurological", 7.0, NO_BETTER),
        ("3 months later", 0.0, NO_BETTER),
    ],
)
def test_a_treatment_that_is_too_little_is_told_from_axons_that_are_lost(
    name: str, points: float, words: str
) -> None:
    rows = np.column_stack([np.full(5, 7.0), np.full(5, points), np.full(5, points)])
    plans = (_plan("as given", np.full((5, 3), 7.0)), _plan(name, rows))
    ends = ends_of(cast(Forecast, SimpleNamespace(plans=plans, waiting=())))
    assert no_better(ends) == words
    assert no_better(ends[1:]) == (NO_BETTER if points else "")


def _refused(data: dict[str, Any], found: Forecast) -> tuple[dict[str, Any], Forecast]:
    refused = {
        **data["forecast"],
        "refused": "the model has this person grow worse under treatment.",
        "plans": [],
    }
    return {**data, "forecast": refused}, cast(Forecast, SimpleNamespace(plans=(), waiting=()))


def _costly(data: dict[str, Any], found: Forecast) -> tuple[dict[str, Any], Forecast]:
    starts = [
        {"plan": "3 months later", "words": "the model cannot tell how much it costs", "told_apart": False},
        {"plan": "untreated", "words": "2 points of 16 worse at the end", "told_apart": True},
    ]
    told = {**data["forecast"], "waiting": "a paragraph", "closing": NOT_DELAYED, "later_starts": starts}
    return {**data, "forecast": told}, found


def _many_left(data: dict[str, Any], found: Forecast) -> tuple[dict[str, Any], Forecast]:
    left = [{"line": at, "text": f"row {at}", "reason": "has no date"} for at in range(2, 12)]
    return {**data, "not_understood": left}, found


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (
            lambda *same: same,
            {
                "caution",
                "unreliable",
                "some left out",
                "left out",
                "waiting",
                "nerves only",
                "note",
                "not stated",
            },
        ),
        (_doubted, {"unreliable", "doubted", "disagrees", "nerves only", "waiting"}),
        (_no_better, {"no better", "waiting", "next test"}),
        (_costly, {"later start", "waiting"}),
        (_refused, {"caution", "some left out", "left out", "refused", "waiting", "note"}),
        (_many_left, {"some left out", "left out"}),
    ],
)
def test_terminal_report_and_page_say_the_same_in_the_same_order(
    warned: tuple[dict[str, Any], Forecast], change: Any, names: set[str]
) -> None:
    data, found = change(*warned)
    ends = ends_of(found)
    expected = [item.text for item in sentences_of(data, ends)]
    assert names <= {item.name for item in sentences_of(data, ends)}
    page = shown(data, found)
    assert [item["text"] for item in page["sentences"]] == expected
    waiting = [item["text"] for item in page["sentences"] if item["name"] == "waiting"]
    assert all(text.startswith("Treatment should not be delayed") for text in waiting)
    report = template("fit").render(a=page, figures=[], number=number)
    for text in (describe(data, ends), html.unescape(re.sub("<[^>]*>", " ", report))):
        whole, at = " ".join(text.split()), 0
        for sentence in (" ".join(one.split()) for one in expected):
            assert whole.count(sentence) == 1
            at = whole.index(sentence, at) + len(sentence)


def test_a_record_of_lost_sight_says_that_points_tell_nothing_of_it(
    warned: tuple[dict[str, Any], Forecast],
) -> None:
    """Somebody who goes blind may have no point on the scale."""
    data, found = warned
    entry = {**data["entries"][0], "kind": "symptom", "name": "vision"}
    for observed, expected in (
        ("severe", True),
        ("began", True),
        ("0.1", True),
        ("20/20", False),
        ("none", False),
    ):
        told = {**data, "entries": [*data["entries"], {**entry, "observed": observed}]}
        said = [item for item in sentences_of(told, ends_of(found)) if item.name == "no sight"]
        assert bool(said) == expected
        assert all(item.warns and item.place == "forecast" for item in said)
    assert not any(item.name == "no sight" for item in sentences_of(data, ends_of(found)))


@pytest.mark.parametrize(
    ("lines", "warning"),
    [
        ([9], "One row of the record was left out (line 9). It does not count in this answer; the reason"),
        (
            [2, 9],
            "2 rows of the record were left out (lines 2, 9). They do not count in this answer; the reason",
        ),
    ],
)
def test_rows_left_out_are_named_before_the_forecast(
    warned: tuple[dict[str, Any], Forecast], lines: list[int], warning: str
) -> None:
    left = [{"line": line, "text": f"row {line}", "reason": "has no date"} for line in lines]
    data = {**warned[0], "not_understood": left}
    (first,) = (item for item in sentences_of(data, []) if item.name == "some left out")
    warning += " stands below the entries."
    assert (first.place, first.text, first.warns) == ("head", warning, True)
    assert {item.place for item in sentences_of(data, []) if item.name == "left out"} == {"entries"}
    text = " ".join(describe(data, ends_of(warned[1])).split())
    assert text.index(warning) < text.index("disability, 0 to 16")
    for line in lines:
        reason = f"Left out, line {line} (row {line}): has no date."
        assert text.index(reason) > text.index("disability, 0 to 16")


def test_at_most_three_warnings_stand_before_the_table_of_plans(
    warned: tuple[dict[str, Any], Forecast],
) -> None:
    data, found = _doubted(*_many_left(*warned))
    told = sentences_of({**data, "rough": True}, ends_of(found))
    first = [item for item in told if item.place in ("head", "forecast") and item.warns]
    assert [item.name for item in first] == ["unreliable", "some left out", "waiting"]
    assert ROUGH in first[0].text
    assert FEW_COUNT in first[0].text
    assert "doubted" in {item.name for item in told if item.place == "limits"}


@pytest.mark.parametrize(
    ("stops", "when"),
    [
        ([None], None),
        ([180.0, None], None),
        ([30.0, 183.0], "6 months after day 0"),
        ([-61.0], "2 months before day 0"),
        ([0.0], "on day 0"),
    ],
)
def test_the_end_of_a_recorded_treatment_is_named(stops: list[float | None], when: str | None) -> None:
    treated = tuple(SimpleNamespace(stop=stop) for stop in stops)
    notes = treatment_end(cast(Any, SimpleNamespace(record=SimpleNamespace(treatments=treated))))
    assert [when in note for note in notes if when] == ([True] if when else [])
    assert bool(notes) == (when is not None)


@pytest.mark.parametrize("months", [6.0, 18.0])
def test_a_recorded_treatment_that_ends_is_said_before_its_numbers(
    monkeypatch: pytest.MonkeyPatch, months: float
) -> None:
    ended = "The recorded treatment ends 6 months after day 0."
    sentences = [
        {"place": "limits", "name": "note", "text": text, "warns": False} for text in (ended, "Another.")
    ]
    ends = [{"label": "treatment as recorded", "treated": True}, {"label": "oral", "treated": True}]
    strip = [
        {"key": key, "title": "Remaining disability at 36 months", "words": words}
        for key, words in (("now", "ill"), ("better", "6"), ("year", "none"), ("end", "severe disability"))
    ]
    data = {"ends": ends, "strip": strip, "sentences": sentences}
    monkeypatch.setattr(fit_answer, "answer", lambda *_: {})
    monkeypatch.setattr(fit_answer, "shown", lambda *_: data)
    monkeypatch.setattr(fit_answer, "treatment_end", lambda _: (ended,))
    treated = [SimpleNamespace(stop=months * DAYS_PER_MONTH)]
    posterior = SimpleNamespace(record=SimpleNamespace(treatments=treated))
    found = fit_answer.answered(cast(Any, posterior), cast(Any, None))
    assert [item["place"] for item in found["sentences"]] == ["head", "limits"]
    assert [row["label"] for row in found["ends"]] == ["treatment as recorded, then none", "oral"]
    # a reader of the last number alone would take it for the end under treatment
    now, better, year, last = (item["words"] for item in found["strip"])
    assert (now, better) == ("ill", "6")
    said = f"; the recorded treatment ended {months:.0f} months after day 0"
    # a year on only where it had ended by then
    assert year == f"none{said if months < 12 else ''}"
    assert last == f"severe disability{said}"
    # and what follows the end of a treatment is not what remains under it
    assert found["strip"][-1]["title"] == "Disability at 36 months, after treatment ended"


def test_a_row_without_a_line_is_left_out_by_its_name(warned: tuple[dict[str, Any], Forecast]) -> None:
    left = [{"line": 0, "text": "hiccups", "reason": "the model computes no symptom of these words"}]
    text = " ".join(describe({**warned[0], "not_understood": left}, []).split())
    assert "Left out, hiccups: the model" in text
    assert "line 0" not in text


def test_a_later_start_that_ends_alike_shows_its_mean_cost_beside_its_end() -> None:
    given, later = (_plan(name, np.tile([6.0, 2.0, 0.0], (5, 1))) for name in ("as given", "3 months later"))
    waiting = (Waited("3 months later", (0.0, 0.0, 0.0), (0.04, 1.46, 5.7), 36.0),)
    rows = ends_of(cast(Forecast, SimpleNamespace(plans=(given, later), waiting=waiting)))
    assert [row["end"] for row in rows] == ["0 (0 to 0)"] * 2
    assert [row["more"] for row in rows] == ["", "1.5 (0.0 to 5.7)"]


def test_the_four_answers_never_hide_that_the_model_cannot_tell() -> None:
    given = _plan("as given", np.tile([6.0, 2.0, 1.0], (5, 1)))
    given.first_better = np.array([20.0, 45.0, 60.0, 80.0, np.inf])
    strip = strip_of(ends_of(cast(Forecast, SimpleNamespace(plans=(given,), waiting=()))))
    assert [item["key"] for item in strip] == ["now", "better", "year", "end"]
    assert (strip[0]["value"], strip[0]["words"].split(";")[0]) == (
        "6 (6 to 6) of 16 points",
        "moderate disability",
    )
    # the scale is named at its first use, with what its ends mean
    assert "functional disability scale: trouble with walking, feeling" in strip[0]["words"]
    assert "0 none and 16 the worst of each; sight does not count" in strip[0]["words"]
    assert strip[1]["value"] == "after 2 months"
    assert strip[1]["words"].endswith("(0.66 months or later, or never)")
    given.first_better = np.full(5, 182.625)
    strip = strip_of(ends_of(cast(Forecast, SimpleNamespace(plans=(given,), waiting=()))))
    assert strip[1]["words"].endswith("(6 to 6 months)"), "a range without width is said, too"
    untreated = _plan("as given", np.zeros((5, 3)), None)
    later = _plan("3 months later", np.zeros((5, 3)))
    waiting = (Waited("3 months later", (0.0, 0.1, 0.1), (0.0, 0.1, 0.1), 36.0),)
    strip = strip_of(ends_of(cast(Forecast, SimpleNamespace(plans=(untreated, later), waiting=waiting))))
    assert [item["value"] for item in strip[1:]] == [
        "no treatment in the record",
        "cannot tell",
        "cannot tell",
    ]
    assert strip_of([]) == []


def test_every_later_start_has_a_sentence_of_its_own_and_the_urge_stands_before_them(
    warned: tuple[dict[str, Any], Forecast],
) -> None:
    data, _ = _costly(*warned)
    texts = [item.text for item in sentences_of(data, []) if item.name in ("later start", "waiting")]
    assert texts == [
        NOT_DELAYED,
        "Treatment started 3 months later: the model cannot tell how much it costs.",
        "Untreated: disability is 2 points of 16 worse at the end.",
    ]


def test_the_delay_of_a_plan_with_a_long_name_is_not_cut() -> None:
    label = "published schedule (UK, with neurological signs) started 12 months later"
    row = {
        "label": label,
        "now": "5 (0 to 10)",
        "year": "13 (7 to 13)",
        "end": "4 (0 to 12)",
        "last": "at 36 months",
    }
    lines = _plans([row])
    assert label in " ".join(" ".join(lines).split())
    assert all(len(line) <= 107 for line in lines)
    assert len(next(line for line in lines if "13 (7 to 13)" in line)) == len(lines[0])


def test_a_treatment_over_before_day_0_is_not_said_to_end_again() -> None:
    order = "hydroxocobalamin 1 mg im every 84 d"
    past = f"\n-7 y,treatment,{order},began\n-4 y,treatment,{order},ended\n0 d,symptom,numbness,mild\n"
    posterior = fit_person(parse_csv(TEXT + past, "example", Ledger.shipped()), rough=True)
    found = fit_answer.answered(posterior, forecast(posterior, workers=1))
    assert posterior.plan.label == "no treatment since the recorded one"
    assert [row["label"] for row in found["ends"][:1]] in ([], [posterior.plan.label])
    assert any("recorded treatment ends" in item["text"] for item in found["sentences"])
