"""A case is a person who was found on day 0, and not before: its traits follow from that."""

from __future__ import annotations

import pytest

from remyelin.base.units import DAYS_PER_YEAR
from remyelin.evidence import Ledger
from remyelin.person.conditioned import condition
from remyelin.person.person import Person
from remyelin.person.plans import caused
from remyelin.person.traits import TYPICAL

LEDGER = Ledger.shipped()


def found(years: float, cause: str = "pernicious anaemia") -> Person:
    person = Person(
        age=60.0,
        sex="female",
        height=165.0,
        weight=70.0,
        temperature=34.0,
        cause=cause,
        began=-years * DAYS_PER_YEAR,
        ended=None,
        food_intake=4.0,
        nitrous_hours=1.0,
        nitrous_fraction=0.5,
        facts=(),
    )
    return condition(person, caused(person, 0.0, LEDGER), LEDGER)


def test_who_was_not_found_for_years_is_the_less_susceptible() -> None:
    short, long = found(3.5).traits, found(7.0).traits
    assert long.central < short.central
    assert long.reserve >= short.reserve * 0.9


def test_every_moved_trait_is_said() -> None:
    facts = {fact.name: fact for fact in found(5.0).facts}
    placed = [name for name, fact in facts.items() if fact.basis == "placed"]
    assert len(placed) == 3, "motor axons under gas matter to users of it only"
    assert all(facts[name].entry.startswith("spread.") for name in placed)
    gas = {fact.name for fact in found(0.5, "nitrous oxide").facts}
    assert len(gas) == 4


@pytest.mark.parametrize(("years", "cause"), [(0.0, "pernicious anaemia"), (5.0, "none")])
def test_without_a_cause_or_a_history_nothing_is_moved(years: float, cause: str) -> None:
    assert found(years, cause).traits == TYPICAL


def test_the_same_case_gives_the_same_bits() -> None:
    assert found(4.0).traits == found(4.0).traits
