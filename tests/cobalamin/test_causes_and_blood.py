"""Causes as changes of exposure, adherence, and the blood count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.cobalamin import Exposure, Parameters, causes, constant, regimen, simulate, steps
from remyelin.cobalamin.blood import potassium_watch
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)
PERSON = Exposure(age=50, food_intake=constant(5.0), meals_per_day=3)
YEAR = 365.25


def at(exposure: Exposure, name: str, time: float) -> float:
    return float(simulate(exposure, [time], PARAMETERS)[name][0])


def test_causes_rank_as_they_should() -> None:
    """Serum B12 three years on: the less is absorbed, the lower."""
    b12 = [
        at(exposure, "b12", 3 * YEAR)
        for exposure in (
            PERSON,
            causes.metformin(PERSON, 0.0, LEDGER),
            causes.food_malabsorption(PERSON, 0.0, 0.2),
            causes.impaired_ileum(PERSON, 0.0, 0.2),
            causes.pernicious_anaemia(PERSON, 0.0, YEAR),
            causes.gastrectomy(PERSON, 0.0),
        )
    ]
    assert (np.diff(b12) < 0).all()
    assert at(causes.diet(PERSON, 0.0, 1.0), "b12", 3 * YEAR) < b12[0]


def test_causes_combine() -> None:
    both = causes.metformin(causes.diet(PERSON, 0.0, 2.0), 0.0, LEDGER)
    assert at(both, "b12", YEAR) < at(causes.diet(PERSON, 0.0, 2.0), "b12", YEAR)
    using = causes.nitrous_oxide(causes.nitrous_oxide(PERSON, -20, -10, 2, 0.5), -5, 1, 2, 0.5)
    assert len(using.nitrous_oxide) == 2
    blind = causes.receptor_antibodies(PERSON, -YEAR, 0.9)
    assert at(blind, "csf_b12", 0.0) < 0.2 * at(PERSON, "csf_b12", 0.0)
    sudden, operated = causes.pernicious_anaemia(PERSON, 0.0, 0.0), causes.gastrectomy(PERSON, 0.0)
    assert at(sudden, "b12", YEAR) == pytest.approx(at(operated, "b12", YEAR))
    with pytest.raises(InputError, match="decline"):
        causes.pernicious_anaemia(PERSON, 0.0, -1.0)


def test_adherence() -> None:
    doses = regimen("cyanocobalamin 1 mg oral daily", 0, 1000, LEDGER)
    half = causes.taken(doses, 0.5, np.random.default_rng(3))
    assert 450 < len(half) < 550
    assert half == causes.taken(doses, 0.5, np.random.default_rng(3))
    assert causes.taken(doses, 1.0, np.random.default_rng(0)) == doses
    full_b12, half_b12 = (at(replace(PERSON, doses=given), "b12", 999.0) for given in (doses, half))
    assert at(PERSON, "b12", 999.0) < half_b12 < full_b12
    with pytest.raises(InputError, match="adherence"):
        causes.taken(doses, 1.5, np.random.default_rng(0))


def test_blood_follows_and_folic_acid_masks() -> None:
    lost = causes.gastrectomy(PERSON, -6 * YEAR)
    masked = replace(lost, folic_acid=steps(0.0, [(-5 * YEAR, 5.0)]))
    assert at(PERSON, "mcv", 0.0) == pytest.approx(LEDGER["blood.mcv"])
    assert at(lost, "mcv", 0.0) > at(masked, "mcv", 0.0) + 10
    assert at(lost, "haemoglobin", 0.0) < at(masked, "haemoglobin", 0.0) - 20
    # Masked in the blood, not in the nerve.
    assert (simulate(masked, [0.0], PARAMETERS)["methylation"] < 0.3).all()
    spared = replace(lost, marrow_scale=0.1)
    assert at(spared, "mcv", 0.0) < at(PERSON, "mcv", 0.0) + 4
    treated = replace(lost, doses=regimen("uk neurological", 0, YEAR, LEDGER))
    assert at(treated, "haemoglobin", 10.0) < at(treated, "haemoglobin", 90.0)
    assert at(treated, "haemoglobin", YEAR) == pytest.approx(LEDGER["blood.haemoglobin"], rel=0.01)


def test_potassium_watch_only_in_severe_anaemia() -> None:
    doses = regimen("us label 100 ug", 0, 30, LEDGER)
    severe = replace(causes.gastrectomy(PERSON, -8 * YEAR), doses=doses, marrow_scale=1.0)
    low = LEDGER.replace({"blood.haemoglobin_fall": 0.6})
    anaemic = simulate(severe, [-1.0, 0.0, 10.0], Parameters.from_ledger(low))
    assert potassium_watch(anaemic, doses, PARAMETERS) == (0.0, 2.0)
    healthy = simulate(replace(PERSON, doses=doses), [-1.0, 0.0], PARAMETERS)
    assert potassium_watch(healthy, doses, PARAMETERS) is None
    assert potassium_watch(anaemic, (), PARAMETERS) is None
