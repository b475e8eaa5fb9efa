"""The lead of the gates: the error of the velocity is linear in it and vanishes near the value that is used."""

from __future__ import annotations

import pytest

from remyelin.evidence import Ledger
from remyelin.fibre.conduct import conduct
from remyelin.fibre.models.mrg import mrg
from remyelin.fibre.settings import DEFAULT_STEP_US, GATE_LEAD
from remyelin.fibre.solvers import reduced

CONVERGED_STEP_US = 0.25
NODES, FIRST, LAST = 51, 12, 38


def _time(diameter: float, temperature: float, step: float, ledger: Ledger) -> float:
    fibre = mrg(diameter, NODES, ends="passive", temperature=temperature, ledger=ledger)
    arrival = conduct([fibre], step=step, precision="double", threads=1)["arrival"].values[0]
    return float(arrival[LAST] - arrival[FIRST])


@pytest.mark.parametrize(("diameter", "temperature"), [(5.7, 37.0), (16.0, 37.0), (10.0, 20.0)])
def test_the_velocity_errs_in_proportion_to_the_lead_and_least_near_the_one_in_use(
    monkeypatch: pytest.MonkeyPatch, diameter: float, temperature: float
) -> None:
    ledger = Ledger.shipped()
    converged = _time(diameter, temperature, CONVERGED_STEP_US, ledger)

    def error(lead: float) -> float:
        monkeypatch.setattr(reduced, "GATE_LEAD", lead)
        return converged / _time(diameter, temperature, DEFAULT_STEP_US, ledger) - 1

    none, used, twice = error(0.0), error(GATE_LEAD), error(2 * GATE_LEAD)
    assert used == pytest.approx((none + twice) / 2, abs=0.1 * (twice - none))
    assert none < -1e-3
    assert abs(used) < 0.0015
    assert 0.2 < -none / (twice - none) * 2 * GATE_LEAD < 0.35
