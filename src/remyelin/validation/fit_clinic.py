"""Choose six numbers of untreated disease from the Healton series, and say how well they are known.

``remyelin rebuild clinic`` runs it and keeps what it finds (:mod:`remyelin.validation.derived`). Read are the four
rows of that series, the rows of animals that the same numbers touch, and three weak constraints on how severe the
disease is at presentation. Other rows of the clinic layer are never computed here.

A Latin hypercube over the ranges of the ledger, of which the animals refuse most at little cost, then draws around
the best. All sets meet the same candidates, and the result does not depend on the number of workers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.evidence import Ledger, load_targets
from remyelin.validation.clinic import HEALTON_MONTHS, outcome
from remyelin.validation.myelin import depleted_bat, monkey_shortest
from remyelin.validation.patients import Series, follow, pernicious_anaemia

Array = NDArray[np.float64]

FREE = (
    "myelin.person.susceptibility",
    "myelin.shared.injury",
    "myelin.shared.injury_exponent",
    "myelin.shared.stripping",
    "nerve.fibre_frailty",
    "myelin.peripheral.axon_direct",
)
OUTCOME = ("healton_complete", "healton_half", "healton_residual", "respond_3_months")
ANIMALS = ("bat_depleted", "monkey_lag_low")
#: Presentation in the same series, recalled with medium confidence or less: value and wide bounds, %, of 20 points
#: about what is recalled. No neurology but for feeling; a sign of the cord; nothing found.
PRESENTATION: Mapping[str, tuple[float, float, float]] = {
    "only_sensory": (33.0, 13.0, 53.0),
    "cord_signs": (53.0, 33.0, 73.0),
    "normal_examination": (14.0, 0.0, 34.0),
}
SEED, PEOPLE = 1991, 1991
DRAWS, PATIENTS = 160, 40  # of the hypercube
ROUNDS, AROUND, PARENTS, NEAR, CLOSER = 2, 16, 6, 0.12, 0.6  # of the refinement, in shares of a range
FINAL, FINALISTS = 200, 10  # patients of the series as it is validated, for the best sets
LEAST = 0.1  # a range that begins at 0, the null, is drawn from this share of its end on

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """A set of the free numbers and what it gives.

    Attributes
    ----------
    values : mapping of str to float
        Ledger name to value.
    found : mapping of str to float
        Rows and weak constraints; empty where an animal row already refuses the set.
    cost : float
        Sum of squares of the misfits over half the width of each row; infinite for a refused set.
    holds : bool
        Whether every row, weak constraints aside, holds.
    """

    values: Mapping[str, float]
    found: Mapping[str, float]
    cost: float
    holds: bool

    @property
    def weak(self) -> int:
        """How many of the weak constraints hold."""
        return sum(low <= self.found[name] <= high for name, (_, low, high) in PRESENTATION.items())


def presentation(series: Series, ledger: Ledger) -> dict[str, float]:
    """Return how severe the series is on the day of treatment, %."""
    threshold = clinic.Parameters.from_ledger(ledger).presence
    severity = series.severity.isel(month=0)
    signs = series.signs.isel(month=0)

    def noticed(*names: str) -> NDArray[np.bool_]:
        return np.asarray((severity.sel(symptom=list(names)) >= threshold).any("symptom"), dtype=np.bool_)

    cord = np.asarray(signs["babinski"] | signs["romberg"], dtype=np.bool_)
    reflexes = noticed("reflexes")
    vibration = np.asarray(signs["vibration_loss"] >= threshold, dtype=np.bool_)
    sensory = noticed("paraesthesia", "numbness") & ~noticed("gait", "weakness")
    return {
        "only_sensory": 100.0 * float(sensory.mean()),
        "cord_signs": 100.0 * float(cord.mean()),
        "normal_examination": 100.0 * float((~cord & ~reflexes & ~vibration).mean()),
    }


def evaluate(values: Mapping[str, float], patients: int) -> Trial:
    """Try a set of the free numbers on the shipped ledger.

    Parameters
    ----------
    values : mapping of str to float
        Of :data:`FREE`.
    patients : int
        Of the series.
    """
    ledger = Ledger.shipped().replace(dict(values))
    rows = {row.name: row for row in load_targets() if row.name in (*OUTCOME, *ANIMALS)}
    found = {**depleted_bat(ledger), **monkey_shortest(ledger)}
    if not all(rows[name].holds(found[name]) for name in ANIMALS):
        return Trial(values, {}, float("inf"), holds=False)
    series = follow(ledger, pernicious_anaemia(HEALTON_MONTHS), patients, seed=PEOPLE)
    found |= {**outcome(ledger, series), **presentation(series, ledger)}
    bounds = {name: (float(row.published), row.lower, row.upper) for name, row in rows.items()}
    bounds |= PRESENTATION
    cost = sum(
        (2.0 * (found[name] - value) / (high - low)) ** 2 for name, (value, low, high) in bounds.items()
    )
    return Trial(values, found, cost, holds=all(row.holds(found[name]) for name, row in rows.items()))


def search(workers: int = 2, progress: Progress = lambda step: None) -> tuple[list[Trial], Mapping[str, int]]:
    """Search the ranges of the free numbers.

    Parameters
    ----------
    workers : int
        Processes; the result does not depend on it.
    progress : callable
        Called with each step.

    Returns
    -------
    trials : list of Trial
        The best, with the full number of patients, by cost.
    counts : mapping of str to int
        How many were tried, refused by the animals, and met every row in the search.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(SEED)
    cube = qmc.LatinHypercube(len(FREE), rng=rng).random(DRAWS)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:

        def tried(points: Array, patients: int) -> list[Trial]:
            sets = [_values(point) for point in points]
            return list(pool.map(evaluate, sets, [patients] * len(sets)))

        progress(f"{DRAWS} sets over the ranges")
        found = list(zip(cube, tried(cube, PATIENTS), strict=True))
        for turn in range(ROUNDS):
            found.sort(key=lambda pair: pair[1].cost)
            best = found[0][1]
            progress(f"round {turn + 1}: best cost {best.cost:.3g}")
            parents = np.array([point for point, _ in found[:PARENTS]])
            step = NEAR * CLOSER**turn * rng.standard_normal((AROUND, len(FREE)))
            near = np.clip(parents[rng.integers(PARENTS, size=AROUND)] + step, 0.0, 1.0)
            found += zip(near, tried(near, PATIENTS), strict=True)
        found.sort(key=lambda pair: pair[1].cost)
        progress(f"the best {FINALISTS} with {FINAL} patients")
        final = tried(np.array([point for point, _ in found[:FINALISTS]]), FINAL)
    counts = {
        "tried": len(found),
        "refused by animals": sum(not trial.found for _, trial in found),
        "meet every row": sum(trial.holds for _, trial in found),
    }
    return sorted(final, key=lambda trial: trial.cost), counts


def _values(point: Array) -> dict[str, float]:
    """Return the numbers at a point of the unit cube, evenly in the logarithm of each range."""
    ledger = Ledger.shipped()
    values = {}
    for name, share in zip(FREE, point, strict=True):
        low, high = ledger.entry(name).range or (0.0, 0.0)
        low = low or LEAST * high
        values[name] = float(low * (high / low) ** share)
    return values


def inputs_of_clinic(ledger: Ledger) -> str:
    """Return a hash of what the search rests on: every number it reads but the free ones, their ranges, the rows."""
    recording = ledger.recording()
    depleted_bat(recording)
    monkey_shortest(recording)
    follow(recording, pernicious_anaemia(HEALTON_MONTHS), 1, seed=PEOPLE)
    read = [
        (entry.name, entry.range if entry.name in FREE else entry.value, dict(entry.columns))
        for entry in recording.used()
    ]
    rows = [(row.name, row.lower, row.upper) for row in load_targets() if row.name in (*OUTCOME, *ANIMALS)]
    content = [read, rows, list(PRESENTATION.items()), SEED, PEOPLE, DRAWS, PATIENTS, ROUNDS, AROUND]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def as_data(trials: Sequence[Trial], counts: Mapping[str, int]) -> dict[str, object]:
    """Return what is kept of a search: the chosen set first, then every other that meets all rows."""
    accepted = [trial for trial in trials if trial.holds]
    chosen = max(accepted or trials[:1], key=lambda trial: (trial.weak, -trial.cost))
    accepted = [chosen, *(trial for trial in accepted if trial is not chosen)]
    return {
        "made_by": "remyelin rebuild clinic",
        "counts": dict(counts) | {"finalists": len(trials), "accepted": sum(t.holds for t in trials)},
        "chosen": dict(chosen.values),
        "sets": [
            {"values": dict(t.values), "found": dict(t.found), "cost": t.cost, "weak": t.weak}
            for t in accepted
        ],
        "refused": [
            {"values": dict(t.values), "found": dict(t.found), "cost": t.cost} for t in trials if not t.holds
        ],
    }
