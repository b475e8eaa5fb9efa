"""Words of a case: another word for a finding is read as in a record, and printed."""

from __future__ import annotations

from typing import Any, cast

import pytest

from remyelin.base.errors import InputError
from remyelin.check.forecast import forecast
from remyelin.check.known import Known
from remyelin.evidence import Ledger
from remyelin.output.reported import _outside, unanswered
from remyelin.person.case import Case, case_of, to_toml_data
from remyelin.person.record import record_of_case
from remyelin.person.record.wording import nearest_to

LEDGER = Ledger.shipped()


def case(kind: str, name: str, **more: Any) -> Case:
    raw = {
        "name": "x",
        "title": "t",
        "person": {"age": "57 y", "sex": "female"},
        "cause": {"kind": "pernicious anaemia", "began": "-4 y"},
        kind: [{"name": name, **more}],
    }
    return case_of(raw, "mine.toml")


@pytest.mark.parametrize(
    ("kind", "written", "where", "name"),
    [
        ("symptom", "tingling", "symptom", "paraesthesia"),
        ("symptom", "Burning feet", "symptom", "paraesthesia"),
        ("symptom", "unsteady gait", "symptom", "gait"),
        ("symptom", "loss of vision", "symptom", "vision"),
        ("symptom", "loss of taste", "symptom", "taste_smell"),
        ("symptom", "forgetfulness", "symptom", "memory"),
        ("symptom", "loss of vibration sense", "sign", "absent vibration sense"),
        ("sign", "reduced vibration", "sign", "impaired vibration sense"),
        ("sign", "absent ankle reflexes", "sign", "absent ankle jerks"),
        ("sign", "negative Romberg sign", "sign", "no Romberg sign"),
        ("sign", "leg weakness", "sign", "weakness"),
        ("sign", "ataxia", "symptom", "gait"),
    ],
)
def test_a_case_reads_the_words_of_a_record(kind: str, written: str, where: str, name: str) -> None:
    read = case(kind, written, note="for months")
    (found,) = getattr(read, where)
    assert found.name == name
    assert found.note == f"for months; {written}"
    assert case_of(to_toml_data(read), "again") == read


@pytest.mark.parametrize(("written", "vision"), [("loss of vision", (1, 3)), ("no blurred vision", (0, 0))])
def test_a_lost_function_is_present_in_the_record_and_a_denied_one_absent(
    written: str, vision: tuple[int, int]
) -> None:
    (entry,) = record_of_case(case("symptom", written), "x", LEDGER).entries
    assert (entry.name, entry.levels) == ("vision", vision)


def test_a_denied_finding_is_not_turned_into_a_reported_one() -> None:
    assert case("symptom", "no tingling").symptom[0].name == "no tingling"


def test_a_name_that_no_list_knows_stays_and_has_its_nearest() -> None:
    assert case("symptom", "tinglin").symptom[0].name == "tinglin"
    assert nearest_to("tinglin") == "tingling"
    assert nearest_to("hyperaesthesia") == "", "the opposite of the nearest word"


def test_findings_without_an_answer_are_named_with_the_nearest_word() -> None:
    rows = [
        {"what": "tinglin", "reported": "present", "model": _outside("tinglin"), "note": "no verdict"},
        {"what": "headache", "reported": "present", "model": _outside("headache"), "note": "no verdict"},
        {"what": "Numbness", "reported": "present", "model": "severity 0.50", "note": "agrees"},
    ]
    assert unanswered(cast(Any, rows)) == (
        "Reported and not used: tinglin (not understood; did you mean 'tingling'?); headache (outside the model)."
    )
    assert unanswered(cast(Any, rows[2:])) == ""


def test_a_forecast_of_a_check_without_a_cause_names_the_way() -> None:
    with pytest.raises(InputError, match=r"where the cause is not known, `remyelin fit`"):
        forecast(Known("the answers", age=57.0, sex="female"), LEDGER)


@pytest.mark.parametrize("cause", [{"kind": "unknown"}, {"kind": "Unknown", "began": "-1 y"}, None])
def test_without_a_known_cause_the_way_is_named(cause: dict[str, str] | None) -> None:
    raw: dict[str, Any] = {"name": "x", "title": "t", "person": {"age": "57 y", "sex": "female"}}
    if cause is not None:
        raw["cause"] = cause
    with pytest.raises(InputError, match=r"cause.*`remyelin fit` \(on the page: My results\)"):
        case_of(raw, "mine.toml")


def test_powers_of_the_limbs_are_those_of_the_note_whatever_the_sign_was_called() -> None:
    found = record_of_case(
        case("sign", "leg weakness", note="4/5 in the arms, 2/5 in the legs"), "x", LEDGER
    ).entries
    assert {entry.name: entry.text for entry in found} == {"power_arm": "4", "power_leg": "2"}
