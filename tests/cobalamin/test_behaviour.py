"""What the layer must do whatever its numbers: causes, controls, forms, brain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.cobalamin import Dose, Exposure, NitrousOxide, Parameters, constant, regimen, simulate, steps
from remyelin.cobalamin.absorption import active_absorption, clearance_rate, retained_share
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)
PERSON = Exposure(age=50, food_intake=constant(5.0), meals_per_day=3)
YEAR = 365.25
#: Entries that readouts, rows and whoever builds an exposure read, and not the simulation.
UNREAD = (
    "combined_indicator",
    "limits",
    "regimen",
    "readout_noise",
    "assay",
    "relapse",
    "diet",
    "blood.severe",
    "blood.potassium",
    "nitrous_oxide.supplemented",
    "nitrous_oxide.use_spread",
)


def one(exposure: Exposure, name: str, time: float = 0.0) -> float:
    return float(simulate(exposure, [time], PARAMETERS)[name][0])


def potential(exposure: Exposure, time: float = 0.0) -> np.ndarray:
    return simulate(exposure, [time], PARAMETERS)["methylation"].to_numpy()[0]


def test_replete_person_rests() -> None:
    course = simulate(PERSON, np.arange(-1000.0, 3000, 100), PARAMETERS)
    for name in ("b12", "holotc", "homocysteine", "store", "csf_b12", "synthase", "methylation"):
        values = course[name].to_numpy()
        np.testing.assert_allclose(values, np.broadcast_to(values[0], values.shape), rtol=1e-9, err_msg=name)
    assert np.all(course["methylation"] == pytest.approx(1.0))
    assert float(course["holotc"][0] / course["b12"][0]) == pytest.approx(
        LEDGER["plasma.transcobalamin_share"]
    )


def test_one_anaesthetic_acts_on_the_enzyme_not_on_the_vitamin() -> None:
    anaesthetic = replace(PERSON, nitrous_oxide=(NitrousOxide(0.0, 1 / 12, 24.0, 0.66),))
    for name in ("b12", "holotc", "store", "csf_b12", "mma"):
        assert one(anaesthetic, name, 1.0) == pytest.approx(one(PERSON, name, 1.0), rel=1e-2)
    assert one(anaesthetic, "homocysteine", 0.5) > 1.2 * one(PERSON, "homocysteine")
    assert one(anaesthetic, "homocysteine", 30.0) == pytest.approx(one(PERSON, "homocysteine"), rel=1e-2)


def test_months_of_nitrous_oxide_take_the_cofactor_from_both_enzymes() -> None:
    using = replace(PERSON, nitrous_oxide=(NitrousOxide(0.0, 400.0, 3.0, 0.5),))
    days = [0.0, 7.0, 30.0, 90.0, 180.0, 365.0]
    course = simulate(using, days, PARAMETERS)
    mma, homocysteine = course["mma"].to_numpy(), course["homocysteine"].to_numpy()
    assert mma[1] < 1.1 * mma[0] < homocysteine[1] / homocysteine[0] * mma[0]
    assert (np.diff(mma) > 0).all()
    assert mma[-1] > 10 * mma[0]
    assert (course["methylation"][1:] < 0.5).all()
    # Serum counts the oxidised vitamin, so that it falls less than the functional store.
    left = {name: float(course[name][-1] / course[name][0]) for name in ("b12", "store")}
    assert left["b12"] > 1.5 * left["store"]


def test_tablets_taken_with_the_gas_hold_methylmalonate_and_not_the_synthase() -> None:
    gas = (NitrousOxide(0.0, 400.0, 3.0, 0.5),)
    using = replace(PERSON, nitrous_oxide=gas)
    supplemented = replace(using, doses=regimen("cyanocobalamin 1 mg oral daily", 0, 400, LEDGER))
    assert one(supplemented, "b12", 365.0) > one(PERSON, "b12")
    assert one(supplemented, "mma", 365.0) < 0.1 * one(using, "mma", 365.0)
    assert one(supplemented, "homocysteine", 365.0) > 2 * one(PERSON, "homocysteine", 365.0)
    assert (potential(supplemented, 365.0) < 0.5).all()


def test_injections_after_the_gas_refill_the_store_and_rest_alone_does_not() -> None:
    gas = (NitrousOxide(-270.0, 0.0, 3.0, 0.5),)
    resting = replace(PERSON, nitrous_oxide=gas)
    treated = replace(resting, doses=regimen("uk neurological", 0, 60, LEDGER))
    assert one(treated, "mma", 30.0) < 271 < one(resting, "mma", 30.0)


def test_a_small_store_loses_a_smaller_share() -> None:
    """At the reference the measured share is lost; a tenth of it loses less than half of that share."""
    store = PARAMETERS.reference_store * np.array([1.0, 0.5, 0.1])
    share = PARAMETERS.loss_without_loop * PARAMETERS.exchangeable(store) / store
    assert share[0] == pytest.approx(LEDGER["store.loss_without_loop"])
    assert share[0] > share[1] > share[2] > 0
    assert share[2] < 0.5 * share[0]
    for part in store:
        assert PARAMETERS.store_with(float(PARAMETERS.exchangeable(part))) == pytest.approx(part)
    # six years without absorption leave more than twice what a constant share would
    starving = replace(PERSON, food_intake=steps(5.0, [(0, 0)]), intrinsic_factor=steps(1.0, [(0.0, 0.0)]))
    constant_share = np.exp(-LEDGER["store.loss_without_loop"] * 6 * YEAR)
    assert one(starving, "store", 6 * YEAR) > 2 * constant_share * one(PERSON, "store")


def test_without_retention_the_store_falls_by_a_constant_share() -> None:
    linear = replace(PARAMETERS, retention_half=0.0)
    starving = replace(PERSON, food_intake=steps(5.0, [(0, 0)]), intrinsic_factor=steps(1.0, [(0.0, 0.0)]))
    store = simulate(starving, [0.0, 1000.0, 3000.0], linear)["store"].to_numpy()
    np.testing.assert_allclose(
        store[1:] / store[0], np.exp(-linear.loss_without_loop * np.array([1000.0, 3000.0])), rtol=1e-9
    )


@pytest.mark.parametrize(
    "change",
    [
        {"folate_status": steps(1.0, [(-1000.0, 0.3)])},
        {"filtration": steps(90.0, [(-1000.0, 10.0)])},
        {"metabolite_scale_hcy": 3.0},
        {"metabolite_scale_mma": 30.0},
    ],
    ids=["folate deficiency", "renal failure", "other homocystinuria", "mutase deficiency"],
)
def test_negative_controls_leave_the_nerve_alone(change: dict[str, object]) -> None:
    """They raise metabolites as much as cobalamin deficiency does, and do not injure the cord."""
    control = replace(PERSON, **change)  # type: ignore[arg-type]
    raised = [one(control, name) / one(PERSON, name) for name in ("homocysteine", "mma")]
    assert max(raised) > 2
    np.testing.assert_allclose(potential(control), potential(PERSON), rtol=1e-9)


@pytest.mark.parametrize(
    "change",
    [
        {"synthase_capacity": 0.1},
        {"intrinsic_factor": steps(1.0, [(-6 * YEAR, 0.0)])},
        {"nitrous_oxide": (NitrousOxide(-200.0, 1.0, 3.0, 0.5),)},
    ],
    ids=["remethylation defect", "pernicious anaemia", "nitrous oxide"],
)
def test_positive_controls_lower_the_methylation_potential(change: dict[str, object]) -> None:
    assert (potential(replace(PERSON, **change)) < 0.5).all()  # type: ignore[arg-type]


def test_depletion_takes_months_after_gastrectomy_and_years_on_a_vegan_diet() -> None:
    operated = replace(PERSON, intrinsic_factor=steps(1.0, [(0.0, 0.0)]))
    vegan = replace(PERSON, food_intake=steps(5.0, [(0.0, 0.4)]))
    days = np.arange(0.0, 12 * YEAR, 5)
    courses = [simulate(e, days, PARAMETERS)["b12"].to_numpy() for e in (operated, vegan)]
    low = [days[np.argmax(b12 < 148)] for b12 in courses]
    assert 100 < low[0] < 2 * YEAR
    assert 1.5 * YEAR < low[1] < 8 * YEAR
    # The brain is not starved within weeks of losing absorption.
    assert potential(operated, 60.0)[1] > 0.8


def test_tablets_of_a_milligram_work_without_intrinsic_factor() -> None:
    lost = replace(PERSON, intrinsic_factor=steps(1.0, [(-6 * YEAR, 0.0)]))
    for dose in ("1 mg", "2 mg"):
        treated = replace(lost, doses=regimen(f"cyanocobalamin {dose} oral daily", 0, YEAR, LEDGER))
        assert one(treated, "b12", YEAR) > 258
        assert (potential(treated, YEAR) > 0.99).all()
    trickle = replace(lost, doses=regimen("cyanocobalamin 5 ug oral daily", 0, YEAR, LEDGER))
    assert (potential(trickle, YEAR) < 0.5).all()


def test_food_release_spares_tablets() -> None:
    atrophic = replace(PERSON, food_release=constant(0.1))
    tablets = replace(atrophic, doses=regimen("cyanocobalamin 5 ug oral daily", -3000, 1, LEDGER))
    assert one(atrophic, "b12") < 0.5 * one(PERSON, "b12")
    assert one(tablets, "b12") > 1.5 * one(atrophic, "b12")


def test_fifty_milligrams_keep_little_more_than_one() -> None:
    kept = {}
    for amount in (1000, 50_000):
        person = replace(PERSON, doses=(Dose(0, amount, "methylcobalamin", "im"),))
        course = simulate(person, [-1.0, 10.0], PARAMETERS)
        kept[amount] = float(course["captured"][1])
        assert float(course["methylation"][1].min()) == pytest.approx(1.0)
    assert kept[50_000] < 0.12 * 50_000 * 0.738
    assert kept[50_000] < 10 * kept[1000]


def test_hydroxocobalamin_is_kept_better_and_stays_longer() -> None:
    for amount in (100, 500, 1000, 5000):
        assert retained_share(amount, "hydroxocobalamin", PARAMETERS) > retained_share(
            amount, "cyanocobalamin", PARAMETERS
        )
        assert clearance_rate(amount, "hydroxocobalamin", PARAMETERS) < clearance_rate(
            amount, "cyanocobalamin", PARAMETERS
        )
    # The tissue's share of the clearance is the same for both: only the kidney tells them apart.
    tissue = [
        clearance_rate(1000, form, PARAMETERS) * retained_share(1000, form, PARAMETERS)
        for form in ("cyanocobalamin", "hydroxocobalamin")
    ]
    assert tissue[0] == pytest.approx(tissue[1])


def test_absorption_by_dose_is_the_measured_one() -> None:
    """About 50 % of 1 ug, 20 % of 5 ug, just over 5 % of 25 ug by intrinsic factor (Adams 1971)."""
    shares = [active_absorption(dose, PARAMETERS) / dose for dose in (1.0, 5.0, 25.0)]
    np.testing.assert_allclose(shares, [0.5, 0.2, 0.05], atol=0.01)


def test_receptor_antibodies_starve_the_brain_alone() -> None:
    blocked = replace(PERSON, cd320_block=steps(0.0, [(-3 * YEAR, 0.95)]))
    for name in ("b12", "holotc", "homocysteine", "mma"):
        assert one(blocked, name) == pytest.approx(one(PERSON, name), rel=1e-3)
    peripheral, central = potential(blocked)
    assert peripheral == pytest.approx(1.0)
    assert central < 0.3
    # A high dose by needle passes the barrier without the receptor.
    treated = replace(blocked, doses=regimen("uk neurological", 0, 100, LEDGER))
    assert one(treated, "csf_b12", 20.0) > 5 * one(blocked, "csf_b12")


def test_homocysteine_ceiling_is_set_by_the_synthase_share() -> None:
    none = replace(
        PERSON, intrinsic_factor=steps(1.0, [(-30 * YEAR, 0.0)]), food_intake=steps(5, [(-30 * YEAR, 0)])
    )
    ceiling = 1 / (1 - LEDGER["homocysteine.synthase_share"])
    assert one(none, "homocysteine") / one(PERSON, "homocysteine") == pytest.approx(ceiling, rel=1e-2)


def test_folic_acid_lowers_homocysteine_and_not_the_deficit_of_the_nerve() -> None:
    lost = replace(PERSON, intrinsic_factor=steps(1.0, [(-5 * YEAR, 0.0)]))
    masked = replace(lost, folic_acid=steps(0.0, [(-YEAR, 5.0)]))
    assert one(masked, "homocysteine") < one(lost, "homocysteine")
    np.testing.assert_allclose(potential(masked), potential(lost), rtol=1e-6)
    assert one(lost, "methyl_trap") > 2 * one(PERSON, "methyl_trap")


def test_every_parameter_matters() -> None:
    """A number that changes nothing would be dead weight in the ledger."""
    busy = Exposure(
        age=60,
        food_intake=steps(5.0, [(-2000.0, 3.0)]),
        meals_per_day=3,
        intrinsic_factor=steps(1.0, [(-1500.0, 0.1)]),
        nitrous_oxide=(NitrousOxide(-60.0, -50.0, 2.0, 0.5),),
        doses=(
            *regimen("hydroxocobalamin 1 mg im every 7 d", 0, 30, LEDGER),
            *regimen("cyanocobalamin 1 mg im every 9 d", 0, 30, LEDGER),
            *regimen("cyanocobalamin 1 mg oral every 2 d", 0, 30, LEDGER),
            Dose(3.0, 500, "cyanocobalamin", "nasal"),
        ),
        filtration=steps(90.0, [(-100.0, 50.0)]),
        folic_acid=steps(0.0, [(1.0, 0.4)]),
        pyridoxine=steps(0.0, [(1.0, 20.0)]),
    )
    times = [-1000.0, -55.0, 0.0, 0.1, 3.2, 20.0]
    usual = simulate(busy, times, PARAMETERS)
    dead = []
    for name in (entry.name for entry in LEDGER.entries() if entry.layer == "cobalamin"):
        entry = LEDGER.entry(name)
        if name.startswith(UNREAD) or not isinstance(entry.value, float):
            continue
        if name in (
            "absorption.metformin_factor",
            "absorption.meals_per_day",
        ):
            continue  # used by rows and by whoever builds an exposure
        low, high = entry.range
        other = high if high != entry.value else low
        changed = simulate(busy, times, Parameters.from_ledger(LEDGER.replace({name: other})))
        if all(np.allclose(changed[v], usual[v], rtol=1e-6) for v in usual.data_vars):
            dead.append(name)
    assert not dead
