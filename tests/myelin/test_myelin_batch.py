"""Many members, plans and persons side by side: each equals its own run, whatever the threads."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.evidence.posterior import posterior
from remyelin.myelin import Parameters, members, simulate

LEDGER = Ledger.shipped()
TIMES = np.arange(0.0, 1500.0, 30.0)
PHI = np.interp(TIMES, [0.0, 700.0, 760.0], [1.0, 0.2, 1.0])
SEGMENTS = xr.Dataset(
    {
        "compartment": ("segment", ["peripheral", "central"]),
        "tract": ("segment", ["peripheral_sensory", "posterior_column"]),
        "distance": ("segment", [900.0, 300.0]),
    },
    coords={"segment": ["shin", "gracile"]},
)


def drive(phi: np.ndarray, lead: tuple[str, ...] = ()) -> xr.Dataset:
    both = np.stack([phi, 0.9 * phi], axis=-1)
    coords = {"time": TIMES, "compartment": ["peripheral", "central"]}
    return xr.Dataset({"methylation": ((*lead, "time", "compartment"), both)}, coords=coords)


def test_members_meet_every_plan_and_each_equals_its_own_run():
    plans = drive(np.stack([PHI, np.minimum(PHI, 0.5)]), ("plan",)).assign_coords(plan=["given", "none"])
    rates = members(LEDGER, 3)
    out = simulate(plans, SEGMENTS, 50.0, rates)
    assert out["bare"].dims == ("member", "plan", "time", "segment")
    for index, one in enumerate(rates):
        xr.testing.assert_equal(out.isel(member=index), simulate(plans, SEGMENTS, 50.0, one))


def test_persons_have_their_own_drive_age_length_and_rates():
    rng = np.random.default_rng(3)
    count = 40  # more segments than one block holds
    depth = rng.uniform(0.2, 1.0, count)
    persons = drive(1.0 - depth[:, None] * (1.0 - PHI), ("person",))
    ages = rng.uniform(20.0, 90.0, count)
    lengths = np.array([900.0, 300.0]) * rng.uniform(0.8, 1.2, (count, 1))
    body = SEGMENTS.assign(distance=(("person", "segment"), lengths))
    rates = members(LEDGER, count)
    out = simulate(persons, body, ages, rates, over="person")
    assert out["axons"].dims == ("person", "time", "segment")
    for index in (0, 17, 39):
        alone = simulate(
            persons.isel(person=index),
            SEGMENTS.assign(distance=("segment", lengths[index])),
            ages[index],
            rates[index],
        )
        xr.testing.assert_equal(out.isel(person=index), alone)
    serial = simulate(persons, body, ages, rates, over="person", threads=1)
    xr.testing.assert_equal(out, serial)


@given(st.lists(st.integers(0, len(TIMES) - 1), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_what_is_kept_does_not_change_what_is_computed(which):
    parameters = Parameters.from_ledger(LEDGER)
    whole = simulate(drive(PHI), SEGMENTS, 50.0, parameters)
    some = simulate(drive(PHI), SEGMENTS, 50.0, parameters, keep=TIMES[which])
    xr.testing.assert_equal(some, whole.isel(time=sorted(set(which))))


def test_what_a_run_overrides_stays_in_every_member():
    name = "myelin.shared.injury"
    assert name in posterior().sets[0]
    plain, fixed = members(LEDGER, 5), members(LEDGER.replace({name: 0.001}), 5)
    assert len({one.central["injury"] for one in plain}) > 2  # sets may share their structural rates
    assert {one.central["injury"] for one in fixed} == {0.001}
    assert len({one.central["healing"] for one in fixed}) > 2


def test_what_no_row_fixes_can_be_drawn_over_its_range():
    name = "myelin.shared.erk_time"
    assert name not in posterior().sets[0]
    low, high = LEDGER.entry(name).range
    drawn = members(LEDGER, also=[name])
    values = np.array([one.central["erk_time"] for one in drawn])
    assert ((low <= values) & (values <= high)).all()
    # one from each equal part of the logarithm of the range
    part = np.floor(len(drawn) * np.log(values / low) / np.log(high / low) - 1e-9)
    assert len(set(part)) == len(drawn)
    assert [one.central["injury"] for one in drawn] == [one.central["injury"] for one in members(LEDGER)]
    few = members(LEDGER, 4, also=[name])
    assert [one.central["erk_time"] for one in few] == list(values[:: len(values) // 4])
    zero = members(LEDGER, len(values), also=["myelin.central.axon_direct"])
    assert 0.0 <= min(one.central["axon_direct"] for one in zero) < 1e-4
    # what the posterior holds is not drawn again
    again = members(LEDGER, also=["myelin.shared.injury"])
    assert [one.central["injury"] for one in again] == [one.central["injury"] for one in drawn]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: simulate(drive(PHI), SEGMENTS, [30.0, 40.0], [p] * 3), "3 sets of parameters and 2 ages"),
        (lambda p: simulate(drive(PHI), SEGMENTS, [[30.0]], p), "2 dimensions"),
        (lambda p: simulate(drive(PHI), SEGMENTS, 30.0, []), "no sets of parameters"),
        (lambda p: simulate(drive(PHI), SEGMENTS, 30.0, p, keep=[7.0]), "7 is not one"),
        (lambda p: simulate(drive(PHI), SEGMENTS, 30.0, p, keep=[]), "none is given"),
        (lambda p: simulate(drive(PHI), SEGMENTS, 30.0, p, threads=0), "threads is 0"),
        (lambda p: members(LEDGER, 0), "cannot give 0 sets"),
        (lambda p: members(LEDGER, 10_000), "ask for 1 to"),
        (lambda p: members(LEDGER, 3, also=["myelin.shared.injry"]), "did you mean"),
        (
            lambda p: simulate(
                drive(PHI),
                SEGMENTS.assign(distance=(("person", "segment"), np.ones((2, 2)))),
                30.0,
                p,
            ),
            "distances are over person, segment",
        ),
        (
            lambda p: simulate(
                drive(np.stack([PHI, PHI]), ("person",)), SEGMENTS, 30.0, [p] * 3, over="person"
            ),
            "2 drives and 3 sets",
        ),
    ],
)
def test_bad_batches_are_one_sentence(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call(Parameters.from_ledger(LEDGER))
    assert "\n" not in str(caught.value)


def test_a_course_goes_on_from_where_another_ended():
    """Half a course, then the rest from its last state, is the whole; sums over sheaths come from their means."""
    parameters = Parameters.from_ledger(LEDGER)
    half = len(TIMES) // 2
    one = SEGMENTS.isel(segment=[1])
    whole = simulate(drive(PHI), one, 50.0, parameters).isel(segment=0)
    then = whole.isel(time=half)
    state = {
        **{name: float(then[name]) for name in ("intact", "vacuolated", "bare", "remyelinated")},
        **{name: float(then[name]) for name in ("debris", "erk", "supply", "balance")},
        "thickness_sum": float(then["thickness"] * then["remyelinated"]),
        "length_sum": float(then["internode_length"] * then["remyelinated"]),
        "channel_sum": float(then["channel_redistribution"] * then["bare"]),
        "survivors": float(then["axons"]),
    }
    rest = simulate(drive(PHI).isel(time=slice(half, None)), one, 50.0, parameters, start=state).isel(
        segment=0
    )
    xr.testing.assert_allclose(rest, whole.isel(time=slice(half, None)), atol=1e-6)


def test_thick_fibres_are_hit_before_thin_ones_and_a_mixture_lies_between():
    three = xr.concat([SEGMENTS.isel(segment=[1])] * 3, "segment").assign(
        calibre=("segment", ["thick", "mixed", "thin"])
    )
    bare = simulate(drive(PHI), three, 50.0, Parameters.from_ledger(LEDGER))["bare"].max("time").to_numpy()
    assert bare[0] > bare[1] > bare[2]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"bear": 1.0}, "did you mean 'bare'"),
        ({"bare": 1.0}, "sum to 1"),
        ({"intact": 1.5}, "from 0 to 1"),
        ({"intact": float("nan")}, "from 0 to 1"),
    ],
)
def test_an_impossible_start_is_refused(start, message):
    with pytest.raises(InputError, match=message):
        simulate(drive(PHI), SEGMENTS, 50.0, Parameters.from_ledger(LEDGER), start=start)


def test_an_unknown_calibre_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="calibre 'thik' is not known; did you mean 'thick'"):
        simulate(
            drive(PHI),
            SEGMENTS.assign(calibre=("segment", ["thik"] * 2)),
            50.0,
            Parameters.from_ledger(LEDGER),
        )
