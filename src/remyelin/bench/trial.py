"""Virtual trials: a power curve against its limit, and the models of a replicate against statsmodels."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.cohort.observation import observation_of
from remyelin.analysis.trial import Design, load_design
from remyelin.analysis.trial.models import least_squares, random_intercept, two_shares
from remyelin.analysis.trial.pool import Pool
from remyelin.analysis.trial.power import power_rows, replicates_of
from remyelin.bench.rows import Row
from remyelin.evidence import Ledger

LIMIT_S: Final = 600.0  # for six sizes, three endpoints and 1,000 replicates on two cores
FITS: Final = 20
PERSONS: Final = 200
VISITS: Final = 3


def compare(progress: Callable[[str], None]) -> Iterator[Row]:
    """Yield the rows: the curve, then each model."""
    progress("a power curve")
    yield _curve()
    progress("models beside statsmodels")
    yield from _models()


def _curve() -> Row:
    design = load_design("open")
    ledger = Ledger.shipped()
    looks = {one.column: observation_of(one.column, ledger) for one in design.endpoint}
    began = time.process_time()
    power_rows(design, replicates_of(design, made_pool(design), looks))
    purposes = "power, type I error and assurance"
    return Row(
        f"trial: {len(design.sizes)} sizes to {design.sizes[-1]:,} per arm, {len(design.endpoint)} endpoints, "
        f"{design.replicates:,} replicates each for {purposes}, the pool not counted; seconds in all",
        "limit",
        time.process_time() - began,
        LIMIT_S,
    )


def made_pool(design: Design) -> Pool:
    """Return a pool of the size of the design with made values: only its size matters here."""
    rng = np.random.default_rng(1)
    shape = (design.sets + 1, design.pool, len(design.visits))
    values = {
        (hypothesis.name, arm.name): {
            one.column: np.exp(2.0 + 0.5 * rng.standard_normal(shape)) for one in design.endpoint
        }
        for hypothesis in design.hypothesis
        for arm in design.arm
    }
    return Pool(np.array(design.visits), values, np.arange(design.pool) % 2, design.pool, 0)


def _models() -> Iterator[Row]:
    import statsmodels.api as sm
    from statsmodels.regression.mixed_linear_model import MixedLM

    rng = np.random.default_rng(2)
    arm = np.arange(PERSONS) % 2
    before, y = rng.standard_normal(PERSONS), rng.standard_normal(PERSONS) + 0.5 * arm
    x = np.column_stack([np.ones(PERSONS), arm, before])
    yield _beside(
        "analysis of covariance",
        lambda: least_squares(y, x, 1).p,
        lambda: sm.OLS(y, x).fit().pvalues[1],
    )
    person, visit = np.divmod(np.arange(VISITS * PERSONS), VISITS)
    means = [(visit == v).astype(np.float64) for v in range(VISITS)]
    wide = np.column_stack([*means, *(one * arm[person] for one in means)])
    later = rng.standard_normal(PERSONS)[person] + rng.standard_normal(len(person)) + 0.5 * wide[:, -1]
    last = wide.shape[1] - 1
    yield _beside(
        "mixed model with a random intercept",
        lambda: random_intercept(later, wide, person, last).p,
        lambda: MixedLM(later, wide, groups=person).fit(reml=True).pvalues[last],
    )
    event: NDArray[np.bool_] = rng.random(PERSONS) < np.where(arm == 1, 0.5, 0.5 / 2)
    counts = [(int(event[arm == one].sum()), int((arm == one).sum())) for one in (1, 0)]
    yield _beside(
        "logistic regression of two groups (ours in closed form), likelihood ratio",
        lambda: two_shares(*counts),
        lambda: sm.Logit(event.astype(np.float64), x[:, :2]).fit(disp=0).llr_pvalue,
    )


def _beside(what: str, ours: Callable[[], float], theirs: Callable[[], Any]) -> Row:
    """Return the seconds of one fit, and the relative error of our p against theirs."""

    def each(call: Callable[[], float]) -> tuple[float, float]:
        call()  # imports and caches
        began = time.process_time()
        for _ in range(FITS):
            p = call()
        return p, (time.process_time() - began) / FITS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (p, ours_s), (their_p, theirs_s) = each(ours), each(lambda: float(theirs()))
    return Row(
        f"trial: {what}, {PERSONS} persons; seconds a fit, error of p",
        "statsmodels",
        ours_s,
        theirs_s,
        p / their_p - 1.0,
        0.0,
    )
