"""Choose fourteen parameters of the cobalamin layer from its calibration rows, and say how well they are known.

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
from remyelin.analysis.validation import cobalamin_population as population
from remyelin.base.errors import SimulationError
from remyelin.evidence import Ledger, Target, load_published

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
    "store.retention_half",
    "nitrous_oxide.oxidation_rate",
    "relapse.store",
    "relapse.delay",
)
#: Where the fit starts and its weak priors are centred: the defaults of the evidence, by hand.
START = (0.12, 132.0, 3500.0, 0.44, 16.0, 840.0, 0.83, 330.0, 4.0, 0.83, 775.0, 0.007, 1.6, 22.0)
SIMULATIONS: tuple[Callable[[Ledger], Mapping[str, float]], ...] = (
    rows.diets,
    rows.gastrectomy,
    rows.kuzminski_im,
    rows.metformin,
    rows.nhanes,
    rows.vitamins,
    rows.retention,
    rows.methylcobalamin_injection,
    population.relapse,
    population.nitrous_oxide_series,
)
PREDICTIONS: tuple[Callable[[Ledger], Mapping[str, float]], ...] = (
    rows.kuzminski_oral,
    rows.eussen,
    rows.open_trial,
    rows.nhanes,
    rows.greibe,
    rows.indicator,
    rows.methylcobalamin_tablets,
    population.nitrous_oxide_abuse,
    rows.nitrous_oxide_anaesthesia,
    rows.forms,
    rows.receptor_antibodies,
    rows.cerebrospinal_fluid,
    rows.barrier,
    rows.trap,
    rows.vegan_duration,
    population.gastrectomy_late,
    population.nitrous_oxide_series,
    population.week_after,
    population.metabolites_after_injections,
)
#: Calibration rows that this layer alone cannot simulate: who presents is decided by the clinical layers.
ELSEWHERE = ("b12_cord_median",)
#: Log SD of the weak priors. Nobody measured the rate of oxidation in people; it is scaled from the rat.
PRIOR_SPREADS = tuple(1.0 if name == "nitrous_oxide.oxidation_rate" else 0.5 for name in FREE)
ENTRY_SPREAD = 0.3
DECADE = 10.0
# Kuzminski 1998 at entry: serum B12 (pg/mL), MMA (nmol/L), homocysteine (umol/L).
ENTRY = ((93, 3850, 37.2), (95, 3630, 40.0))


@dataclass(frozen=True, slots=True)
class Fit:
    """Result of the fit.

    Attributes
    ----------
    values : mapping of str to float
        Ledger name to value, in the unit of the entry.
    spread : mapping of str to float
        Log standard deviation from the curvature at the optimum, the weak prior included.
    prior_share : mapping of str to float
        Share of the information on a parameter that is its prior: near 1, the data say nothing.
    correlation : ndarray, shape (14, 14)
        Of the logs, in the order of ``FREE``.
    cost : float
        Half the sum of squares.
    """

    values: Mapping[str, float]
    spread: Mapping[str, float]
    prior_share: Mapping[str, float]
    correlation: Array
    cost: float


def _rows(role: str) -> list[Target]:
    """Return the rows of the layer with a role, but those of persons at presentation."""
    chosen = [row for row in load_published() if row.layer == "cobalamin" and row.role == role]
    return [row for row in chosen if row.name not in ELSEWHERE]


def _misfit(simulated: float, row: Target) -> float:
    """Return the distance from the published value in units of the width of the row on that side."""
    published = float(row.published)
    width = row.upper - published if simulated > published else published - row.lower
    return (simulated - published) / width


def residuals(ledger: Ledger) -> Array:
    """Return the misfit of the calibration rows and of the trial's entry states."""
    wanted = {row.name: row for row in _rows("calibration")}
    simulated = {name: value for simulate in SIMULATIONS for name, value in simulate(ledger).items()}
    missing = set(wanted) - set(simulated)
    if missing:
        raise SimulationError(f"calibration rows without a simulation: {', '.join(sorted(missing))}")
    found = [_misfit(simulated[name], row) for name, row in wanted.items()]
    for b12, mma, homocysteine in ENTRY:
        entry = at(rows.pernicious(ledger, b12), [0.0], ledger).isel(time=0)
        found.append(np.log(float(entry["mma"]) / mma) / ENTRY_SPREAD)
        found.append(np.log(float(entry["homocysteine"]) / homocysteine) / ENTRY_SPREAD)
    return np.array(found)


def fit(ledger: Ledger) -> Fit:
    """Fit the free parameters, everything else as in the ledger.

    Parameters
    ----------
    ledger : Ledger
        Fixed numbers, and the ranges within which the free ones stay.
    """
    from scipy.optimize import least_squares

    start, spreads = np.log(START), np.array(PRIOR_SPREADS)
    bounds = np.log([ledger.entry(name).range or (0.0, np.inf) for name in FREE]).T

    def misfit(logs: Array) -> Array:
        candidate = ledger.replace(dict(zip(FREE, np.exp(logs).tolist(), strict=True)))
        return np.concatenate([residuals(candidate), (logs - start) / spreads])

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
        prior_share=dict(zip(FREE, (spread**2 / spreads**2).tolist(), strict=True)),
        correlation=covariance / np.outer(spread, spread),
        cost=float(found.cost),
    )


def predict(
    ledger: Ledger, result: Fit, draws: int = 100, seed: int = 0
) -> dict[str, tuple[float, float, float]]:
    """Predict the rows of the layer with an interval, without reading their published values.

    Parameters
    ----------
    ledger : Ledger
        Best values; the prediction itself is made with them.
    result : Fit
        Its spread and correlation give the fitted parameters of each draw.
    draws, seed : int
        Parameter sets drawn; those the model assumes are drawn evenly from their ranges, by their logarithm where a
        range spans more than a decade.

    Returns
    -------
    dict of str to (float, float, float)
        Row to prediction, 5th and 95th percentile.
    """
    rng = np.random.default_rng(seed)
    scale = np.array([result.spread[name] for name in FREE])
    covariance = result.correlation * np.outer(scale, scale)
    assumed = [
        (entry.name, entry.range)
        for entry in ledger.entries()
        if entry.layer == "cobalamin"
        and entry.kind == "assumed"
        and isinstance(entry.value, float)
        and entry.range
    ]

    def run(candidate: Ledger) -> dict[str, float]:
        functions = dict.fromkeys((*SIMULATIONS, *PREDICTIONS))
        return {name: value for simulate in functions for name, value in simulate(candidate).items()}

    found: list[dict[str, float]] = []
    while len(found) < draws:
        logs = rng.multivariate_normal(np.log([ledger[name] for name in FREE]), covariance)
        changes = {}
        for name, log in zip(FREE, logs, strict=True):
            low, high = ledger.entry(name).range or (0.0, np.inf)
            changes[name] = float(np.clip(np.exp(log), low, high))
        changes |= {name: _within(rng.random(), *bounds) for name, bounds in assumed}
        try:
            found.append(run(ledger.replace(changes)))
        except SimulationError:
            continue  # a set under which a person of the trial cannot exist
    best = run(ledger)
    predicted: dict[str, tuple[float, float, float]] = {}
    for row in (*_rows("calibration"), *_rows("validation")):
        if row.name in best:
            # what never happens has no time, and no mean with what does
            low, high = np.quantile([item[row.name] for item in found], [0.05, 0.95], method="nearest")
            predicted[row.name] = (best[row.name], float(low), float(high))
    return predicted


def _within(share: float, low: float, high: float) -> float:
    """Return the value at a share of the way through a range, by its logarithm where it spans more than a decade."""
    if low > 0 and high / low > DECADE:
        return float(low * (high / low) ** share)
    return low + (high - low) * share
