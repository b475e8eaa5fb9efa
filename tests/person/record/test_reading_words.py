"""Records in the words of clinics, laboratories and spreadsheets."""

from __future__ import annotations

import pytest

from remyelin.base.errors import InputError
from remyelin.cobalamin import read_order
from remyelin.evidence import Ledger
from remyelin.person.record import parse_csv

LEDGER = Ledger.shipped()
HEAD = "when,kind,name,value,unit,note\n"


def read(rows: str):
    """Read rows under the usual header."""
    return parse_csv(HEAD + rows, "r.csv", LEDGER)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sural SNAP amplitude", "sural amplitude"),
        ("Sural sensory nerve action potential", "sural amplitude"),
        ("sural NCV", "sural velocity"),
        ("median CMAP", "median motor amplitude"),
        ("median SNAP", "median sensory amplitude"),
        ("common fibular CMAP", "peroneal motor amplitude"),
        ("tibial nerve MCV", "tibial motor velocity"),
        ("tibial distal motor latency", "tibial motor latency"),
        ("tibial SEP P37", "tibial sep p40"),
        ("SSEP tibial", "tibial sep p40"),
        ("median SEP N20 latency", "median sep n20"),
        ("VEP (P100)", "vep p100"),
        ("CMCT legs", "mep leg cmct"),
        ("MEP arm", "mep arm cmct"),
    ],
)
def test_a_study_is_read_as_a_laboratory_names_it(written: str, meant: str) -> None:
    (entry,) = read(f"0 d,study,{written},absent,\n").entries
    assert entry.name == meant


@pytest.mark.parametrize(
    "written",
    [
        *(
            "median velocity",
            "ulnar latency",
            "CMCT",
            "SEP",
            "radial SNAP",
            "superficial peroneal SNAP",
            "tibial SNAP",
        ),
        *("VEP amplitude", "SEP N13", "F wave tibial", "sural median amplitude", "blink reflex"),
    ],
)
def test_a_study_that_the_model_lacks_or_that_may_be_two_is_left_out(written: str) -> None:
    record = read(f"0 d,study,{written},absent,\n")
    assert not record.entries
    assert "no nerve study" in record.not_understood[0].reason


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(
            (name, "paraesthesia")
            for name in ("paresthesias", "pins & needles in both feet", "Tingling (hands)")
        ),
        *(
            (name, "numbness")
            for name in ("glove and stocking numbness", "numbness hands", "reduced sensation")
        ),
        *(
            (name, "gait")
            for name in ("gait disturbance", "trouble walking", "frequent falls", "unsteady on feet")
        ),
        *((name, "weakness") for name in ("lower limb weakness", "progressive weakness of the legs", "weak")),
        *((name, "vision") for name in ("visual disturbance", "poor vision", "decreased vision left eye")),
        *((name, "lhermitte") for name in ("Lhermitte's phenomenon", "lhermitte's sign")),
        *((name, "mood") for name in ("hallucinations", "paranoia", "irritable")),
    ],
)
def test_a_symptom_is_known_by_its_keyword_whatever_stands_beside_it(written: str, meant: str) -> None:
    (entry,) = read(f"0 d,symptom,{written},present\n").entries
    assert entry.name == meant
    assert entry.written in (written, "")


@pytest.mark.parametrize(
    "written",
    [
        "visual hallucinations",
        "mild weakness",
        "double vision",
        "weakness and tremor",
        "reduced tingling",
        "loss of numbness",
    ],
)
def test_a_symptom_with_two_keywords_or_a_word_of_its_own_is_left_out(written: str) -> None:
    record = read(f"0 d,symptom,{written},present\n")
    assert not record.entries
    assert record.partial


def test_a_row_may_deny_one_symptom_or_all() -> None:
    (entry,) = read("0 d,symptom,no numbness,\n").entries
    assert (entry.name, entry.levels) == ("numbness", (0, 0))
    denied = read("0 d,symptom,none,\n")
    assert {entry.name for entry in denied.entries} >= {"gait", "weakness", "vision", "numbness"}
    assert {entry.levels for entry in denied.entries} == {(0, 0)}
    assert not denied.not_understood
    assert read("0 d,symptom,none,severe\n").not_understood
    with pytest.raises(InputError, match="contradicts"):
        read("0 d,symptom,no symptoms,\n0 d,symptom,tingling,moderate\n")


@pytest.mark.parametrize(
    ("row", "levels"),
    [
        ("sign,ankle jerks,0", (0, 0)),
        ("sign,ankle reflex,1+", (1, 1)),
        ("sign,knee jerks,2+", (2, 2)),
        ("sign,DTRs,4+", (3, 3)),
        ("sign,areflexia,present", (0, 0)),
        ("sign,hyperreflexia,", (3, 3)),
        ("sign,Romberg,pos", (1, 1)),
        ("sign,babinski,neg", (0, 0)),
        ("sign,vibration,mild to moderate", (1, 2)),
        ("sign,vibration at toes,decreased", (1, 2)),
        ("sign,plantar,flexor", (0, 0)),
        ("sign,tone,increased", (1, 1)),
        ("sign,gait,two sticks", (2, 2)),
        ("sign,gait,bed-bound", (3, 3)),
        ("symptom,gait,uses a walker", (2, 2)),
        ("symptom,tingling,occasional", (1, 1)),
        ("symptom,tingling,moderate-severe", (2, 3)),
    ],
)
def test_grades_are_read_as_clinicians_write_them(row: str, levels: tuple[int, int]) -> None:
    (entry,) = read(f"0 d,{row},\n").entries
    assert entry.levels == levels


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        *(
            ("20/20", (0, 1)),
            ("6/12", (0, 1)),
            ("20/60", (1, 2)),
            ("0.4", (1, 2)),
            ("20/200 both eyes", (2, 3)),
        ),
        *(
            ("6/60", (2, 3)),
            ("3/60", (3, 3)),
            ("counting fingers at 1 m", (3, 3)),
            ("NLP", (3, 3)),
            ("1.0", (0, 1)),
        ),
    ],
)
def test_a_visual_acuity_is_a_grade_of_sight(written: str, levels: tuple[int, int]) -> None:
    record = read(f"0 d,sign,visual acuity,{written}\n0 d,symptom,tingling,mild\n")
    entry = next(entry for entry in record.entries if entry.name == "vision")
    assert (entry.levels, entry.written) == (levels, "visual acuity")
    assert "vision" not in record.unmentioned


@pytest.mark.parametrize("written", ["poor", "20/0", "20", "200/20/3"])
def test_an_acuity_that_cannot_be_read_does_not_count_as_silence_on_sight(written: str) -> None:
    record = read(f"0 d,sign,visual acuity,{written}\n0 d,symptom,tingling,mild\n")
    assert record.not_understood
    assert record.partial
    assert not record.unmentioned


@pytest.mark.parametrize("row", ["sign,gait,peculiar", "sign,power legs,medium", "scale,mRS,high"])
def test_a_sign_of_a_grave_complaint_that_cannot_be_read_does_not_count_as_silence(row: str) -> None:
    assert read(f"0 d,{row}\n0 d,symptom,tingling,mild\n").partial
    assert not read("0 d,sign,pupils,equal\n0 d,symptom,tingling,mild\n").partial


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("Cobalamin (Vitamin B12)", "b12"), ("Vit. B-12", "b12"), ("total vitamin B12", "b12")),
        *(("Holotranscobalamin (active B12)", "holotc"), ("methylmalonic acid (MMA)", "mma")),
        *(
            ('"Homocysteine, total"', "homocysteine"),
            ("Hgb", "haemoglobin"),
            ("mean corpuscular volume", "mcv"),
        ),
    ],
)
def test_a_laboratory_value_is_known_by_its_name_on_a_report(written: str, meant: str) -> None:
    units = {"b12": "90,pmol/L", "holotc": "20,pmol/L", "mma": "900,nmol/L", "homocysteine": "30,umol/L"}
    row = f"0 d,lab,{written},{units.get(meant, '11,g/dL' if meant == 'haemoglobin' else '104,fL')}\n"
    (entry,) = read(row).entries
    assert entry.name == meant


@pytest.mark.parametrize(
    "written", ["urinary MMA", "MMA (urine)", "Anti-intrinsic factor (B12)", "B12 binding capacity"]
)
def test_another_analyte_is_not_taken_for_one_of_the_model(written: str) -> None:
    assert read(f"0 d,lab,{written},900,nmol/L\n").not_understood


@pytest.mark.parametrize(
    "medicine", ["omeprazole 20 mg daily", "metformin 1 g bd", "atorvastatin 40 mg", "iron", "vitamin D"]
)
def test_a_medicine_without_b12_treats_nobody(medicine: str) -> None:
    record = read(
        f"0 d,lab,b12,90,pmol/L\n-2 y,treatment,{medicine},started\n1 mo,treatment,{medicine},stopped\n"
    )
    assert not record.treatments
    assert len(record.not_understood) == 2
    assert "unknown dose" not in record.not_understood[0].reason


@pytest.mark.parametrize(
    "medicine", ["multivitamin", "Cytamen", "vitamin B complex", "vitamin injections", "Neurobion"]
)
def test_a_medicine_that_may_hold_b12_counts_as_treatment(medicine: str) -> None:
    (given,) = read(f"0 d,lab,b12,90,pmol/L\n0 d,treatment,{medicine},started\n").treatments
    assert given.order is None


@pytest.mark.parametrize(
    "medicine", ["iron and folic acid", "calcium folinate", "ferrous fumarate with folate"]
)
def test_folic_acid_beside_another_medicine_is_not_overlooked(medicine: str) -> None:
    record = read(f"0 d,lab,b12,90,pmol/L\n-1 y,treatment,{medicine},started\n")
    assert record.treatments
    assert "folic acid" in record.not_understood[0].reason


@pytest.mark.parametrize(
    "written",
    [
        *("2025-03-14", "14.03.2025", "14. 3. 2025", "2025/03/14", "20250314", "2025-03-14T09:30:00Z"),
        *(
            "2025-03-14 00:00:00",
            "14 March 2025",
            "14 Mar 2025",
            '"March 14, 2025"',
            "14/03/2025",
            "14-Mar-2025",
        ),
    ],
)
def test_a_date_is_read_as_people_write_it(written: str) -> None:
    record = read(
        f",presentation,date,{written}\n{written},lab,b12,90,pmol/L\n2025-03-20,lab,b12,95,pmol/L\n"
    )
    assert [entry.day for entry in record.entries] == [0.0, 6.0]


def test_strokes_are_read_by_the_dates_of_the_file_that_tell_day_and_month_apart() -> None:
    rows = "{},lab,b12,90,pmol/L\n{},lab,mma,900,nmol/L\n"
    days = [entry.day for entry in read(rows.format("03/04/2025", "14/04/2025")).entries]
    assert days == [0.0, 11.0]
    days = [entry.day for entry in read(rows.format("03/04/2025", "04/14/2025")).entries]
    assert days == [0.0, 41.0]
    for pair in (("03/04/2025", "05/04/2025"), ("13/04/2025", "04/14/2025")):
        record = read(rows.format(*pair))
        assert len(record.not_understood) == 2
        assert "cannot be told apart" in record.not_understood[0].reason


def test_columns_may_stand_in_another_order_and_have_other_headings() -> None:
    text = "name;kind;Date;result\nage;person;;68\nsex;person;;female\nb12;lab;2025-03-14;90 pmol/L\n"
    record = parse_csv(text, "r.csv", LEDGER)
    assert (record.entries[0].value, record.person.age) == (90.0, 68.0)
    for header in ("when,kind,name", "when,kind,name,value,unit,unit", "when,kind,name,value,colour"):
        with pytest.raises(InputError, match="header"):
            parse_csv(f"{header}\n", "r.csv", LEDGER)


def test_day_0_without_a_date_of_presentation_is_that_of_the_treatment_that_follows_the_results() -> None:
    rows = (
        "2012-03-01,treatment,hydroxocobalamin 1 mg im every 3 mo,started\n"
        "2019-06-01,treatment,hydroxocobalamin 1 mg im every 3 mo,stopped\n"
        "2025-01-01,symptom,tingling,began\n2025-04-01,lab,b12,48,pmol/L\n"
    )
    again = "2025-04-03,treatment,hydroxocobalamin 1 mg im every 2 mo,started\n"
    before, now = read(rows + again).treatments
    assert (before.over, now.start) == (True, 0.0)
    assert read(rows).entries[-1].day == 0.0
    early = "2012-02-20,lab,b12,60,pmol/L\n"
    assert read(early + rows + again).treatments[0].start == 0.0


@pytest.mark.parametrize(
    "taken", ["nitrous oxide", "metformin 1 g daily", "folic acid 5 mg daily", "aspirin"]
)
def test_day_0_is_not_that_on_which_something_else_was_taken(taken: str) -> None:
    rows = f"2024-01-01,treatment,{taken},began\n2025-04-01,lab,b12,90,pmol/L\n"
    assert read(rows).entries[0].day == 0.0


def test_until_no_further_improvement_is_run_as_in_the_schedule_and_said() -> None:
    order = "hydroxocobalamin 1 mg im on alternate days until no further improvement then every two months"
    record = read(f"0 d,lab,b12,90,pmol/L\n0 d,treatment,{order},started\n")
    assert any("21 days" in note for note in record.notes)
    doses = read_order(order, 0.0, 100.0, LEDGER).doses
    assert doses == read_order("uk neurological", 0.0, 100.0, LEDGER).doses
