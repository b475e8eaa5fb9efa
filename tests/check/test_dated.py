"""Values under treatment and series of values: the forecast is refused with a reason, whatever their order."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.check.answer import answer
from remyelin.check.dated import refusal
from remyelin.check.fhir import parse_bundle
from remyelin.check.fhir_json import a_moment
from remyelin.check.known import Known, Moment
from remyelin.check.reading import parse_toml
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2025, 12, 31))


def of(*resources: object) -> Known:
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]})
    return parse_bundle(text, "b", LEDGER)


def b12(value: float, day: str = "", **more: object) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]},
        "valueQuantity": {"value": value, "unit": "pg/mL"},
        **more,
    }
    return found | ({"effectiveDateTime": day} if day else {})


def drug(
    kind: str, start: str, name: str = "Hydroxocobalamin 1 mg injection", **more: object
) -> dict[str, Any]:
    key = {
        "MedicationRequest": "authoredOn",
        "MedicationDispense": "whenHandedOver",
    }.get(kind, "effectiveDateTime")
    found: dict[str, Any] = {"resourceType": kind, "medicationCodeableConcept": {"text": name}, **more}
    return found | ({key: start} if start else {})


KINDS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")


def test_a_low_value_and_a_later_one_under_treatment() -> None:
    known = of(b12(95, "2024-01-10"), drug("MedicationStatement", "2024-01-20"), b12(900, "2024-06-01"))
    reason = refusal(known, LEDGER)
    assert "2024-06-01" in reason
    assert "2024-01-20" in reason
    assert [item.date.shown for item in known.series] == ["2024-01-10", "2024-06-01"]


def test_a_value_before_treatment_is_used() -> None:
    assert not refusal(of(b12(95, "2024-01-10"), drug("MedicationStatement", "2024-01-20")), LEDGER)
    # blood is drawn on the day treatment starts, before the first dose
    assert not refusal(of(b12(95, "2024-01-20"), drug("MedicationStatement", "2024-01-20")), LEDGER)
    same_day = drug("MedicationAdministration", "2024-01-20T09:00:00Z")
    assert refusal(of(b12(95, "2024-01-20T15:00:00Z"), same_day), LEDGER)
    assert not refusal(of(b12(95, "2024-01-20T08:00:00Z"), same_day), LEDGER)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", ["", "active", "completed", "stopped", "on-hold", "unknown"])
@pytest.mark.parametrize("name", ["Cyanocobalamin", "mecobalamin 500 ug", "Vitamin B-12", "B12 Ankermann"])
def test_treatment_given_once_counts_in_whatever_record(kind: str, status: str, name: str) -> None:
    more = {"status": status} if status else {}
    assert refusal(of(b12(95, "2024-05-01"), drug(kind, "2023-05-01", name, **more)), LEDGER)


@pytest.mark.parametrize(
    "status", ["entered-in-error", "not-taken", "cancelled", "draft", "intended", "not-done"]
)
def test_treatment_never_given_does_not_count(status: str) -> None:
    known = of(b12(95, "2024-05-01"), drug("MedicationStatement", "2023-05-01", status=status))
    assert not refusal(known, LEDGER)


def test_dates_that_leave_the_order_open_are_refused() -> None:
    assert refusal(of(b12(95, "2024-05-01"), drug("MedicationRequest", "")), LEDGER)
    assert refusal(of(b12(95), drug("MedicationRequest", "2024-05-01")), LEDGER)
    assert refusal(of(b12(95, "2024-05"), drug("MedicationRequest", "2024-05-10")), LEDGER)
    assert refusal(of(b12(95, "2024-05-10"), drug("MedicationRequest", "2024")), LEDGER)
    assert refusal(of(drug("MedicationRequest", "2024")), LEDGER)
    period = {"effectivePeriod": {"start": "2020-01-01", "end": "2020-06-01"}}
    assert refusal(of(b12(95, "2024-05-10"), drug("MedicationStatement", "", **period)), LEDGER)
    unnamed = {"resourceType": "MedicationStatement", "medicationReference": {"reference": "Medication/1"}}
    assert refusal(of(b12(95, "2024-05-10"), unnamed), LEDGER)
    named = unnamed | {"medicationReference": {"reference": "Medication/1", "display": "Metformin 500 mg"}}
    assert not refusal(of(b12(95, "2024-05-10"), named), LEDGER)
    atc = {"coding": [{"system": "http://www.whocc.no/atc", "code": "B03BA03"}]}
    coded = {"resourceType": "MedicationStatement", "medicationCodeableConcept": atc}
    assert refusal(of(b12(95, "2024-05-10"), coded), LEDGER)


def test_a_check_file_with_b12_among_the_drugs() -> None:
    text = 'drugs = ["hydroxocobalamin"]\nrisks = ["vegan"]\n'
    assert "start of the treatment is not known" in refusal(
        parse_toml(text + '[labs]\nb12 = "900 pmol/L"\n', "x", LEDGER), LEDGER
    )
    assert refusal(parse_toml(text, "x", LEDGER), LEDGER)
    assert not refusal(parse_toml('risks = ["vegan"]\n[labs]\nb12 = "90 pmol/L"\n', "x", LEDGER), LEDGER)


def test_a_series_that_disagrees() -> None:
    assert "series" in refusal(of(b12(95, "2024-01-10"), b12(600, "2024-06-01")), LEDGER)
    assert not refusal(of(b12(95, "2024-01-10"), b12(105, "2024-06-01")), LEDGER)
    mma = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": "13964-2"}]},
        "valueQuantity": {"value": 0.15, "unit": "umol/L"},
    }
    # deficient first and normal later is what hidden treatment looks like, by whatever marker
    assert refusal(of(b12(95, "2024-01-10"), mma | {"effectiveDateTime": "2024-06-01"}), LEDGER)
    assert not refusal(of(b12(95, "2024-01-10"), mma | {"effectiveDateTime": "2024-01-10"}), LEDGER)


def test_an_earlier_deficiency_is_not_forgotten_in_the_answer() -> None:
    def risks(*resources: object) -> str:
        return " ".join(line.text for line in answer(of(*resources), LEDGER).lines if line.section == "risks")

    fog = {"resourceType": "Observation", "code": {"coding": [{"code": "HP:0031987"}]}}
    normal = b12(900, "2024-06-01")
    assert "a lack of B12 is unlikely" in risks(fog, normal)
    assert "is unlikely" not in risks(fog, b12(95, "2022-01-10"), normal)
    past = drug("MedicationStatement", "2023-01-20", status="completed")
    assert "is unlikely" not in risks(fog, past, normal)


def test_moments() -> None:
    assert a_moment("2024", "x") == Moment("2024-01-01", "2024-12-31")
    assert a_moment("2024-02", "x").shown == "2024-02"
    assert a_moment("", "x") == Moment()


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(
        st.tuples(st.floats(60, 1500), DAYS), min_size=1, max_size=5, unique_by=lambda item: item[1]
    ),
    start=DAYS,
    kind=st.sampled_from(KINDS),
    order=st.randoms(use_true_random=False),
)
def test_one_value_after_the_start_is_enough_in_any_order(
    values: list[tuple[float, Any]], start: Any, kind: str, order: Any
) -> None:
    resources = [b12(value, day.isoformat()) for value, day in values]
    plain = refusal(of(*resources), LEDGER)
    resources.append(drug(kind, start.isoformat()))
    order.shuffle(resources)
    reason = refusal(of(*resources), LEDGER)
    if any(day > start for _, day in values):
        assert "B12 treatment" in reason
        assert reason.count(". ") == 0, "one sentence"
    else:
        assert bool(reason) == bool(plain)


@settings(max_examples=100, deadline=None)
@given(
    low=st.floats(60, 150),
    normal=st.floats(500, 1500),
    days=st.lists(DAYS, min_size=2, max_size=2, unique=True),
)
def test_low_then_normal_is_always_refused(low: float, normal: float, days: list[Any]) -> None:
    first, second = sorted(days)
    assert refusal(of(b12(low, first.isoformat()), b12(normal, second.isoformat())), LEDGER)
