"""Fibres as data: geometry, the electrical network, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import FLUT, MYSA, STIN, mrg, mrg_interpolated, mrg_node, pena, refine
from remyelin.fibre.models.circuit import circuit

LEDGER = Ledger.shipped()


def test_mrg_10_um_has_the_published_geometry() -> None:
    fibre = mrg(10.0, 5, ledger=LEDGER)
    assert fibre.n_nodes == 5
    assert fibre.n_compartments == 4 * 11 + 1
    inside = fibre.internode(1)
    assert fibre.length[inside].sum() + 1.0 == pytest.approx(1150.0)
    assert np.unique(fibre.length[fibre.role == STIN]) == pytest.approx([175.1667], abs=1e-4)
    assert np.diff(fibre.node_positions) == pytest.approx(1.15)


def test_periaxonal_resistance_and_myelin_match_the_published_table() -> None:
    """Rpx (MOhm/cm), xc (uF/cm2) and xg (S/cm2) of the 10 um row."""
    fibre = mrg(10.0, 3, ledger=LEDGER)
    net = circuit(fibre)
    stin = np.flatnonzero(fibre.role == STIN)[:2]
    per_cm = 1 / net.periaxonal[stin[0]] / (fibre.length[stin[0]] * 1e-4)
    assert per_cm == pytest.approx(8.068e4, rel=1e-3)
    area = np.pi * 10.0 * fibre.length[stin[0]] * 1e-8
    assert net.myelin_capacity[stin[0]] * 1e-3 / area == pytest.approx(4.167e-4, rel=1e-3)
    assert net.myelin_conductance[stin[0]] * 1e-6 / area == pytest.approx(4.167e-6, rel=1e-3)


def test_node_kinetics_match_the_published_check_values() -> None:
    """Steady state and time constant (ms) at 37 C, from the independent implementation."""
    node = mrg_node(LEDGER)
    expected = {
        -80.0: [(0.073209, 0.051809), (0.620695, 1.011788), (0.202604, 17.966772), (0.043030, 28.581478)],
        -40.0: [(0.813816, 0.031309), (0.006757, 0.200993), (0.938173, 4.867731), (0.902994, 2.897119)],
    }
    for potential, rows in expected.items():
        for gate, (steady, tau) in zip(node.gates, rows, strict=True):
            found = gate.kinetics(potential, 37.0)
            assert found[0] == pytest.approx(steady, abs=1e-6)
            assert found[1] == pytest.approx(tau, abs=1e-6)
    assert node.current_density(-80.0, 37.0) == pytest.approx(-1.3697e-3, abs=1e-7)


def test_rates_are_finite_and_continuous_at_their_singularities() -> None:
    node = mrg_node(LEDGER)
    for singular in (-21.4, -25.7, -114.0, -27.0, -34.0):
        around = np.array([singular - 1e-6, singular, singular + 1e-6])
        for gate in node.gates:
            for rate in (gate.alpha, gate.beta):
                values = rate(around)
                assert np.all(np.isfinite(values))
                assert values[1] == pytest.approx(values[0], rel=1e-5)


def test_the_recalled_shift_of_the_activation_is_a_named_variant() -> None:
    other = LEDGER.replace({"mrg.node.m_alpha_shift": "gaines2018"})
    assert mrg_node(other).gates[0].alpha.b == 20.4
    assert mrg_node(LEDGER).gates[0].alpha.b == 21.4


@given(diameter=st.floats(2.0, 16.0), thin=st.booleans())
def test_any_diameter_gives_a_sound_fibre(diameter: float, thin: bool) -> None:
    fibre = (pena if thin else mrg_interpolated)(diameter, 3, ledger=LEDGER)
    net = circuit(fibre)
    for array in (net.axial, net.periaxonal, net.axolemma_capacity):
        assert np.all(np.isfinite(array))
        assert np.all(array > 0)


def test_refining_changes_neither_length_nor_membrane() -> None:
    fibre = mrg(5.7, 4, ledger=LEDGER)
    finer = refine(fibre, 3, 5, 2)
    assert finer.grid == (3, 5, 2)
    assert finer.n_compartments == 3 * (1 + 6 + 10 + 12) + 1
    for role in (MYSA, FLUT, STIN):
        assert finer.length[finer.role == role].sum() == pytest.approx(fibre.length[fibre.role == role].sum())
    assert circuit(finer).axolemma_capacity.sum() == pytest.approx(circuit(fibre).axolemma_capacity.sum())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"diameter_um": 9.0}, "mrg_interpolated"),
        ({"diameter_um": float("nan")}, "diameter is nan"),
        ({"n_nodes": 0}, "2 or more"),
        ({"n_nodes": 1}, "2 or more"),
        ({"n_nodes": 2.5}, "whole number"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": 80.0}, "temperature"),
        ({"grid": "fine"}, "grid"),
        ({"grid": (0, 1, 1)}, "1 or more"),
        ({"ends": "open"}, "ends"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(change: dict[str, object], words: str) -> None:
    arguments: dict[str, object] = {"diameter_um": 10.0, "n_nodes": 5, "ledger": LEDGER, **change}
    with pytest.raises(InputError, match=words) as caught:
        mrg(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("diameter", [1.9, 16.1, -3.0, float("nan"), float("inf")])
def test_diameters_out_of_range_are_refused(diameter: float) -> None:
    with pytest.raises(InputError, match=r"outside|finite"):
        mrg_interpolated(diameter, 5, ledger=LEDGER)


@pytest.mark.parametrize(
    "name", ["length", "axon_diameter", "lamellae", "axolemma_capacity", "density", "periaxonal_width"]
)
def test_a_fibre_holds_only_finite_numbers(name: str) -> None:
    fibre = mrg(10.0, 3, ledger=LEDGER)
    broken = np.array(getattr(fibre, name))
    broken.flat[0] = np.nan
    with pytest.raises(InputError, match=name):
        fibre.replace(**{name: broken})
