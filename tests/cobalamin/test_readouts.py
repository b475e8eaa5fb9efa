"""The combined indicator and the published limits."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.cobalamin import Exposure, Parameters, constant, simulate
from remyelin.cobalamin.assay import draw_antibodies, report_b12
from remyelin.cobalamin.readouts import combined_indicator, measure
from remyelin.evidence import Ledger
from remyelin.evidence.limits import MARKERS, interpret

LEDGER = Ledger.shipped()


def test_indicator_of_published_medians() -> None:
    assert float(combined_indicator(128, 16, 800, 17.9, 30, LEDGER)) == pytest.approx(-1.65, abs=0.05)
    assert float(combined_indicator(168, 19, 700, 17.2, 30, LEDGER)) == pytest.approx(-1.34, abs=0.05)
    assert float(combined_indicator(237, 52, 207, 12, 65, LEDGER)) == pytest.approx(0.0, abs=0.1)
    with pytest.raises(InputError, match="mma must be above 0"):
        combined_indicator(128, 16, 0, 17.9, 30, LEDGER)


@pytest.mark.parametrize(
    ("marker", "value", "verdict"),
    [
        ("b12", 98, "low"),
        ("b12", 151, "indeterminate"),
        ("b12", 300, "normal"),
        ("holotc", 20, "low"),
        ("holotc", 80, "normal"),
        ("mma", 3600, "raised"),
        ("mma", 200, "normal"),
        ("homocysteine", 49.1, "raised"),
        ("combined_indicator", -1.6, "low"),
        ("combined_indicator", 0.0, "normal"),
    ],
)
def test_limits_carry_their_source(marker: str, value: float, verdict: str) -> None:
    found = interpret(marker, value, LEDGER)
    assert found.verdict == verdict
    assert found.source


def test_bad_markers_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'holotc'"):
        interpret("holotx", 20, LEDGER)
    with pytest.raises(InputError, match="number of 0 or more"):
        interpret("b12", -1, LEDGER)
    with pytest.raises(InputError, match="number of 0 or more"):
        interpret("mma", float("nan"), LEDGER)


def test_samples_scatter_about_the_level_as_the_ledger_says() -> None:
    person = Exposure(age=50, food_intake=constant(5.0), meals_per_day=3)
    course = simulate(person, np.arange(4000.0), Parameters.from_ledger(LEDGER))
    samples = measure(course, LEDGER, seed=7)
    for marker in MARKERS:
        logs = np.log(samples[marker] / course[marker]).to_numpy()
        assert logs.std() == pytest.approx(LEDGER[f"readout_noise.{marker}"], rel=0.05)
        # the laboratory's method of serum B12 has a bias of its own
        assert abs(logs.mean()) < (3 * LEDGER["assay.method_spread"] if marker == "b12" else 0.02)
    assert not samples["b12_below_limit"].any()
    assert samples.identical(measure(course, LEDGER, seed=7))
    assert not samples.identical(measure(course, LEDGER, seed=8))
    independent = np.corrcoef([np.log(samples[marker]).to_numpy() for marker in MARKERS])
    assert np.abs(independent - np.eye(4)).max() < 0.1


def test_samples_in_both_systems_are_the_same_samples() -> None:
    person = Exposure(age=50, food_intake=constant(5.0), meals_per_day=3)
    course = simulate(person, [0.0, 1.0], Parameters.from_ledger(LEDGER))
    si, conventional = (measure(course, LEDGER, 1, system=system) for system in ("SI", "conventional"))
    assert {name: conventional[name].attrs["units"] for name in MARKERS} == {
        "b12": "pg/mL",
        "holotc": "pmol/L",
        "mma": "ng/mL",
        "homocysteine": "umol/L",
    }
    np.testing.assert_allclose(si["b12"], conventional["b12"] * 0.738)
    np.testing.assert_allclose(si["mma"], conventional["mma"] * 8.468)
    with pytest.raises(InputError, match="valid are: SI, conventional"):
        measure(course, LEDGER, 1, system="metric")


def test_a_result_below_the_limit_is_printed_as_the_limit() -> None:
    limit = LEDGER["assay.reporting_limit"]
    reported = report_b12(np.geomspace(1, 1000, 400), LEDGER, np.random.default_rng(3))
    assert (reported.value >= limit).all()
    np.testing.assert_array_equal(reported.below_limit, reported.value == limit)
    assert reported.below_limit[:100].all()
    assert not reported.below_limit[-100:].any()
    assert not reported.falsely_normal.any()


def test_methods_of_many_laboratories_scatter_more_than_one() -> None:
    level = np.full(20_000, 400.0)
    one = report_b12(level, LEDGER, np.random.default_rng(4), bias=1.2)
    many = report_b12(level, LEDGER, np.random.default_rng(4))
    assert np.median(one.value) == pytest.approx(1.2 * 400, rel=0.01)
    both = np.hypot(LEDGER["readout_noise.b12"], LEDGER["assay.method_spread"])
    assert np.log(many.value).std() == pytest.approx(both, rel=0.03)
    assert np.median(many.value) == pytest.approx(400, rel=0.01)


def test_antibodies_make_some_low_sera_read_normal_and_no_others() -> None:
    low = np.full(20_000, 60.0)
    carriers = draw_antibodies(LEDGER, np.random.default_rng(6), low.size)
    assert carriers.mean() == pytest.approx(LEDGER["assay.antibodies"], abs=0.02)
    reported = report_b12(low, LEDGER, np.random.default_rng(5), antibodies=carriers)
    assert not reported.falsely_normal[~carriers].any()
    assert reported.falsely_normal[carriers].mean() == pytest.approx(LEDGER["assay.falsely_normal"], abs=0.02)
    assert np.median(reported.value[reported.falsely_normal]) == pytest.approx(
        LEDGER["assay.false_level"], rel=0.05
    )
    # the same serum by an assay they do not disturb
    plain = report_b12(low, LEDGER, np.random.default_rng(5))
    np.testing.assert_array_equal(plain.value[~carriers], reported.value[~carriers])
    high = report_b12(np.full(2000, 5000.0), LEDGER, np.random.default_rng(5), antibodies=True)
    assert not high.falsely_normal.any()
