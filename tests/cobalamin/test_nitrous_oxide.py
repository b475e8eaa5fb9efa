"""Rates at which nitrous oxide destroys methionine synthase and uses up cobalamin."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.cobalamin import Exposure, NitrousOxide, Parameters, constant
from remyelin.cobalamin.nitrous_oxide import inactivation_rate, oxidation_rate
from remyelin.evidence import Ledger

PARAMETERS = Parameters.from_ledger(Ledger.shipped())


def breathing(hours: float, fraction: float) -> Exposure:
    gas = NitrousOxide(start=0.0, stop=2.0, hours_per_day=hours, inspired_fraction=fraction)
    return Exposure(age=30, food_intake=constant(5.0), meals_per_day=3, nitrous_oxide=(gas,))


def test_the_enzyme_is_lost_in_proportion_to_the_gas_of_the_day_and_only_while_it_is_breathed() -> None:
    days = np.array([-1.0, 1.0, 5.0])
    whole = inactivation_rate(breathing(24.0, 0.5), days, PARAMETERS)
    np.testing.assert_array_equal(whole[[0, 2]], 0.0)
    assert whole[1] > 0
    np.testing.assert_allclose(inactivation_rate(breathing(6.0, 0.5), days, PARAMETERS), whole / 4)
    np.testing.assert_allclose(inactivation_rate(breathing(24.0, 0.25), days, PARAMETERS), whole / 2)


def test_cobalamin_is_oxidised_with_the_share_of_the_enzyme_that_is_out_of_action() -> None:
    turnover = PARAMETERS.synthase_turnover
    found = oxidation_rate(np.array([0.0, turnover, 1e9 * turnover]), PARAMETERS)
    assert found[0] == 0.0
    assert found[1] == pytest.approx(PARAMETERS.oxidation_rate / 2)
    assert found[2] == pytest.approx(PARAMETERS.oxidation_rate)
