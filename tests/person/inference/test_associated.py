"""Symptoms without a mechanism as entries: their chance, what many of them say, what a fit makes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.clinic import association
from remyelin.evidence import Ledger
from remyelin.person.case import Finding, load_case
from remyelin.person.inference import fit_person
from remyelin.person.inference.associated import background, excess, likelihood
from remyelin.person.inference.likelihood import Likelihood
from remyelin.person.inference.people import setting, simulated
from remyelin.person.inference.plan import Plan
from remyelin.person.inference.predictive import compared
from remyelin.person.inference.sampler import Draws
from remyelin.person.record import parse_csv, record_of_case

LEDGER = Ledger.shipped()
HEAD = "when,kind,name,value,unit\n,person,age,60,y\n,person,sex,female\n,cause,pernicious anaemia\n"
DAYS = np.array([-365.0, 0.0])


def record_of(rows: str):
    return parse_csv(HEAD + rows, "example", LEDGER)


@pytest.fixture(scope="module")
def world():
    """Four persons, the cause of each longer ago than that of the one before."""
    record = record_of(
        "-365 d,symptom,memory,present\n0 d,symptom,forgetfulness,mild\n0 d,symptom,tinnitus,none\n"
    )
    shared = setting(record, LEDGER)
    z = np.zeros((4, shared.prior.coordinates))
    z[:, 0] = [-2.0, -0.5, 0.3, 1.0]
    draws = Draws(z, np.zeros(4, dtype=np.int64), np.full(4, len(shared.numbers) - 1))
    people = simulated(draws, Plan("untreated", "", (), None), DAYS, (), shared)
    return record, shared, people, Likelihood.of(record, shared)


def test_the_compiled_exposure_is_that_of_its_twin() -> None:
    rng = np.random.default_rng(1)
    times, clocks = np.arange(0.0, 4000.0, 40.0), association.Associations.from_ledger(LEDGER).clocks
    methylation = np.clip(1.0 - np.abs(np.cumsum(rng.normal(0.0, 0.05, times.size))), 0.0, 1.2)
    found = association.exposed(times, methylation, clocks)
    for name, clock in clocks.items():
        np.testing.assert_allclose(found[name], association.exposure(times, methylation, clock), rtol=1e-9)


def test_an_entry_is_as_probable_as_background_and_excess_say(world) -> None:
    record, shared, people, judge = world
    rate, share = background("memory", shared), judge.reporting.outlier
    added = excess("memory", 0.0, people, None, judge.finding_days, shared)[:, 0]
    assert 0.0 < added[0] < 0.1
    assert (np.diff(added) > 0.0).all()
    (_, entry, _) = record.entries
    chance = 1.0 - (1.0 - rate) * (1.0 - added)
    for levels, wanted in (((1, 1), chance), ((0, 0), 1.0 - chance)):
        one = replace(entry, levels=levels)
        logs, _ = likelihood([one], people, None, judge.finding_days, shared, judge.reporting)
        np.testing.assert_allclose(np.exp(logs[:, 0]), (1.0 - share) * wanted + share / 2.0, atol=0.01)


def test_many_entries_of_a_lasting_symptom_say_little_more_than_one(world) -> None:
    record, shared, people, judge = world
    entry = record.entries[1]

    def gain(count: int) -> float:
        logs, _ = likelihood([entry] * count, people, None, judge.finding_days, shared, judge.reporting)
        return float(logs[3, 0] - logs[0, 0])

    assert gain(1) > 0.3
    assert gain(8) < 2.0 * gain(1)


def test_what_deficiency_does_not_cause_tells_no_persons_apart(world) -> None:
    record, shared, people, judge = world
    logs, silent = likelihood([record.entries[2]], people, None, judge.finding_days, shared, judge.reporting)
    assert np.ptp(logs) == 0.0
    assert 0.0 < float(silent[0].max()) < 1.0


def test_they_are_understood_and_are_no_reason_of_being_found(world) -> None:
    record, _, _, judge = world
    assert [entry.name for entry in record.entries] == ["memory", "memory", "tinnitus"]
    assert not record.not_understood
    assert [entry.name for entry in judge.associated] == ["memory", "memory", "tinnitus"]
    assert judge.clinical == ()
    assert judge.selected == ""  # nobody comes for them in the hazard of presentation, which is of nerves
    bladder = record_of("0 d,symptom,incontinence,present\n-30 d,symptom,fatigue,began\n")
    assert [(entry.name, entry.event) for entry in bladder.entries] == [
        ("tiredness", "began"),
        ("sphincter", ""),
    ]
    assert -30.0 not in Likelihood.of(bladder, setting(bladder, LEDGER)).finding_days


def test_a_fit_uses_them_and_shows_them_beside_their_prediction() -> None:
    rows = "0 d,lab,b12,170,pmol/L\n0 d,lab,mma,350,nmol/L\n"
    items = ("memory", "mood", "dementia", "confusion")
    depth = {}
    for grade in ("present", "none"):
        posterior = fit_person(
            record_of(rows + "".join(f"0 d,symptom,{name},{grade}\n" for name in items)), LEDGER, rough=True
        )
        at = int(np.searchsorted(posterior.people.days, 0.0))
        depth[grade] = float(posterior.weights @ posterior.people.blood["cognition"][:, at])
        shown = {item.entry.name: item for item in compared(posterior)}
        assert set(items) <= set(shown)
        assert set(shown["memory"].words) <= {"none", "present"}
    assert depth["present"] > depth["none"]


def test_cases_are_fitted_without_them() -> None:
    case = load_case("vegan-diet")
    asked = case.model_copy(update={"symptom": (Finding(name="memory"), *case.symptom)})
    assert record_of_case(asked, "case", LEDGER).entries == record_of_case(case, "case", LEDGER).entries
