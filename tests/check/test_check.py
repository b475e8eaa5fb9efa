"""The check as its users meet it: realistic persons, wrong units, hostile files, and what it must not import."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.base.units import KINDS
from remyelin.check import SECTIONS, Answer, answer, read
from remyelin.check.answer import MARKS, OWN
from remyelin.check.ask import ask
from remyelin.check.facts import POSSIBLE
from remyelin.check.fhir import parse_bundle
from remyelin.check.form import questions, read_form
from remyelin.check.known import LABS, Known, Lab
from remyelin.check.reading import parse_toml
from remyelin.check.words import clean, table, vocabulary
from remyelin.evidence import Ledger, load_references
from remyelin.output.run_folder import write_new_case
from remyelin.output.terminal.check import describe

LEDGER = Ledger.shipped()
PERSON = '[person]\nage = "50 y"\nsex = "female"\n'


def of(text: str) -> Answer:
    return answer(parse_toml(text, "person.toml", LEDGER), LEDGER)


def said(found: Answer, section: str) -> str:
    return " ".join(line.text for line in found.lines if line.section == section)


def bundle(*resources: object) -> str:
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": item} for item in resources]})


def observation(code: str, value: object, unit: str, **more: object) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "unit": unit},
        **more,
    }


def test_every_line_of_the_data_has_source_mark_and_possible_facts() -> None:
    known = {OWN, *load_references()}
    for line in table("guidance")["line"]:
        assert line["section"] in SECTIONS
        assert line["source"]
        assert set(line["source"]) <= known
        assert line["mark"] in MARKS
        facts = {fact for facts in line.get("when", {}).values() for fact in facts}
        assert facts <= POSSIBLE, facts - POSSIBLE
        assert not re.search(r"\bmg\b|\binject \d|take \d", line["text"]), (
            "no dose in a text, only in the ledger"
        )


def test_vegan_with_numbness() -> None:
    found = of('symptoms = ["numbness"]\nrisks = ["vegan"]\n' + PERSON + '[labs]\nb12 = "160 ng/L"\n')
    assert not said(found, "testing"), "a value is there, so that whether to test is no question"
    untested = of('symptoms = ["numbness"]\nrisks = ["vegan"]\n' + PERSON)
    assert "at least one common symptom" in said(untested, "testing")
    assert "160 ng/L (118.1 pmol/L): below 133 pmol/L" in said(found, "values")
    assert "diabetes" in said(found, "alike")
    assert "Allergic" in said(found, "risks")
    assert all(line.source for line in found.lines)


def test_a_metabolite_alone_leaves_open_whether_to_test() -> None:
    person = 'symptoms = ["numbness"]\nrisks = ["vegan"]\n' + PERSON
    assert said(of(person + '[labs]\nmma = "0.6 umol/L"\n'), "testing")
    assert not said(of(person + '[labs]\nholotc = "20 pmol/L"\n'), "testing")
    # a raised one, and the rule that would offer no test without a symptom
    at_risk = 'risks = ["vegan"]\n' + PERSON
    assert "no test is offered" in said(of(at_risk), "testing")
    assert "no test is offered" not in said(of(at_risk + '[labs]\nmma = "0.9 umol/L"\n'), "testing")


def test_what_disturbs_a_value_stands_beside_it() -> None:
    found = of(
        'symptoms = ["numb"]\nrisks = ["laughing gas"]\ndrugs = ["biotin"]\n[labs]\nb12 = "410 pmol/L"\n'
    )
    assert "biotin can disturb" in said(found, "values")
    assert "can be normal although the vitamin no longer works" in said(found, "values")


def test_recovery_goes_on_beyond_the_first_months() -> None:
    found = of('symptoms = ["numbness"]\nrisks = ["vegan"]\n' + PERSON + '[labs]\nb12 = "90 pmol/L"\n')
    assert "further improvement may occur with time" in said(found, "expect")


def test_normal_b12_with_raised_mma_disagree_but_not_where_kidneys_fail() -> None:
    labs = '[labs]\nb12 = "330 pmol/L"\nmma = "0.6 umol/L"\n'
    assert "disagree" in said(of(labs), "values")
    renal = of('conditions = ["kidney failure"]\n' + labs)
    assert "disagree" not in said(renal, "values")
    assert "Reduced kidney function" in said(renal, "values")


def test_nitrous_oxide_is_a_red_flag_with_normal_b12() -> None:
    found = of('symptoms = ["numb"]\nrisks = ["laughing gas"]\n[labs]\nb12 = "410 pmol/L"\n')
    assert "Laughing gas" in said(found, "urgent")
    assert "homocysteine" in said(found, "next").lower()


def test_spine_comes_first() -> None:
    found = of('symptoms = ["incontinence", "paraesthesia"]\nrisks = ["vegan"]\n')
    assert found.lines[0].section == "urgent"
    assert "emergency department" in found.lines[0].text


def test_healthy_is_not_frightened() -> None:
    found = of(PERSON + '[labs]\nb12 = "350 pmol/L"\n')
    assert "Nothing that was entered" in said(found, "urgent")
    assert not said(found, "risks")


def test_metformin_folate_and_gastrectomy() -> None:
    assert "Metformin" in said(of('symptoms = ["tingling"]\ndrugs = ["metformin"]\n'), "testing")
    assert "Folic acid" in said(of('symptoms = ["tingling"]\ndrugs = ["folic acid"]\n'), "urgent")
    operated = of('symptoms = ["weakness"]\nrisks = ["gastrectomy"]\n[labs]\nhaemoglobin = "7.2 g/dL"\n')
    assert "copper" in said(operated, "alike")
    assert "With so low a haemoglobin" in said(operated, "risks")


def urgent(symptoms: str, rest: str = "") -> str:
    return said(of(f"symptoms = {symptoms}\n{rest}"), "urgent")


def test_what_cannot_wait_is_said_first_and_with_where_to_go() -> None:
    assert "999" in urgent('["numbness", "trouble breathing"]')
    assert "999" in urgent('["sudden confusion"]')
    assert "Did the confusion come suddenly" in urgent('["confusion"]')
    assert "immediately" in urgent('["sudden loss of vision"]')
    assert "If it came suddenly" in urgent('["blurred vision"]')
    assert "Guillain-Barre" in urgent('["weak legs", "getting worse"]')
    assert "thiamine" in urgent('["falls"]', 'conditions = ["heavy drinking"]\n')
    assert "mental health option" in urgent('["depression"]')
    assert "thiamine" not in urgent('["numbness"]', 'conditions = ["heavy drinking"]\n')
    spine = of('symptoms = ["weak legs", "getting worse", "incontinence"]\n')
    assert "emergency department" in spine.lines[0].text


def test_tingling_or_a_low_value_alone_is_something_to_see_a_doctor_about() -> None:
    assert "family doctor" in urgent('["tingling"]')
    assert "see a doctor" in urgent("[]", '[labs]\nb12 = "95 pg/mL"\n')
    # under treatment the rule about suspicion does not apply, but tingling still needs a doctor
    treated = 'drugs = ["b12"]\nrisks = ["vegan"]\n[labs]\nb12 = "900 pmol/L"\n'
    assert "family doctor" in urgent('["tingling"]', treated)


def test_a_child_is_sent_to_a_doctor_and_not_read_by_the_limits_of_adults() -> None:
    child = of(
        'symptoms = ["tingling"]\nperson.age = "7 y"\n[labs]\nb12 = "170 ng/L"\nhaemoglobin = "118 g/L"\n'
    )
    assert "treats children" in said(child, "urgent")
    assert "neither its rule" in said(child, "values")
    assert "limits above are for people over 16" in said(child, "values")
    assert "coincidence" not in said(child, "values")
    assert "World Health" not in said(child, "values")


def test_a_breastfed_baby_is_thought_of_and_pregnancy_is_another_matter() -> None:
    nursing = of('risks = ["vegan"]\nconditions = ["breastfeeding"]\n[labs]\nb12 = "170 ng/L"\n')
    assert "ask a doctor about the baby too" in said(nursing, "urgent")
    assert "In pregnancy total B12 falls" not in said(nursing, "values")
    pregnant = of('risks = ["vegan"]\nconditions = ["pregnant"]\n[labs]\nb12 = "170 ng/L"\n')
    assert "In pregnancy total B12 falls" in said(pregnant, "values")
    assert "baby" not in said(pregnant, "urgent")


def test_raised_mma_is_no_reason_to_hurry_where_kidneys_fail() -> None:
    labs = '[labs]\nb12 = "300 pmol/L"\nmma = "900 nmol/L"\n'
    assert "treatment should not be delayed" in urgent('["numbness"]', labs)
    assert "treatment should not be delayed" not in urgent(
        '["numbness"]', labs + 'filtration = "22 mL/min/1.73m2"\n'
    )
    found = of(f'symptoms = ["numbness"]\n{labs}filtration = "22 mL/min/1.73m2"\n')
    assert "kidney value" in said(found, "alike")


def test_under_treatment_the_level_is_not_read_as_enough() -> None:
    found = of(
        'symptoms = ["numbness"]\ndrugs = ["hydroxocobalamin"]\nrisks = ["pernicious anaemia"]\n'
        '[labs]\nb12 = "1400 pmol/L"\n'
    )
    assert "for people who take none" in said(found, "values")
    assert "review by the doctor" in said(found, "next")
    for wrong in ("ask a doctor why the level is high", "31 %", "disturb some B12 tests"):
        assert wrong not in said(found, "values")
    assert "unlikely" not in said(found, "risks")


def test_a_high_level_that_nobody_took_is_named() -> None:
    found = of('symptoms = ["brain fog"]\n[labs]\nb12 = "1850 pg/mL"\n')
    assert "why the level is high" in said(found, "values")
    assert "why the level is high" in said(of('[labs]\nb12 = ">2000 pg/mL"\n'), "values")
    assert "why the level is high" not in said(of('[labs]\nb12 = "<2000 pg/mL"\n'), "values")
    assert "a lack of B12 is unlikely" in said(found, "risks")
    assert "works in most people" not in said(found, "risks")


def test_nerves_and_a_normal_level_leave_the_matter_open_until_mma_is_known() -> None:
    text = 'symptoms = ["numbness"]\n[labs]\nb12 = "320 pmol/L"\n'
    assert "is unlikely" not in said(of(text), "risks")
    assert "is unlikely" in said(of(text + 'mma = "150 nmol/L"\n'), "risks")


def test_the_blood_count_is_read() -> None:
    text = 'symptoms = ["numbness"]\nperson.sex = "male"\n[labs]\n'
    assert "normal blood count" in said(of(text + 'haemoglobin = "14 g/dL"\n'), "values")
    low = said(of(text + 'haemoglobin = "12.5 g/dL"\nmcv = "109 fL"\n'), "values")
    assert "130 g/L in men" in low
    assert "large (above 98 fL)" in low
    assert "normal blood count" not in low
    # where the sex is not known, only what is low in everybody is called low
    unknown = of('[labs]\nhaemoglobin = "12.5 g/dL"\n')
    assert "World Health" not in said(unknown, "values")


def test_copper_zinc_and_antibodies() -> None:
    start = 'symptoms = ["unsteady gait"]\n'
    assert "Copper deficiency was entered" in said(of(start + 'conditions = ["low copper"]\n'), "alike")
    assert "Zinc is being taken" in said(of(start + 'drugs = ["zinc"]\n'), "alike")
    found = of(start + 'risks = ["anti-IF antibodies"]\n[labs]\nb12 = "260 pmol/L"\n')
    assert "pernicious anaemia" in said(found, "values")
    assert "disturb some B12 tests" in said(found, "values")


def test_only_causes_of_neuropathy_are_listed_as_such() -> None:
    found = of('symptoms = ["tingling"]\nconditions = ["alcohol", "pregnant", "diabetes"]\n')
    assert "was entered: much alcohol for years." in said(found, "alike")


def test_the_combined_index_shows_both_readings_of_its_bands() -> None:
    labs = (
        '[labs]\nb12 = "165 pmol/L"\nholotc = "31 pmol/L"\nmma = "310 nmol/L"\nhomocysteine = "19 umol/L"\n'
    )
    found = said(of('person.age = "81 y"\n' + labs), "values")
    assert "boundary of deficiency" in found
    assert "low B12 down to -1.5" in found
    index = next(line for line in of('person.age = "81 y"\n' + labs).lines if "4cB12" in line.text)
    assert index.source == ("fedosov2015", "viapath-cb12")
    assert index.mark == "recall", "as sure as its least sure number"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [("205 pg/mL", "151.3"), ("151.3 pmol/L", "151.3"), ("0.205 ng/mL", "151.3")],
)
def test_both_systems_of_units_read_alike(written: str, canonical: str) -> None:
    found = of(f'[labs]\nb12 = "{written}"\n')
    assert canonical in said(found, "values")
    assert "grey zone" in said(found, "values")


def test_a_number_that_does_not_fit_its_unit_is_asked_back() -> None:
    for text in ('b12 = "45 pg/mL"', 'b12 = "0.15 pmol/L"', 'mma = "0.36 nmol/L"', 'haemoglobin = "13 g/L"'):
        with pytest.raises(InputError, match="implausible"):
            of(f"[labs]\n{text}\n")
    sure = parse_toml('[labs]\nb12 = "45 pg/mL"\n', "x", LEDGER, ("b12",))
    assert "below" in said(answer(sure, LEDGER), "values")
    assert "Check the unit" in said(of('[labs]\nb12 = "150 pg/mL"\n'), "values"), (
        "the label decides the reading"
    )


def test_bound_values() -> None:
    assert "below" in said(of('[labs]\nb12 = "<100 pg/mL"\n'), "values")
    assert "(<110.7 pmol/L)" in said(of('[labs]\nb12 = "<150 pg/mL"\n'), "values")
    assert "leaves the reading open" in said(of('[labs]\nb12 = "<300 pmol/L"\n'), "values")


def test_fhir_reads_names_and_asks_back() -> None:
    text = bundle(
        {"resourceType": "Patient", "gender": "female", "birthDate": "1967-02-01"},
        observation("14685-2", 151, "pmol/L", effectiveDateTime="2024-02-01T10:00:00Z"),
        observation("99999-9", 1, "x"),
        {
            "resourceType": "Observation",
            "code": {"coding": [{"system": "http://human-phenotype-ontology.org", "code": "HP:0003401"}]},
        },
        {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "Metformin 500 mg"}},
        {"resourceType": "Condition", "code": {"text": "<script>alert(1)</script>\x1b[31m"}},
    )
    known = parse_bundle(text, "b.json", LEDGER)
    assert (round(known.age or 0), known.sex) == (57, "female")
    assert {word.name for word in known.words} == {"paraesthesia", "metformin"}
    shown = describe(answer(known, LEDGER)) + json.dumps(answer(known, LEDGER).as_dict())
    assert "99999-9" in shown
    assert "<script" not in shown
    assert "\x1b" not in shown
    with pytest.raises(InputError, match="one of the two is wrong"):
        parse_bundle(bundle(observation("14685-2", 151, "pg/mL")), "b", LEDGER)
    ranged = observation("2132-9", 150, "pg/mL", referenceRange=[{"high": {"value": 650}}])
    with pytest.raises(InputError, match="which is it"):
        parse_bundle(bundle(ranged), "b", LEDGER)


@pytest.mark.parametrize("code", table("loinc"))
def test_the_check_digit_of_every_loinc_code_is_right(code: str) -> None:
    digits, check = code.split("-")
    odd = str(int(digits[::-1][::2]) * 2)  # every second digit from the right, doubled as one number
    total = sum(map(int, odd)) + sum(map(int, digits[::-1][1::2]))
    assert -total % 10 == int(check)


def test_fhir_leaves_out_what_is_denied_over_or_unclear() -> None:
    hpo = {"coding": [{"system": "http://human-phenotype-ontology.org", "code": "HP:0003401"}]}
    symptom = {"resourceType": "Observation", "code": hpo}
    diabetes = {"resourceType": "Condition", "code": {"text": "Diabetes mellitus (disorder)"}}
    metformin = {"medicationCodeableConcept": {"text": "Metformin 500 mg"}}

    def names(*resources: object) -> set[str]:
        return {word.name for word in parse_bundle(bundle(*resources), "b", LEDGER).words}

    def status(code: str) -> dict[str, object]:
        return {"coding": [{"system": "http://terminology.hl7.org/x", "code": code}]}

    assert names(symptom, diabetes) == {"paraesthesia", "diabetes"}
    assert names({**symptom, "valueCodeableConcept": {"text": "Present"}}) == {"paraesthesia"}
    assert not names({**symptom, "valueCodeableConcept": {"text": "Absent"}})
    assert not names({**symptom, "valueCodeableConcept": {"text": "perhaps"}})
    assert not names({**symptom, "dataAbsentReason": {"text": "not asked"}})
    assert not names({**diabetes, "verificationStatus": status("refuted")})
    assert not names({**diabetes, "clinicalStatus": status("resolved")})
    assert names({**diabetes, "clinicalStatus": status("active")}) == {"diabetes"}
    assert not names({"resourceType": "MedicationStatement", "status": "completed", **metformin})
    assert names({"resourceType": "MedicationRequest", "status": "completed", **metformin}) == {"metformin"}
    coded = [
        {
            "resourceType": "Condition",
            "code": {"coding": [{"system": f"http://hl7.org/fhir/sid/icd-10{cm}", "code": code}]},
        }
        for cm, code in (("", "D51.0"), ("-cm", "E11.42"), ("", "N18.4"), ("", "N18.1"), ("", "K90.0"))
    ]
    assert names(*coded) == {"pernicious_anaemia", "diabetes", "kidney_disease", "coeliac"}
    assert names({"resourceType": "AllergyIntolerance", "code": {"text": "Hydroxocobalamin"}}) == {
        "cobalt_allergy"
    }
    assert not names({"resourceType": "AllergyIntolerance", "code": {"text": "Penicillin"}})
    active = parse_bundle(bundle(observation("72160-5", 31, "pmol/L")), "b", LEDGER)
    assert "Active B12" in said(answer(active, LEDGER), "values")
    units = parse_bundle(bundle(observation("13964-2", 0.4, "\u00b5mol/l")), "b", LEDGER)
    assert units.labs["mma"].value == pytest.approx(400)


HOSTILE = {
    "deep": '{"resourceType":"Bundle","entry":' + "[" * 100_000,
    "nan": '{"resourceType":"Bundle","x":NaN}',
    "infinity": '{"resourceType":"Bundle","x":-Infinity}',
    "huge": '{"resourceType":"Bundle","x":1e999}',
    "long": '{"resourceType":"Bundle","x":' + "9" * 5000 + "}",
    "twice": '{"resourceType":"Bundle","resourceType":"Bundle"}',
    "twice among many": '{"resourceType":"Bundle",'
    + ",".join(f'"k{i}":1' for i in range(50_000))
    + ',"k49999":1}',
    "small": '{"resourceType":"bundle"}',
    "type": '{"resourceType":"Bundle","entry":{}}',
    "null": '{"resourceType":"Bundle","entry":[null]}',
    "boolean": bundle(observation("2132-9", True, "pg/mL")),
    "text": bundle(observation("2132-9", "200", "pg/mL")),
    "other": "[1]",
    "cut": '{"resourceType":',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bundles_get_one_sentence(name: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(HOSTILE[name])
    with pytest.raises(InputError) as error:
        read(str(file), LEDGER)
    assert len(str(error.value)) < 400


def test_a_hundred_megabytes_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    with file.open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(InputError, match="too large"):
        read(str(file), LEDGER)


ATOMS = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
ODD = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
CODES = st.sampled_from([*table("loinc"), "HP:0003401", "HP:9999999", "1-1", ""])
UNITS = st.sampled_from(["pg/mL", "pmol/L", "nmol/L", "umol/L", "g/dL", "%", "fL", "", "furlong"])
CODING = st.fixed_dictionaries({"code": CODES | ODD, "system": st.just("http://loinc.org") | ODD})
CONCEPT = st.fixed_dictionaries({"coding": st.lists(CODING, max_size=2) | ODD})
RESOURCE = st.fixed_dictionaries(
    {
        "resourceType": st.sampled_from(
            ["Patient", "Observation", "Condition", "MedicationRequest", "AllergyIntolerance", "X"]
        )
        | ODD,
    },
    optional={
        "code": CONCEPT | ODD,
        "valueQuantity": st.fixed_dictionaries({"value": st.floats(0, 1e5) | ODD, "unit": UNITS | ODD}) | ODD,
        "valueBoolean": ODD,
        "status": ODD,
        "valueCodeableConcept": CONCEPT | ODD,
        "clinicalStatus": CONCEPT | ODD,
        "verificationStatus": CONCEPT | ODD,
        "medicationReference": ODD,
        "gender": ODD,
        "birthDate": st.sampled_from(["1960-01-01", "2030-13-99", "x"]) | ODD,
        "effectiveDateTime": st.sampled_from(["2020-01-01", "1950", "9999-99"]) | ODD,
        "referenceRange": ODD,
        "medicationCodeableConcept": ODD,
    },
)
BUNDLES = st.fixed_dictionaries(
    {
        "resourceType": st.just("Bundle"),
        "entry": st.lists(st.fixed_dictionaries({"resource": RESOURCE | ODD}) | ODD, max_size=4) | ODD,
    }
)


def test_what_a_bundle_says_without_being_understood_is_named_with_the_nearest_and_counted() -> None:
    known = parse_bundle(bundle(observation("2132-8", 200, "pg/mL")), "b", LEDGER)
    assert "did you mean 2132-9 (Cobalamin" in known.unread[0]
    drug = {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "metformine"}}
    assert "did you mean 'metformin'" in parse_bundle(bundle(drug), "b", LEDGER).unread[0]
    many = [{"resourceType": "Condition", "code": {"text": f"thing {i}"}} for i in range(900)]
    known = parse_bundle(bundle(*many), "b", LEDGER)
    assert len(known.unread) < 30
    assert "875 more" in known.unread[-1]


def test_references_in_a_circle_are_not_followed() -> None:
    first = {"resourceType": "Observation", "id": "a", "hasMember": [{"reference": "Observation/b"}]}
    second = {"resourceType": "Observation", "id": "b", "hasMember": [{"reference": "Observation/a"}]}
    known = parse_bundle(bundle(first, second), "b", LEDGER)
    assert not known.words
    assert known.unread


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(BUNDLES)
def test_random_bundles_never_crash_it(data: object) -> None:
    try:
        known = parse_bundle(json.dumps(data), "b.json", LEDGER)
    except InputError:
        return
    found = answer(known, LEDGER)
    assert all(line.source for line in found.lines)
    assert "\x1b" not in describe(found)


PERSONS = st.builds(
    Known,
    st.just("x"),
    st.lists(st.sampled_from(vocabulary()), max_size=12, unique=True).map(tuple),
    st.dictionaries(
        st.sampled_from(list(LABS)),
        st.floats(0, 1e5),
    ).map(
        lambda values: {
            marker: Lab(marker, value, KINDS[marker].canonical) for marker, value in values.items()
        }
    ),
    st.none() | st.floats(0, 110),
    st.sampled_from(["", "female", "male"]),
)


@settings(max_examples=150, deadline=None)
@given(PERSONS)
def test_every_person_gets_a_full_answer_in_order(known: Known) -> None:
    found = answer(known, LEDGER)
    order = [list(SECTIONS).index(line.section) for line in found.lines]
    assert order == sorted(order)
    assert order[0] == 0, "there is always something about seeking care"
    for line in found.lines:
        assert line.source
        assert not set("{}") & set(line.text + line.clinical), "every number of the ledger is filled in"
        assert "  " not in line.text
        assert "()" not in line.text
    assert len({line.text for line in found.lines}) == len(found.lines), "nothing is said twice"


@given(st.text())
def test_text_from_outside_is_harmless(text: str) -> None:
    shown = clean(text)
    assert len(shown) <= 80
    assert not set(shown) & set("<>&`\x1b\n\r\x07\u202e\x9b")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('symptoms = ["numbnes"]', "did you mean"),
        ('drugs = ["aspirin"]', "leave it out"),
        ('symtoms = ["numbness"]', "unknown key"),
        ("symptoms = 3", "must be a list"),
        ("[labs]\nb12 = 205", "write a number with one of the units"),
        ('[labs]\nb13 = "205 pg/mL"', "unknown key"),
        ("x = " + "[" * 5000, "."),
        ("a." * 100_000 + "b = 1", "more than 200 dots"),
        ('[labs]\nb12 = "1e400 pg/mL"', "impossible"),
        ('[labs]\nb12 = "nan pg/mL"', "is not a serum B12"),
        ("person.age = inf", "is not an age"),
    ],
)
def test_bad_check_files_get_one_sentence(text: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        of(text)


def test_questions_on_the_terminal() -> None:
    answers = iter(["57", "f", "1, 2", "1", "", "", "45 pg/mL", "205 pg/mL", *[""] * 7])
    shown: list[str] = []
    known = ask(lambda: next(answers), shown.append, LEDGER)
    assert [word.name for word in known.words] == ["paraesthesia", "numbness", "vegan_diet"]
    assert known.labs["b12"].shown.startswith("205 pg/mL")
    assert any("implausible" in line for line in shown), "asked back on the spot"


def test_an_emergency_is_answered_before_the_other_questions() -> None:
    numbers = [word.name for word in vocabulary() if word.kind == "symptom"]
    answers = iter(["", "", f"{numbers.index('sudden_one_sided') + 1}", *[""] * 20])
    shown: list[str] = []
    ask(lambda: next(answers), shown.append, LEDGER)
    now = next(index for index, line in enumerate(shown) if line.startswith("NOW"))
    assert "999" in shown[now]
    assert shown[now + 1].startswith("Which of these are true")
    answers = iter(["", "", "numbnes", "1", *[""] * 20])
    shown.clear()
    ask(lambda: next(answers), shown.append, LEDGER)
    assert any("did you mean 'numbness'" in line for line in shown)
    assert not any(line.startswith("NOW") for line in shown)


def test_the_example_of_the_documentation_is_answered() -> None:
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert example
    assert "grey zone" in said(of(example[1]), "values")


def test_a_new_case_is_valid_for_the_check_and_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    write_new_case(file)
    code = (
        "import sys, contextlib, json\nfrom remyelin.cli.main import main\n"
        f"with contextlib.suppress(SystemExit): main(['check', {str(file)!r}])\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "SEEK CARE" in done.stdout
    assert not set(json.loads(done.stderr)) & {"numba", "scipy", "xarray", "numpy", "pandas", "matplotlib"}


def test_forecast_needs_a_person_and_a_cause() -> None:
    from remyelin.check.forecast import forecast

    with pytest.raises(InputError, match="a forecast needs"):
        forecast(parse_toml('symptoms = ["numbness"]\n', "x", LEDGER), LEDGER)
    mild = forecast(parse_toml('risks = ["vegan"]\n' + PERSON, "x", LEDGER), LEDGER)
    text = 'symptoms = ["tingling", "weak legs"]\nrisks = ["vegan"]\n' + PERSON
    refused = forecast(parse_toml(text, "x", LEDGER), LEDGER)
    assert refused.refused is not None
    assert "weakness" in refused.refused, "what was entered and is not computed is named"
    assert all("later" not in line.text for line in refused.lines), "no comparison of delays"
    assert mild.refused is None
    assert all(line.source for line in mild.lines)
    assert any("not a suggestion" in line.text for line in mild.lines)
    (now,) = (line.text for line in mild.lines if line.text.startswith("Treated from now"))
    assert now.count(" to ") >= 3, "every number has its range"
    (unknown,) = (line.text for line in mild.lines if "cannot tell how much these cost" in line.text)
    assert "started 1 month later" in unknown
    for lines in (refused.lines, mild.lines):
        text = " ".join(line.text for line in lines)
        assert "reatment should not be delayed" in text
        assert "never medical advice" in text


def test_pregnancy_has_no_forecast_and_opens_no_course() -> None:
    from remyelin.check.forecast import forecast
    from remyelin.check.handover import hand_over

    known = parse_toml('risks = ["vegan"]\nconditions = ["pregnancy"]\n' + PERSON, "x", LEDGER)
    refused = forecast(known, LEDGER)
    assert "knows nothing of pregnancy" in (refused.refused or "")
    assert all("later" not in line.text for line in refused.lines), "no comparison of delays"
    opened = hand_over(known, LEDGER)
    assert opened.case is None
    assert "knows nothing of pregnancy" in opened.refused[""]


def test_the_form_reads_what_the_terminal_reads() -> None:
    answers = iter(["57", "f", "1, 2", "", "metformin", "", "110 pmol/L", *[""] * 20])
    told = ask(lambda: next(answers), lambda line: None, LEDGER)
    words = {word["kind"]: [choice["name"] for choice in word["choices"]] for word in questions()["words"]}
    known, refused = read_form(
        "57", "f", {"symptom": words["symptom"][:2], "drug": ["metformin"]}, {"b12": "110 pmol/L"}, LEDGER
    )
    assert not refused
    assert replace(known, source=told.source) == told


def test_every_bad_answer_of_the_form_has_its_own_sentence() -> None:
    labs = {"b12": "much", "mma": "0.4 nmol/L", "iron": "3"}
    known, refused = read_form("old", "cat", {"symptom": ["numbnes"], "mood": ["x"]}, labs, LEDGER)
    assert set(refused) == {"age", "sex", "symptom", "mood", "b12", "mma", "iron"}
    assert "numbness" in refused["symptom"]
    assert "--" not in refused["mma"]
    assert not known.words
    assert not known.labs
    sure, refused = read_form("", "", {}, {"mma": "0.4 nmol/L"}, LEDGER, ["mma"])
    assert not refused
    assert sure.labs["mma"].unit == "nmol/L"
