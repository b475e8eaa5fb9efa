"""Lesions return sound fibres and do what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    FLUT,
    MYSA,
    NODE,
    STIN,
    Pulse,
    bare,
    conduct,
    lose_lamellae,
    mrg,
    open_paranodes,
    remyelinate,
    rests,
    retract,
    scale_channels,
)

LEDGER = Ledger.shipped()
HEALTHY = mrg(10.0, 21, ledger=LEDGER)


def test_losing_lamellae_thins_the_fibre_around_the_same_axon() -> None:
    thin = lose_lamellae(HEALTHY, [3], 0.25)
    where = HEALTHY.internode(3)
    assert thin.lamellae[where] == pytest.approx(30.0)
    stin = where.start + 3
    assert thin.sheath_diameter[stin] == pytest.approx(6.9 + 0.25 * (10.0 - 6.9))
    assert np.array_equal(thin.axon_diameter, HEALTHY.axon_diameter)
    assert np.array_equal(thin.lamellae[: where.start], HEALTHY.lamellae[: where.start])
    same = lose_lamellae(HEALTHY, [3], 0.25, fibre_thins=False)
    assert np.array_equal(same.sheath_diameter, HEALTHY.sheath_diameter)


def test_uniform_thinning_conducts_as_measured_on_the_prototype() -> None:
    """Published grid: 100, 50, 25, 10, 5 % of the lamellae, and failure between 4 and 3.5 %."""
    shares = (1.0, 0.5, 0.25, 0.1, 0.05, 0.04, 0.035)
    fibres = [lose_lamellae(mrg(10.0, 31, ledger=LEDGER), None, share) for share in shares]
    found = conduct(fibres, pulse=Pulse(amplitude=10.0), duration=8.0)["velocity"].values
    assert found[:5] == pytest.approx([56.1, 49.1, 39.4, 24.3, 13.2], rel=0.01)
    assert np.isfinite(found[5])
    assert np.isnan(found[6])


def test_opening_paranodes_widens_only_what_it_says() -> None:
    wide = open_paranodes(HEALTHY, [2], 10.0, juxtaparanode_factor=3.0)
    where = HEALTHY.internode(2)
    factor = wide.periaxonal_width[where] / HEALTHY.periaxonal_width[where]
    role = HEALTHY.role[where]
    assert factor[role == MYSA] == pytest.approx(10.0)
    assert factor[role == FLUT] == pytest.approx(3.0)
    assert factor[role == STIN] == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(length=st.floats(0.1, 1.0), thickness=st.floats(0.02, 1.0), number=st.integers(0, 19))
def test_remyelination_keeps_the_length_of_the_fibre(length: float, thickness: float, number: int) -> None:
    new = remyelinate(HEALTHY, number, thickness, length)
    count = max(1, round(1 / length))
    assert new.n_nodes == HEALTHY.n_nodes + count - 1
    assert new.length.sum() == pytest.approx(HEALTHY.length.sum())
    for i in range(number, number + count):
        inside = new.internode(i)
        assert new.lamellae[inside] == pytest.approx(120 * thickness)
        assert np.count_nonzero(new.role[inside] == MYSA) == 2
    assert np.all(new.length > 0)


def test_new_nodes_carry_the_channels_asked_for() -> None:
    new = remyelinate(HEALTHY, 4, 0.2, 0.25, node_density=0.5)
    assert new.density[new.nodes[5]] == pytest.approx(0.5 * HEALTHY.density[HEALTHY.nodes[4]])


def test_several_internodes_at_once_keep_their_own_values() -> None:
    new = remyelinate(HEALTHY, [2, 7], [0.1, 0.4], [0.5, 0.2])
    assert new.n_nodes == HEALTHY.n_nodes + 1 + 4
    assert new.lamellae[new.internode(2)] == pytest.approx(12.0)
    assert new.lamellae[new.internode(9)] == pytest.approx(48.0)


def test_drawn_back_myelin_exposes_what_it_says() -> None:
    for grid in ((1, 1, 1), (3, 5, 2)):
        fibre = mrg(10.0, 9, grid=grid, ledger=LEDGER)
        open_node = retract(fibre, [4], 12.5)
        bared = (open_node.lamellae == 0) & (open_node.role != NODE)
        assert open_node.length[bared].sum() == pytest.approx(25.0)
        assert open_node.length.sum() == pytest.approx(fibre.length.sum())
        assert open_node.n_nodes == fibre.n_nodes
        assert open_node.node_positions == pytest.approx(fibre.node_positions)


def test_bare_axolemma_is_exposed_fine_and_passive_unless_said() -> None:
    naked = bare(HEALTHY, 5)
    inside = naked.internode(5)
    assert np.all(naked.lamellae[inside] == 0)
    assert np.max(naked.length[inside]) <= 20.0
    assert np.all(naked.channels[inside] == -1)
    assert naked.length.sum() == pytest.approx(HEALTHY.length.sum())
    active = bare(HEALTHY, 5, channel_share=0.03)
    assert active.density[inside][0] == pytest.approx(0.03 * HEALTHY.density[HEALTHY.nodes[5]])
    assert not bool(conduct(naked, duration=4.0)["conducts"].values[0])


def test_bare_axolemma_rests_only_without_the_persistent_current() -> None:
    """What the node rests on is its internodes; bare membrane with all its currents depolarises by itself."""
    small = mrg(10.0, 11, ledger=LEDGER)
    assert rests(small)
    assert rests(bare(small, [4, 5, 6], channel_share=0.04, persistent_sodium=0.0))
    assert not rests(bare(small, [4, 5, 6], channel_share=0.04))


def test_short_internodes_let_the_impulse_into_a_bare_stretch() -> None:
    naked = bare(HEALTHY, [12, 13], channel_share=0.04, persistent_sodium=0.0)
    helped = remyelinate(naked, [10, 11], 1.0, 0.25)
    found = conduct([naked, helped], duration=12.0, window=False)["conducts"].values
    assert found.tolist() == [False, True]


def test_scaling_channels_touches_only_the_nodes_named() -> None:
    weak = scale_channels(HEALTHY, [4], naf=0.5, ks=2.0)
    ratio = weak.density[HEALTHY.nodes[4]] / HEALTHY.density[HEALTHY.nodes[4]]
    assert ratio == pytest.approx([0.5, 1.0, 2.0, 1.0])
    assert np.array_equal(weak.density[HEALTHY.nodes[5]], HEALTHY.density[HEALTHY.nodes[5]])


def test_lesions_leave_the_fibre_they_were_given() -> None:
    before = HEALTHY.lamellae.copy()
    lose_lamellae(HEALTHY, None, 0.5)
    bare(HEALTHY, [1, 2])
    assert np.array_equal(HEALTHY.lamellae, before)
    with pytest.raises(ValueError, match="read-only"):
        HEALTHY.lamellae[0] = 3


@pytest.mark.parametrize(
    ("lesion", "words"),
    [
        (lambda: lose_lamellae(HEALTHY, 3, 0.001), "bare"),
        (lambda: lose_lamellae(HEALTHY, 3, 0.0, partial=True), "bare"),
        (lambda: lose_lamellae(HEALTHY, 20, 0.5), "no internode 20"),
        (lambda: lose_lamellae(HEALTHY, -1, 0.5), "no internode -1"),
        (lambda: lose_lamellae(HEALTHY, [1, 1], 0.5), "twice"),
        (lambda: lose_lamellae(HEALTHY, [1, 2], [0.5]), "1 values for 2"),
        (lambda: lose_lamellae(HEALTHY, 1, float("nan")), "finite"),
        (lambda: lose_lamellae(HEALTHY, 1, 1.5), "0 to 1"),
        (lambda: open_paranodes(HEALTHY, 1, -2.0), "width_factor"),
        (lambda: open_paranodes(HEALTHY, 1, 0.0), "above zero"),
        (lambda: remyelinate(HEALTHY, 1, 0.5, 0.0), "above zero"),
        (lambda: remyelinate(HEALTHY, 1, 0.5, 0.002), "larger length"),
        (lambda: remyelinate(HEALTHY, 1, 0.001, 0.5), "bare"),
        (lambda: bare(HEALTHY, 1, channel_share=-1), "channel_share"),
        (lambda: bare(HEALTHY, 1, persistent_sodium=2.0), "persistent_sodium"),
        (lambda: retract(HEALTHY, 5, 600.0), "draw back"),
        (lambda: retract(HEALTHY, 5, float("nan")), "finite"),
        (lambda: scale_channels(HEALTHY, naf=float("nan")), "naf"),
        (lambda: scale_channels(HEALTHY, nav=1.0), "no current 'nav'"),
        (lambda: scale_channels(HEALTHY, [21], naf=1.0), "no node 21"),
    ],
)
def test_impossible_lesions_are_refused(lesion, words: str) -> None:
    with pytest.raises(InputError, match=words):
        lesion()


def test_roles_survive_every_lesion() -> None:
    changed = remyelinate(bare(open_paranodes(HEALTHY, [1], 5.0), [10]), [3], 0.2, 0.3)
    assert np.count_nonzero(changed.role == NODE) == HEALTHY.n_nodes + 2
