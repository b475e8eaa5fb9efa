"""What a check hands over: a case and a record, with everything that was entered."""

from __future__ import annotations

import pytest

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.check.form import read_form, read_since
from remyelin.check.handover import Handover, hand_over, since_of
from remyelin.evidence import Ledger
from remyelin.person.case import case_of
from remyelin.person.record import Record, parse_csv

LEDGER = Ledger.shipped()


def handed(
    words: dict[str, list[str]],
    labs: dict[str, str],
    since: dict[str, str],
    age: str = "72",
    sex: str = "female",
) -> tuple[Handover, Record]:
    known, refused = read_form(age, sex, words, labs, LEDGER)
    days, unread = read_since(since, known)
    assert not refused
    assert not unread
    found = hand_over(known, LEDGER, days)
    return found, parse_csv(found.record, "x", LEDGER)


@pytest.mark.parametrize(("b12", "mma"), [("150 pg/mL", "0.9 umol/L"), ("110.7 pmol/L", "900 nmol/L")])
def test_values_symptoms_and_durations_reach_case_and_record_in_either_unit(b12: str, mma: str) -> None:
    found, record = handed(
        {"symptom": ["numbness", "gait"], "risk": ["gastrectomy"]},
        {"b12": b12, "mma": mma, "haemoglobin": "10.5 g/dL", "filtration": "55 mL/min/1.73m2"},
        {"symptom.numbness": "5 mo", "risk.gastrectomy": "6 y"},
    )
    assert found.case is not None
    assert (found.case["labs"]["b12"], found.case["labs"]["mma"]) == (b12, mma), "in the unit it came in"
    case = case_of(found.case, "x")
    assert case.labs.b12 == pytest.approx(110.7)
    assert case.labs.mma == pytest.approx(900)
    assert case.labs.haemoglobin == pytest.approx(105)
    assert (case.person.age, case.person.sex, case.person.filtration) == (72, "female", 55)
    assert {item.name: item.began for item in case.symptom} == {
        "numbness": pytest.approx(-5 * DAYS_PER_MONTH),
        "gait": None,
    }
    assert (case.cause.kind, case.cause.stated) == ("gastrectomy", True)
    assert case.cause.began == pytest.approx(-72 * DAYS_PER_MONTH)
    # the record holds the same
    values = {entry.name: entry.value for entry in record.entries if entry.kind == "lab"}
    assert values == {
        "b12": pytest.approx(110.7),
        "mma": pytest.approx(900),
        "haemoglobin": pytest.approx(105),
    }
    began = {entry.name: entry.day for entry in record.entries if entry.event == "began"}
    assert began == {"numbness": pytest.approx(-5 * DAYS_PER_MONTH)}
    assert {entry.name for entry in record.entries if entry.kind == "symptom"} == {"numbness", "gait"}
    assert record.person.filtration == 55
    assert record.cause.began == pytest.approx(-72 * DAYS_PER_MONTH)
    assert not record.not_understood
    assert not found.left


def test_an_unknown_cause_stays_unknown_in_the_record_and_is_marked_as_assumed_in_the_case() -> None:
    found, record = handed({"symptom": ["paraesthesia"]}, {"b12": "140 pg/mL"}, {})
    assert record.cause.kind == "unknown"
    assert found.case is not None
    assert found.case["cause"]["stated"] is False
    assert "not known" in found.case["cause"]["note"]
    assert found.case["cause"]["note"] in found.case["summary"]


def test_what_the_course_has_no_place_for_is_named_and_is_in_the_record() -> None:
    words = {
        "symptom": ["dizziness", "fatigue", "clumsy_hands"],
        "risk": ["coeliac"],
        "drug": ["folic_acid"],
        "condition": ["diabetes", "thyroid"],
    }
    found, record = handed(words, {"b12": "<100 pmol/L"}, {})
    assert found.case is not None
    told = "; ".join(found.left)
    for word in ("dizziness", "tiredness", "coeliac", "folic acid", "diabetes", "thyroid", "<100 pmol/L"):
        assert word in told
        assert word in found.case["summary"]
    assert record.conditions == ("diabetes",)
    (b12,) = (entry for entry in record.entries if entry.kind == "lab")
    assert (b12.value, b12.bound) == (100, "<")
    left = " ".join(item.text for item in record.not_understood)
    for word in ("coeliac", "folic acid", "thyroid", "clumsy hands"):
        assert word in left


def test_a_treated_person_is_handed_to_my_results_alone_and_only_with_a_date() -> None:
    known, _ = read_form("72", "f", {"drug": ["b12"]}, {"b12": "600 pmol/L"}, LEDGER)
    _, unread = read_since({}, known)
    assert "since when" in unread["drug.b12"]
    found, record = handed({"drug": ["b12"]}, {"b12": "600 pmol/L"}, {"drug.b12": "6 mo"})
    assert found.case is None
    assert "treat" in found.refused[""]
    (treatment,) = record.treatments
    assert treatment.order is None, "of unknown dose"
    assert treatment.start == pytest.approx(-6 * DAYS_PER_MONTH)


def test_without_age_or_sex_there_is_a_record_and_no_course() -> None:
    found, record = handed({"symptom": ["numbness"]}, {}, {}, age="", sex="")
    assert set(found.refused) == {"age", "sex"}
    assert found.case is None
    assert [entry.name for entry in record.entries] == ["numbness"]


def test_an_emergency_goes_with_what_is_handed_over() -> None:
    assert handed({"symptom": ["sudden_one_sided"]}, {}, {})[0].urgent
    assert not handed({"symptom": ["numbness"]}, {}, {})[0].urgent


@pytest.mark.parametrize("text", ["5 mo", "5 months", "5mo", "since 5 mo", "-5 mo", "for 5 months"])
def test_lengths_of_time_are_read_as_people_write_them(text: str) -> None:
    assert since_of(text, 60) == pytest.approx(5 * DAYS_PER_MONTH)


@pytest.mark.parametrize("text", ["long", "5", "0 d", "90 y", "nan mo", "1e9 y"])
def test_other_lengths_of_time_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"\.$"):
        since_of(text, 60)
