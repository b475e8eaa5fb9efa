"""The calibrated values are those of the fit, and no validation row had a part in it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from remyelin.analysis.calibration import fit_cobalamin
from remyelin.analysis.calibration.fit_cobalamin import FREE, PRIOR_SPREADS, START, Fit, residuals
from remyelin.analysis.calibration.profile_cobalamin import DEVIANCE_95, crossings, profile
from remyelin.analysis.calibration.rebuild import cobalamin_fit, inputs_of_fit, rebuild
from remyelin.analysis.validation import validate
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger, load_published

LEDGER = Ledger.shipped()
#: Rows the model misses, each explained in its note. A row that comes to hold is taken off this list.
MISSES = {
    "kuzminski_im_mma",
    "open_b12",
    "open_holotc",
    "open_hcy",
    "nhanes_low_mma",
    "greibe_holotc",
    "n2o_2h_hcy",
    "oh_over_cn_24h",
}

AT_PRESENTATION = {
    "b12_cord_median",
    "b12_cord_below_30",
    "b12_above_150_neuro",
    "mma_cord_median",
    "hcy_cord_median",
    "mma_raised_deficient",
}


def cost(ledger: Ledger) -> float:
    logs = np.log([ledger[name] for name in FREE]) - np.log(START)
    return float((residuals(ledger) ** 2).sum() + ((logs / PRIOR_SPREADS) ** 2).sum())


def test_calibrated_values_are_at_the_optimum() -> None:
    best = cost(LEDGER)
    for name in FREE:
        assert LEDGER.entry(name).kind == "calibrated"
        for factor in (0.97, 1.03):
            assert cost(LEDGER.replace({name: LEDGER[name] * factor})) > best - 1e-3, (name, factor)


def test_every_calibrated_entry_is_fitted() -> None:
    calibrated = {e.name for e in LEDGER.entries() if e.layer == "cobalamin" and e.kind == "calibrated"}
    assert calibrated == set(FREE)


def test_no_fitted_value_stands_at_an_end_of_its_range() -> None:
    for name in FREE:
        low, high = np.log(LEDGER.entry(name).range)
        place = (np.log(LEDGER[name]) - low) / (high - low)
        assert 0.02 < place < 0.98, (name, place)


def test_fit_reads_calibration_rows_only() -> None:
    roles = {target.name: target.role for target in load_published()}
    assert {row.role for row in fit_cobalamin._rows("calibration")} == {"calibration"}
    assert '_rows("calibration")' in inspect.getsource(residuals)
    validation = {name for name, role in roles.items() if role == "validation"}
    residual_source = inspect.getsource(fit_cobalamin.residuals)
    assert not any(name in residual_source for name in validation)
    layer = {row.name for row in load_published() if row.layer == "cobalamin" and row.role == "calibration"}
    assert {row.name for row in fit_cobalamin._rows("calibration")} == layer - {"b12_cord_median"}


def test_every_row_is_computed_and_the_misses_are_the_known_ones() -> None:
    """Rows about persons at presentation wait for the clinical layers; all others are computed."""
    verdicts = list(validate(LEDGER, "cobalamin"))
    assert {verdict.name for verdict in verdicts if not verdict.computed} <= AT_PRESENTATION
    assert {verdict.name for verdict in verdicts if verdict.holds is False} - AT_PRESENTATION == MISSES
    assert len(verdicts) == 48 + 13
    assert LEDGER["diet.vegan_intake"] < LEDGER["diet.vegetarian_intake"]


def test_shipped_fit_is_current() -> None:
    """Fails when a number the fit reads has changed: run `remyelin rebuild cobalamin` and carry it to the ledger."""
    shipped = cobalamin_fit()
    assert shipped["inputs"] == inputs_of_fit(LEDGER)
    for name in FREE:
        assert LEDGER[name] == pytest.approx(shipped["parameters"][name]["value"], rel=0.01), name
    assert shipped["inputs"] != inputs_of_fit(LEDGER.replace({"store.loss_with_loop": 0.0011}))
    assert shipped["inputs"] == inputs_of_fit(LEDGER.replace({FREE[0]: 0.14})), "what is fitted is no input"


def test_profiles_say_what_is_identified() -> None:
    """The lowest point of a profile is inside its interval; where the data set no end, the page says so."""
    for name, found in cobalamin_fit()["parameters"].items():
        deviance = np.array(found["deviance"])
        lowest = found["values"][int(deviance.argmin())]
        assert deviance.min() == 0
        assert (found["low"] or 0) < lowest < (found["high"] or np.inf), name
        low, high = LEDGER.entry(name).range
        assert all(low * 0.999 <= value <= high * 1.001 for value in found["values"])


def test_crossings_of_a_parabola() -> None:
    logs = np.linspace(-3, 3, 9)
    low, high = crossings(logs, logs**2 * DEVIANCE_95)
    assert (low, high) == (pytest.approx(np.exp(-1)), pytest.approx(np.exp(1)))
    assert crossings(logs, np.where(logs < 0, 0.1 * logs**2, 9 * logs**2))[0] is None


def test_profile_walks_out_of_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a quadratic misfit of one parameter the interval is known."""
    from remyelin.analysis.calibration import profile_cobalamin

    name = "plasma.b12_per_store"
    monkeypatch.setattr(
        profile_cobalamin, "residuals", lambda ledger: np.array([np.log(ledger[name] / 0.13) / 0.1])
    )
    values = dict(zip(FREE, START, strict=True)) | {name: 0.13}
    spread, share = dict(zip(FREE, PRIOR_SPREADS, strict=True)), dict.fromkeys(FREE, 1.0)
    result = Fit(values, spread | {name: 0.1}, share | {name: 0.04}, np.eye(len(FREE)), 0.0)
    found = profile(LEDGER, result, name)
    assert found.low == pytest.approx(0.13 * np.exp(-0.196), rel=0.01)
    assert found.high == pytest.approx(0.13 * np.exp(0.196), rel=0.01)


def test_unknown_derived_data_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'cobalamin'"):
        rebuild("cobalamine")
