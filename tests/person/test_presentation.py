"""Presentation: a distribution over days and roads that answers to severity, anaemia, screening and death."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin import clinic
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.cobalamin import Exposure, methylation_of, steps
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.found import at_chance, untreated_days
from remyelin.person.presentation import FELT, ROADS, Seeking, background, presentation
from remyelin.person.settings import FOUND_MONTHS, FOUND_SHORT, FOUND_SOON, FOUND_STEP

LEDGER = Ledger.shipped()
SEEKING = Seeking.from_ledger(LEDGER)
DAYS = np.linspace(0.0, 1500.0, 61)[None, :]
AGE = np.array([60.0])
RISE = np.clip((DAYS - 300.0) / 600.0, 0.0, 1.0)


def course(worst: float, gait: float = 0.0, anaemia: float = 0.0, seeking: Seeking = SEEKING):
    rise = RISE
    severity = {name: np.zeros_like(DAYS) for name in clinic.SPINAL}
    severity["numbness"] = worst * rise
    severity["gait"] = gait * rise
    return presentation(DAYS, severity, 0.15, anaemia * rise, AGE, seeking)


def found_by(found) -> np.ndarray:
    """Chance to have been found by each day."""
    return found.share.sum(axis=(0, 1)).cumsum()


def test_what_worsening_adds_does_not_depend_on_its_pace() -> None:
    only = replace(
        SEEKING, symptom=0.0, function=0.0, anaemia=0.0, screening=0.0, death=0.0, worsening=2.0, spread=0.0
    )
    quick, slow = (
        presentation(DAYS * factor, {name: 0.5 * RISE for name in FELT}, 0.15, 0.0 * RISE, AGE, only)
        for factor in (0.1, 10.0)
    )
    np.testing.assert_allclose(quick.share, slow.share)
    assert quick.ever[0] == pytest.approx(1.0 - np.exp(-2.0 * (0.5 - 0.15)))


@pytest.mark.parametrize("spread", [0.05, 1.0, 4.0])
def test_readiness_is_the_average_over_persons_drawn_one_by_one(spread: float) -> None:
    whole = replace(SEEKING, symptom=0.02, worsening=1.5, function=0.01, spread=spread)
    together = course(0.7, 0.4, 0.3, whole)
    persons = np.random.default_rng(1).gamma(1.0 / spread, spread, 2000)
    each = [
        course(
            0.7,
            0.4,
            0.3,
            replace(
                whole,
                symptom=z * whole.symptom,
                worsening=z * whole.worsening,
                function=z * whole.function,
                spread=0.0,
            ),
        ).share
        for z in persons
    ]
    # Sampling error of 2,000 persons in the chance to have come, by road and day.
    np.testing.assert_allclose(
        together.share.cumsum(axis=-1), np.mean(each, axis=0).cumsum(axis=-1), atol=0.03
    )


def test_nobody_comes_for_a_symptom_before_it_is_noticed() -> None:
    found = course(0.62, seeking=replace(SEEKING, symptom=0.1, anaemia=0.0, screening=0.0, death=0.0))
    first = int(found.first[0])
    assert DAYS[0, first - 1] < found.onset[0] < DAYS[0, first]
    assert (found.weight[0, 0, :first] == 0.0).all()
    assert found.weight.sum() == pytest.approx(found.ever[0])
    came = at_chance(found, DAYS, 0, 1e-6)
    assert came is not None
    assert came.day >= found.onset[0]


def test_shares_are_a_distribution() -> None:
    found = course(0.8, 0.5, 0.5)
    assert found.share.shape == (len(ROADS), *DAYS.shape)
    assert (found.share >= 0.0).all()
    assert 0.0 < found.ever[0] <= 1.0


def test_lost_gait_and_anaemia_bring_people_sooner() -> None:
    plain = found_by(course(0.5))
    for sooner in (course(0.5, gait=1.0), course(0.5, anaemia=1.0)):
        assert (found_by(sooner) >= plain).all()
        assert found_by(sooner)[-1] > plain[-1]
    anaemic = course(0.5, anaemia=1.0)
    assert (
        anaemic.share[ROADS.index("blood count")].sum() > course(0.5).share[ROADS.index("blood count")].sum()
    )


def test_whoever_notices_nothing_is_found_by_screening_only() -> None:
    found = course(0.05)
    assert np.isinf(found.onset[0])
    assert found.share[ROADS.index("symptoms")].sum() == 0.0
    assert found.share[ROADS.index("screening")].sum() > 0.0


def test_death_competes() -> None:
    doomed = replace(SEEKING, death=SEEKING.death * 100.0)
    assert course(0.5, seeking=doomed).ever[0] < course(0.5).ever[0]


def test_onset_lies_where_the_threshold_is_crossed() -> None:
    found = course(0.6)
    assert found.onset[0] == pytest.approx(300.0 + 600.0 * 0.15 / 0.6, abs=1.0)


def test_the_day_of_a_chance_follows_the_distribution() -> None:
    found = course(0.8, 0.5)
    ever = found.ever[0]
    days = [at_chance(found, DAYS, 0, share * ever) for share in (0.1, 0.5, 0.9)]
    assert [one.day for one in days] == sorted(one.day for one in days)
    assert at_chance(found, DAYS, 0, min(ever + 1e-9, 1.0)) is None
    assert {one.road for one in days} <= set(ROADS)


def test_a_reflex_is_a_sign_and_not_felt() -> None:
    assert "reflexes" not in FELT
    assert set(FELT) < set(clinic.SPINAL)


def test_signs_without_deficiency_come_with_age_and_diabetes() -> None:
    young, old = background(np.array([40.0, 80.0]), "ankle_jerk", LEDGER)
    assert young < old == pytest.approx(LEDGER["background.ankle_jerk"])
    assert background(np.array([80.0]), "ankle_jerk", LEDGER, diabetes=True)[0] > old


@pytest.mark.parametrize(("begins", "soon"), [(0.0, True), (3000.0, False), (1e6, None)])
def test_the_day_methylation_falls_short_is_that_of_a_search_of_the_whole_life(
    begins: float, soon: bool | None
) -> None:
    """Within the first years, later, and never."""
    chain, within = Chain(LEDGER), 50.0 * DAYS_PER_YEAR
    person = Exposure(age=40.0, food_intake=steps(5.0, [(begins, 0.1)]), meals_per_day=3)
    search = np.arange(0.0, within, FOUND_STEP)
    short = (methylation_of(person, search, chain.kinetics) < FOUND_SHORT).any(axis=-1)
    first = search[np.argmax(short)] if short.any() else within
    assert (bool(first < FOUND_SOON * FOUND_STEP) if short.any() else None) == soon
    _times, keep = untreated_days(person, chain, within)
    np.testing.assert_array_equal(keep, first + np.array(FOUND_MONTHS) * DAYS_PER_MONTH)
