"""Simulation-based calibration: are ranks of true values uniform, and do 90 % intervals hold 90 %?

The likelihood is checked on a large pool of persons, in which a posterior costs no simulation: the person whose record
it is is left out. The sampler is checked on whole fits, which are few because each simulates hundreds of persons.
Calibration on synthetic persons proves the code, not the medicine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.personal.synthetic import TEMPLATES, Truth, World, drawn, severity_at, world
from remyelin.base.plain import percent
from remyelin.evidence import Ledger
from remyelin.person.inference.likelihood import Likelihood
from remyelin.person.inference.people import COORDINATES
from remyelin.person.inference.posterior import fit_person, pick
from remyelin.person.inference.psis import smoothed

Floats = NDArray[np.float64]
TRAITS: Final = ("began", "store", "central")
LEVEL: Final = 0.9
PICKS: Final = 400
#: Size of the shipped check: records of each kind, persons of the pool, and whole fits of each kind.
RECORDS: Final = 200
PERSONS: Final = 1536
FITS: Final = 32


def pooled(
    name: str,
    records: int,
    persons: int,
    ledger: Ledger,
    seed: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """Calibrate the likelihood on a pool of one template.

    Returns
    -------
    dict
        ``ranks`` by quantity, ``effective`` sample sizes, and how many records left too few persons to judge.
    """
    here = world(name, persons, ledger, seed)
    rng = np.random.default_rng([seed, 12])
    ranks: dict[str, list[float]] = {}
    effective: list[float] = []
    few = 0
    for number in range(records):
        truth = drawn(here, rng)
        likelihood = Likelihood.of(truth.record, here.setting)
        judged = likelihood.judge(here.people, here.ready)
        logs = judged.total.copy()
        logs[truth.person] = -np.inf
        logs, _ = smoothed(logs)
        size = float(1.0 / np.exp(2.0 * logs).sum())
        effective.append(size)
        if size < 8.0:
            few += 1
        else:
            picked = pick(logs, judged, int(rng.integers(1 << 30)), PICKS)
            theirs = severity_at(here, picked.person.tolist(), picked.hidden, rng)
            _add_ranks(ranks, here, truth, theirs, here.draws.z[picked.person], rng)
        progress((number + 1) / records)
    return {
        "template": name,
        "records": records,
        "persons": persons,
        "too_few": few,
        "effective_median": float(np.median(effective)),
        "ranks": ranks,
    }


def whole(
    name: str,
    records: int,
    persons: int,
    ledger: Ledger,
    seed: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """Calibrate whole fits: persons of one template are drawn from a pool, and each record is fitted from nothing."""
    here = world(name, persons, ledger, seed)
    rng = np.random.default_rng([seed, 13])
    ranks: dict[str, list[float]] = {}
    effective: list[float] = []
    shapes: list[float] = []
    for number in range(records):
        truth = drawn(here, rng)
        posterior = fit_person(truth.record, ledger, seed=1000 + number)
        effective.append(posterior.sample.effective)
        shapes.append(posterior.sample.pareto_k)
        picked = posterior.picked
        persons_of = np.unique(picked.person, return_inverse=True)
        theirs = _followed(here, posterior, persons_of, rng)
        _add_ranks(ranks, here, truth, theirs, posterior.sample.draws.z[picked.person], rng)
        progress((number + 1) / records)
    return {
        "template": name,
        "records": records,
        "effective_median": float(np.median(effective)),
        "pareto_k_above_0.7": float(np.mean(np.array(shapes) > 0.7)),
        "ranks": ranks,
    }


def _add_ranks(
    ranks: dict[str, list[float]],
    here: World,
    truth: Truth,
    severity: Mapping[str, Floats],
    traits: Floats,
    rng: np.random.Generator,
) -> None:
    """Add the rank of the true person among those picked, by quantity: their severity and traits (person, trait)."""
    own = severity_at(here, [truth.person], truth.hidden, rng)
    theirs = {**severity, **{trait: traits[:, COORDINATES.index(trait)] for trait in TRAITS}}
    own |= {trait: here.draws.z[[truth.person], COORDINATES.index(trait)] for trait in TRAITS}
    for key, values in theirs.items():
        ranks.setdefault(key, []).append(rank(values, float(own[key][0]), rng))


def _followed(here: World, posterior: Any, persons: Any, rng: np.random.Generator) -> dict[str, Floats]:
    """Follow the picks of a fit to the target day, as :func:`severity_at` does of a pool."""
    from remyelin.analysis.personal.synthetic import TARGET
    from remyelin.person.inference.people import simulated
    from remyelin.person.inference.predictive import continued

    unique, back = persons
    days = np.array([0.0, TARGET])
    people = simulated(posterior.sample.draws.at(unique), posterior.plan, days, (), posterior.setting).at(
        back
    )
    picked, likelihood = posterior.picked, posterior.likelihood
    seed = (int(rng.integers(1 << 30)),)
    path = continued(
        picked.hidden.path[:, 0], likelihood.finding_days, days[1:], likelihood.reporting.time, seed
    )
    state = likelihood.state(people, picked.hidden, days[1:], path)
    return {
        "disability": state.scale["total"][:, 0, 0].astype(np.float64),
        "gait": state.severities["gait"][:, 0, 0],
        "paraesthesia": state.severities["paraesthesia"][:, 0, 0],
    }


def rank(values: Floats, true: float, rng: np.random.Generator) -> float:
    """Return the share of values below the true one, equal ones in a random part."""
    return float(np.mean(values < true) + rng.random() * np.mean(values == true))


def verdict(ranks: Mapping[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return coverage of the 90 % interval, and the p value of uniform ranks, by quantity."""
    from scipy.stats import kstest

    edge = 0.5 * (1.0 - LEVEL)
    return {
        key: {
            "n": len(values),
            "coverage": float(np.mean([edge <= value <= 1.0 - edge for value in values])),
            "p_uniform": float(kstest(values, "uniform").pvalue),
        }
        for key, values in ranks.items()
    }


def run(
    ledger: Ledger,
    *,
    records: int,
    persons: int,
    fits: int,
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """Return the calibration of every template as plain data."""
    out: dict[str, Any] = {
        "schema": "remyelin-fit-calibration/1",
        "seed": seed,
        "level": LEVEL,
        "pool": [],
        "whole": [],
    }
    for name in TEMPLATES:

        def said(share: float, what: str = f"{name} pool") -> None:
            progress(f"{what} {percent(share)}")

        found = pooled(name, records, persons, ledger, seed, said)
        out["pool"].append({**found, "ranks": _short(found["ranks"]), "verdict": verdict(found["ranks"])})
    for name in TEMPLATES if fits else ():

        def told(share: float, what: str = f"{name} fits") -> None:
            progress(f"{what} {percent(share)}")

        found = whole(name, fits, 256, ledger, seed, told)
        out["whole"].append({**found, "ranks": _short(found["ranks"]), "verdict": verdict(found["ranks"])})
    return out


def _short(ranks: Mapping[str, list[float]]) -> dict[str, list[float]]:
    return {key: [round(value, 4) for value in values] for key, values in ranks.items()}
