"""The cascade against SciPy, conservation, signs, order."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.cobalamin import (
    Dose,
    Exposure,
    NitrousOxide,
    Parameters,
    Profile,
    constant,
    ramp,
    regimen,
    simulate,
    steps,
)
from remyelin.cobalamin.cascade import handed_on, mean_decay, relax
from remyelin.cobalamin.doses import FORMS
from remyelin.cobalamin.exchange.twin import integrate
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)
PERSON = Exposure(age=50, food_intake=constant(5.0), meals_per_day=3)
TIMES = np.unique(
    np.r_[np.arange(-1825, 0, 90.0), 0, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 33.3, 60, 100, 150, 200]
)

COURSES = {
    "pernicious anaemia, injections": replace(
        PERSON, intrinsic_factor=ramp(1, -1825, -1500, 0), doses=regimen("uk neurological", 0, 365, LEDGER)
    ),
    "nitrous oxide for months": replace(
        PERSON,
        nitrous_oxide=(NitrousOxide(-270, 0, 1.5, 0.5),),
        doses=regimen("us label 100 ug", 0, 200, LEDGER),
    ),
    "one anaesthetic": replace(PERSON, nitrous_oxide=(NitrousOxide(0, 1 / 12, 24, 0.66),)),
    "vegan, iv and spaced tablets": replace(
        PERSON,
        food_intake=steps(5.0, [(-1800.0, 1.0)]),
        doses=regimen("methylcobalamin 500 ug iv every 4 d", 0, 60, LEDGER)
        + regimen("cyanocobalamin 1 mg oral every 3 d", 0, 60, LEDGER),
    ),
    "kidney, folate, receptor": replace(
        PERSON,
        filtration=steps(90.0, [(-900.0, 20.0)]),
        folate_status=steps(1.0, [(-500.0, 0.4)]),
        folic_acid=steps(0.0, [(20.0, 0.8)]),
        cd320_block=steps(0.0, [(-300.0, 0.9)]),
        food_release=steps(1.0, [(-1500.0, 0.3)]),
    ),
}


@pytest.mark.parametrize("name", COURSES)
def test_cascade_agrees_with_the_full_system(name: str) -> None:
    """Dropping plasma transcobalamin from the mass balance and stepping linearly costs a thousandth."""
    fast, full = simulate(COURSES[name], TIMES, PARAMETERS), integrate(COURSES[name], TIMES, PARAMETERS)
    for variable in ("b12", "holotc", "csf_b12", "albumin_ratio", "store", "oxidised"):
        np.testing.assert_allclose(fast[variable], full[variable], rtol=2e-3, err_msg=variable)
    for variable in ("homocysteine", "mma"):
        np.testing.assert_allclose(fast[variable], full[variable], rtol=4e-3, err_msg=variable)
    np.testing.assert_allclose(fast["synthase"], full["synthase"], atol=2e-3)
    np.testing.assert_allclose(fast["lost"], full["lost"], atol=3e-4 * float(full["store"].max()))


def test_a_stream_of_tablets_equals_the_tablets() -> None:
    """Long daily runs are spread after their absorption is worked out dose by dose."""
    treated = replace(
        PERSON, intrinsic_factor=steps(1.0, [(-1000.0, 0.0)]), doses=regimen("oral", 0, 120, LEDGER)
    )
    times = np.array([-10.0, 90.5, 130.0, 200.0])
    fast, full = simulate(treated, times, PARAMETERS), integrate(treated, times, PARAMETERS)
    # While they are taken, the stream lags the tablets by half a day; afterwards nothing differs.
    np.testing.assert_allclose(fast["store"], full["store"], rtol=1e-2)
    np.testing.assert_allclose(fast["store"][[0, 2, 3]], full["store"][[0, 2, 3]], rtol=1e-3)
    np.testing.assert_allclose(fast["homocysteine"], full["homocysteine"], rtol=5e-3)
    fed = replace(PERSON, doses=regimen("cyanocobalamin 3 ug oral daily", 0, 400, LEDGER))
    apart = replace(PERSON, doses=tuple(Dose(2.0 * i, 6, "cyanocobalamin", "oral") for i in range(200)))
    gained = [float(simulate(e, [0.0, 400.0], PARAMETERS)["absorbed"][1]) for e in (fed, apart)]
    assert gained[0] > gained[1] * 1.02, "absorption saturates per dose, so it is never averaged before"


def test_relax_is_exact_for_straight_targets() -> None:
    step, rate = np.array([0.1, 1e-9, 3.0, 100.0]), 0.7
    nodes = np.concatenate([[0.0], np.cumsum(step)])
    target = 2 + 0.3 * nodes
    # y' = rate (2 + 0.3 t - y), y(0) = 5
    exact = 2 + 0.3 * nodes - 0.3 / rate + (3 + 0.3 / rate) * np.exp(-rate * nodes)
    np.testing.assert_allclose(relax(step, rate, target[:-1], target[1:], 5.0), exact, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 0.05, 0.2, 3.0])
def test_relax_is_exact_for_a_parabola(scale: float) -> None:
    """Short steps, which are taken by series, and long ones, against the solution in closed form."""
    step, rate = scale * np.array([1.0, 0.5, 2.0, 1.3]), np.array([0.7, 0.9, 0.7, 0.4])
    nodes = np.concatenate([[0.0], np.cumsum(step)])

    def target(time: np.ndarray) -> np.ndarray:
        return 2 + 0.3 * time - 0.05 * time**2

    expected = [5.0]
    for k, begin, end in zip(rate, nodes[:-1], nodes[1:], strict=True):
        # the particular solution is target - target' / k + target'' / k**2
        free = [target(t) - (0.3 - 0.1 * t) / k - 0.1 / k**2 for t in (begin, end)]
        expected.append(free[1] + (expected[-1] - free[0]) * np.exp(-k * (end - begin)))
    middle = target(0.5 * (nodes[:-1] + nodes[1:]))
    found = relax(step, rate, target(nodes[:-1]), target(nodes[1:]), 5.0, middle)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_handed_on_at_equal_and_unequal_rates() -> None:
    step = np.array([0.3, 2.0])
    np.testing.assert_allclose(handed_on(step, 1.5, 1.5), 1.5 * step * np.exp(-1.5 * step))
    np.testing.assert_allclose(handed_on(step, 3.0, 1.0), 3 / 2 * (np.exp(-step) - np.exp(-3 * step)))
    np.testing.assert_allclose(handed_on(step, 1.0, 3.0), 1 / 2 * (np.exp(-step) - np.exp(-3 * step)))
    np.testing.assert_allclose(handed_on(np.array([1e4]), 3.0, 900.0), 0.0, atol=1e-300)
    assert mean_decay(np.array([0.0]))[0] == 1.0


def _dose(form: str) -> st.SearchStrategy[Dose]:
    return st.builds(
        Dose,
        time=st.floats(-400, 400),
        amount_ug=st.floats(0.1, 50_000),
        form=st.just(form),
        route=st.sampled_from(["im", "sc", "iv", "oral", "nasal"]),
        with_food=st.booleans(),
    )


SHARES = st.floats(0, 1)
exposures = st.builds(
    Exposure,
    age=st.floats(2, 110),
    food_intake=st.one_of(
        st.floats(0, 50).map(constant),
        st.tuples(st.floats(0.1, 50), st.floats(0, 50)).map(lambda v: steps(v[0], [(-300, v[1])])),
    ),
    meals_per_day=st.floats(1, 6),
    intrinsic_factor=st.one_of(
        SHARES.map(constant), st.tuples(SHARES, SHARES).map(lambda v: ramp(v[0], -500, -100, v[1]))
    ),
    food_release=SHARES.map(constant),
    nitrous_oxide=st.one_of(
        st.just(()), st.tuples(st.floats(0, 24), SHARES).map(lambda v: (NitrousOxide(-200, 50, *v),))
    ),
    doses=st.lists(st.sampled_from(FORMS).flatmap(_dose), max_size=8).map(tuple),
    cd320_block=SHARES.map(constant),
    folate_status=st.floats(0.05, 2).map(constant),
    folic_acid=st.floats(0, 15).map(constant),
    filtration=st.one_of(st.none(), st.floats(3, 150).map(constant)),
    synthase_capacity=st.floats(0.01, 1),
    store_scale=st.floats(0.1, 5),
    plasma_scale=st.floats(0.1, 5),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(exposures)
def test_mass_is_conserved_and_nothing_negative(exposure: Exposure) -> None:
    times = np.linspace(-500, 500, 41)
    course = simulate(exposure, times, PARAMETERS)
    for name, variable in course.data_vars.items():
        assert np.isfinite(variable).all(), name
        # cognition is a score about 0, and nothing here raises it
        assert ((variable <= 0) if name == "cognition" else (variable >= 0)).all(), name
    assert (course["synthase"] <= 1 + 1e-12).all()
    assert (course["methylation"] <= 1 + 1e-12).all()
    balance = course["absorbed"] + course["captured"] - course["lost"]
    scale = float(course["store"].max() + course["lost"].max()) or 1.0
    held = course["store"] + course["oxidised"]
    np.testing.assert_allclose(held - held[0], balance - balance[0], atol=1e-8 * scale)
    # What was injected is in the tissues, in urine, or still on its way.
    injected = sum(d.amount_ug * 0.738 for d in exposure.doses if d.route in ("im", "sc", "iv"))
    arrived = float(course["captured"][-1] + course["urine"][-1] + course["pending"][-1])
    gut = sum(d.amount_ug for d in exposure.doses if d.route in ("oral", "nasal"))
    assert injected * (1 - 1e-9) <= arrived <= injected * (1 + 1e-9) + gut


def test_mass_balance_over_twenty_years_of_daily_doses() -> None:
    years = 20 * 365.25
    doses = regimen("cyanocobalamin 1 mg oral daily", 0, years, LEDGER)
    doses += regimen("hydroxocobalamin 1 mg im every 7 d", 0, years, LEDGER)
    course = simulate(replace(PERSON, doses=doses), [-1.0, years], PARAMETERS)
    kept = float(course["store"][1] - course["store"][0])
    came = float((course["absorbed"] + course["captured"] - course["lost"])[1])
    assert abs(kept - came) < 1e-8 * float(course["store"][1])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("route", ["im", "oral"])
def test_more_dose_keeps_more(form: str, route: str) -> None:
    found = []
    for amount in (1, 10, 25, 100, 500, 1000, 5000, 25_000, 50_000):
        person = replace(PERSON, food_intake=constant(1.0), doses=(Dose(0, amount, form, route),))  # type: ignore[arg-type]
        course = simulate(person, [30.0], PARAMETERS)
        found.append([float(course[v][0]) for v in ("store", "b12", "homocysteine", "mma")])
    store, b12, homocysteine, mma = np.diff(np.array(found), axis=0).T
    assert (store > 0).all()
    assert (b12 > 0).all()
    assert (homocysteine <= 0).all()
    assert (mma < 0).all()


def test_results_do_not_depend_on_other_requested_times() -> None:
    course = COURSES["pernicious anaemia, injections"]
    dense = simulate(course, np.arange(-1900, 400.0), PARAMETERS).sel(time=[-100.0, 50.0, 300.0])
    sparse = simulate(course, [-100.0, 50.0, 300.0], PARAMETERS)
    for name in ("b12", "homocysteine", "methylation", "csf_b12"):
        np.testing.assert_allclose(dense[name], sparse[name], rtol=2e-3)


def test_same_input_same_bits() -> None:
    first, second = (simulate(COURSES["nitrous oxide for months"], TIMES, PARAMETERS) for _ in range(2))
    assert first.identical(second)


def test_ten_years_with_sixty_injections_take_milliseconds() -> None:
    person = replace(
        PERSON,
        intrinsic_factor=constant(0.0),
        doses=regimen("hydroxocobalamin 1 mg im every 60 d", 0, 3650, LEDGER),
    )
    times = np.arange(0, 3650, 30.4)
    best = np.inf
    for _ in range(7):
        start = time.perf_counter()
        simulate(person, times, PARAMETERS)
        best = min(best, time.perf_counter() - start)
    assert best < 0.03, f"{1e3 * best:.1f} ms"


@pytest.mark.parametrize("times", [[], [0.0, 0.0], [1.0, 0.0], [float("nan")], [[0.0], [1.0]]], ids=str)
def test_impossible_times_are_refused(times: list[float]) -> None:
    with pytest.raises(InputError, match="times"):
        simulate(PERSON, times, PARAMETERS)


@pytest.mark.parametrize(
    "change",
    [
        {"age": -3},
        {"age": float("nan")},
        {"food_intake": constant(-1)},
        {"meals_per_day": 0},
        {"intrinsic_factor": constant(1.5)},
        {"folate_status": constant(0)},
        {"filtration": constant(0)},
        {"synthase_capacity": 0},
        {"store_scale": float("inf")},
        {"nitrous_oxide": (NitrousOxide(0, 10, 1, 0.5), NitrousOxide(5, 20, 1, 0.5))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_impossible_exposures_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError) as error:
        replace(PERSON, **change)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_impossible_profiles_and_gas_are_refused() -> None:
    for times, values in (
        ((), ()),
        ((1.0, 0.0), (1.0, 1.0)),
        ((0.0,), (float("nan"),)),
        ((0.0,), (1.0, 2.0)),
    ):
        with pytest.raises(InputError, match="profile"):
            Profile(times, values)
    for start, stop, hours, fraction in (
        (1, 0, 1, 0.5),
        (0, 1, 25, 0.5),
        (0, 1, 1, 1.5),
        (float("nan"), 1, 1, 0.5),
    ):
        with pytest.raises(InputError, match="nitrous oxide"):
            NitrousOxide(start, stop, hours, fraction)
