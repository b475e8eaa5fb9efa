"""Choose ten parameters of the cobalamin layer from its calibration rows, and say how well they are known.

``remyelin rebuild cobalamin`` runs it and keeps what it finds (:mod:`remyelin.analysis.calibration.rebuild`).
Validation rows are never read here. Least squares on the rows in units of half their width, on the two states
before treatment of the Kuzminski trial (log ratio over 0.3), and on weak priors (log SD 0.5 about the
start).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.protocols.people import at
from remyelin.analysis.validation import cobalamin as rows
from remyelin.base.errors import SimulationError
from remyelin.evidence import Ledger, load_targets

Array = NDArray[np.float64]

FREE = (
    "plasma.b12_per_store",
    "injection.retained_half_dose.cyanocobalamin",
    "injection.retained_half_dose.hydroxocobalamin",
    "injection.retention_exponent",
    "injection.volume",
    "synthase.half_store",
    "homocysteine.synthase_share",
    "methylmalonate.half_store",
    "methylmalonate.hill",
    "absorption.metformin_factor",
)
#: Where the fit starts and its weak priors are centred: the defaults of the evidence, by hand.
START = (0.12, 132.0, 3500.0, 0.44, 16.0, 840.0, 0.83, 330.0, 4.0, 0.83)
SIMULATIONS: tuple[Callable[[Ledger], Mapping[str, float]], ...] = (
    rows.diets,
    rows.gastrectomy,
    rows.kuzminski_im,
    rows.metformin,
    rows.nhanes,
    rows.vitamins,
    rows.retention,
    rows.methylcobalamin_injection,
)
PREDICTIONS: tuple[Callable[[Ledger], Mapping[str, float]], ...] = (
    rows.kuzminski_oral,
    rows.eussen,
    rows.open_trial,
    rows.nhanes,
    rows.greibe,
    rows.indicator,
    rows.methylcobalamin_tablets,
    rows.nitrous_oxide_abuse,
    rows.nitrous_oxide_anaesthesia,
    rows.forms,
    rows.receptor_antibodies,
    rows.cerebrospinal_fluid,
    rows.barrier,
    rows.trap,
    rows.vegan_duration,
)
PRIOR_SPREAD, ENTRY_SPREAD = 0.5, 0.3
# Kuzminski 1998 at entry: serum B12 (pg/mL), MMA (nmol/L), homocysteine (umol/L).
ENTRY = ((93, 3850, 37.2), (95, 3630, 40.0))


@dataclass(frozen=True, slots=True)
class Fit:
    """What the fit found.

    Attributes
    ----------
    values : mapping of str to float
        Ledger name to value, in the unit of the entry.
    spread : mapping of str to float
        Log standard deviation from the curvature at the optimum, the weak prior included.
    prior_share : mapping of str to float
        Share of the information on a parameter that is its prior: near 1, the data say nothing.
    correlation : ndarray, shape (10, 10)
        Of the logs, in the order of ``FREE``.
    cost : float
        Half the sum of squares.
    """

    values: Mapping[str, float]
    spread: Mapping[str, float]
    prior_share: Mapping[str, float]
    correlation: Array
    cost: float


def residuals(ledger: Ledger) -> Array:
    """Return the misfit of the calibration rows and of the trial's entry states."""
    wanted = {t.name: t for t in load_targets() if t.layer == "cobalamin" and t.role == "calibration"}
    simulated = {name: value for simulate in SIMULATIONS for name, value in simulate(ledger).items()}
    missing = set(wanted) - set(simulated)
    if missing:
        raise SimulationError(f"calibration rows without a simulation: {', '.join(sorted(missing))}")
    found = [
        (simulated[name] - float(row.published)) / (0.5 * (row.upper - row.lower))
        for name, row in wanted.items()
    ]
    for b12, mma, homocysteine in ENTRY:
        entry = at(rows.pernicious(ledger, b12), [0.0], ledger).isel(time=0)
        found.append(np.log(float(entry["mma"]) / mma) / ENTRY_SPREAD)
        found.append(np.log(float(entry["homocysteine"]) / homocysteine) / ENTRY_SPREAD)
    return np.array(found)


def fit(ledger: Ledger) -> Fit:
    """Fit the ten free parameters, everything else as in the ledger.

    Parameters
    ----------
    ledger : Ledger
        Fixed numbers, and the ranges within which the free ones stay.
    """
    from scipy.optimize import least_squares

    start = np.log(START)
    bounds = np.log([ledger.entry(name).range or (0.0, np.inf) for name in FREE]).T

    def misfit(logs: Array) -> Array:
        candidate = ledger.replace(dict(zip(FREE, np.exp(logs).tolist(), strict=True)))
        return np.concatenate([residuals(candidate), (logs - start) / PRIOR_SPREAD])

    # Steps of the differences well above the tolerance of the root finders that place persons.
    edge = 1e-6
    found = least_squares(
        misfit, np.clip(start, bounds[0] + edge, bounds[1] - edge), bounds=bounds, diff_step=1e-3, x_scale=1.0
    )
    information = found.jac.T @ found.jac
    covariance = np.linalg.inv(information)
    spread = np.sqrt(np.diag(covariance))
    return Fit(
        values=dict(zip(FREE, np.exp(found.x).tolist(), strict=True)),
        spread=dict(zip(FREE, spread.tolist(), strict=True)),
        prior_share=dict(zip(FREE, (spread**2 / PRIOR_SPREAD**2).tolist(), strict=True)),
        correlation=covariance / np.outer(spread, spread),
        cost=float(found.cost),
    )


def predict(
    ledger: Ledger, result: Fit, draws: int = 100, seed: int = 0
) -> dict[str, tuple[float, float, float]]:
    """Predict the validation rows with an interval; what was published is not read.

    Parameters
    ----------
    ledger : Ledger
        Best values; the prediction itself is made with them.
    result : Fit
        Its spread and correlation give the fitted parameters of each draw.
    draws, seed : int
        Parameter sets drawn; those the model assumes are drawn evenly from their ranges.

    Returns
    -------
    dict of str to (float, float, float)
        Row to prediction, 5th and 95th percentile.
    """
    rng = np.random.default_rng(seed)
    scale = np.array([result.spread[name] for name in FREE])
    covariance = result.correlation * np.outer(scale, scale)
    assumed = [
        entry
        for entry in ledger.entries()
        if entry.layer == "cobalamin"
        and entry.kind == "assumed"
        and isinstance(entry.value, float)
        and entry.range
    ]

    def run(candidate: Ledger) -> dict[str, float]:
        return {name: value for simulate in PREDICTIONS for name, value in simulate(candidate).items()}

    found: list[dict[str, float]] = []
    while len(found) < draws:
        logs = rng.multivariate_normal(np.log([ledger[name] for name in FREE]), covariance)
        changes = {}
        for name, log in zip(FREE, logs, strict=True):
            low, high = ledger.entry(name).range or (0.0, np.inf)
            changes[name] = float(np.clip(np.exp(log), low, high))
        changes |= {entry.name: float(rng.uniform(*entry.range)) for entry in assumed if entry.range}
        try:
            found.append(run(ledger.replace(changes)))
        except SimulationError:
            continue  # a set under which a person of the trial cannot exist
    best = run(ledger)
    wanted = [t.name for t in load_targets() if t.layer == "cobalamin" and t.role == "validation"]
    predicted: dict[str, tuple[float, float, float]] = {}
    for name in wanted:
        if name in best:
            low, high = np.percentile([row[name] for row in found], [5, 95])
            predicted[name] = (best[name], float(low), float(high))
    return predicted
