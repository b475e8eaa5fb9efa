"""Studies: normal where nothing is wrong, absent where nothing arrives, changed by what changes below."""

from __future__ import annotations

import json
import math
import time

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from states_for_tests import uniform

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.nerve import (
    STUDIES,
    Distances,
    Person,
    Studies,
    Tables,
    battery,
    build_tables,
    sampled,
    segments,
)

DISEASED = {"vacuolated": 0.25, "bare": 0.001, "channel_redistribution": 0.3, "axons": 0.8}
fixtures = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15
)


def same(a: Studies, b: Studies) -> bool:
    return [row.as_dict() for row in a.rows] == [row.as_dict() for row in b.rows]


@pytest.mark.parametrize("height", [155.0, 170.0, 190.0])
def test_healthy_battery_is_normal(ledger: Ledger, tables: Tables, height: float) -> None:
    person = Person.of(ledger, age=40.0, height=height)
    found = battery(uniform(), person, tables, ledger)
    assert {row.study for row in found.rows} == set(STUDIES)
    abnormal = [(row.study, row.site, row.assessed) for row in found.rows if row.abnormal]
    assert not abnormal
    # F waves chose nothing: those of the tibial nerve come early (docs/nerve.md), the others hold too.
    assert all(
        abs(item.z) <= (3 if (row.study, item.quantity) == ("tibial_motor", "f_latency") else 2)
        for row in found.rows
        for item in row.assessed
        if item.z is not None
    )


def test_battery_is_quick(ledger: Ledger, tables: Tables, person: Person) -> None:
    battery(uniform(**DISEASED), person, tables, ledger)
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        battery(uniform(**DISEASED), person, tables, ledger)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 1.0, "0.1 to 0.2 s on a quiet machine"


def test_lost_response_is_absent_never_zero(ledger: Ledger, tables: Tables, person: Person) -> None:
    for lost in (uniform(axons=0.0), uniform(bare=0.5), uniform(bare=1.0)):
        found = battery(lost, person, tables, ledger, [name for name in STUDIES if name != "small_fibres"])
        for row in found.rows:
            if row.study == "baep" and lost["bare"].max() == 0.5:
                continue  # its paths, from 5 mm on, hold so few lesions that some fibres have none that is bare
            assert row.absent, (row.study, row.site)
            assert row.latency is row.amplitude is row.velocity is row.interval is None
            assert row.f_latency is row.markers is None
            assert row.abnormal
            assert all(item.flag == "absent" and item.value is None for item in row.assessed)
        assert "NaN" not in json.dumps([row.as_dict() for row in found.rows])
        assert all(np.isfinite(wave.value).all() for wave in found.waveforms.values())


def test_absent_distal_response_leaves_no_velocity(ledger: Ledger, tables: Tables, person: Person) -> None:
    states = uniform()
    states["axons"].loc[{"segment": "leg_motor_distal"}] = 0.0
    found = battery(states, person, tables, ledger)
    assert found.row("tibial_motor", "knee").velocity is None
    assert found.row("tibial_motor", "ankle").latency is None
    assert not found.abnormal("median_motor")
    assert not found.abnormal("sural")
    assert found.row("mep_leg", "cortex").absent


def test_same_input_same_bits(ledger: Ledger, tables: Tables, person: Person) -> None:
    states = uniform(**DISEASED)
    assert same(battery(states, person, tables, ledger), battery(states, person, tables, ledger))
    shuffled = states.isel(segment=np.random.default_rng(1).permutation(states.sizes["segment"]))
    assert same(battery(shuffled, person, tables, ledger), battery(states, person, tables, ledger))
    draws = [
        battery(
            states, person, tables, ledger, conduct=sampled(person, tables, ledger, seed=seed, fibres=100)
        )
        for seed in (1, 1, 2)
    ]
    assert same(draws[0], draws[1])
    assert not same(draws[0], draws[2])


@fixtures
@given(share=st.floats(0.01, 0.9), more=st.floats(0.02, 0.1), axons=st.floats(0.1, 1.0))
def test_worse_states_give_worse_studies(
    ledger: Ledger, tables: Tables, person: Person, share: float, more: float, axons: float
) -> None:
    mild, worse = (
        battery(
            uniform(vacuolated=v, axons=axons), person, tables, ledger, studies=["tibial_sep", "median_motor"]
        )
        for v in (share, min(share + more, 1.0))
    )
    for a, b in zip(mild.rows, worse.rows, strict=True):
        if a.latency is not None and b.latency is not None:
            assert b.latency > a.latency
            if share < 0.4:  # near all, fibres are alike again and their volley comes closer together
                assert b.amplitude < a.amplitude * 1.02
        elif a.latency is None:
            assert b.latency is None or a.interval is None


@fixtures
@given(values=st.tuples(*[st.floats(0.0, 1.0)] * 7))
def test_any_state_gives_finite_or_absent(
    ledger: Ledger, tables: Tables, person: Person, values: tuple[float, ...]
) -> None:
    v, d, r, w, length, q, a = values
    total = max(1.0, v + d + r)
    states = uniform(
        vacuolated=v / total, bare=d / total, remyelinated=r / total, thickness=w, internode_length=length,
        channel_redistribution=q, axons=a,
    )  # fmt: skip
    found = battery(states, person, tables, ledger)
    healthy = battery(uniform(), person, tables, ledger)
    for row, normal in zip(found.rows, healthy.rows, strict=True):
        for value in (row.latency, row.amplitude, row.interval):
            assert value is None or (math.isfinite(value) and value > 0)
        if row.latency is not None:
            assert row.latency >= normal.latency - 0.05, "a lesion never makes a nerve faster"


def test_cord_shows_before_nerve(ledger: Ledger, tables: Tables, person: Person) -> None:
    """The same share of failing internodes everywhere is seen first where most of them are in series."""
    found = battery(uniform(bare=0.0015), person, tables, ledger)
    kept = {
        name: found.row(*where).amplitude / battery(uniform(), person, tables, ledger).row(*where).amplitude
        for name, where in {
            "leg sep": ("tibial_sep", "P40"),
            "arm sep": ("median_sep", "N20"),
            "motor": ("median_motor", "wrist"),
            "sural": ("sural", "ankle"),
        }.items()
    }
    assert kept["leg sep"] < kept["arm sep"] < min(kept["motor"], kept["sural"])


def test_halved_sodium_and_doubled_capacity_slow_every_study(
    ledger: Ledger, tables: Tables, person: Person
) -> None:
    usual = battery(uniform(), person, tables, ledger)
    capacity = ledger["mrg.lamella_capacity"]
    for change in (
        {"mrg.node.naf_density": ledger["mrg.node.naf_density"] / 2},
        {"mrg.lamella_capacity": 2 * capacity},
    ):
        other = ledger.replace(change)
        found = battery(uniform(), person, build_tables(other), other)
        for a, b in zip(usual.rows, found.rows, strict=True):
            if a.study == "small_fibres":
                assert b == a, "no node, no sheath: another membrane and none of these numbers"
            elif a.latency is not None:
                assert b.latency is None or b.latency > a.latency, (change, a.study, a.site)
            if a.study != "small_fibres" and a.velocity is not None and b.velocity is not None:
                assert b.velocity < a.velocity, (change, a.study, a.site)


def test_doubled_capacity_slows_every_fibre(ledger: Ledger, tables: Tables) -> None:
    doubled = build_tables(ledger.replace({"mrg.lamella_capacity": 2 * ledger["mrg.lamella_capacity"]}))
    assert np.all(doubled.internode_time > tables.internode_time)


def test_cold_slows_and_tall_is_later(ledger: Ledger, tables: Tables) -> None:
    def one(**conditions: float) -> Studies:
        return battery(uniform(), Person.of(ledger, age=40.0, **conditions), tables, ledger)

    usual, cold, tall = one(), one(temperature=28.0), one(height=190.0)
    per_degree = (
        usual.row("median_motor", "elbow").velocity - cold.row("median_motor", "elbow").velocity
    ) / 6.0
    assert 1.0 < per_degree < 2.5
    assert tall.row("tibial_sep", "P40").latency > usual.row("tibial_sep", "P40").latency
    assert tall.row("tibial_motor", "ankle").distance == usual.row("tibial_motor", "ankle").distance
    assert tall.row("sural", "ankle").velocity < usual.row("sural", "ankle").velocity


def test_waveforms_are_negative_up(ledger: Ledger, tables: Tables, person: Person) -> None:
    waves = battery(uniform(), person, tables, ledger).waveforms
    assert waves["median_motor, wrist"].value.max() > -waves["median_motor, wrist"].value.min()
    assert waves["median_sep, N20"].value.max() > 0
    assert waves["tibial_sep, P40"].value.min() < 0 >= waves["tibial_sep, P40"].value.max() - 1e-9
    motor = waves["median_motor, wrist"]
    assert abs(motor.value.sum()) < 0.02 * np.abs(motor.value).sum(), "a muscle potential has no net area"


def test_clear_errors(ledger: Ledger, tables: Tables, person: Person) -> None:
    states = uniform()
    with pytest.raises(InputError, match="did you mean 'sural'"):
        battery(states, person, tables, ledger, studies=["surral"])
    with pytest.raises(InputError, match="no study was asked for"):
        battery(states, person, tables, ledger, studies=[])
    with pytest.raises(InputError, match="increasing distances"):
        battery(states, person, tables, ledger, distances=Distances(80.0, -5.0))
    with pytest.raises(InputError, match="increasing distances"):
        battery(states, person, tables, ledger, distances=Distances(float("nan"), 140.0))
    with pytest.raises(InputError, match="increasing distances"):
        battery(states, person, tables, ledger, distances=Distances(80.0, 2000.0), studies=["sural"])
    with pytest.raises(InputError, match="fibres"):
        sampled(person, tables, ledger, seed=1, fibres=3)
    with pytest.raises(InputError, match="lacks 'thickness'"):
        battery(states.drop_vars("thickness"), person, tables, ledger)
    with pytest.raises(InputError, match="lacks the segment"):
        battery(states.isel(segment=slice(1, None)), person, tables, ledger)
    with pytest.raises(InputError, match="between 0 and 1"):
        battery(states.assign(bare=states["bare"] + 2), person, tables, ledger)
    with pytest.raises(InputError, match="one value of 'time'"):
        battery(xr.concat([states, states], dim="time"), person, tables, ledger)
    with pytest.raises(InputError, match="no study and site"):
        battery(states, person, tables, ledger).row("sural", "knee")
    with pytest.raises(InputError, match="temperatures must lie within"):
        battery(states, person.replace(temperature=10.0), tables, ledger)
    with pytest.raises(InputError, match="height"):
        person.replace(height=float("nan"))
    with pytest.raises(InputError, match="sex"):
        person.replace(sex="x")


def test_segments_cover_the_pathways(ledger: Ledger, person: Person) -> None:
    table = segments(person, ledger)
    assert set(table.data_vars) == {"compartment", "tract", "distance", "length"}
    assert len(set(table["segment"].values)) == table.sizes["segment"]
    assert np.all(table["distance"] >= table["length"] / 2 - 1e-9)
    tall = segments(person.replace(height=187.0), ledger)
    grown = (tall["length"] / table["length"]).to_series()
    head = grown.index.str.contains(
        "optic|auditory|trigeminal|facial|olfactory|gustatory|callos|corticobulbar|hypoglossal"
    )
    np.testing.assert_allclose(grown[~head], 1.1)
    np.testing.assert_allclose(grown[head], 1.0)
    assert head.sum() == 15
