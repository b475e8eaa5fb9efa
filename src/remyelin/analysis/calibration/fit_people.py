"""Fit of the model to patients: waves of designs, an emulator of every row, and sets verified by simulation.

``remyelin rebuild people`` runs it. A design is a set of structural rates whose pool of persons is simulated, with
common random numbers. Maps and hazards are read from the same pool many times. Between the waves an emulator
(scikit-learn, an extra of the package) learns all rows as functions of all numbers, and the next designs are drawn
from the posterior that it gives. The sets of the last wave are simulated, moved under their own simulated likelihood,
and weighted by simulated over emulated likelihood.

Finished designs are kept in a file, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.analysis.calibration.free_people import (
    FREE,
    MAPS,
    RIVALS,
    STRUCTURAL,
    bounds,
    log_likelihood,
    values_at,
)
from remyelin.analysis.protocols.observed import rows_of
from remyelin.analysis.protocols.pool import Draw, drawn, simulate_pool, traits_of
from remyelin.analysis.validation.myelin import depleted_bat, monkey_shortest
from remyelin.evidence import Ledger, load_targets
from remyelin.myelin.ensemble import repair_sets
from remyelin.nerve import Tables
from remyelin.person.chain_people import Numbers

Floats = NDArray[np.float64]
Progress = Callable[[str], None]

SEED: Final = 80211
PERSONS: Final = (36, 18, 14)  # deficiency, nitrous oxide, screened
TREATED: Final = 18  # persons also followed under treatment, twice each
WAVES: Final = (120, 90, 90)  # designs; the first over the ranges, the later ones from the emulator
READINGS: Final = 16  # points of the maps at which each design is read, in the waves
SETS: Final = 320  # of the last wave
MOVES: Final = 40  # steps of the maps of each of its sets under the simulated likelihood
ANIMALS: Final = ("bat_depleted", "monkey_lag_low")
CHAINS: Final = 64  # of the sampler over the emulator
STEPS: Final = 1500
STEP: Final = 0.05  # of a proposal, in shares of a range


@dataclass(frozen=True, slots=True)
class Reading:
    """A point of the cube and the rows found there."""

    design: int
    point: tuple[float, ...]
    repair: int
    rows: Mapping[str, float]


def ledger_of(values: Mapping[str, float], repair: int, base: Ledger) -> Ledger:
    """Return the ledger of a set, rates of repair among its numbers."""
    return base.replace({**repair_sets()[repair], **values})


def animals_hold(ledger: Ledger) -> bool:
    """Return whether the rows of animals that the rates of injury decide hold."""
    rows = {row.name: row for row in load_targets() if row.name in ANIMALS}
    if not rows["bat_depleted"].holds(depleted_bat(ledger)["bat_depleted"]):
        return False
    return bool(rows["monkey_lag_low"].holds(monkey_shortest(ledger)["monkey_lag_low"]))


def design_rows(
    point: Floats, repair: int, maps: Sequence[Floats], draws: Sequence[Draw], base: Ledger, tables: Tables
) -> Iterator[tuple[Floats, dict[str, float]]]:
    """Simulate one design and read it with several maps; the first are those of the point itself."""
    ledger = ledger_of(values_at(point), repair, base)
    pool = simulate_pool(draws, Numbers.of(ledger, tables), TREATED)
    yield point, rows_of(pool, traits_of(draws, ledger), Numbers.of(ledger, tables))
    for own in maps:
        whole = np.concatenate([point[: len(STRUCTURAL)], own])
        ledger = ledger_of(values_at(whole), repair, base)
        yield whole, rows_of(pool, traits_of(draws, ledger), Numbers.of(ledger, tables))


def first_wave(
    count: int, rival: Mapping[str, float], rng: np.random.Generator, base: Ledger
) -> list[tuple[Floats, int]]:
    """Return designs over the ranges, of which the animals refuse most at little cost."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube(len(FREE), rng=rng)
    found: list[tuple[Floats, int]] = []
    while len(found) < count:
        for point in cube.random(64):
            point = held(point, rival)
            repair = int(rng.integers(len(repair_sets())))
            if animals_hold(ledger_of(values_at(point), repair, base)):
                found.append((point, repair))
    return found[:count]


def held(point: Floats, rival: Mapping[str, float]) -> Floats:
    """Return a point with the numbers of a rival at the least of their range."""
    fixed = np.array([name in rival for name in FREE])
    return np.where(fixed, 0.0, point)


class Emulator:
    """All rows as functions of all numbers, learned from readings, with the error of each row."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        # An extra of the package, needed only here.
        from sklearn.neural_network import MLPRegressor
        from sklearn.preprocessing import StandardScaler

        self.names = [bound.name for bound in bounds()] + ["n2o_sural_snap_higher"]
        points = np.array([reading.point for reading in readings])
        rows = np.array([[reading.rows[name] for name in self.names] for reading in readings])
        middle = np.nanmedian(rows, axis=0)
        rows = np.where(np.isfinite(rows), rows, middle)
        design = np.array([reading.design for reading in readings])
        last = design % 5 == 0  # designs left out, to know the error
        self._scale = StandardScaler().fit(rows)
        self._models = []
        target = self._scale.transform(rows)
        for seed in range(3):
            model = MLPRegressor(
                hidden_layer_sizes=(48, 48), activation="tanh", alpha=0.3, max_iter=400, random_state=seed
            )
            self._models.append(model.fit(points[~last], target[~last]))
        error = self._mean(points[last]) - rows[last]
        self.error = np.sqrt((error**2).mean(axis=0))
        self.explained = 1.0 - (error**2).mean(axis=0) / np.maximum(rows[last].var(axis=0), 1e-12)
        self._models = [
            MLPRegressor(
                hidden_layer_sizes=(48, 48), activation="tanh", alpha=0.3, max_iter=400, random_state=seed
            ).fit(points, target)
            for seed in range(3)
        ]

    def _mean(self, points: Floats) -> Floats:
        mean = np.mean([model.predict(points) for model in self._models], axis=0)
        return np.asarray(self._scale.inverse_transform(mean), dtype=np.float64)

    def log_likelihood(self, points: Floats) -> Floats:
        """Return the logarithm of the likelihood, widened by the error of the emulator, of (point, number)."""
        rows = self._mean(points)
        total = np.zeros(len(points))
        for column, bound in enumerate(bounds()):
            found = rows[:, column]
            side = np.where(found > bound.value, bound.upper - bound.value, bound.value - bound.lower)
            sd = np.maximum(side, 0.25 * (bound.upper - bound.lower)) / 1.96
            sd = np.sqrt(sd**2 + self.error[column] ** 2)
            total -= 0.5 * bound.weight * np.minimum(np.abs(found - bound.value) / sd, 4.0) ** 2
        gap = np.clip((0.2 - rows[:, -1]) / np.hypot(0.1, self.error[-1]), 0.0, 4.0)
        return np.asarray(total - 0.5 * gap**2, dtype=np.float64)


def sample(emulator: Emulator, start: Floats, rival: Mapping[str, float], rng: np.random.Generator) -> Floats:
    """Return points of the emulated posterior: many chains with differences of chains as proposals."""
    now = start.copy()
    value = emulator.log_likelihood(now)
    count, size = now.shape
    for step in range(STEPS):
        one, other = rng.integers(count, size=count), rng.integers(count, size=count)
        scale = 1.0 if step % 10 == 0 else 2.38 / np.sqrt(2 * size) * rng.choice([0.3, 1.0], size=(count, 1))
        trial = now + scale * (now[one] - now[other]) + 0.3 * STEP * rng.standard_normal(now.shape)
        # Reflect at the ends, so that no density gathers there.
        trial = np.abs(trial)
        trial = np.where(trial > 1.0, 2.0 - trial, trial)
        trial = np.clip(np.array([held(point, rival) for point in trial]) if rival else trial, 0.0, 1.0)
        likelihood = emulator.log_likelihood(trial)
        accept = np.log(rng.random(count)) < likelihood - value
        now[accept], value[accept] = trial[accept], likelihood[accept]
    return now


def moved(
    point: Floats,
    repair: int,
    draws: Sequence[Draw],
    base: Ledger,
    tables: Tables,
    rng: np.random.Generator,
    moves: int,
) -> tuple[Floats, dict[str, float], dict[str, float]]:
    """Simulate a set and move its maps and hazards under the simulated likelihood.

    Returns
    -------
    point : array
    rows : dict
        At the point that the moves end at.
    first : dict
        At the point that they began from.
    """
    ledger = ledger_of(values_at(point), repair, base)
    numbers = Numbers.of(ledger, tables)
    pool = simulate_pool(draws, numbers, TREATED)
    first = rows = rows_of(pool, traits_of(draws, ledger), numbers)
    value, now = log_likelihood(rows), point
    for _ in range(moves):
        trial = now.copy()
        change = rng.standard_normal(len(MAPS)) * STEP * (rng.random(len(MAPS)) < 0.4)
        maps = np.abs(trial[len(STRUCTURAL) :] + 2.0 * change)
        trial[len(STRUCTURAL) :] = np.where(maps > 1.0, 2.0 - maps, maps)
        ledger = ledger_of(values_at(trial), repair, base)
        found = rows_of(pool, traits_of(draws, ledger), Numbers.of(ledger, tables))
        likelihood = log_likelihood(found)
        if np.log(rng.random()) < likelihood - value:
            now, rows, value = trial, found, likelihood
    return now, rows, first


class Kept:
    """Finished work in a file of one JSON record a line, so that a run can go on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.records: dict[str, Any] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                self.records[record["key"]] = record

    def add(self, key: str, **content: Any) -> None:
        """Append a record."""
        record = {"key": key, **content}
        self.records[key] = record
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")


def fit(
    base: Ledger,
    folder: Path,
    rival: str = "both",
    waves: Sequence[int] = WAVES,
    sets: int = SETS,
    progress: Progress = lambda step: None,
) -> list[dict[str, Any]]:
    """Run the waves and return the verified sets: values, rows, log-likelihoods.

    Parameters
    ----------
    base : Ledger
        Numbers that are not fitted.
    folder : Path
        Where finished designs are kept.
    rival : str
        A key of :data:`RIVALS`.
    waves : sequence of int
        Designs of each wave.
    sets : int
        Sets of the last wave.
    progress : callable
        Called with how far it is and how long the rest will take.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(folder / f"{rival}.jsonl")
    fixed = RIVALS[rival]
    tables = nerve.build_tables(base)
    draws = drawn(*PERSONS)
    rng = np.random.default_rng([SEED, len(rival)])
    readings: list[Reading] = []
    emulator: Emulator | None = None
    started, done = time.perf_counter(), 0
    whole = sum(waves) + sets
    for wave, count in enumerate(waves):
        if wave == 0:
            designs = first_wave(count, fixed, rng, base)
        else:
            emulator = Emulator(readings)
            best = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))
            start = np.array([reading.point for reading in best[:CHAINS]])
            points = sample(emulator, start, fixed, rng)
            designs = _alive(points, count, rng, base)
        for number, (point, repair) in enumerate(designs):
            maps = [_maps(point, wave, rng) for _ in range(READINGS)]
            key = f"{wave}.{number}"
            if key not in kept.records:
                found = list(design_rows(point, repair, maps, draws, base, tables))
                kept.add(key, repair=repair, read=[[p.tolist(), rows] for p, rows in found])
            record = kept.records[key]
            for p, rows in record["read"]:
                readings.append(Reading(1000 * wave + number, tuple(p), record["repair"], rows))
            done += 1
            if number % 10 == 9:
                left = (time.perf_counter() - started) / done * (whole - done) / 60.0
                best_value = max(log_likelihood(reading.rows) for reading in readings)
                progress(f"{rival}: {done} of {whole} designs, {left:.0f} min left, best {best_value:.1f}")
    emulator = Emulator(readings)
    best = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))
    start = np.array([reading.point for reading in best[:CHAINS]])
    points = np.concatenate([sample(emulator, start, fixed, rng) for _ in range(-(-sets // CHAINS) + 1)])
    emulated = emulator.log_likelihood(points)
    order = rng.permutation(len(points))
    verified: list[dict[str, Any]] = []
    for number, index in enumerate(order):
        if len(verified) == sets:
            break
        key = f"set.{number}"
        if key not in kept.records:
            own = np.random.default_rng([SEED, len(rival), number])
            repair = int(own.integers(len(repair_sets())))
            if not animals_hold(ledger_of(values_at(points[index]), repair, base)):
                kept.add(key, refused=True)
                continue
            point, rows, first = moved(points[index], repair, draws, base, tables, own, MOVES)
            kept.add(
                key,
                repair=repair,
                point=point.tolist(),
                rows=rows,
                likelihood=log_likelihood(rows),
                first=log_likelihood(first),
                emulated=float(emulated[index]),
            )
        if "refused" in kept.records[key]:
            continue
        verified.append(kept.records[key])
        done += 1
        if len(verified) % 10 == 0:
            left = (time.perf_counter() - started) / done * (whole - done) / 60.0
            progress(f"{rival}: {len(verified)} of {sets} sets verified, {left:.0f} min left")
    return verified


def _maps(point: Floats, wave: int, rng: np.random.Generator) -> Floats:
    """Return maps to read a design with: over the ranges in the first wave, about the point later."""
    if wave == 0:
        return rng.random(len(MAPS))
    near = np.abs(point[len(STRUCTURAL) :] + 0.12 * rng.standard_normal(len(MAPS)))
    return np.where(near > 1.0, np.maximum(2.0 - near, 0.0), near)


def _alive(points: Floats, count: int, rng: np.random.Generator, base: Ledger) -> list[tuple[Floats, int]]:
    """Return points that the animals do not refuse, in random order, with drawn rates of repair."""
    found: list[tuple[Floats, int]] = []
    while len(found) < count:
        for index in rng.permutation(len(points)):
            repair = int(rng.integers(len(repair_sets())))
            point = (
                points[index]
                if len(found) < len(points)
                else np.clip(points[index] + 0.02 * rng.standard_normal(points.shape[1]), 0.0, 1.0)
            )
            if animals_hold(ledger_of(values_at(point), repair, base)):
                found.append((point, repair))
            if len(found) == count:
                break
    return found
