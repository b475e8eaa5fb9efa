"""Traits: drawn reproducibly, with the spread of the ledger, and applied the same way whichever road is taken."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from remyelin import clinic, cobalamin, nerve
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.chain_people import blood_of, clinic_of, simulate_people
from remyelin.person.traits import (
    FAST,
    NAMES,
    SLOW,
    TYPICAL,
    Spread,
    Traits,
    draw,
    exposed,
    judged,
    log_prior,
)

LEDGER = Ledger.shipped()
BODY = nerve.Person(age=60.0, sex="female", height=165.0, temperature=34.0)
TIMES = np.concatenate([[-30.0], np.arange(0.0, 2200.0, 42.0)])
KEEP = TIMES[[1, 20, 35, 50]]


def anaemia(traits: Traits = TYPICAL) -> cobalamin.Exposure:
    typical = cobalamin.Exposure(
        age=60.0,
        food_intake=cobalamin.constant(4.0),
        meals_per_day=3.0,
        intrinsic_factor=cobalamin.ramp(1.0, 0.0, 900.0, 0.0),
    )
    return exposed(typical, traits)


@pytest.fixture(scope="module")
def numbers() -> Chain:
    return Chain(LEDGER)


def people(traits: list[Traits], numbers: Chain, exposures: list[cobalamin.Exposure] | None = None):
    count = len(traits)
    given = exposures or [exposed(anaemia(), TYPICAL.with_values(store=one.store)) for one in traits]
    return simulate_people(given, [BODY] * count, [TIMES] * count, [KEEP] * count, traits, [numbers])


def test_names_are_slow_or_fast() -> None:
    assert sorted((*SLOW, *FAST)) == sorted(NAMES)


def test_draws_have_the_spread_and_correlation_of_the_ledger() -> None:
    drawn = [draw(LEDGER, np.random.default_rng(seed)) for seed in range(4000)]
    logs = np.log([[getattr(traits, name) for name in NAMES] for traits in drawn])
    spread = Spread.from_ledger(LEDGER)
    assert np.allclose(logs.std(axis=0), spread.deviation, rtol=0.05)
    assert np.allclose(np.corrcoef(logs.T), spread.correlation, atol=0.06)


def test_log_prior_is_the_normal_density_of_the_logarithms() -> None:
    spread = Spread.from_ledger(LEDGER)
    covariance = spread.correlation * np.outer(spread.deviation, spread.deviation)
    traits = draw(LEDGER, np.random.default_rng(3))
    logs = np.log([getattr(traits, name) for name in NAMES])
    expected = multivariate_normal(np.zeros(len(NAMES)), covariance).logpdf(logs)
    assert log_prior(traits, LEDGER) == pytest.approx(expected)


def test_impossible_traits_are_refused() -> None:
    with pytest.raises(InputError, match="central"):
        Traits(central=0.0)
    with pytest.raises(InputError, match="pace"):
        Traits(pace=float("nan"))


def test_fast_traits_applied_afterwards_equal_a_simulation_with_them(numbers: Chain) -> None:
    own = Traits(plasma=1.7, mma=0.6, homocysteine=1.4, marrow=0.5)
    afterwards = blood_of(people([own], numbers), [own], numbers.kinetics)
    simulated = cobalamin.course_of(anaemia(own), TIMES, numbers.kinetics)
    at = np.searchsorted(TIMES, KEEP)
    for marker in ("b12", "mma", "homocysteine", "haemoglobin", "mcv"):
        assert np.allclose(afterwards[marker][0], simulated[marker][at], rtol=1e-9), marker


def test_a_person_does_not_depend_on_the_company(numbers: Chain) -> None:
    traits = [Traits(central=2.0, store=0.8), Traits(peripheral=3.0), TYPICAL]
    together = people(traits, numbers)
    for i, one in enumerate(traits):
        alone = people([one], numbers)
        for name, values in together.pathways.items():
            assert np.array_equal(values[i], alone.pathways[name][0]), name


def test_each_susceptibility_harms_its_own_tissue(numbers: Chain) -> None:
    found = people(
        [TYPICAL, *(Traits(**{name: 3.0}) for name in ("central", "peripheral", "optic"))], numbers
    )
    lost = 1.0 - found.pathways["conducted"][:, 2]
    at = {name: lost[:, nerve.PATHWAYS.index(name)] for name in ("corticospinal_leg", "sural", "visual")}
    for row, name in ((1, "corticospinal_leg"), (2, "sural"), (3, "visual")):
        assert at[name][row] > at[name][0], name
    assert at["sural"][1] == at["sural"][0]
    assert at["corticospinal_leg"][2] == at["corticospinal_leg"][0]


def test_susceptibility_of_the_optic_nerve_alone_multiplies_its_rate_of_injury(numbers: Chain) -> None:
    tracts = ("optic", "papillomacular", "posterior_column", "peripheral_sensory")
    places = ["central", "central", "central", "peripheral"], tracts, np.full(4, 60.0), 50.0
    typical = numbers.rates.rates(*places)["injury"]
    for name in ("central", "peripheral", "optic"):
        found = numbers.rates_of(Traits(**{name: 3.0})).rates(*places)["injury"] / typical
        assert found == pytest.approx([3.0, 3.0, 1.0, 1.0] if name == "optic" else 1.0), name


def test_sight_can_fail_before_the_cord(numbers: Chain) -> None:
    typical, susceptible = people([TYPICAL, Traits(optic=8.0, central=0.7)], numbers).pathways["conducted"]
    visual, cord = nerve.PATHWAYS.index("visual"), nerve.PATHWAYS.index("tibial_sep")
    assert (typical[:, visual] >= typical[:, cord]).all()
    early, late = 1, 2
    assert susceptible[early, visual] < 0.9 < susceptible[early, cord]
    assert susceptible[late, visual] < 0.1 * susceptible[late, cord]


def test_who_repairs_fast_keeps_more_and_recovers_sooner(numbers: Chain) -> None:
    speeds = [Traits(repair=0.5), TYPICAL, Traits(repair=2.0)]
    begin, months = 1400.0, np.array([0.0, 90.0, 365.0])
    order = cobalamin.read_order("hydroxocobalamin 1 mg im every 2 d", begin, begin + 400.0, LEDGER)
    days = np.unique(
        np.concatenate([TIMES[begin > TIMES], begin + np.arange(0.0, 366.0, 15.0), begin + months])
    )
    treated = [cobalamin.treated(anaemia(), order)] * len(speeds)
    count = len(speeds)
    found = simulate_people(
        treated, [BODY] * count, [days] * count, [begin + months] * count, speeds, [numbers]
    )
    vacuolated = found.states["vacuolated"].mean(axis=2)
    assert (np.diff(vacuolated, axis=0) < 0.0).all(), "fewer injured internodes at every date"
    left = vacuolated[:, 1] / vacuolated[:, 0]
    assert (np.diff(left) < 0.0).all(), "a larger share of them healed in three months"


def test_axons_at_risk_are_lost_from_the_same_sheaths(numbers: Chain) -> None:
    found = people([TYPICAL, Traits(axons=5.0)], numbers)
    assert (found.states["axons"][1, -1] <= found.states["axons"][0, -1]).all()
    assert (found.states["axons"][1, -1] < found.states["axons"][0, -1]).any()
    central = [i for i, name in enumerate(central_segments()) if name]
    for name in ("vacuolated", "remyelinated"):
        same = found.states[name][:, -1][:, central]
        assert np.allclose(same[0], same[1], atol=3e-5), (
            "no axon regrows in the cord, so sheaths are the same within the error of the method"
        )


def central_segments() -> list[bool]:
    segments = nerve.segments(BODY, LEDGER)
    return [value == "central" for value in segments["compartment"].to_numpy()]


def test_gas_takes_motor_axons_and_no_others(numbers: Chain) -> None:
    none, own = (
        Chain(LEDGER.replace({"myelin.peripheral.axon_gas": rate}), numbers.tables) for rate in (0.0, 0.05)
    )
    gas = cobalamin.NitrousOxide(start=0.0, stop=300.0, hours_per_day=2.0, inspired_fraction=0.5)
    breathing = cobalamin.Exposure(
        age=22.0, food_intake=cobalamin.constant(4.0), meals_per_day=3.0, nitrous_oxide=(gas,)
    )
    days = np.concatenate([[-30.0], np.arange(0.0, 301.0, 10.0)])

    def axons(numbers: Chain, traits: Traits) -> dict[str, float]:
        found = simulate_people([breathing], [BODY], [days], [days[[-1]]], [traits], [numbers])
        return {
            name: float(found.pathways["axons"][0, 0, nerve.PATHWAYS.index(name)])
            for name in ("tibial_motor", "median_motor", "sural")
        }

    plain, hit, frail = axons(none, TYPICAL), axons(own, TYPICAL), axons(own, Traits(motor_n2o=3.0))
    assert frail["tibial_motor"] < hit["tibial_motor"] < plain["tibial_motor"]
    assert hit["median_motor"] > hit["tibial_motor"], "grows with distance"
    assert hit["sural"] == plain["sural"]


def test_reserve_protects_and_a_low_threshold_notices_earlier(numbers: Chain) -> None:
    traits = [TYPICAL, Traits(reserve=2.0), Traits(notice=0.5)]
    found = people([TYPICAL] * 3, numbers)
    state = clinic_of(found.pathways, traits, numbers.judge)
    assert (state.severity["gait"][1] <= state.severity["gait"][0]).all()
    assert (state.severity["gait"][1] < state.severity["gait"][0]).any()
    felt = np.sum([values for values in state.noticed.values()], axis=0)
    assert (felt[2] >= felt[0]).all()
    assert np.array_equal(state.severity["gait"][2], state.severity["gait"][0])


def test_the_typical_person_has_the_maps_of_the_ledger(numbers: Chain) -> None:
    assert judged(numbers.judge, 1.0, 1.0) is numbers.judge
    found = people([TYPICAL], numbers)
    lost = clinic.functions_of(found.pathways, nerve.PATHWAYS, numbers.judge)
    state = clinic_of(found.pathways, [TYPICAL], numbers.judge)
    for name, values in lost.items():
        assert np.allclose(values, state.lost[name], rtol=1e-12), name
