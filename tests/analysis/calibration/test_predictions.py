"""Predictions of published rows: drawn again as further series, whose spread is that of the calibration rows."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.analysis.calibration.predict_people import SAMPLES, intervals, reported
from remyelin.evidence import Ledger, load_published

LEDGER = Ledger.shipped()
ROWS = {row.name: row for row in load_published()}


def between(series: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the standard deviation between series of several quantities (DerSimonian and Laird 1986)."""
    above, scale = 0.0, 0.0
    for value, variance in series:
        weight = 1.0 / variance
        mean = weight @ value / weight.sum()
        above += weight @ (value - mean) ** 2 - (len(value) - 1)
        scale += weight.sum() - (weight**2).sum() / weight.sum()
    return float(np.sqrt(above / scale))


def test_the_spread_between_series_follows_from_the_counts() -> None:
    shares = []
    for found, whole in (([6, 4, 6, 14, 25], [25, 11, 12, 20, 28]), ([18, 10, 12], [20, 11, 12])):
        yes = np.array(found) + 0.5
        no = np.array(whole) - np.array(found) + 0.5
        shares.append((np.log(yes / no), 1.0 / yes + 1.0 / no))
    assert between(shares) == pytest.approx(LEDGER["series.spread_share"], abs=0.005)
    person = LEDGER["series.spread_person"]
    levels = []
    for values, whole in (
        ([64, 50, 105], [36, 49, 10]),
        ([2660, 3800], [70, 31]),
        ([51, 88, 30], [20, 31, 15]),
    ):
        levels.append((np.log(values), person**2 / np.array(whole, dtype=np.float64)))
    assert between(levels) == pytest.approx(LEDGER["series.spread_level"], abs=0.005)


def test_a_share_is_reported_with_the_spread_of_series_and_samples() -> None:
    row = ROWS["babinski_cord"]
    drawn = np.concatenate([reported(row, 50.0, LEDGER, np.random.default_rng(i)) for i in range(50)])
    assert drawn.mean() == pytest.approx(50.0, abs=2.0)
    narrow = LEDGER.replace({"series.spread_share": 0.5})
    alike = np.concatenate([reported(row, 50.0, narrow, np.random.default_rng(i)) for i in range(50)])
    assert alike.std() < drawn.std()
    none = reported(row, 0.0, LEDGER, np.random.default_rng(1))
    assert 0.0 < np.mean(none > 0.0) < 1.0, "none in a few is not never"


def test_a_level_is_reported_about_its_value_and_other_rows_as_they_are() -> None:
    drawn = np.concatenate(
        [reported(ROWS["mma_cord_median"], 2000.0, LEDGER, np.random.default_rng(i)) for i in range(50)]
    )
    assert np.median(drawn) == pytest.approx(2000.0, rel=0.05)
    few = np.hypot(LEDGER["series.spread_level"], LEDGER["series.spread_person"] / 2.0)  # of four patients
    assert np.log(drawn).std() == pytest.approx(few, rel=0.06)
    held = reported(ROWS["sep_lags"], 1.0, LEDGER, np.random.default_rng(1))
    assert np.array_equal(held, np.ones(SAMPLES))


def test_intervals_do_not_depend_on_the_order_of_rows() -> None:
    rows = {"babinski_cord": 40.0, "sep_abnormal": 30.0}
    turned = dict(reversed(rows.items()))
    assert intervals([rows, rows], LEDGER) == intervals([turned, turned], LEDGER)
