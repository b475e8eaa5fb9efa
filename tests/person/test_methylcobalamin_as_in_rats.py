"""The pharmacological term of methylcobalamin in people: none unless a hypothesis asks for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.cobalamin import Exposure, constant, read_order, treated
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.traits import NAMES, Traits

LEDGER = Ledger.shipped()
BODY = nerve.Person(57, "female", 163.0, 33.0)
STARVED = Exposure(age=57, food_intake=constant(0.05), meals_per_day=3)
START = 3000.0
DAYS = np.concatenate([np.arange(0.0, START, 60.0), START + np.arange(0.0, 61.0, 5.0)])
SEEN = DAYS[DAYS >= START]
TYPICAL = Traits(**dict.fromkeys(NAMES, 1.0))
AS_RATS = {"people.methylcobalamin": 0.5}


def states(form: str, changes: dict[str, float | str]) -> dict[str, NDArray[np.float64]]:
    chain = Chain(LEDGER.replace(changes))
    order = read_order(f"{form} 1 mg im every 7 d", START, START + 90.0, LEDGER)
    course = chain.course(treated(STARVED, order), DAYS)
    return chain.followed([course], DAYS, BODY, BODY.age, TYPICAL, SEEN)[0]


def test_people_have_none_by_default() -> None:
    assert LEDGER["people.methylcobalamin"] == 0.0
    recording = LEDGER.recording()
    chain = Chain(recording)
    assert "methylcobalamin" not in chain.course(STARVED, DAYS)
    assert "methylcobalamin" not in chain.chemistry(STARVED, DAYS)
    used = {entry.name for entry in recording.used()}
    assert "people.methylcobalamin" not in used, "no answer rests on it"
    assert used


def test_it_changes_the_course_of_who_takes_it_and_only_from_then_on() -> None:
    plain, asked = states("methylcobalamin", {}), states("methylcobalamin", AS_RATS)
    for name, values in plain.items():
        assert np.array_equal(values[0], asked[name][0]), "until the first dose they are the same"
    assert np.abs(plain["remyelinated"] - asked["remyelinated"]).max() > 1e-5
    other, same = states("cyanocobalamin", {}), states("cyanocobalamin", AS_RATS)
    for name, values in other.items():
        assert np.array_equal(values, same[name])


def test_one_person_with_labels_has_the_same() -> None:
    chain = Chain(LEDGER.replace(AS_RATS))
    order = read_order("methylcobalamin 1 mg im every 7 d", START, START + 90.0, LEDGER)
    exposure = treated(STARVED, order)
    labelled = chain.myelin(chain.chemistry(exposure, DAYS), BODY, keep=SEEN)
    plain = states("methylcobalamin", AS_RATS)
    np.testing.assert_allclose(labelled["bare"].to_numpy(), plain["bare"], atol=1e-6)
