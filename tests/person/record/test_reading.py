"""Records from CSV and TOML: values, grades, dates, what is listed and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.person.case import Finding, load_case, shipped_cases
from remyelin.person.record import (
    json_schema,
    load_record,
    parse_csv,
    parse_record_toml,
    record_of_case,
    template,
    to_csv,
)

LEDGER = Ledger.shipped()
HEAD = "when,kind,name,value,unit,note\n"
ROOT = Path(__file__).parents[3]


def read(rows: str):
    return parse_csv(HEAD + rows, "r.csv", LEDGER)


def test_template_is_valid_and_reads_back() -> None:
    record = parse_csv(template(), "t.csv", LEDGER)
    assert not record.not_understood
    assert {entry.kind for entry in record.entries} == {"lab", "sign", "symptom", "study"}
    again = parse_csv(to_csv(record), "t.csv", LEDGER)
    assert [replace(entry, line=0) for entry in again.entries] == [
        replace(entry, line=0) for entry in record.entries
    ]
    assert again.digest() == record.digest()


def test_units_of_either_system_and_censored_values() -> None:
    record = read(
        "0 d,lab,b12,140,pg/mL\n0 d,lab,MMA,0.9 µmol/l\n0 d,lab,hb,9.8 g/dL\n0 d,lab,homocysteine,>150,umol/L\n"
    )
    values = {entry.name: entry for entry in record.entries}
    assert values["b12"].value == pytest.approx(140 * 0.738)
    assert values["mma"].value == pytest.approx(900)
    assert values["haemoglobin"].value == pytest.approx(98)
    assert (values["homocysteine"].value, values["homocysteine"].bound) == (150, ">")


def test_calendar_dates_count_from_presentation_or_the_first_treatment() -> None:
    dated = "2025-03-14,lab,b12,90,pmol/L\n2024-12-14,symptom,numbness,began\n"
    record = read(f",presentation,date,2025-03-20\n{dated}")
    assert [entry.day for entry in record.entries] == [-96, -6]
    record = read(f"{dated}2025-03-15,treatment,uk neurological,began\n")
    assert record.treatments[0].start == 0
    assert "first treatment" in record.notes[0]
    assert read(dated).entries[-1].day == 0


def test_grades_as_clinicians_write_them() -> None:
    record = read(
        "0 d,symptom,unsteady gait,aid\n0 d,sign,ankle jerk,absent\n0 d,sign,vibration,absent\n"
        "0 d,sign,plantar response,extensor\n0 d,sign,power leg,4-\n0 d,sign,romberg,negative\n"
    )
    levels = {entry.name: entry.levels for entry in record.entries}
    assert levels == {
        "gait": (2, 2),
        "ankle_jerk": (0, 0),
        "vibration": (3, 3),
        "babinski": (1, 1),
        "power_leg": (1, 1),
        "romberg": (0, 0),
    }


def test_a_study_carries_side_temperature_and_the_limit_of_its_laboratory() -> None:
    entry = read("0 d,study,left sural SNAP,0.006,mV,31.5 C; limit 4\n").entries[0]
    assert (entry.name, entry.value, entry.side, entry.temperature, entry.limit) == (
        "sural amplitude",
        6.0,
        "left",
        31.5,
        4.0,
    )
    assert read("0 d,study,tibial motor amplitude,absent\n").entries[0].bound == "<"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0 d,lab,b12,140,", "units"),
        ("0 d,lab,b12,14,pmol/L", "implausible"),
        ("0 d,lab,ferritin,30,ug/L", "computes no"),
        ("0 d,sign,vibration,wobbly,", "no grade"),
        ("0 d,symptom,headache,moderate,", "computes no"),
        (",lab,b12,140,pg/mL", "no date"),
        ("2025-13-40,lab,b12,140,pg/mL", "not a date"),
        ("0 d,potion,b12,140,pg/mL", "no kind"),
        ("0 d,treatment,some vitamin shots,began,", "unknown dose"),
        ("0 d,study,sural amplitude,5,ms", "give the unit"),
        ("0 d,scale,disability,30,", "0 to 16"),
    ],
)
def test_rows_not_understood_are_listed_with_line_and_reason(row: str, reason: str) -> None:
    record = read(f",person,age,68,y\n{row}\n")
    assert [item.line for item in record.not_understood] == [3]
    assert reason in record.not_understood[0].reason


@pytest.mark.parametrize(
    ("row", "noted"),
    [
        ("2060-03-14,lab,b12,510,pmol/L", True),
        ("2060-03-14,symptom,gait,mild", True),
        ("2060-03-14,treatment,cyanocobalamin 1 mg im every 30 d,ended", False),
        ("2025-06-14,lab,b12,510,pmol/L", False),
        (f"{date.today():%Y-%m},lab,b12,510,pmol/L", False),
        ("12 mo,lab,b12,510,pmol/L", False),
    ],
)
def test_a_result_dated_after_today_is_named(row: str, noted: bool) -> None:
    begun = "2025-03-14,treatment,cyanocobalamin 1 mg im every 30 d,began"
    record = read(f",person,age,68,y\n2025-03-14,lab,b12,140,pg/mL\n{begun}\n{row}\n")
    note = "A result dated after today counts as if it were known: line 5 (2060-03-14). Check the date."
    assert (note in record.notes) == noted


@pytest.mark.parametrize(
    "rows",
    [
        ",person,sex,female\n,person,sex,male\n",
        ",presentation,date,2025-03-14\n,presentation,date,2025-03-15\n",
        ",cause,vegan diet\n,cause,gastrectomy\n",
        "0 d,lab,b12,100,pmol/L\n0 d,lab,b12,900,pmol/L\n",
        "0 d,lab,b12,<60,pmol/L\n0 d,lab,b12,200,pmol/L\n",
        "0 d,sign,babinski,present\n0 d,sign,babinski,absent\n",
        "-2 mo,symptom,numbness,began\n-5 mo,symptom,numbness,severe\n",
        "-2 mo,symptom,numbness,began\n-5 mo,symptom,numbness,ended\n",
        "0 d,treatment,oral,ended\n",
        "5 d,treatment,oral,began\n2 d,treatment,oral,ended\n",
        ",person,age,30,y\n-40 y,cause,vegan diet,began\n",
    ],
)
def test_contradictions_are_refused(rows: str) -> None:
    with pytest.raises(InputError) as error:
        read(rows)
    assert str(error.value).startswith("r.csv: ")
    assert str(error.value).count(".") >= 1


def test_two_sides_and_two_close_values_do_not_contradict() -> None:
    record = read(
        "0 d,study,sural amplitude,6,uV,left\n0 d,study,sural amplitude,2,uV,right\n"
        "0 d,lab,b12,100,pmol/L\n0 d,lab,b12,120,pmol/L\n"
    )
    assert len(record.entries) == 4


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", HEAD.replace("kind", "sort"), "\x00\x01"])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"r\.csv"):
        parse_csv(text, "r.csv", LEDGER)


def test_toml_rows_and_rows_added_to_a_case() -> None:
    rows = '[[record]]\nwhen = "3 mo"\nkind = "lab"\nname = "b12"\nvalue = "510 pmol/L"\n'
    assert parse_record_toml(rows, "r.toml", LEDGER).entries[0].value == 510
    case = shipped_cases()["stabler-2013"].read_text(encoding="utf-8")
    record = parse_record_toml(f"{case}\n{rows}", "r.toml", LEDGER)
    assert record.entries[-1].value == 510
    assert record.person.age == 57
    with pytest.raises(InputError, match="unknown key"):
        parse_record_toml('[[record]]\nwhere = "x"\n', "r.toml", LEDGER)


@pytest.mark.parametrize("name", sorted(shipped_cases()))
def test_shipped_cases_convert(name: str) -> None:
    record = load_record(name, LEDGER)
    assert record.person.age is not None
    assert not any(entry.value == 0 for entry in record.entries)


def test_the_schema_is_published() -> None:
    assert (
        json.loads((ROOT / "docs" / "schemas" / "record.schema.json").read_text(encoding="utf-8"))
        == json_schema()
    )


def test_every_symptom_with_a_mechanism_can_be_entered() -> None:
    """Abnormal reflexes are entered as signs; every finding has a background rate that grows with age."""
    from remyelin.evidence.catalogue import catalogue
    from remyelin.person.inference.findings import background
    from remyelin.person.record import terms

    computed = {item.id for item in catalogue(LEDGER) if item.tier == "mechanism"}
    assert set(terms.SYMPTOMS) >= computed - {"reflexes"}
    for kind, table in (("symptom", terms.SYMPTOMS), ("sign", terms.SIGNS)):
        for column in LEDGER.table(f"record.background.{kind}s").values():
            assert len(column) == len(table)
        for item in table.values():
            young, old = (background(item, kind, age, (), LEDGER) for age in (40.0, 80.0))
            assert 0.0 < young <= old < 1.0
    record = read(",person,age,68 y,,\n-4 mo,symptom,shaking hands,began,,\n0 d,symptom,speech,mild,,\n")
    assert [entry.name for entry in record.entries] == ["tremor", "speech"]
    assert not record.not_understood


@pytest.mark.parametrize(
    ("note", "leg", "arm"),
    [
        ("4/5", "4", None),
        ("knee 4/5, ankle 3-/5", "3", None),
        ("3/5 in the arms and 5/5 in the legs", "5", "3"),
        ("foot drop, 2/5; fingers weak for a time", "2", None),
        ("grip 4/5, deltoid 3/5", None, "3"),
        ("arms and legs 4/5", "4", "4"),
        ("4/5 in arms and legs", "4", "4"),
        ("legs 2/5 arms 5/5", "2", "5"),
        ("3/5, arms", None, "3"),
        ("upper legs 3/5", "3", None),
        ("upper limbs 4/5, lower limbs 2/5", "2", "4"),
    ],
)
def test_a_grade_of_power_is_of_the_limb_that_the_note_names(
    note: str, leg: str | None, arm: str | None
) -> None:
    case = load_case("vegan-diet").model_copy(update={"sign": (Finding(name="weakness", note=note),)})
    found = record_of_case(case, "case", Ledger.shipped()).entries
    graded = {entry.name: entry.text for entry in found if entry.name.startswith("power")}
    assert graded == {name: grade for name, grade in (("power_leg", leg), ("power_arm", arm)) if grade}


def test_a_cause_with_an_unreadable_value_is_kept() -> None:
    record = read(",cause,gastrectomy,2015-04\n0 d,lab,b12,75,pmol/L\n")
    assert record.cause.kind == "gastrectomy"
    assert "first column" in record.not_understood[0].reason


def test_sight_is_a_symptom_by_the_word_that_the_answer_uses() -> None:
    assert read("0 d,symptom,sight,moderate\n").entries[0].name == "vision"


def test_an_unread_symptom_makes_the_history_partial_unless_it_is_called_complete() -> None:
    row = "0 d,symptom,headache,moderate\n"
    record = read(row)
    assert record.partial
    assert any("counts as partial" in note for note in record.notes)
    assert not read(f",presentation,history,complete\n{row}").partial
    assert not read("0 d,lab,ferritin,30,ug/L\n").partial


def test_folic_acid_counts_as_an_unknown_treatment_only_without_b12() -> None:
    folic = "0 d,treatment,folic acid 5 mg oral daily,began\n"
    b12 = "0 d,treatment,hydroxocobalamin 1 mg im once,began\n"
    alone = read(folic)
    assert [item.order for item in alone.treatments] == [None]
    assert "holds no folic acid" in alone.not_understood[0].reason
    beside = read(f"{folic}{b12}3 mo,treatment,folic acid 5 mg oral daily,ended\n")
    assert [item.order is None for item in beside.treatments] == [False]
    assert beside.treatments[0].stop is None, "the end is that of the folic acid"
    late = read(f"{folic}2 mo,treatment,hydroxocobalamin 1 mg im once,began\n")
    assert [item.order is None for item in late.treatments] == [True, False]


def test_a_symptom_that_came_back_is_told_how_to_be_entered() -> None:
    with pytest.raises(InputError, match="came back"):
        read("0 d,symptom,numbness,mild\n6 mo,symptom,numbness,none\n3 y,symptom,numbness,began\n")


@pytest.mark.parametrize("kind", ["treatment", "exposure", "cause"])
@pytest.mark.parametrize("name", ["nitrous oxide", "N2O", "Laughing gas", "whippets"])
def test_nitrous_oxide_is_a_cause_wherever_it_is_written(kind: str, name: str) -> None:
    record = read(f"-5 mo,{kind},{name},began\n0 d,{kind},{name},ended\n0 d,lab,b12,180,pmol/L\n")
    assert record.not_understood == ()
    assert record.treatments == ()
    assert record.cause.kind == "nitrous oxide"
    assert record.cause.began == pytest.approx(-5 * 30.4375)
    assert record.cause.ended == 0.0


def test_an_exposure_without_a_date_is_kept_as_the_cause() -> None:
    record = read(",treatment,nitrous oxide,began\n0 d,lab,b12,180,pmol/L\n")
    assert (record.cause.kind, record.cause.began, record.not_understood) == ("nitrous oxide", None, ())


@pytest.mark.parametrize(("word", "cause"), [("metformin", "metformin"), ("crohn disease", "ileal disease")])
def test_a_condition_that_is_a_cause_says_how_to_enter_it(word: str, cause: str) -> None:
    (left,) = read(f",person,condition,{word}\n0 d,lab,b12,180,pmol/L\n").not_understood
    assert left.reason == f"{cause} is a cause in the model; to have it counted write ,cause,{cause}"
    assert read(left.reason.rpartition("write ")[2] + "\n0 d,lab,b12,180,pmol/L\n").cause.kind == cause


TREATED = "hydroxocobalamin 1 mg im once"


@pytest.mark.parametrize("kind", ["treatment", "Medication", "drug", "therapy", "supplement"])
@pytest.mark.parametrize(
    ("began", "ended"), [("began", "ended"), ("started", "stopped"), ("", "discontinued")]
)
def test_a_treatment_is_read_by_other_words(kind: str, began: str, ended: str) -> None:
    order = "cyanocobalamin 1 mg im weekly"
    record = read(f"0 d,lab,b12,95,pmol/L\n3 mo,{kind},{order},{ended}\n0 d,{kind},{order},{began}\n")
    assert record.not_understood == ()
    (treated,) = record.treatments
    assert (treated.order, treated.start) == (order, 0.0)
    assert treated.stop == pytest.approx(3 * 30.4375)


@pytest.mark.parametrize(
    "row",
    [
        f"0 d,treatment,{TREATED},perhaps",
        f"yesterday,treatment,{TREATED},began",
        f",treatment,{TREATED},began",
        "0 d,treatment,B12 shots from the nurse,began",
        "0 d,treatment,,began",
        f"0 d,tretment,{TREATED},began",
        f"0 d,pills,{TREATED},",
        "0 d,remedy,B12 injection,given",
    ],
)
def test_a_treatment_that_is_not_understood_is_never_no_treatment(row: str) -> None:
    record = read(f"0 d,lab,b12,95,pmol/L\n{row}\n")
    (left,) = record.not_understood
    assert "it counts as a treatment of unknown dose" in left.reason
    assert [item.order for item in record.treatments] == [None]


def test_a_condition_may_be_a_kind_of_row() -> None:
    for row in (",condition,diabetes", ",comorbidity,,diabetes", ",person,condition,diabetes"):
        assert read(f"{row}\n0 d,lab,b12,95,pmol/L\n").conditions == ("diabetes",)


@pytest.mark.parametrize("place", ["in the feet", "in both hands and feet", "of the left leg", "in fingers"])
def test_a_symptom_may_be_written_with_its_place(place: str) -> None:
    (entry,) = read(f"0 d,symptom,tingling {place},moderate\n").entries
    assert (entry.name, entry.levels, entry.written) == ("paraesthesia", (2, 2), f"tingling {place}")
    assert entry.side == ("left" if "left" in place else "")
    assert read("0 d,symptom,tingling in the nose,moderate\n").not_understood


def test_a_symptom_that_is_gone_is_none() -> None:
    assert read("0 d,symptom,tingling,gone\n").entries[0].levels == (0, 0)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_decimal_comma_is_read_where_another_mark_separates_the_columns(mark: str) -> None:
    text = HEAD + "0 d,lab,haemoglobin,VALUE,g/dL\n0 d,lab,b12,<LIMIT,pmol/L\n"
    text = text.replace(",", mark).replace("VALUE", "9,8").replace("LIMIT", "73,8")
    blood, limited = parse_csv(text, "r.csv", LEDGER).entries
    assert (blood.name, blood.value) == ("haemoglobin", 98.0)
    assert (limited.value, limited.bound) == (73.8, "<")


@pytest.mark.parametrize(
    ("row", "name", "levels"),
    [
        ("symptom,numb toes,mild", "numbness", (1, 1)),
        ("symptom,tingling in fingers and toes,moderate", "paraesthesia", (2, 2)),
        ("symptom,pins & needles,present", "paraesthesia", (1, 3)),
        ("symptom,electric shock on neck flexion,present", "lhermitte", (1, 3)),
        ("sign,vibration sense at the ankles,absent", "vibration", (3, 3)),
        ("sign,vibration,absent to the knees", "vibration", (3, 3)),
        ("sign,position sense toes,reduced", "position", (1, 2)),
        ("sign,plantars,extensor", "babinski", (1, 1)),
        ("sign,Babinski,bilateral", "babinski", (1, 1)),
        ("sign,knee jerks,+++", "knee_jerk", (3, 3)),
        ("sign,gait,ataxic", "gait", (1, 3)),
        ("sign,gait,needs a cane", "gait", (2, 2)),
        ("sign,power legs,4/5", "power_leg", (1, 1)),
        ("sign,power in the arms,3 / 5", "power_arm", (2, 2)),
        ("sign,muscle strength,4+/5", "power_leg", (1, 1)),
        ("sign,power,Normal", "power_leg", (0, 0)),
        ("sign,power,Reduced", "power_leg", (1, 3)),
    ],
)
def test_findings_as_letters_word_them(row: str, name: str, levels: tuple[int, int]) -> None:
    (entry,) = read(f"0 d,{row}\n").entries
    assert (entry.name, entry.levels) == (name, levels)


@pytest.mark.parametrize(
    "row", ["sign,vibration in the hands,absent", "sign,babinski,perhaps", "sign,power,6/5"]
)
def test_a_finding_that_the_model_does_not_compute_is_not_taken_for_another(row: str) -> None:
    record = read(f"0 d,{row}\n")
    assert record.entries == ()
    assert len(record.not_understood) == 1


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Vit B12", "b12"),
        ("serum cobalamin", "b12"),
        ("plasma homocysteine", "homocysteine"),
        ("B12 level", "b12"),
    ],
)
def test_a_laboratory_value_by_the_name_of_a_report(written: str, name: str) -> None:
    assert read(f"0 d,lab,{written},40,{'pmol/L' if name == 'b12' else 'umol/L'}\n").entries[0].name == name


@pytest.mark.parametrize("written", ["P40", "tibial SEP P40 latency", "SEP P40"])
def test_a_wave_is_known_by_its_name(written: str) -> None:
    assert read(f"0 d,study,{written},52,ms\n").entries[0].name == "tibial sep p40"


@pytest.mark.parametrize(
    "name", ["Vitamin B12 deficiency", "B-12 deficiency", "subacute combined degeneration"]
)
def test_the_disease_itself_is_no_other_condition(name: str) -> None:
    record = read(f",condition,{name},\n0 d,lab,b12,95,pmol/L\n")
    assert "what the model computes" in record.not_understood[0].reason
    assert not record.notes


def test_a_value_of_years_ago_is_history_where_nobody_treated() -> None:
    rows = "2015-03-14,lab,b12,420,pmol/L\n2025-03-01,lab,b12,95,pmol/L\n2025-03-14,lab,mma,1.8,umol/L\n"
    record = read(rows)
    assert [round(entry.day) for entry in record.entries] == [-3640, 0, 13]
    assert any("within a year of the last one" in note for note in record.notes)
    assert [round(e.day) for e in read(rows + "2015-06-01,lab,creatinine,80,umol/L\n").entries] == [
        -3640,
        0,
        13,
    ]
    treated = read(rows + "2025-04-01,treatment,cyanocobalamin 1 mg im every 30 d,began\n")
    assert [round(entry.day) for entry in treated.entries] == [-3671, -31, -18]


@pytest.mark.parametrize(
    ("row", "condition", "beyond"),
    [
        (",condition,diabetes,yes", ("diabetes",), False),
        (",condition,diabetes,no", (), False),
        (",condition,,no diabetes", (), False),
        (",person,condition,family history of diabetes", (), False),
        (",person,diabetes,type 2", ("diabetes",), False),
        (",condition,CKD stage 3,", ("renal failure",), False),
        (",person,condition,non-insulin-dependent diabetes", ("diabetes",), False),
        (",person,pregnant,yes", (), True),
        (",person,pregnant,no", (), False),
        (",person,condition,not pregnant", (), False),
        (",condition,pregnancy,none", (), False),
        (",condition,diabetes and pregnant,", (), True),
        (',person,condition,"no contraception, pregnancy possible"', (), True),
        (",person,condition,pregnancy not excluded", (), True),
        (",person,condition,not sure if pregnant", (), True),
        (',person,condition,"no diabetes, CKD"', (), False),
        (",person,condition,no diabetes but CKD stage 4", ("renal failure",), False),
    ],
)
def test_a_condition_may_be_affirmed_or_denied(row: str, condition: tuple[str, ...], beyond: bool) -> None:
    record = read(f"{row}\n0 d,lab,b12,95,pmol/L\n")
    assert record.conditions == condition
    assert bool(record.outside) is beyond
    assert not any("does not know" in note for note in record.notes)


def test_a_condition_is_known_within_longer_words() -> None:
    assert read(
        ",person,condition,poorly controlled type 2 diabetes mellitus\n0 d,lab,b12,95,pmol/L\n"
    ).conditions
    assert not read(",person,condition,diabetes insipidus\n0 d,lab,b12,95,pmol/L\n").conditions
