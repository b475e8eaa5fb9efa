"""What holds for any dose: balance over decades, order, and no more effect than the retained dose allows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.units import MICROGRAM_TO_NMOL_COBALAMIN
from remyelin.cobalamin import (
    Dose,
    Exposure,
    NitrousOxide,
    Parameters,
    causes,
    constant,
    regimen,
    simulate,
    steps,
)
from remyelin.cobalamin.absorption import retained_share
from remyelin.cobalamin.metabolism import saturation
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)
PERSON = Exposure(age=50, food_intake=constant(5.0), meals_per_day=3)
YEAR = 365.25
MARKERS = ("store", "b12", "holotc", "homocysteine", "mma")


@pytest.mark.parametrize("route", ["im", "oral"])
def test_mass_closes_over_twenty_years_of_one_dose_a_day(route: str) -> None:
    doses = regimen(f"cyanocobalamin 1 mg {route} daily", 0, 20 * YEAR, LEDGER)
    course = simulate(
        replace(PERSON, intrinsic_factor=steps(1, [(0, 0)]), doses=doses), [-1.0, 20 * YEAR], PARAMETERS
    )
    kept = float(course["store"][1] - course["store"][0])
    came = float((course["absorbed"] + course["captured"] - course["lost"])[1])
    assert abs(kept - came) < 1e-8 * float(course["store"][1])
    for name in ("store", "b12", "urine", "lost", "pending"):
        assert (course[name] >= 0).all()


def at(exposure: Exposure, time: float) -> dict[str, float]:
    course = simulate(exposure, [time], PARAMETERS)
    return {name: float(course[name][0]) for name in MARKERS}


@settings(max_examples=30, deadline=None)
@given(
    pair=st.tuples(st.floats(0.05, 30), st.floats(0.05, 30)).map(sorted),
    meals=st.floats(1, 5),
    share=st.floats(0.05, 1),
    years=st.floats(0.1, 15),
)
def test_more_food_is_never_worse(pair: list[float], meals: float, share: float, years: float) -> None:
    less, more = (
        at(
            Exposure(
                age=50,
                food_intake=steps(5.0, [(0.0, intake)]),
                meals_per_day=meals,
                intrinsic_factor=constant(share),
            ),
            years * YEAR,
        )
        for intake in pair
    )
    for name in ("store", "b12", "holotc"):
        assert more[name] >= less[name] * (1 - 1e-9)
    for name in ("homocysteine", "mma"):
        assert more[name] <= less[name] * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(
    pair=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
    intake=st.floats(0.5, 20),
    years=st.floats(0.1, 15),
)
def test_more_intrinsic_factor_is_never_worse(pair: list[float], intake: float, years: float) -> None:
    person = replace(PERSON, food_intake=constant(intake))
    less, more = (
        at(replace(person, intrinsic_factor=steps(1.0, [(0.0, share)])), years * YEAR) for share in pair
    )
    assert more["store"] >= less["store"] * (1 - 1e-9)
    assert more["homocysteine"] <= less["homocysteine"] * (1 + 1e-9)


@settings(max_examples=20, deadline=None)
@given(
    pair=st.tuples(st.floats(0, 24), st.floats(0, 24)).map(sorted),
    fraction=st.floats(0, 1),
    years=st.floats(0.05, 3),
)
def test_more_nitrous_oxide_is_never_better(pair: list[float], fraction: float, years: float) -> None:
    less, more = (
        simulate(
            replace(PERSON, nitrous_oxide=(NitrousOxide(0.0, 4 * YEAR, hours, fraction),)),
            [years * YEAR],
            PARAMETERS,
        )
        for hours in pair
    )
    assert float(more["homocysteine"][0]) >= float(less["homocysteine"][0]) * (1 - 1e-9)
    assert (more["synthase"] <= less["synthase"] + 1e-12).all()
    assert (more["methylation"] <= less["methylation"] + 1e-12).all()


@settings(max_examples=25, deadline=None)
@given(
    years=st.floats(0, 12),
    amount=st.floats(1_000, 100_000),
    form=st.sampled_from(["cyanocobalamin", "methylcobalamin", "hydroxocobalamin"]),
    count=st.integers(1, 8),
)
def test_a_large_dose_does_no_more_than_what_is_retained_of_it(
    years: float, amount: float, form: str, count: int
) -> None:
    """Enzyme is what the store, with the retained dose in it, would sustain; never more than replete."""
    lost = causes.gastrectomy(PERSON, -years * YEAR - 1)
    doses = tuple(Dose(3.5 * i, amount, form, "im") for i in range(count))  # type: ignore[arg-type]
    times = [-0.5, 40.0]
    with_it, without = (simulate(replace(lost, doses=d), times, PARAMETERS) for d in (doses, ()))
    retained = count * amount * retained_share(amount, form, PARAMETERS) * MICROGRAM_TO_NMOL_COBALAMIN
    gained = float(with_it["store"][1] - without["store"][1])
    assert gained <= retained * (1 + 1e-9)
    half = PARAMETERS.synthase_half_store / PARAMETERS.reference_store
    ceiling = saturation(
        np.array((float(without["store"][1]) + retained) / PARAMETERS.reference_store),
        half,
        PARAMETERS.synthase_hill,
    )
    reached = float(with_it["synthase"][1].sel(compartment="peripheral"))
    assert reached <= max(float(ceiling), float(with_it["synthase"][0, 0])) + 1e-9
    assert (with_it["methylation"] <= 1).all()


def test_fifty_milligrams_leave_full_cofactor_pools_as_they_are() -> None:
    doses = regimen("methylcobalamin 50 mg im every 3.5 d", 0, 112, LEDGER)
    course = simulate(replace(PERSON, doses=doses), [-1.0, 50.0, 112.0], PARAMETERS)
    for name in ("synthase", "methylation", "homocysteine"):
        np.testing.assert_allclose(
            course[name], np.broadcast_to(course[name][0], course[name].shape), rtol=1e-6
        )
