"""Lesions of nodes and axolemma, where they lie, how they compose, and their names in the literature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    FLUT,
    PRESETS,
    Fibre,
    Patch,
    bare,
    conduct,
    demyelinate,
    expose_potassium,
    lesioned,
    load_nodes,
    lose_lamellae,
    mrg,
    open_paranodes,
    preset,
    redistribute_sodium,
    remyelinate,
    rests,
    retract,
    rising,
    scattered,
    scattered_together,
    vacuolate,
    widen_nodes,
)
from remyelin.fibre.models.circuit import circuit

LEDGER = Ledger.shipped()
HEALTHY = mrg(10.0, 13, ledger=LEDGER)


def same(one: Fibre, other: Fibre) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("length", "lamellae", "sheath_diameter", "periaxonal_width", "density", "channels")
    )


# --- nodes and axolemma -----------------------------------------------------------------------------
def test_a_wider_node_keeps_its_channels_unless_told() -> None:
    spread, kept = widen_nodes(HEALTHY, [5], 3.0), widen_nodes(HEALTHY, [5], 3.0, channels_spread=False)
    node = HEALTHY.nodes[5]
    before, after, more = (circuit(f).channel_conductance[node] for f in (HEALTHY, spread, kept))
    assert after == pytest.approx(before)
    assert more == pytest.approx(3 * before)
    assert spread.length.sum() == pytest.approx(HEALTHY.length.sum() + 2.0)
    slow, normal = conduct([spread, HEALTHY])["arrival"].values[:, -2]
    assert slow > normal


def test_load_delays_and_then_blocks() -> None:
    found = conduct([HEALTHY, load_nodes(HEALTHY, [6], 5.0), load_nodes(HEALTHY, [6], 2000.0)], duration=5.0)
    assert found["conducts"].values.tolist() == [True, True, False]
    assert found["arrival"].values[1, -2] > found["arrival"].values[0, -2]


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0, 1), gap=st.floats(0.5, 100.0), node=st.integers(1, 11))
def test_redistributed_sodium_is_neither_made_nor_lost(share: float, gap: float, node: int) -> None:
    open_node = retract(HEALTHY, [node], gap)
    moved = redistribute_sodium(open_node, [node], share)
    before, after = (circuit(f).channel_conductance.sum(axis=0) for f in (open_node, moved))
    assert after == pytest.approx(before)
    at = open_node.nodes[node]
    assert moved.density[at, 0] == pytest.approx((1 - share) * open_node.density[at, 0])


def test_sodium_needs_somewhere_to_go() -> None:
    with pytest.raises(InputError, match="node 5 no axolemma is exposed"):
        redistribute_sodium(HEALTHY, [5], 0.5)
    with pytest.raises(InputError, match="reaches another node"):
        redistribute_sodium(bare(HEALTHY, [5]), [5], 0.5)
    with pytest.raises(InputError, match="within 0 to 1"):
        redistribute_sodium(retract(HEALTHY, [5], 5.0), [5], 1.5)


def test_potassium_channels_lie_in_the_juxtaparanode_and_rest() -> None:
    laden = expose_potassium(HEALTHY, [5], ledger=LEDGER)
    added = laden.channels != HEALTHY.channels
    assert set(laden.role[added]) == {FLUT}
    assert np.count_nonzero(added) == 2
    # per area of the fibre's cylinder (0.15074, 10 um) as published; per area of a 3.3 um axon here
    assert laden.density[added, 0] == pytest.approx(0.15074 * 10 / 3.3)
    assert rests(laden)
    with pytest.raises(InputError, match="other channels"):
        expose_potassium(laden, [5], ledger=LEDGER)


def test_exposed_potassium_matters_only_where_it_is_exposed() -> None:
    """Under a sound sheath it changes the arrival little; beside a bared node it brings block nearer."""
    fine = mrg(10.0, 13, grid="converged", ledger=LEDGER)
    gap = retract(fine, [6], 25.0)
    fibres = [
        fine,
        expose_potassium(fine, None, ledger=LEDGER),
        gap,
        expose_potassium(gap, [5, 6], ledger=LEDGER),
    ]
    found = conduct(fibres, duration=4.0)
    arrival = found["arrival"].values[:, -2]
    assert arrival[1] == pytest.approx(arrival[0], rel=0.02)
    assert found["conducts"].values.tolist() == [True, True, True, False]


# --- sheath -----------------------------------------------------------------------------------------
def test_below_one_lamella_the_internode_is_active() -> None:
    changed = demyelinate(HEALTHY, [3, 4], [0.5, 0.005], channel_share=0.04)
    assert changed.lamellae[changed.internode(3)] == pytest.approx(60.0)
    inside = changed.internode(4)
    assert np.all(changed.lamellae[inside] == 0)
    assert np.all(changed.channels[inside] >= 0)
    assert rests(changed)


def test_bare_currents_are_varied_by_name() -> None:
    plain = bare(HEALTHY, [4], channel_share=0.04)
    more = bare(HEALTHY, [4], channel_share=0.04, currents={"ks": 2.0, "leak": 0.5})
    inside = plain.internode(4)
    assert more.density[inside] / plain.density[inside] == pytest.approx(
        np.tile([1, 1, 2, 0.5], (inside.stop - inside.start, 1))
    )
    with pytest.raises(InputError, match="no current 'kv'"):
        bare(HEALTHY, [4], channel_share=0.04, currents={"kv": 2.0})
    with pytest.raises(InputError, match="factor of ks"):
        bare(HEALTHY, [4], channel_share=0.04, currents={"ks": -1.0})


def test_vacuoles_do_not_thin_the_fibre() -> None:
    changed = vacuolate(HEALTHY, [2], 10.0, 0.5)
    assert np.array_equal(changed.sheath_diameter, HEALTHY.sheath_diameter)
    assert same(changed, lose_lamellae(open_paranodes(HEALTHY, [2], 10.0), [2], 0.5, fibre_thins=False))


def test_a_bare_internode_is_not_remyelinated_by_guess() -> None:
    with pytest.raises(InputError, match="internode 4 has bare axolemma"):
        remyelinate(bare(HEALTHY, [4]), [4], 0.3, 0.25)


# --- composed ---------------------------------------------------------------------------------------
PATCHES = (
    Patch("lose_lamellae", [1, 2], {"remaining": [0.5, 0.25]}),
    Patch("open_paranodes", [1], {"width_factor": 5.0}),
    Patch("bare", 4, {"channel_share": 0.04, "persistent_sodium": 0.0}),
    Patch("remyelinate", [6, 9], {"thickness": [0.3, 0.2], "length": 0.25}),
    Patch("remyelinate", [7], {"thickness": 0.5, "length": 0.5}),
    Patch("load_nodes", [11], {"factor": 2.0}),
)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(PATCHES))
def test_patches_compose_in_any_order(order: list[Patch]) -> None:
    expected = lose_lamellae(open_paranodes(HEALTHY, [1], 5.0), [1, 2], [0.5, 0.25])
    expected = bare(load_nodes(expected, [11], 2.0), [4], channel_share=0.04, persistent_sodium=0.0)
    for number, thin, short in ((9, 0.2, 0.25), (7, 0.5, 0.5), (6, 0.3, 0.25)):
        expected = remyelinate(expected, [number], thin, short)
    assert same(lesioned(HEALTHY, order), expected)


@pytest.mark.parametrize(
    ("patches", "message"),
    [
        ([Patch("bare", [3]), Patch("lose_lamellae", [3, 4], {"remaining": 0.5})], "internode 3 has both"),
        ([Patch("bare", [3]), Patch("open_paranodes", 3, {"width_factor": 2.0})], "internode 3 has both"),
        ([Patch("lose_lamellae", [3], {"remaining": 0.5})] * 2, "internode 3 has"),
        ([Patch("load_nodes", [3], {"factor": 2.0})] * 2, "node 3 has load_nodes twice"),
        ([Patch("bare", [3]), Patch("retract", [4], {"gap_um": 2.0})], "node 4 cannot lose the edge"),
        ([Patch("bare", [12])], "no internode 12"),
        ([Patch("retract", [13], {"gap_um": 2.0})], "no node 13"),
        ([Patch("lose_lamellae", [3])], "missing 1 required"),
        ([Patch("bare", [3], {"chanel_share": 1})], "chanel_share"),
        ([Patch("remyelinate", [3, 4], {"thickness": [0.1], "length": 0.5})], "1 values for 2"),
    ],
)
def test_patches_that_cannot_be_are_refused(patches: list[Patch], message: str) -> None:
    with pytest.raises(InputError, match=message):
        lesioned(HEALTHY, patches)


def test_an_unknown_lesion_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'retract'"):
        Patch("retrct", 1)


# --- places -----------------------------------------------------------------------------------------
@settings(max_examples=30, deadline=None)
@given(share=st.floats(0, 1), run=st.sampled_from([1.0, 2.0, 10.0]), seed=st.integers(0, 99))
def test_places_exist_and_repeat(share: float, run: float, seed: int) -> None:
    found = scattered(200, share, seed=seed, run=run)
    assert np.array_equal(found, scattered(200, share, seed=seed, run=run))
    assert np.all(np.diff(found) > 0)
    assert share > 0 or len(found) == 0
    assert share < 1 or len(found) == 200


def test_patches_have_the_share_and_the_length_asked_for() -> None:
    hit = np.zeros(200_000, dtype=bool)
    hit[scattered(200_000, 0.2, seed=1, run=5.0)] = True
    assert hit.mean() == pytest.approx(0.2, abs=0.01)
    starts = np.count_nonzero(hit[1:] & ~hit[:-1])
    assert hit.sum() / starts == pytest.approx(5.0, rel=0.05)


def test_far_internodes_are_hit_more() -> None:
    found = scattered(10_000, rising(10_000, 0.0, 0.4), seed=3)
    assert np.count_nonzero(found < 5000) / 5000 == pytest.approx(0.1, abs=0.02)
    assert np.count_nonzero(found >= 5000) / 5000 == pytest.approx(0.3, abs=0.02)


def test_neighbours_share_their_lesions() -> None:
    def overlap(correlation: float) -> float:
        one, other = scattered_together(2, 20_000, 0.1, correlation=correlation, seed=5)
        assert len(one) / 20_000 == pytest.approx(0.1, abs=0.01)
        return len(np.intersect1d(one, other)) / len(one)

    apart, near, equal = overlap(0.0), overlap(0.7), overlap(1.0)
    assert apart == pytest.approx(0.1, abs=0.02)
    assert apart < near < equal == 1.0


@pytest.mark.parametrize(
    "bad",
    [
        lambda: scattered(10, 1.5, seed=1),
        lambda: scattered(10, [0.1, 0.2], seed=1),
        lambda: scattered(10, 0.1, seed=-1),
        lambda: scattered(10, 0.1, seed=1, run=0.5),
        lambda: scattered(0, 0.1, seed=1),
        lambda: scattered_together(2, 10, 0.1, correlation=1.5, seed=1),
        lambda: rising(10, 0.0, 2.0),
    ],
)
def test_places_refuse_what_makes_no_sense(bad) -> None:
    with pytest.raises(InputError):
        bad()


# --- presets ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PRESETS)
def test_presets_change_the_fibre_and_rest(name: str) -> None:
    changed = preset(HEALTHY, name, [4, 5], ledger=LEDGER)
    assert not same(changed, HEALTHY) if changed.n_compartments == HEALTHY.n_compartments else True
    assert rests(changed)


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'PISD'"):
        preset(HEALTHY, "PISDD", ledger=LEDGER)
    with pytest.raises(InputError, match="no internode 99"):
        preset(HEALTHY, "PSD", [99], ledger=LEDGER)
