"""Fibres of one's own: unequal internodes, bare cables, channels as functions."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    ChannelSet,
    Current,
    Gate,
    Geometry,
    Rate,
    bare_cable,
    conduct,
    from_internodes,
    mrg,
    mrg_node,
    steady_gate,
)
from remyelin.fibre.models.fibre import NODE

LEDGER = Ledger.shipped()
TEN = Geometry(10.0, 3.3, 6.9, 1150.0, 46.0, 120.0)
SHORT = replace(TEN, internode_length=400.0)


@pytest.mark.parametrize("ends", ["sealed", "passive"])
@pytest.mark.parametrize("grid", ["published", (2, 3, 2)])
def test_equal_internodes_are_the_published_fibre(ends, grid) -> None:
    ours = from_internodes([TEN] * 6, ends=ends, grid=grid, ledger=LEDGER)
    theirs = mrg(10.0, 7, ends=ends, grid=grid, ledger=LEDGER)
    for name in (
        "role",
        "length",
        "axon_diameter",
        "lamellae",
        "density",
        "channels",
        "axolemma_leak",
        "resistivity",
    ):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    assert (ours.diameter, ours.grid) == (theirs.diameter, theirs.grid)


def test_unequal_internodes_lie_where_they_were_put() -> None:
    fibre = from_internodes([TEN, SHORT, replace(TEN, fibre_diameter=11.0), TEN], ledger=LEDGER)
    assert np.diff(fibre.node_positions) == pytest.approx([1.15, 0.4, 1.15, 1.15])
    assert fibre.diameter == 11.0
    assert fibre.sheath_diameter[fibre.internode(2)][0] == 11.0


def test_an_impulse_crosses_short_internodes_more_slowly() -> None:
    fibre = from_internodes([TEN] * 8 + [SHORT] * 8 + [TEN] * 8, ledger=LEDGER)
    found = conduct(fibre)
    at, when = fibre.node_positions, found.arrival.values[0]
    speed = np.diff(at) / np.diff(when)
    assert bool(found.conducts[0])
    assert speed[12] < 0.8 * speed[4]


def test_a_bare_cable_of_hodgkin_and_huxley_conducts_as_they_computed() -> None:
    """Giant axon, 476 um, 18.5 C: 18.8 m/s (Hodgkin and Huxley 1952, J Physiol 117:500)."""
    gates = (
        Gate("m", Rate("linoid", 0.1, 40.0, 10.0), lambda v: 4 * np.exp(-(v + 65) / 18), 3.0, 6.3),
        Gate("h", lambda v: 0.07 * np.exp(-(v + 65) / 20), Rate("sigmoid", 1.0, 35.0, 10.0), 3.0, 6.3),
        Gate("n", Rate("linoid", 0.01, 55.0, 10.0), lambda v: 0.125 * np.exp(-(v + 65) / 80), 3.0, 6.3),
    )
    squid = ChannelSet(
        "squid",
        gates,
        (
            Current("na", 0.12, 50.0, (("m", 3), ("h", 1))),
            Current("k", 0.036, -77.0, (("n", 4),)),
            Current("leak", 0.0003, -54.387),
        ),
    )
    axon = bare_cable(
        "giant axon", 476.0, 60.0, squid, piece=500.0, resistivity=35.4, capacity=1.0, rest=-65.0,
        temperature=18.5, ledger=LEDGER,
    )  # fmt: skip
    from remyelin.fibre import Pulse

    found = conduct(axon, pulse=Pulse(10_000.0, 0.2, 5), duration=5.0, step=5.0)
    assert float(found.velocity[0]) == pytest.approx(18.8, rel=0.02)


def test_a_gate_of_steady_state_and_time_is_that_of_its_rates() -> None:
    m = mrg_node(LEDGER).gates[0]

    def steady(v):
        return m.alpha(v) / (m.alpha(v) + m.beta(v))

    def time(v):
        return 1 / (m.alpha(v) + m.beta(v))

    same = steady_gate("m", steady, time, m.q10, m.reference_temperature)
    at = np.linspace(-120.0, 60.0, 50)
    for ours, theirs in zip(same.kinetics(at, 33.0), m.kinetics(at, 33.0), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9)
    node = mrg_node(LEDGER)
    swapped = replace(node, gates=(same, *node.gates[1:]))
    fibre = mrg(10.0, 21, ledger=LEDGER)
    one, two = conduct(fibre), conduct(fibre.replace(channel_sets=(swapped,)))
    assert float(two.velocity[0]) == pytest.approx(float(one.velocity[0]), rel=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Gate("m", lambda v: -1.0 + 0 * v, Rate("sigmoid", 1, 1, 1), 1.0, 37.0),
            "alpha is -1 at -150",
        ),
        (lambda: Gate("m", lambda v: v * np.nan, Rate("sigmoid", 1, 1, 1), 1.0, 37.0), "alpha is nan"),
        (lambda: Gate("m", Rate("sigmoid", 1, 1, 1), lambda v: 3.0, 1.0, 37.0), "beta returns shape"),
        (lambda: Gate("m", Rate("sigmoid", 1, 1, 1), lambda: 3.0, 1.0, 37.0), "beta cannot be called"),
        (lambda: Gate("m", 3.0, Rate("sigmoid", 1, 1, 1), 1.0, 37.0), "no rate"),
        (lambda: Rate("lineoid", 1.0, 1.0, 1.0), "linoid"),
        (lambda: steady_gate("m", lambda v: 2 + 0 * v, lambda v: 1 + 0 * v), "steady is 2 at -150 mV"),
        (lambda: steady_gate("m", lambda v: 0.5 + 0 * v, np.zeros_like), "time is 0 at -150 mV"),
        (lambda: from_internodes([], ledger=LEDGER), "at least one internode"),
        (lambda: from_internodes([TEN, 3], ledger=LEDGER), "internode 1 is a int"),
        (lambda: from_internodes([replace(TEN, lamellae=np.nan)], ledger=LEDGER), "lamellae is nan"),
        (lambda: from_internodes([replace(TEN, internode_length=50.0)], ledger=LEDGER), "no room"),
        (lambda: from_internodes([TEN], ends="open", ledger=LEDGER), "ends"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_built_is_refused(make, message) -> None:
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(("length", "piece"), [(0.01, 10.0), (np.nan, 10.0), (1.0, 0.0), (1.0, -1.0)])
def test_an_impossible_cable_is_refused(length, piece) -> None:
    with pytest.raises(InputError):
        bare_cable(
            "own",
            1.0,
            length,
            mrg_node(LEDGER),
            piece=piece,
            resistivity=70.0,
            capacity=1.0,
            rest=-80.0,
            ledger=LEDGER,
        )


def test_every_compartment_of_a_bare_cable_is_a_node() -> None:
    axon = bare_cable(
        "own",
        1.0,
        1.0,
        mrg_node(LEDGER),
        piece=10.0,
        resistivity=70.0,
        capacity=1.0,
        rest=-80.0,
        ledger=LEDGER,
    )
    assert set(axon.role) == {NODE}
    assert axon.n_nodes == 100


@pytest.mark.parametrize(
    "module", ["models.own", "models.channels", "stimulation.field", "stimulation.solutions"]
)
def test_the_examples_run(module) -> None:
    found = doctest.testmod(importlib.import_module(f"remyelin.fibre.{module}"))
    assert found.attempted
    assert not found.failed
