"""Sheaths and axons under a drive: what must hold whatever the drive, and what the disease looks like."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.myelin import Parameters, equations, simulate
from remyelin.myelin.chebyshev import coefficients
from remyelin.myelin.integrate import CONTROL
from remyelin.myelin.simulation import healthy

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)
ERROR = 3e-5  # of a share, under the tolerances of the layer
SHEATHS = ("intact", "vacuolated", "bare", "remyelinated")

SEGMENTS = xr.Dataset(
    {
        "compartment": ("segment", ["peripheral", "peripheral", "central", "central"]),
        "tract": ("segment", ["peripheral_sensory", "peripheral_motor", "posterior_column", "optic"]),
        "distance": ("segment", [900.0, 400.0, 300.0, 60.0]),
    },
    coords={"segment": ["shin", "forearm", "gracile", "optic nerve"]},
)


def drive(times, phi, **extra):
    phi = np.asarray(phi, dtype=float)
    return xr.Dataset(
        {
            "methylation": (("time", "compartment"), np.stack([phi, phi], axis=-1)),
            **{name: ("time", np.asarray(values, dtype=float)) for name, values in extra.items()},
        },
        coords={"time": np.asarray(times, dtype=float), "compartment": ["peripheral", "central"]},
    )


def months(phi, every=30.0):
    return drive(np.arange(len(phi)) * every, phi)


phis = st.lists(st.floats(0.0, 1.3), min_size=2, max_size=40)
shares = st.floats(0.0, 1.0)


def test_a_drive_that_recovers_within_a_step_leaves_no_share_above_one():
    out = simulate(drive([0.0, 1.0 / 64.0], [0.6875, 1.0]), SEGMENTS, 15.0, PARAMETERS)
    assert all(0.0 <= float(out[name].min()) <= float(out[name].max()) <= 1.0 for name in SHEATHS)


@given(phis, st.floats(15.0, 95.0), st.data())
@settings(max_examples=60, deadline=None)
def test_internodes_are_conserved_and_shares_stay_shares(phi, age, data):
    toxin = data.draw(st.lists(shares, min_size=len(phi), max_size=len(phi)))
    dose = data.draw(st.lists(st.floats(0.0, 50.0), min_size=len(phi), max_size=len(phi)))
    every = data.draw(st.floats(0.01, 200.0))
    times = np.arange(len(phi)) * every
    out = simulate(drive(times, phi, toxin=toxin, methylcobalamin=dose), SEGMENTS, age, PARAMETERS)
    total = sum(out[name] for name in SHEATHS)
    assert_allclose(total, 1.0, atol=1e-10)
    for name in out.data_vars:
        if name != "debris":
            assert float(out[name].min()) >= 0.0
            assert float(out[name].max()) <= 1.0 + 1e-9
    assert np.isfinite(out["debris"]).all()


RANGED = [
    entry
    for entry in LEDGER.entries()
    if entry.layer == "myelin" and entry.range and entry.range[0] < entry.range[1]
]


@given(st.lists(shares, min_size=len(RANGED), max_size=len(RANGED)), phis, st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_leaves_its_bounds_for_any_numbers_the_ledger_allows(places, phi, data):
    changes = {
        entry.name: min(entry.range[0] + place * (entry.range[1] - entry.range[0]), entry.range[1])
        for entry, place in zip(RANGED, places, strict=True)
    }
    toxin = data.draw(st.lists(shares, min_size=len(phi), max_size=len(phi)))
    mma = data.draw(st.lists(st.floats(0.0, 1e5), min_size=len(phi), max_size=len(phi)))
    parameters = Parameters.from_ledger(LEDGER.replace(changes))
    given_drive = drive(np.arange(len(phi)) * 30.0, phi, toxin=toxin, mma=mma)
    out = simulate(given_drive, SEGMENTS, data.draw(st.floats(1.0, 110.0)), parameters)
    assert_allclose(sum(out[name] for name in SHEATHS), 1.0, atol=1e-10)
    for name in out.data_vars:
        assert np.isfinite(out[name]).all()
        assert float(out[name].min()) >= 0.0
        assert name == "debris" or float(out[name].max()) <= 1.0 + 1e-9
    central = out["axons"].sel(segment=["gracile", "optic nerve"])
    assert float(central.diff("time").max()) <= 1e-10


@given(phis, st.floats(15.0, 95.0))
@settings(max_examples=40, deadline=None)
def test_no_axon_is_ever_regained_in_the_centre(phi, age):
    axons = simulate(months(phi), SEGMENTS, age, PARAMETERS)["axons"]
    central = axons.sel(segment=["gracile", "optic nerve"])
    assert float(central.diff("time").max()) <= 1e-10


def test_an_unclipped_state_leaves_its_bounds_by_rounding_only():
    rng = np.random.default_rng(5)
    rates = PARAMETERS.rates(["central"], ["posterior_column"], np.array([300.0]), 60.0)
    times = np.arange(0.0, 4000.0, 7.0)
    inputs = np.zeros((1, times.size, len(equations.INPUTS)))
    inputs[0, :, equations.PHI] = rng.uniform(0, 1, times.size)
    inputs[0, :, equations.TOXIN] = rng.uniform(0, 1, times.size) > 0.98
    out = run_kernel(times, inputs, rates)
    assert out.min() > -1e-9


@pytest.mark.parametrize("age", [20.0, 80.0])
def test_zero_drive_changes_nothing(age):
    out = simulate(months(np.ones(120)), SEGMENTS, age, PARAMETERS)
    for name in out.data_vars:
        xr.testing.assert_allclose(out[name], out[name].isel(time=0).broadcast_like(out[name]), atol=1e-12)
    assert float(out["intact"].min()) == 1.0
    assert float(out["axons"].min()) == 1.0


def test_the_kernel_agrees_with_scipy():
    rng = np.random.default_rng(1)
    rates = PARAMETERS.rates(["peripheral"], ["peripheral_sensory"], np.array([800.0]), 50.0)
    times = np.linspace(0.0, 900.0, 31)
    inputs = np.zeros((1, times.size, len(equations.INPUTS)))
    inputs[0, :, equations.PHI] = rng.uniform(0.0, 1.0, times.size)
    inputs[0, 3:5, equations.TOXIN] = 0.05
    inputs[0, :, equations.DOSE] = 0.3
    record = rates.view(np.recarray)[0]

    def slope(t, y):
        now = np.array([np.interp(t, times, inputs[0, :, i]) for i in range(len(equations.INPUTS))])
        dy = np.empty_like(y)
        equations.derivatives.py_func(y, now, record, dy)
        return dy

    y, rows = healthy(rates)[0], [healthy(rates)[0]]
    for begin, end in itertools.pairwise(times):
        y = solve_ivp(slope, (begin, end), y, method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
        rows.append(y)
    errors = [np.abs(run_kernel(times, inputs, rates, share)[0] - rows).max() for share in (1.0, 1e-2, 1e-4)]
    assert errors[0] < ERROR
    assert errors[1] < 0.1 * errors[0], "the error falls with the tolerance"
    assert errors[2] < 0.1 * errors[1]


def run_kernel(times, inputs, rates, share=1.0):
    """States of the kernel, with a share of the tolerances of the layer."""
    control = [value * share if place in (2, 3) else value for place, value in enumerate(CONTROL)]
    out = np.empty((rates.size, times.size, len(equations.STATES)))
    failed = equations.integrate(
        times,
        inputs,
        np.arange(len(inputs)),
        rates,
        healthy(rates),
        np.arange(times.size),
        coefficients(),
        *control,
        np.zeros((rates.size, len(equations.STATES) + 1)),
        out,
        np.empty((rates.size, 0, len(equations.STATES) + 1)),
    )
    assert failed == -1
    return out


def test_the_answer_does_not_depend_on_how_finely_the_drive_is_given():
    knots, phi = [0.0, 600.0, 900.0, 1500.0], [1.0, 0.3, 0.3, 1.0]
    coarse = simulate(drive(knots, phi), SEGMENTS, 50.0, PARAMETERS).isel(time=-1)
    fine_times = np.arange(0.0, 1501.0, 1.0)
    fine = simulate(drive(fine_times, np.interp(fine_times, knots, phi)), SEGMENTS, 50.0, PARAMETERS).isel(
        time=-1
    )
    for name in coarse.data_vars:
        mean = name in ("thickness", "internode_length", "channel_redistribution")  # over a small share
        assert_allclose(coarse[name], fine[name], atol=3.0 * ERROR if mean else ERROR, err_msg=name)


def test_plans_are_kept_as_a_dimension_and_each_equals_its_own_run():
    phi = np.array([[1.0, 0.4, 0.4, 0.4], [1.0, 0.4, 1.0, 1.0]])
    both = xr.Dataset(
        {"methylation": (("plan", "time", "compartment"), np.repeat(phi[..., None], 2, axis=-1))},
        coords={
            "plan": ["none", "treated"],
            "time": [0.0, 400, 500, 800],
            "compartment": ["peripheral", "central"],
        },
    )
    out = simulate(both, SEGMENTS, 40.0, PARAMETERS)
    assert out["bare"].dims == ("plan", "time", "segment")
    assert list(out["plan"].values) == ["none", "treated"]
    for index, plan in enumerate(["none", "treated"]):
        alone = simulate(drive([0.0, 400, 500, 800], phi[index]), SEGMENTS, 40.0, PARAMETERS)
        xr.testing.assert_equal(out.sel(plan=plan, drop=True), alone)


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_drives_that_part_are_followed_as_each_by_itself(data):
    """Any tree of drives, kept at any times: the shared part is computed once, to the same bits."""
    times = np.array([0.0, 30, 60, 61, 200, 400, 700, 1000])
    phi = np.array(data.draw(st.lists(st.floats(0.1, 1.0), min_size=times.size, max_size=times.size)))
    plans = []
    for _ in range(data.draw(st.integers(1, 5))):
        own = phi.copy()
        part = data.draw(st.integers(0, times.size))
        own[part:] = data.draw(st.floats(0.1, 1.0))
        plans.append(own)
    keep = sorted(data.draw(st.sets(st.sampled_from(times.tolist()), min_size=1)))
    both = xr.Dataset(
        {"methylation": (("plan", "time", "compartment"), np.repeat(np.array(plans)[..., None], 2, axis=-1))},
        coords={"time": times, "compartment": ["peripheral", "central"]},
    )
    out = simulate(both, SEGMENTS, 40.0, PARAMETERS, keep=keep)
    for index, own in enumerate(plans):
        alone = simulate(drive(times, own), SEGMENTS, 40.0, PARAMETERS, keep=keep)
        xr.testing.assert_equal(out.isel(plan=index), alone)


def test_severe_deficiency_is_graded_over_months_and_partly_returns():
    phi = np.interp(np.arange(0, 121), [0, 24, 36, 37, 120], [1.0, 0.3, 0.3, 1.0, 1.0])
    gracile = simulate(months(phi), SEGMENTS, 50.0, PARAMETERS).sel(segment="gracile")
    at = {month: gracile.isel(time=month) for month in (12, 24, 36, 39, 48, 120)}
    assert float(at[12]["bare"]) < float(at[24]["bare"]) < float(at[36]["bare"])
    # Around a thousand internodes in series: from the first block to nearly all, over a year or more.
    assert 1 - (1 - float(at[12]["bare"])) ** 1000 < 0.2
    assert 1 - (1 - float(at[36]["bare"])) ** 1000 > 0.8
    # Treatment: conduction is back within months, thin sheaths and lost axons stay.
    assert float(at[48]["bare"]) < 0.1 * float(at[36]["bare"])
    assert float(at[39]["vacuolated"]) < 0.5 * float(at[36]["vacuolated"])
    assert float(at[120]["remyelinated"]) > 0.3 * float(at[39]["remyelinated"])
    assert float(at[120]["axons"]) == pytest.approx(float(at[48]["axons"]), abs=1e-3)


@pytest.mark.parametrize(("share", "goes_on"), [(0.3, True), (0.0, False)])
def test_injury_goes_on_after_treatment_only_through_the_slow_balance(share, goes_on):
    parameters = Parameters.from_ledger(LEDGER.replace({"myelin.shared.inflammatory_share": share}))
    treated = drive([0.0, 500.0, 501.0, 515.0, 560.0], [0.05, 0.05, 1.0, 1.0, 1.0])
    out = simulate(treated, SEGMENTS, 50.0, parameters).sel(segment="gracile")
    assert 0.4 < float(out["balance"].sel(time=515.0) / out["balance"].sel(time=500.0)) < 0.9
    # Intact internodes are still being lost after the last day of deficiency, or not at all.
    rates = parameters.rates(["central"], ["posterior_column"], np.array([300.0]), 50.0)
    state = healthy(rates)[0]
    state[equations.BALANCE] = float(out["balance"].sel(time=515.0))
    slope = np.empty_like(state)
    equations.derivatives(state, np.array([1.0, 0.0, 0.0, 0.0, 0.0]), rates[0], slope)
    assert (slope[equations.INTACT] < 0.0) == goes_on


def test_legs_lose_axons_before_arms_and_some_regrow():
    phi = np.interp(np.arange(0, 200), [0, 1, 24, 25, 200], [1.0, 0.2, 0.2, 1.0, 1.0])
    segments = xr.Dataset(
        {
            "compartment": ("segment", ["peripheral"] * 2),
            "tract": ("segment", ["peripheral_sensory"] * 2),
            "distance": ("segment", [1000.0, 500.0]),
        },
        coords={"segment": ["ankle", "wrist"]},
    )
    axons = simulate(months(phi), segments, 40.0, PARAMETERS)["axons"]
    nadir = axons.isel(time=25)
    assert float(nadir.sel(segment="ankle")) < float(nadir.sel(segment="wrist")) < 1.0
    end = axons.isel(time=-1)
    assert (end > nadir).all()
    assert (end < 1.0).all()


def test_old_age_and_deficiency_slow_repair():
    times = [0.0, 1.0, 1.0001, 10.0, 20.0, 30.0]
    toxin = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]

    def done(age, phi):
        out = simulate(drive(times, np.full(6, phi), toxin=toxin), SEGMENTS, age, PARAMETERS)
        return float(out["remyelinated"].sel(segment="gracile").isel(time=3))

    assert done(20.0, 1.0) > done(60.0, 1.0) > done(90.0, 1.0)
    assert done(20.0, 1.0) > done(20.0, 0.5)


def test_methylmalonate_alone_injures_nothing():
    ledger = LEDGER.replace({"myelin.shared.mma_weight": 1.0})
    out = simulate(
        drive([0.0, 3650.0], [1.0, 1.0], mma=[50_000.0, 50_000.0]),
        SEGMENTS,
        40.0,
        Parameters.from_ledger(ledger),
    )
    assert float(out["intact"].min()) == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d, s: (d.drop_vars("methylation"), s), "lacks 'methylation'"),
        (lambda d, s: (d.isel(compartment=0), s), "dimension 'compartment'"),
        (lambda d, s: (d.assign(methylation=d.methylation * np.nan), s), "finite and not negative"),
        (lambda d, s: (d.assign(toxin=("time", [-1.0, 0.0])), s), "toxin of the drive"),
        (lambda d, s: (d.isel(time=slice(None, None, -1)), s), "increasing"),
        (lambda d, s: (d.isel(compartment=[0]), s), "no compartment 'central'"),
        (lambda d, s: (d, s.drop_vars("tract")), "segments lack 'tract'"),
        (lambda d, s: (d, s.assign(distance=s.distance * -1)), "positive"),
        (lambda d, s: (d, s.assign(tract=("segment", ["posterior_colum"] * 4))), "did you mean"),
        (lambda d, s: (d, s.assign(compartment=("segment", ["centre"] * 4))), "compartment 'centre'"),
    ],
)
def test_bad_input_is_one_sentence(change, message):
    given_drive, given_segments = change(drive([0.0, 10.0], [1.0, 1.0]), SEGMENTS)
    with pytest.raises(InputError, match=message) as caught:
        simulate(given_drive, given_segments, 50.0, PARAMETERS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("age", [0.0, -3.0, np.nan, np.inf])
def test_impossible_ages_are_refused(age):
    with pytest.raises(InputError, match="age"):
        simulate(drive([0.0, 10.0], [1.0, 1.0]), SEGMENTS, age, PARAMETERS)
