"""What cannot be is refused, what looks like a mistake of the unit is asked about: in cases, checks and the page."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin import Ledger
from remyelin.base.errors import InputError
from remyelin.base.units import KINDS, per_unit
from remyelin.check.form import read_form
from remyelin.check.reading import parse_toml
from remyelin.evidence.limits import MARKERS
from remyelin.person.case import case_of, load_case, shipped_cases, to_toml_data

LEDGER = Ledger.shipped()
JUDGED = tuple(name for name in (*MARKERS, "haemoglobin", "mcv") if f"plausible.{name}" in LEDGER)
CASE: dict[str, Any] = {
    "name": "generated",
    "title": "Generated",
    "person": {"age": "50 y", "sex": "female"},
    "cause": {"kind": "pernicious anaemia"},
}


def case(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(CASE), **changes}


def mistakes() -> list[tuple[str, str, str]]:
    """A usual number of every marker, written with every unit in which it is none: marker, text, right unit."""
    found = []
    for marker in JUDGED:
        low, high = LEDGER.vector(f"plausible.{marker}")
        for right, wrong in itertools.permutations(KINDS[marker].factors, 2):
            for share in (0.1, 0.4, 0.8):
                number = low * (high / low) ** share / per_unit(marker, right)
                value = number * per_unit(marker, wrong)
                possible = KINDS[marker].low <= value <= KINDS[marker].high
                if possible and not low <= value <= high:
                    found.append((marker, f"{number:.4g} {wrong}", right))
    return found


def test_there_are_mistakes_to_try() -> None:
    assert len(mistakes()) >= 15
    assert {marker for marker, _, _ in mistakes()} >= {"b12", "mma", "haemoglobin"}


@pytest.mark.parametrize(("marker", "text", "right"), mistakes())
def test_the_wrong_unit_is_asked_about_everywhere(marker: str, text: str, right: str) -> None:
    with pytest.raises(InputError, match=f"{marker}: .* is implausible .* was it .*{right}"):
        case_of(case(labs={marker: text}), "f")
    with pytest.raises(InputError, match=f"was it .*{right}"):
        parse_toml(f'[labs]\n{marker} = "{text}"\n', "f", LEDGER)
    known, refused = read_form("50", "female", {}, {marker: text}, LEDGER)
    assert right in refused[marker]
    assert marker not in known.labs
    sure = case_of(case(labs={marker: text, "confirmed": [marker]}), "f")
    assert case_of(to_toml_data(sure), "f").labs.confirmed == (marker,)


@pytest.mark.parametrize("marker", JUDGED)
@pytest.mark.parametrize("text", ["0", "-0", "1e-9", "0.0"])
def test_nothing_is_no_value(marker: str, text: str) -> None:
    for sure in ({}, {"confirmed": [marker]}):
        with pytest.raises(InputError):
            case_of(
                case(labs={marker: f"{text} {KINDS[marker].canonical}", **({} if text == "1e-9" else sure)}),
                "f",
            )


@given(
    age=st.integers(1, 119), years=st.integers(1, 119), where=st.sampled_from(["cause", "symptom", "sign"])
)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_nothing_begins_before_birth(age: int, years: int, where: str) -> None:
    data = case(person={"age": f"{age} y", "sex": "male"})
    began = {"began": f"-{years} y"}
    data |= (
        {"cause": {"kind": "metformin", **began}} if where == "cause" else {where: [{"name": "x", **began}]}
    )
    if years > age:
        with pytest.raises(InputError, match=r"before the birth of a person of \d+ years"):
            case_of(data, "f")
    else:
        case_of(data, "f")


DEFICIENT = {"b12": "60 pmol/L", "holotc": "8 pmol/L", "mma": "2 umol/L", "homocysteine": "60 umol/L"}
SOUND = {"b12": "400 pmol/L", "holotc": "90 pmol/L", "mma": "150 nmol/L", "homocysteine": "9 umol/L"}


@pytest.mark.parametrize(
    "low", [c for n in (1, 2, 3, 4) for c in itertools.combinations(DEFICIENT, n)], ids="+".join
)
def test_a_deficiency_without_a_cause_is_named(low: tuple[str, ...]) -> None:
    labs = {marker: DEFICIENT[marker] for marker in low}
    with pytest.raises(InputError, match="gives nothing that could have made it so"):
        case_of(case(cause={"kind": "none"}, labs=labs), "f")
    case_of(case(labs=labs), "f")


def test_what_explains_a_value_is_no_contradiction() -> None:
    case_of(case(cause={"kind": "none"}, labs=SOUND), "f")
    # much carried by haptocorrin or little of it: the vitamin is low, and nothing lacks
    case_of(case(cause={"kind": "none"}, labs={"b12": "90 pmol/L", "mma": "150 nmol/L"}), "f")
    kidneys = {"age": "70 y", "sex": "male", "filtration": "25 mL/min/1.73m2"}
    case_of(case(person=kidneys, cause={"kind": "none"}, labs={"mma": "900 nmol/L"}), "f")


def test_the_shipped_cases_pass() -> None:
    for name in shipped_cases():
        load_case(name)


def test_a_prior_of_adults_is_cut_at_the_birth_of_a_child() -> None:
    from remyelin.base.units import DAYS_PER_YEAR
    from remyelin.person.person import resolve

    for kind in ("vegan diet", "metformin", "gastrectomy", "pernicious anaemia"):
        for age in (1, 2, 5, 90):
            data = case(person={"age": f"{age} y", "sex": "male"}, cause={"kind": kind})
            person = resolve(case_of(data, "f"), LEDGER)
            assert -person.began <= age * DAYS_PER_YEAR
            fact = next(fact for fact in person.facts if fact.name == "time since the cause began")
            assert fact.value == pytest.approx(-person.began / DAYS_PER_YEAR)
