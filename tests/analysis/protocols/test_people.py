"""Virtual people: the same whoever is beside them, read under new maps without simulating, found and not dated."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from remyelin import nerve
from remyelin.analysis.protocols import pool as protocols_pool
from remyelin.analysis.protocols.observed import correlation, percent, quantile, rows_of
from remyelin.analysis.protocols.patients import FOLLOW_UP, follow
from remyelin.analysis.protocols.pool import STARTS, at_risk, candidate, drawn, simulate_pool, traits_of
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain

LEDGER = Ledger.shipped()


@pytest.fixture(scope="module")
def numbers() -> Chain:
    return Chain(LEDGER)


def test_a_person_of_a_pool_is_the_same_in_any_pool(numbers: Chain) -> None:
    few, many = drawn(2, 1, 0, LEDGER), drawn(3, 2, 1, LEDGER)
    assert few[:2] == many[:2]
    small, large = simulate_pool(few, numbers, 0), simulate_pool(many, numbers, 0)
    for name, values in small.pathways.items():
        assert np.array_equal(values[:2], large.pathways[name][:2]), name


#: Of the persons that the posterior was fitted with: another pool needs another fit.
POOL = "8051ae25a2d117edfd91884a643e18e8c43ca3adfa4c9eb1fa03e5702b318321"


def test_the_pool_holds_the_persons_that_the_posterior_was_fitted_with() -> None:
    assert hashlib.sha256(repr(drawn(90, 45, 30, LEDGER)).encode()).hexdigest() == POOL


def test_shares_of_causes_are_those_of_the_ledger() -> None:
    assert at_risk(LEDGER) == {
        "pernicious anaemia": 0.3,
        "vegan diet": 0.3,
        "food-cobalamin malabsorption": 0.4,
    }
    name = "at_risk.pernicious_anaemia"
    fewer = LEDGER.replace({name: 0.1})
    assert sum(at_risk(fewer).values()) == pytest.approx(1.0)

    def pernicious(ledger: Ledger) -> int:
        return sum(draw.person.cause == "pernicious anaemia" for draw in drawn(120, 0, 0, ledger))

    assert 0 < pernicious(fewer) < pernicious(LEDGER)


@pytest.mark.parametrize(
    ("stratum", "entry", "value"),
    [
        ("deficiency", "at_risk.age", 50.0),
        ("deficiency", "at_risk.age_sd", 10.0),
        ("deficiency", "at_risk.share_lost", 0.6),
        ("deficiency", "prior.weight", 60.0),
        ("deficiency", "population.food_intake", 4.0),
        ("deficiency", "population.food_spread", 0.4),
        ("gas", "users.age", 25.0),
        ("gas", "users.age_sd", 6.0),
        ("gas", "population.gas_hours_spread", 0.8),
    ],
)
def test_persons_are_drawn_by_the_ledger(stratum: str, entry: str, value: float) -> None:
    def persons(ledger: Ledger) -> list[str]:
        return [repr(candidate(stratum, 3, number, ledger)) for number in range(12)]

    assert persons(LEDGER.replace({entry: value})) != persons(LEDGER)


def test_ages_and_hours_lie_within_the_limits_of_the_ledger() -> None:
    for stratum, group in (("deficiency", "at_risk"), ("gas", "users"), ("screened", "screened")):
        low, high = LEDGER.vector(f"{group}.age_limits")
        ages = [candidate(stratum, 5, number, LEDGER).person.age for number in range(300)]
        assert low <= min(ages) < max(ages) <= high
    low, high = LEDGER.vector("users.hours_limits")
    assert all(low <= candidate("gas", 5, n, LEDGER).person.nitrous_hours <= high for n in range(300))


def test_rows_of_a_pool_have_the_same_bits_when_read_again(numbers: Chain) -> None:
    draws = drawn(6, 4, 3, LEDGER)
    pool = simulate_pool(draws, numbers, 3)
    first = rows_of(pool, traits_of(draws, LEDGER), numbers)
    again = rows_of(pool, traits_of(draws, LEDGER), numbers)
    assert first.keys() == again.keys()
    for name in first:
        assert np.array_equal(first[name], again[name], equal_nan=True), name


def test_outcomes_between_the_starts_are_those_of_more_starts(
    numbers: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: so many starts that every second one lies where the pool interpolates."""
    draws = drawn(12, 0, 0, LEDGER)
    pool = simulate_pool(draws, numbers, 12)
    monkeypatch.setattr(protocols_pool, "STARTS", 2 * STARTS - 1)
    twin = simulate_pool(draws, numbers, 12)
    assert pool.branch.size
    assert pool.branch.tolist() == twin.branch.tolist()
    assert pool.begun.tolist() == twin.begun.tolist()
    for name in ("conducted", "axons"):
        assert np.abs(pool.after[name] - twin.after[name]).mean() < 0.02, name


def test_the_pool_does_not_depend_on_the_maps_it_is_simulated_with(numbers: Chain) -> None:
    draws = drawn(4, 1, 1, LEDGER)
    other = Chain(LEDGER.replace({"clinic.paraesthesia.half": 0.3, "seeking.symptom": 0.9}))
    one, two = simulate_pool(draws, numbers, 4), simulate_pool(draws, other, 4)
    assert one.branch.tolist() == two.branch.tolist()
    for name, values in one.after.items():
        assert np.array_equal(values, two.after[name]), name


def test_more_susceptible_people_have_more_disease_at_every_dose(numbers: Chain) -> None:
    """Monotone in the trait and in the gas: never less block for more susceptibility or more gas."""
    draws = [candidate("gas", 5, number, LEDGER) for number in range(3)]
    plain = simulate_pool(draws, numbers, 0)
    hours = [
        type(d)(d.stratum, d.person.moved(nitrous_hours=2.0 * d.person.nitrous_hours), d.normal)
        for d in draws
    ]
    more = simulate_pool(hours, numbers, 0)
    at = nerve.PATHWAYS.index("tibial_sep")
    assert (more.pathways["conducted"][..., at] <= plain.pathways["conducted"][..., at] + 1e-9).all()


def test_a_series_meets_its_criteria_and_does_not_depend_on_its_size() -> None:
    few = follow(LEDGER, "deficiency", 2, seed=11, cord=True)
    more = follow(LEDGER, "deficiency", 4, seed=11, cord=True)
    assert few.cord().all()
    assert np.array_equal(few.came, more.came[:2])
    assert np.array_equal(few.state.scale["total"], more.state.scale["total"][:2])
    assert (more.duration >= 0.0).all()
    assert more.state.scale["total"].shape == (4, len(FOLLOW_UP))


def test_duration_is_not_drawn_apart_from_pace() -> None:
    series = follow(LEDGER, "gas", 6, seed=12)
    assert np.allclose(series.duration, np.maximum(series.came - series.onset, 0.0) / 30.4375)
    assert (series.onset <= series.came).all()
    assert len(set(series.duration.tolist())) == 6


def test_weighted_statistics() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0])
    assert quantile(values, weights) == pytest.approx(2.0)
    assert percent(values > 1.5, weights) == pytest.approx(50.0)
    assert np.isnan(percent(values > 0.0, np.zeros(3)))
    x = np.arange(10.0)
    assert correlation(x, x**3, np.ones(10)) == pytest.approx(1.0)
    assert correlation(x, -x, np.ones(10)) == pytest.approx(-1.0)
