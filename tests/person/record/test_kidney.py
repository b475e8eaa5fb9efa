"""Filtration of a record: dated results, limits, and the equation that reads creatinine."""

from __future__ import annotations

import pytest

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.person.record import parse_csv
from remyelin.person.record.kidney import estimated_filtration

LEDGER = Ledger.shipped()
PERSON = ",person,age,79,y,\n,person,sex,male,,\n2025-03-10,presentation,date,2025-03-10,,\n"


def read(rows: str, person: str = PERSON):
    return parse_csv("when,kind,name,value,unit,note\n" + person + rows, "r.csv", LEDGER)


@pytest.mark.parametrize(
    ("mg_per_dl", "age", "sex", "expected"),
    # by hand from 142 min(c/k, 1)^a max(c/k, 1)^-1.2 0.9938^age (1.012 in women)
    [
        (0.7, 50, "female", 105.3),
        (0.9, 50, "male", 104.0),
        (1.8, 50, "male", 45.3),
        (0.35, 20, "female", 150.0),
    ],
)
def test_the_equation_gives_values_computed_by_hand(
    mg_per_dl: float, age: float, sex: str, expected: float
) -> None:
    assert estimated_filtration(mg_per_dl * 88.4, age, sex, LEDGER) == pytest.approx(expected, abs=0.1)


def test_filtration_falls_as_creatinine_rises() -> None:
    values = [estimated_filtration(c, 60.0, "female", LEDGER) for c in range(20, 900, 10)]
    assert values == sorted(values, reverse=True)


def test_creatinine_gives_a_filtration_and_says_so() -> None:
    record = read("2025-03-10,lab,serum creatinine,180,umol/L,\n2025-09-10,lab,creatinine,1.2,mg/dL,\n")
    assert record.person.filtration == pytest.approx(32.6, abs=0.05)
    assert any("creatinine of line 5" in note for note in record.notes)
    assert not record.not_understood


def test_creatinine_without_age_or_sex_is_not_used() -> None:
    record = read("0 d,lab,creatinine,180,umol/L,\n", ",person,age,79,y,\n")
    assert record.person.filtration is None
    assert any("only with age and sex" in note for note in record.notes)


def test_a_filtration_stands_before_creatinine_and_the_nearest_before_the_others() -> None:
    record = read(
        "2025-03-10,lab,creatinine,180,umol/L,\n2025-04-10,lab,eGFR,41,mL/min/1.73m2,\n2024-01-10,lab,eGFR,70,,\n"
    )
    assert record.person.filtration == 41
    assert any("nearest to presentation" in note for note in record.notes)


def test_two_filtrations_of_one_day_contradict_each_other() -> None:
    for one, other in (("41", "70"), ("41", ">60"), (">60", "41")):
        with pytest.raises(InputError, match="contradicts line 5"):
            read(f"2025-03-10,lab,eGFR,{one},,\n2025-03-10,lab,eGFR,{other},,\n")


def test_a_filtration_above_a_limit_has_no_effect() -> None:
    record = read("2025-03-10,lab,eGFR,>60,mL/min,\n2025-09-10,lab,eGFR,41,,\n")
    assert record.person.filtration is None
    assert "may be normal" in record.not_understood[0].reason
    assert read("2025-03-10,lab,eGFR,>90,,\n").person.filtration == 90


@pytest.mark.parametrize("name", ["urine creatinine", "creatinine clearance"])
def test_other_creatinines_are_not_taken(name: str) -> None:
    record = read(f"2025-03-10,lab,{name},80,umol/L,\n")
    assert record.person.filtration is None
    assert len(record.not_understood) == 1
