"""Choose numbers of untreated disease and of what is noticed of it, and say how well they are known.

``remyelin rebuild clinic`` runs it and keeps what it finds (:mod:`remyelin.analysis.calibration.rebuild`). Read are
the four rows of the Healton series, the rows of animals that the same numbers touch, and weak constraints, the entries
``presentation.*`` of the ledger: how ill people are when they come, how late their leg's cortical potential is, and how
seldom their nerves look demyelinated. Other rows of the clinic layer, or of the nerve layer, are never computed here.

The search begins from the sets kept for that (``begin`` of ``clinic_fit.json``) and a Latin hypercube over the ranges,
of which the animals refuse most at little cost; then it draws around the best. All sets meet the same candidates, and
the result does not depend on the number of workers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin import clinic, nerve
from remyelin.analysis.protocols.patients import Series, follow, nitrous_oxide, pernicious_anaemia
from remyelin.analysis.validation.clinic import GAS_MONTHS, HEALTON_MONTHS, outcome
from remyelin.analysis.validation.myelin import depleted_bat, monkey_shortest
from remyelin.analysis.validation.nerve_series import BODY, demyelinating, studied
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger, load_targets

Array = NDArray[np.float64]

FREE = (
    "spread.central",
    "myelin.shared.injury",
    "myelin.shared.injury_exponent",
    "myelin.shared.stripping",
    "myelin.vulnerability.peripheral_sensory",
    "myelin.vulnerability.peripheral_motor",
    "myelin.peripheral.axon_direct",
    "myelin.central.axon_bare",
    "nerve.fibre_frailty",
    "state.vacuolated_lamellae",
    "clinic.paraesthesia.half",
    "clinic.position.half",
    "clinic.vibration.half",
    "clinic.pyramidal.half",
    "clinic.reflex.half",
)
OUTCOME = ("healton_complete", "healton_half", "healton_residual", "respond_3_months")
ANIMALS = ("bat_depleted", "monkey_lag_low")
#: Entries ``presentation.*`` of the ledger.
WEAK = ("only_sensory", "cord_signs", "nerve_signs", "normal_examination", "late_p40", "demyelinated")
SEED, PEOPLE = 1991, 1991
DRAWS, PATIENTS = 100, 40  # of the hypercube
ROUNDS, AROUND, PARENTS, NEAR, CLOSER = 8, 48, 8, 0.09, 0.85  # of the refinement, in shares of a range
FINAL, FINALISTS = 200, 16  # patients of the series as it is validated, for the best sets
LEAST = 0.01  # a range that begins at 0, the null, is drawn from this share of its end on
MISSED = 3.0  # what a row or weak constraint outside its bounds adds to the cost
FAR = 60.0  # cost of the outcome from which on no potentials are computed

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """A set of the free numbers and what it gives.

    Attributes
    ----------
    values : mapping of str to float
        Ledger name to value.
    found : mapping of str to float
        Rows and weak constraints; empty where an animal row already refuses the set, without potentials where
        the outcome is far off.
    cost : float
        Sum of squares of the misfits over half the width of each row, and :data:`MISSED` for each outside its
        bounds; infinite for a set that was not computed to its end.
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
        bounds = weak_bounds().items()
        return sum(name in self.found and low <= self.found[name] <= high for name, (_, low, high) in bounds)


def weak_bounds() -> dict[str, tuple[float, float, float]]:
    """Return value and bounds of each weak constraint."""
    ledger = Ledger.shipped()
    return {name: (ledger[f"presentation.{name}"], *_range(f"presentation.{name}")) for name in WEAK}


def _range(name: str) -> tuple[float, float]:
    bounds = Ledger.shipped().entry(name).range
    if bounds is None:
        raise InputError(f"{name} has no range in the ledger; the search needs one.")
    return bounds


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
        "nerve_signs": 100.0 * float((series.scale["neuropathy"].isel(month=0) >= 1).mean()),
        "normal_examination": 100.0 * float((~cord & ~reflexes & ~vibration).mean()),
    }


def potentials(series: Series, gas: Series, ledger: Ledger) -> dict[str, float]:
    """Return how late the leg's potential is after nitrous oxide (ms), and how often nerves look demyelinated (%).

    The first is the mean over those whose wave is there, zero when there is none, and beside it stands the share whose
    wave is lost; the demyelinated are those of `series` who have a sign of the cord.
    """
    tables = nerve.build_tables(ledger)

    def latency(states: xr.Dataset) -> float | None:
        study = nerve.battery(states, BODY, tables, ledger, ("tibial_sep",))
        row = next(row for row in study.rows if row.site == "P40")
        return None if row.absent else row.latency

    healthy = latency(nerve.intact(BODY, ledger)) or 0.0
    states = gas.states.isel(month=0, drop=True)
    found = [latency(states.isel(patient=number)) for number in range(states.sizes["patient"])]
    late = [value - healthy for value in found if value is not None]
    signs = series.signs.isel(month=0)
    cord = np.flatnonzero(signs["babinski"] | signs["romberg"])
    nerves = studied(ledger, series.states.isel(month=0, drop=True, patient=cord)) if cord.size else None
    return {
        "late_p40": float(np.mean(late)) if late else 0.0,
        "lost_p40": 100.0 * (1.0 - len(late) / len(found)),
        "demyelinated": nerves.percent(demyelinating) if nerves else 0.0,
    }


def evaluate(values: Mapping[str, float], patients: int) -> Trial:
    """Try a set of the free numbers on the shipped ledger.

    Parameters
    ----------
    values : mapping of str to float
        Of :data:`FREE`.
    patients : int
        Of the series; half as many have taken nitrous oxide.
    """
    ledger = Ledger.shipped().replace(dict(values))
    rows = {row.name: row for row in load_targets() if row.name in (*OUTCOME, *ANIMALS)}
    bounds = {
        name: (float(row.published), row.lower, row.upper) for name, row in rows.items()
    } | weak_bounds()

    def cost(found: Mapping[str, float]) -> float:
        total = 0.0
        for name, (value, low, high) in bounds.items():
            if name in found:
                total += (2.0 * (found[name] - value) / (high - low)) ** 2
                total += 0.0 if low <= found[name] <= high else MISSED
        return total

    found = {**depleted_bat(ledger), **monkey_shortest(ledger)}
    if not all(rows[name].holds(found[name]) for name in ANIMALS):
        return Trial(values, {}, float("inf"), holds=False)
    series = follow(ledger, pernicious_anaemia(HEALTON_MONTHS), patients, seed=PEOPLE)
    found |= {**outcome(ledger, series), **presentation(series, ledger)}
    if cost(found) > FAR:
        return Trial(values, found, float("inf"), holds=False)
    gas = follow(ledger, nitrous_oxide(GAS_MONTHS), patients // 2, seed=PEOPLE)
    found |= potentials(series, gas, ledger)
    holds = all(row.holds(found[name]) for name, row in rows.items())
    return Trial(values, found, cost(found), holds=holds)


def search(
    begin: Sequence[Mapping[str, float]], workers: int = 2, progress: Progress = lambda step: None
) -> tuple[list[Trial], Mapping[str, int]]:
    """Search the ranges of the free numbers.

    Parameters
    ----------
    begin : sequence of mapping of str to float
        Sets to begin from, beside the hypercube: a search that began from the hypercube alone found no set whose
        potentials are late.
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
    points = np.array([*(_point(values) for values in begin), *cube])
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:

        def tried(points: Array, patients: int) -> list[Trial]:
            sets = [_values(point) for point in points]
            return list(pool.map(evaluate, sets, [patients] * len(sets)))

        progress(f"{len(points)} sets, {DRAWS} of them over the ranges")
        found = list(zip(points, tried(points, PATIENTS), strict=True))
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


def _ends() -> tuple[Array, Array]:
    """Return the ends of each range that are drawn from."""
    ranges = [_range(name) for name in FREE]
    return np.array([low or LEAST * high for low, high in ranges]), np.array([high for _, high in ranges])


def _values(point: Array) -> dict[str, float]:
    """Return the numbers at a point of the unit cube, evenly in the logarithm of each range."""
    low, high = _ends()
    values = np.clip(low * (high / low) ** point, low, high)  # rounding must not leave the range
    return dict(zip(FREE, values.tolist(), strict=True))


def _point(values: Mapping[str, float]) -> Array:
    """Return the point of the unit cube of a set."""
    low, high = _ends()
    point: Array = np.log(np.array([values[name] for name in FREE]) / low) / np.log(high / low)
    return np.clip(point, 0.0, 1.0)


def inputs_of_clinic(ledger: Ledger) -> str:
    """Return a hash of what the search rests on: every number it reads but the free ones, their ranges, the rows."""
    recording = ledger.recording()
    depleted_bat(recording)
    monkey_shortest(recording)
    series = follow(recording, pernicious_anaemia(HEALTON_MONTHS), 1, seed=PEOPLE)
    gas = follow(recording, nitrous_oxide(GAS_MONTHS), 1, seed=PEOPLE)
    potentials(series, gas, recording)
    studied(recording, series.states.isel(month=0, drop=True))  # whoever has no sign of the cord
    used = {entry.name for entry in recording.used()}
    read = [
        (entry.name, entry.range if entry.name in FREE else entry.value, dict(entry.columns))
        for entry in ledger.entries()
        # Which criteria of demyelination are asked for depends on what was found, hence on the free numbers: all count.
        if entry.name in used or entry.name.startswith("efns.")
    ]
    held = [row for row in load_targets() if row.name in (*OUTCOME, *ANIMALS)]
    rows = [(row.name, row.published, row.lower, row.upper) for row in held]
    size = [DRAWS, PATIENTS, ROUNDS, AROUND, PARENTS, NEAR, CLOSER, FINAL, FINALISTS]
    content = [read, rows, list(weak_bounds().items()), SEED, PEOPLE, size, LEAST, MISSED, FAR]
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
            {
                "values": dict(t.values),
                "found": dict(t.found),
                "cost": t.cost if np.isfinite(t.cost) else None,
            }
            for t in trials
            if not t.holds
        ],
    }
