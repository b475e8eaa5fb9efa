"""Names of findings as they were written: another word is compared as the model's name and printed as itself."""

from __future__ import annotations

import pytest

from remyelin.evidence import Ledger
from remyelin.person.record import parse_csv, to_csv

LEDGER = Ledger.shipped()
HEAD = "when,kind,name,value,unit,note\n,person,age,68,y,\n,person,sex,female,,\n"


@pytest.mark.parametrize(
    ("kind", "written", "name"),
    [
        ("symptom", "dizziness", "confusion"),
        ("symptom", "tingling", "paraesthesia"),
        ("sign", "light touch", "touch"),
    ],
)
def test_another_word_is_printed_back_as_it_was_written(kind: str, written: str, name: str) -> None:
    value = "present" if kind == "symptom" else "reduced"
    record = parse_csv(f"{HEAD}0 d,{kind},{written},{value},,\n", "x", LEDGER)
    (entry,) = record.entries
    assert entry.name == name
    assert entry.label == f"{kind} {written} {value}"
    assert f",{written}," in to_csv(record)
    assert parse_csv(to_csv(record), "x", LEDGER).entries[0].label == entry.label


def test_a_word_and_the_name_on_one_day_are_one_entry() -> None:
    text = f"{HEAD}0 d,symptom,dizziness,present,,\n0 d,symptom,confusion,present,,\n"
    assert len(parse_csv(text, "x", LEDGER).entries) == 1
