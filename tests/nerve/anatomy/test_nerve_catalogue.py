"""Pathways of the head, F waves, unmyelinated fibres: what they depend on, and what they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from states_for_tests import stacked, uniform

from remyelin.base.errors import InputError
from remyelin.catalogue.segments import BRANCHES, SEGMENTS
from remyelin.evidence import Ledger
from remyelin.nerve import Distances, Person, Tables, battery, conduction, intact, small_fibres

fixtures = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10
)


def only(segments: list[str], **values: float):
    states = uniform()
    for name, value in values.items():
        states[name].loc[{"segment": segments}] = value
    return states


def test_every_segment_belongs_to_a_known_tract(ledger: Ledger) -> None:
    for part in SEGMENTS:
        assert f"myelin.vulnerability.{part.tract}" in ledger
    assert len({part.segment for part in SEGMENTS}) == len(SEGMENTS)
    assert {"cochlear", "facial", "olfactory", "chorda_tympani"} <= set(BRANCHES)


@pytest.mark.parametrize(
    ("segments", "pathway"),
    [
        (["auditory_nerve"], "auditory"),
        (["facial_nerve"], "blink"),
        (["trigeminal_root"], "blink"),
        (["olfactory_tract"], "olfactory"),
        (["gustatory_nerve"], "gustatory"),
    ],
)
def test_a_lesion_of_the_head_stays_in_its_pathway(
    ledger: Ledger, tables: Tables, person: Person, segments: list[str], pathway: str
) -> None:
    found = conduction(only(segments, vacuolated=0.4), person, tables, ledger)["delay"]
    later = {str(name) for name in found["pathway"].values if float(found.sel(pathway=name)) > 1e-6}
    assert later == {pathway}


def test_waves_of_the_brain_stem_tell_where_the_lesion_is(
    ledger: Ledger, tables: Tables, person: Person
) -> None:
    healthy = battery(intact(person, ledger), person, tables, ledger, ["baep"])

    def interval(segment: str, site: str) -> float:
        ill = battery(only([segment], vacuolated=0.5), person, tables, ledger, ["baep"])
        return ill.row("baep", site).interval - healthy.row("baep", site).interval

    assert interval("auditory_midbrain", "I-III") == pytest.approx(0, abs=1e-6)
    assert interval("auditory_midbrain", "III-V") > 0.05
    assert interval("auditory_pons", "I-III") > 0.02
    assert abs(interval("auditory_pons", "III-V")) < 0.1 * interval("auditory_pons", "I-III") + 0.01


def test_f_waves_see_the_root_that_the_study_does_not(ledger: Ledger, tables: Tables, person: Person) -> None:
    usual = battery(intact(person, ledger), person, tables, ledger, ["tibial_motor"]).row(
        "tibial_motor", "ankle"
    )
    late = battery(only(["leg_motor_root"], vacuolated=0.6), person, tables, ledger, ["tibial_motor"]).row(
        "tibial_motor", "ankle"
    )
    assert late.latency == pytest.approx(usual.latency)
    assert late.amplitude == pytest.approx(usual.amplitude)
    assert late.f_latency > usual.f_latency + 1
    blocked = battery(only(["leg_motor_root"], bare=1.0), person, tables, ledger, ["tibial_motor"]).row(
        "tibial_motor", "ankle"
    )
    assert blocked.f_latency is None, "a lost F wave is absent, never zero"
    assert blocked.f_persistence == pytest.approx(0, abs=1e-9)
    assert blocked.latency == pytest.approx(usual.latency)
    assert [item.flag for item in blocked.assessed if item.quantity == "f_latency"] == ["absent"]


def test_healthy_f_waves_against_their_norms(ledger: Ledger, tables: Tables, person: Person) -> None:
    """They chose nothing; persistence did choose the share of motoneurons that answer."""
    found = battery(intact(person, ledger), person, tables, ledger, ["ulnar_motor", "tibial_motor"])
    assert found.row("ulnar_motor", "wrist").f_latency == pytest.approx(26.5, abs=2.1)
    assert found.row("ulnar_motor", "wrist").f_persistence == pytest.approx(0.83, abs=0.01)
    assert found.row("tibial_motor", "ankle").f_persistence == pytest.approx(0.97, abs=0.01)
    assert 37 < found.row("tibial_motor", "ankle").f_latency < 43, "early: 47.0 +/- 4.1 published"


@fixtures
@given(axons=st.floats(0.05, 1.0), share=st.floats(0.0, 1.0))
def test_fewer_axons_fewer_f_waves(
    ledger: Ledger, tables: Tables, person: Person, axons: float, share: float
) -> None:
    rows = [
        battery(uniform(axons=left), person, tables, ledger, ["median_motor"]).row("median_motor", "wrist")
        for left in (axons, axons * (1 - 0.5 * share))
    ]
    assert rows[1].f_persistence <= rows[0].f_persistence + 1e-12
    if rows[1].f_latency is not None:
        assert rows[1].f_latency >= rows[0].f_latency - 1e-9


def test_small_fibres_have_nothing_to_lose(ledger: Ledger, person: Person, tables: Tables) -> None:
    states = stacked(uniform(vacuolated=0.9), uniform(bare=0.9), uniform(axons=0.3))
    found = small_fibres(states, ledger)
    assert found["conducted"].dims == ("time", "pathway")
    np.testing.assert_allclose(found["conducted"], 1.0)
    lost = small_fibres(states, ledger.replace({"small_fibre.axon_share": 1.0}))
    np.testing.assert_allclose(lost["axons"].to_numpy()[:, 0], [1.0, 1.0, 0.3])
    cold = battery(intact(person, ledger), person.replace(temperature=26.0), tables, ledger, ["small_fibres"])
    warm = battery(intact(person, ledger), person, tables, ledger, ["small_fibres"])
    assert 0.2 < cold.row("small_fibres", "leg").velocity < warm.row("small_fibres", "leg").velocity < 1.0
    with pytest.raises(InputError, match="lacks 'axons'"):
        small_fibres(states.drop_vars("axons"), ledger)


def test_radial_distance_is_its_own(ledger: Ledger, tables: Tables, person: Person) -> None:
    healthy = intact(person, ledger)
    assert battery(healthy, person, tables, ledger, ["radial"]).row("radial", "wrist").distance == 100.0
    asked = battery(healthy, person, tables, ledger, ["radial"], distances=Distances(80.0, 140.0))
    assert asked.row("radial", "wrist").distance == 140.0
    with pytest.raises(InputError, match="increasing distances"):
        battery(healthy, person, tables, ledger, ["radial"], distances=Distances(80.0, 140.0, 5000.0))


def test_markers_lie_on_the_recording(ledger: Ledger, tables: Tables, person: Person) -> None:
    found = battery(uniform(vacuolated=0.1, axons=0.8), person, tables, ledger)
    for row in found.rows:
        if row.markers is None:
            continue
        onset, peak, end = row.markers
        wave = found.waveforms[f"{row.study}, {row.site}"]
        assert 0 < onset < peak < end <= wave.time[-1]
        height = np.abs(np.interp(row.markers, wave.time, wave.value))
        assert height[1] == pytest.approx(row.amplitude, rel=0.01)
        assert height[0] < 0.1 * height[1]
        assert height[2] < 0.1 * height[1]
