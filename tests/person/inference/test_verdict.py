"""Words of a refused forecast agree with the marks of the entries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin import Ledger
from remyelin.person.inference.predictive import Predicted
from remyelin.person.inference.verdict import unspoken, verdict
from remyelin.person.record import parse_csv

TEXT = "when,kind,name,value,unit\n0 d,lab,b12,95,pmol/L\n0 d,symptom,gait,mild\n"


@pytest.mark.parametrize("agrees", [True, False])
def test_an_entry_is_said_to_disagree_only_where_it_is_marked(agrees: bool) -> None:
    record = parse_csv(TEXT, "example", Ledger.shipped())
    lab, gait = (Predicted(entry, "grade", 0.0, 1.0, 2.0, True, 0.05) for entry in record.entries)
    gait = replace(gait, agrees=agrees, outlier=0.2)
    fits, refused = verdict(record, (lab, gait), 3.0)
    assert not fits
    assert refused is not None
    assert ("disagrees" in refused) == (not agrees)
    assert "line 3: trouble walking mild" in refused


@pytest.mark.parametrize(("share", "refused"), [(0.4, False), (0.6, True)])
def test_severe_trouble_that_no_history_names_is_no_forecast(share: float, refused: bool) -> None:
    severity = np.where(np.arange(100) < 100 * share, 0.9, 0.1)
    symptoms = {"gait": severity, "weakness": np.zeros(100), "vision": np.ones(100)}
    why = unspoken(("gait", "weakness"), symptoms, 0.6)
    assert (why is not None) == refused
    if why:
        assert "trouble with walking," in why
        assert "power" not in why
        assert "sight" not in why
    assert unspoken((), symptoms, 0.6) is None


@pytest.mark.parametrize(
    ("age", "said"),
    [("9,y", "9 years old"), ("16,y", "16 years old"), ("9,mo", "line 2 could not be used"), ("17,y", "")],
)
def test_a_child_is_not_forecast_as_an_adult(age: str, said: str) -> None:
    head, *rest = TEXT.splitlines()
    record = parse_csv("\n".join([head, f",person,age,{age}", *rest]), "example", Ledger.shipped())
    predicted = tuple(Predicted(entry, "grade", 0.0, 1.0, 2.0, True, 0.05) for entry in record.entries)
    fits, refused = verdict(record, predicted, 60.0)
    assert fits
    assert (refused is not None) == bool(said)
    if refused:
        assert said in refused
        assert "doctor who treats children" in refused


def test_a_condition_that_the_model_does_not_know_is_said_to_be_put_down_to_the_deficiency() -> None:
    rows = ",person,condition,multiple sclerosis\n,condition,diabetes\n,condition,Multiple sclerosis\n"
    record = parse_csv(TEXT + rows, "example", Ledger.shipped())
    (note,) = (note for note in record.notes if "put down to the deficiency" in note)
    assert note.startswith('The model does not know "multiple sclerosis"; ')


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        ("pregnant", "pregnancy"),
        ("Pregnancy, 20 weeks", "pregnancy"),
        ("breastfeeding", "pregnancy"),
        ("CblC", "inborn"),
        ("diabetes", ""),
        ("hypertension", ""),
    ],
)
def test_a_state_of_which_the_model_knows_nothing_has_no_forecast(condition: str, state: str) -> None:
    record = parse_csv(f'{TEXT},person,condition,"{condition}"\n', "example", Ledger.shipped())
    predicted = tuple(Predicted(entry, "grade", 0.0, 1.0, 2.0, True, 0.05) for entry in record.entries)
    refused = verdict(record, predicted, 60.0)[1]
    assert state in (refused or "")
    assert (refused is not None) == bool(state)
