"""Membranes with ions at fixed concentrations."""

from __future__ import annotations

import pytest

from remyelin.fibre.models.balance import balanced, nernst
from remyelin.fibre.models.channels import ChannelSet, Current
from remyelin.fibre.settings import LEAST_LEAK


def test_a_tenfold_gradient_is_61_5_mv_at_body_temperature() -> None:
    assert nernst(145.0, 14.5, 37.0) == pytest.approx(61.54, abs=0.01)
    assert nernst(14.5, 145.0, 37.0) == pytest.approx(-61.54, abs=0.01)
    assert nernst(20.0, 2.0, 37.0, charge=2) == pytest.approx(61.54 / 2, abs=0.01)
    assert nernst(20.0, 2.0, 37.0, charge=-1) == pytest.approx(-61.54, abs=0.01)
    assert nernst(5.0, 5.0, 20.0) == 0.0


def test_no_net_current_flows_at_rest_whatever_the_ions_do() -> None:
    membrane = ChannelSet("two", (), (Current("na", 2e-4, 60.0), Current("k", 5e-4, -90.0)))
    carried = {"sodium": (("na", 1.0),), "potassium": (("k", 1.0),)}
    reversal = {"sodium": 60.0, "potassium": -90.0}
    assert membrane.current_density(-65.0, 37.0) != 0.0
    found = balanced(membrane, carried, {"sodium": 0.01, "potassium": -0.002}, reversal, -65.0, 37.0)
    assert [current.name for current in found.currents] == ["na", "k", "leak"]
    assert found.current_density(-65.0, 37.0) == pytest.approx(0.0, abs=1e-12)
    # potassium flows out at rest more than its pump brings in: a leak of it would have to flow uphill
    sodium = -(2e-4 * (-65.0 - 60.0) + 0.01) / (-65.0 - 60.0)
    potassium = -(5e-4 * (-65.0 + 90.0) - 0.002) / (-65.0 + 90.0)
    assert found.currents[-1].density == pytest.approx(
        max(sum(max(0.0, leak) for leak in (sodium, potassium)), LEAST_LEAK)
    )


def test_a_leak_is_there_even_where_only_a_constant_current_is_needed() -> None:
    membrane = ChannelSet("one", (), (Current("k", 5e-4, -90.0),))
    found = balanced(
        membrane, {"potassium": (("k", 1.0),)}, {"potassium": 0.0}, {"potassium": -90.0}, -65.0, 37.0
    )
    assert found.currents[-1].density == LEAST_LEAK
    assert found.current_density(-65.0, 37.0) == pytest.approx(0.0, abs=1e-12)
