"""Dated records of FHIR bundles: every dated entry is read, what is not read is listed, hostile files are refused."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fhir_shapes as shapes

from remyelin.base.errors import InputError
from remyelin.check.bundle_record import load, parse_bundle
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


def observation(code: str, day: str, value: float, unit: str, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit},
    } | more


def bundle(*resources) -> str:
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]})


PERSON = {"resourceType": "Patient", "gender": "female", "birthDate": "1957-03-01"}
INJECTIONS = {
    "resourceType": "MedicationStatement",
    "status": "active",
    "medicationCodeableConcept": {"text": "hydroxocobalamin 1 mg intramuscular"},
    "effectivePeriod": {"start": "2025-03-14", "end": "2025-09-14"},
    "dosage": [{"timing": {"repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}}],
}


def test_a_series_under_treatment_keeps_every_value_and_its_date() -> None:
    text = bundle(
        PERSON,
        observation("2132-9", "2025-03-10", 140, "pg/mL"),
        observation("2132-9", "2025-06-14", 690, "pg/mL"),
        observation("13964-2", "2025-03-10", 900, "nmol/L"),
        INJECTIONS,
    )
    record = parse_bundle(text, "b.json", LEDGER)
    assert record.person.sex == "female"
    assert record.person.age == pytest.approx(68.3, abs=0.4)
    assert [(entry.name, entry.day) for entry in record.entries] == [("b12", -4), ("mma", -4), ("b12", 92)]
    (treated,) = record.treatments
    assert treated.order == "hydroxocobalamin 1 mg im every 2 d"
    assert (treated.start, treated.stop) == (0, 184)
    assert not record.not_understood


def test_censored_values_and_administrations() -> None:
    low = observation("2132-9", "2025-03-10", 60, "pg/mL")
    low["valueQuantity"]["comparator"] = "<"
    given = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": {"text": "cyanocobalamin 1 mg im"},
        "effectiveDateTime": "2025-03-12",
    }
    record = parse_bundle(bundle(PERSON, low, given), "b.json", LEDGER)
    assert record.entries[0].bound == "<"
    assert record.treatments[0].order == "cyanocobalamin 1 mg im once"


def test_a_treatment_without_a_dose_is_known_to_be_of_unknown_dose() -> None:
    vague = {**INJECTIONS, "medicationCodeableConcept": {"text": "hydroxocobalamin"}, "dosage": []}
    record = parse_bundle(
        bundle(PERSON, observation("2132-9", "2025-03-10", 140, "pg/mL"), vague), "b.json", LEDGER
    )
    assert record.treatments[0].order is None
    assert any("unknown dose" in item.reason for item in record.not_understood)


def test_symptoms_and_conditions() -> None:
    numb = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://human-phenotype-ontology.org", "code": "HP:0003401"}]},
        "effectiveDateTime": "2025-03-10",
        "valueCodeableConcept": {"text": "present"},
    }
    cause = {
        "resourceType": "Condition",
        "code": {"text": "pernicious anaemia"},
        "onsetDateTime": "2021-03-10",
    }
    record = parse_bundle(bundle(PERSON, numb, cause), "b.json", LEDGER)
    assert [entry.name for entry in record.entries] == ["paraesthesia"]
    assert record.cause.kind == "pernicious anaemia"
    assert record.cause.began is not None


def test_nothing_is_dropped_in_silence() -> None:
    text = bundle(
        PERSON,
        {"resourceType": "Encounter"},
        {"resourceType": "Observation", "status": "final", "code": {"text": "shoe size"}},
        {**observation("2132-9", "2025-03-10", 140, "pg/mL"), "status": "entered-in-error"},
        {"resourceType": "Condition", "code": {"text": "left-handed"}},
    )
    record = parse_bundle(text, "b.json", LEDGER)
    assert sorted(item.line for item in record.not_understood) == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"resourceType": "Bundle", "entry": 3}',
        bundle(PERSON, {**PERSON, "gender": "male"}),
        bundle({"resourceType": "Observation", "status": 3}),
        bundle({**observation("2132-9", "2025-03-10", 140, "pg/mL"), "valueQuantity": {"value": "140"}}),
        bundle({**observation("2132-9", "2025-99-10", 140, "pg/mL")}),
        '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle", "x": '
        + "[" * 5000
        + "}]}",
    ],
)
def test_hostile_bundles_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"b\.json"):
        parse_bundle(text, "b.json", LEDGER)


def test_every_shape_of_a_persons_file_is_read_with_broken_things_in_it() -> None:
    """The same files as `check` reads: versions, wrappings, XML, noise."""
    for seed in range(120):
        found, _version, (marker, _code, _number, _unit, value) = shapes.person(seed)
        how = shapes.WRAPPINGS[seed % len(shapes.WRAPPINGS)]
        record = parse_bundle(shapes.wrapped(found, how), "b.json", LEDGER)
        if marker == "filtration":
            continue
        read = [entry.value for entry in record.entries if entry.name == marker]
        assert any(math.isclose(one, value, rel_tol=1e-3) for one in read), (seed, how, marker)


def test_a_creatinine_gives_the_filtration() -> None:
    text = bundle(
        PERSON,
        observation("2132-9", "2025-03-10", 140, "pg/mL"),
        observation("2160-0", "2025-03-10", 1.9, "mg/dL"),
        observation("2160-0", "2024-03-10", 0.9, "mg/dL"),
    )
    record = parse_bundle(text, "b.json", LEDGER)
    assert record.person.filtration == pytest.approx(28.4, abs=0.1)


def test_several_causes_leave_the_cause_open() -> None:
    drug = {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "metformin"}}
    anaemia = {"resourceType": "Condition", "code": {"text": "pernicious anaemia"}}
    for several in ([drug, anaemia], [anaemia, drug], [anaemia, drug, drug]):
        record = parse_bundle(bundle(PERSON, *several), "b.json", LEDGER)
        assert record.cause is not None
        assert record.cause.kind == "unknown"
        assert len(record.not_understood) == len(several)
    assert parse_bundle(bundle(PERSON, drug, drug), "b.json", LEDGER).cause.kind == "metformin"


def test_one_broken_item_is_listed_and_the_rest_is_read() -> None:
    good = observation("2132-9", "2025-03-10", 140, "pg/mL")
    broken = [
        {**good, "valueQuantity": {"value": "140"}},
        {**good, "effectiveDateTime": "2025-99-10"},
        {**good, "status": 3},
        {**good, "code": "B12"},
        {"resourceType": "Condition", "code": []},
        {"resourceType": "MedicationStatement", "medicationCodeableConcept": 7},
    ]
    for item in broken:
        record = parse_bundle(bundle(PERSON, item, good), "b.json", LEDGER)
        assert [entry.name for entry in record.entries] == ["b12"]
        assert [item.line for item in record.not_understood] == [2], item


def test_an_infant_is_not_read_as_somebody_of_the_usual_age() -> None:
    patient = {"resourceType": "Patient", "gender": "male", "birthDate": "2024-06-01"}
    record = parse_bundle(bundle(patient, observation("2132-9", "2025-03-14", 108.0, "pg/mL")), "b", LEDGER)
    assert record.person.age is None
    assert record.person.age_line is not None
    assert "age" in record.not_understood[0].reason


@pytest.mark.parametrize(
    ("text", "status", "outside"),
    [
        ("Pregnancy", "active", True),
        ("Normal pregnancy", "active", True),
        ("Normal pregnancy", "resolved", False),
        ("pregnant", "inactive", False),
    ],
)
def test_a_pregnancy_counts_while_it_lasts(text: str, status: str, outside: bool) -> None:
    condition = {
        "resourceType": "Condition",
        "code": {"text": text},
        "clinicalStatus": {"coding": [{"code": status}]},
    }
    value = observation("2132-9", "2025-03-10", 140, "pg/mL")
    record = parse_bundle(bundle(PERSON, condition, value), "b", LEDGER)
    assert bool(record.outside) == outside
    assert [item.line for item in record.not_understood] == [2]


def test_a_file_is_known_by_its_ending(tmp_path) -> None:
    path = tmp_path / "person.json"
    path.write_text(bundle(PERSON, observation("2132-9", "2025-03-10", 140, "pg/mL")), encoding="utf-8")
    assert load(str(path), LEDGER).entries[0].name == "b12"


def test_a_series_under_treatment_is_fitted_and_says_nothing_of_safe_waiting() -> None:
    from remyelin.check.dated_forecast import dated_forecast

    text = bundle(
        PERSON,
        observation("2132-9", "2025-03-10", 140, "pg/mL"),
        observation("13964-2", "2025-03-10", 900, "nmol/L"),
        observation("2132-9", "2025-06-14", 690, "pg/mL"),
        observation("2132-9", "2025-06-15", -5, "pg/mL"),
        INJECTIONS,
    )
    found = dated_forecast(parse_bundle(text, "b.json", LEDGER), LEDGER, persons=96)
    said = " ".join(line.text for line in found.lines)
    assert "never medical advice" in said
    assert "not be delayed" in said
    assert "One row of the record was left out (line 5). It does not count in this answer" in said
    assert "Left out, line 5 (" in said
    assert found.refused is not None or said.index("left out (line 5)") < said.index("on day 0,")
    if found.refused is None:
        assert "3 dated results" in said


@pytest.mark.parametrize(
    "medicine",
    [
        {"medicationCodeableConcept": {"text": "Vitamin B12 injection"}},
        {"medicationCodeableConcept": {"text": "Neurobion (cobalamin complex)"}},
        {"medicationCodeableConcept": {"coding": [{"system": "http://www.whocc.no/atc", "code": "B03BA01"}]}},
        {"medicationReference": {"reference": "Medication/1", "display": "Cyanocobalamin 1000 mcg"}},
        {"medicationReference": {"reference": "Medication/1"}},
        {"medicationCodeableConcept": {"text": "Folic acid 5 mg"}},
    ],
)
@pytest.mark.parametrize(
    "given",
    [
        {"resourceType": "MedicationStatement", "effectivePeriod": {"start": "2025-01-12"}},
        {"resourceType": "MedicationRequest", "authoredOn": "2025-01-12"},
        {"resourceType": "MedicationDispense", "whenHandedOver": "2025-01-12"},
        {"resourceType": "MedicationStatement"},
    ],
)
def test_a_medicine_that_may_be_b12_is_never_no_treatment(medicine, given) -> None:
    drug = {"status": "active"} | given | medicine
    record = parse_bundle(
        bundle(PERSON, observation("2132-9", "2025-01-10", 98, "pg/mL"), drug), "b.json", LEDGER
    )
    assert [item.order for item in record.treatments] == [None]
    assert any("treatment" in item.reason or "folic acid" in item.reason for item in record.not_understood)


def test_another_medicine_is_listed_and_no_treatment() -> None:
    drug = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": {"text": "Lisinopril"},
    }
    record = parse_bundle(
        bundle(PERSON, observation("2132-9", "2025-01-10", 98, "pg/mL"), drug), "b.json", LEDGER
    )
    assert record.treatments == ()
    assert [item.text for item in record.not_understood] == [",drug Lisinopril"]


@pytest.mark.parametrize(
    ("day", "dated"), [("2019-05-01", True), ("2025-01-01", False), ("2025-01-12", False)]
)
def test_the_date_of_a_diagnosis_is_not_when_a_cause_began(day: str, dated: bool) -> None:
    cause = {"resourceType": "Condition", "code": {"text": "Pernicious anaemia"}, "onsetDateTime": day}
    record = parse_bundle(
        bundle(PERSON, observation("2132-9", "2025-01-10", 98, "pg/mL"), cause), "b.json", LEDGER
    )
    assert record.cause.kind == "pernicious anaemia"
    assert (record.cause.began is not None) == dated
    assert bool(record.not_understood) != dated
