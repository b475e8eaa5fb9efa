"""Models of a replicate against statsmodels, the slow twin."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import chi2, fisher_exact
from statsmodels.regression.mixed_linear_model import MixedLM

from remyelin.analysis.trial.models import independent, least_squares, random_intercept, two_shares


@pytest.mark.parametrize("seed", range(6))
def test_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 12 + 20 * seed
    arm = (rng.random(n) < 0.5).astype(float)
    x = np.column_stack([np.ones(n), arm, rng.standard_normal(n), rng.random(n) < 0.3])
    y = x @ [1.0, 0.4 * seed / 5, 0.8, -0.3] + rng.standard_normal(n)
    twin = sm.OLS(y, x).fit()
    fit = least_squares(y, x, 1)
    assert fit.value == pytest.approx(twin.params[1], abs=1e-10)
    assert fit.p == pytest.approx(twin.pvalues[1], rel=1e-7)
    assert fit.dropped == ()


def test_a_column_that_says_nothing_new_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    arm = np.repeat([0.0, 1.0], 10)
    y = arm + rng.standard_normal(20)
    plain = np.column_stack([np.ones(20), arm])
    for said_already in (np.ones(20), 7.0 + 1e-12 * rng.standard_normal(20), np.zeros(20)):
        fit = least_squares(y, np.column_stack([plain, said_already]), 1)
        alone = least_squares(y, plain, 1)
        assert (fit.value, fit.p) == pytest.approx((alone.value, alone.p))
        assert fit.dropped == (2,)


def test_small_columns_and_near_ones_are_kept() -> None:
    rng = np.random.default_rng(8)
    base = rng.standard_normal(200)
    # units do not matter, and a correlation of 0.9999 is no sameness
    x = np.column_stack([np.ones(200), 1e-9 * base, 1e9 * (base + 0.01 * rng.standard_normal(200))])
    assert independent(x, 1) == [0, 1, 2]


def test_an_effect_that_nothing_tells_from_the_rest_is_not_tested() -> None:
    rng = np.random.default_rng(3)
    arm = np.repeat([0.0, 1.0], 20)
    x = np.column_stack([np.ones(40), arm, 1.0 - arm])
    y, person = arm + rng.standard_normal(40), np.repeat(np.arange(20), 2)
    for fit in (least_squares(y, x, 1), random_intercept(y, x, person, 1)):
        assert (fit.value, fit.p, fit.dropped) == (0.0, 1.0, (1,))


@pytest.mark.parametrize(("seed", "between"), [(1, 1.0), (2, 0.3), (3, 3.0)])
def test_random_intercept(seed: int, between: float) -> None:
    rng = np.random.default_rng(seed)
    persons = 40
    person, visit = np.divmod(np.arange(3 * persons), 3)
    kept = rng.random(len(person)) < 0.85
    person, visit = person[kept], visit[kept]
    person = np.unique(person, return_inverse=True)[1]
    arm = (person % 2).astype(float)
    own = between * rng.standard_normal(person.max() + 1)
    means = [(visit == v).astype(float) for v in range(3)]
    x = np.column_stack([*means, *(column * arm for column in means)])
    y = own[person] + 0.5 * arm * (visit == 2) + rng.standard_normal(len(person))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twin = MixedLM(y, x, groups=person).fit(reml=True, method="bfgs")
    fit = random_intercept(y, x, person, 5)
    assert fit.value == pytest.approx(twin.params[5], abs=1e-3)
    assert fit.p == pytest.approx(twin.pvalues[5], rel=0.02, abs=1e-4)
    # redundant columns change neither estimate nor p, nor the degrees of freedom
    more = np.column_stack([x[:, :2], np.ones(len(y)), x[:, 2:], np.zeros(len(y)), 2.0 * x[:, 0] - x[:, 3]])
    wide = random_intercept(y, more, person, 6)
    assert (wide.value, wide.p) == pytest.approx((fit.value, fit.p), rel=1e-6)
    assert len(wide.dropped) == 3
    assert 6 not in wide.dropped


def test_without_spread_between_persons_it_is_least_squares() -> None:
    rng = np.random.default_rng(9)
    person = np.repeat(np.arange(60), 2)
    x = np.column_stack([np.ones(120), (person % 2).astype(float)])
    # each pair adds up to nothing, so that persons differ less than chance would have it
    y = np.tile([1.0, -1.0], 60) * rng.standard_normal(60).repeat(2)
    assert random_intercept(y, x, person, 1).value == pytest.approx(least_squares(y, x, 1).value, abs=1e-9)


@pytest.mark.parametrize(
    ("first", "last"), [((12, 40), (5, 40)), ((7, 23), (9, 31)), ((399, 800), (340, 790))]
)
def test_two_shares(first: tuple[int, int], last: tuple[int, int]) -> None:
    event = np.concatenate([np.repeat([1.0, 0.0], [a, n - a]) for a, n in (first, last)])
    arm = np.repeat([1.0, 0.0], [first[1], last[1]])
    twin = sm.Logit(event, np.column_stack([np.ones(len(arm)), arm])).fit(disp=0)
    assert two_shares(first, last) == pytest.approx(float(chi2.sf(twin.llr, 1)), rel=1e-6)


def test_all_or_none_is_exact() -> None:
    assert two_shares((10, 10), (4, 10)) == pytest.approx(fisher_exact([[10, 0], [4, 6]])[1])
    assert two_shares((0, 10), (0, 12)) == 1.0
