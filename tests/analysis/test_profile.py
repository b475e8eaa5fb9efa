"""Local sensitivities and profiles agree with what is known of the model and of normal posteriors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from remyelin.analysis.estimation import Model, estimate, profile, sensitivities
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger

WHO = {"AGE": 60.0, "INTAKE": 1.5}
ROWS: list[dict[str, Any]] = [
    {"ID": 1, "TIME": -1, "EVID": 0, "DV": 95, "DVID": 1},
    {"ID": 1, "TIME": -1, "EVID": 0, "DV": 900, "DVID": 3},
    {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 3, "FORM": 1, "II": 7, "ADDL": 7},
    {"ID": 1, "TIME": 30, "EVID": 0, "DV": 640, "DVID": 1},
    {"ID": 1, "TIME": 120, "EVID": 2, "DVID": 4},
]
MODEL = Model(scales=("store", "plasma", "mma", "homocysteine"))


def test_a_marker_changes_with_its_own_scale_one_to_one_and_not_with_that_of_another() -> None:
    found = sensitivities(ROWS, MODEL, covariates=WHO)
    assert found["marker"].to_numpy().tolist() == ["b12", "mma", "b12", "homocysteine"]
    own = found["elasticity"].sel(parameter=["mma", "homocysteine"]).to_numpy()
    np.testing.assert_allclose(own, [[0, 0], [1, 0], [0, 0], [0, 1]], atol=1e-6)
    # more absorption raises B12, and lowers methylmalonate
    store = found["elasticity"].sel(parameter="store").to_numpy()
    assert store[0] > 0 > store[1]


def test_an_entry_of_the_ledger_is_an_elasticity_too() -> None:
    half = "injection.retained_half_dose.cyanocobalamin"
    found = sensitivities(ROWS, Model(scales=("store",), entries={half: 0.5}), covariates=WHO)
    elasticity = found["elasticity"].sel(parameter=half).to_numpy()
    assert elasticity[0] == pytest.approx(0.0, abs=1e-6)  # before the first injection
    assert elasticity[2] > 0.05


def test_a_scale_without_data_has_the_profile_of_its_prior_and_none_without_it() -> None:
    spread = Ledger.shipped()["spread.homocysteine"]
    found = profile(ROWS, "homocysteine", MODEL, covariates=WHO, points=4)
    np.testing.assert_allclose(found["rise"][0], 0.5 * np.linspace(-3, 3, 9) ** 2, atol=1e-3)
    assert np.log(float(found["high"][0])) == pytest.approx(1.645 * spread, rel=0.05)
    flat = profile(ROWS, "homocysteine", MODEL, covariates=WHO, points=4, prior=False)
    np.testing.assert_allclose(flat["rise"][0], 0.0, atol=1e-6)
    assert np.isnan([flat["low"][0], flat["high"][0]]).all()


def test_a_profile_has_the_mode_and_the_spread_of_the_estimation() -> None:
    found = estimate(ROWS, MODEL, covariates=WHO, draws=10)
    made = profile(ROWS, "mma", MODEL, covariates=WHO, points=4)
    mode, sd = (float(found.persons[name].sel(parameter="mma")[0]) for name in ("map", "sd"))
    assert float(made["factor"][0, 4]) == pytest.approx(mode)
    width = np.log(float(made["high"][0]) / float(made["low"][0]))
    assert width == pytest.approx(2 * 1.645 * sd, rel=0.15)
    # the others are found again: along the profile the fall of fit is less than with them held
    assert (np.diff(made["rise"][0].to_numpy())[:4] < 0).all()


def test_one_free_parameter_needs_no_search() -> None:
    alone = Model(scales=("mma",))
    made = profile(ROWS, "mma", alone, covariates=WHO, points=2)
    assert float(made["rise"][0, 2]) == pytest.approx(0.0, abs=1e-6)
    assert float(made["rise"][0, 0]) > 1.0


def test_what_is_not_free_is_refused() -> None:
    with pytest.raises(InputError, match="profile: 'stores' is not free; did you mean 'store'"):
        profile(ROWS, "stores", MODEL, covariates=WHO)
    with pytest.raises(InputError, match="give 2 or more"):
        profile(ROWS, "store", MODEL, covariates=WHO, points=1)
