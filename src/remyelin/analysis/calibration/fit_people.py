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
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin import myelin, nerve
from remyelin.analysis.calibration.emulator import (
    STEP,
    Emulator,
    Reading,
    Tried,
    animals_accept,
    held,
    sample,
)
from remyelin.analysis.calibration.free_people import (
    FREE,
    MAPS,
    RIVALS,
    STRUCTURAL,
    log_likelihood,
    values_at,
)
from remyelin.analysis.protocols.animals import bat, conducting, first, monkey
from remyelin.analysis.protocols.observed import rows_of
from remyelin.analysis.protocols.pool import Draw, Pool, drawn, seen, simulate_pool, traits_of
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import Ledger
from remyelin.myelin.ensemble import repair as repair_rates
from remyelin.nerve import Tables
from remyelin.person.chain import Chain
from remyelin.person.presentation import FELT
from remyelin.person.traits import PATIENT, Traits

Floats = NDArray[np.float64]
Progress = Callable[[str], None]

SEED: Final = 80211
PERSONS: Final = (26, 14, 10)  # deficiency, nitrous oxide, screened
TREATED: Final = 14  # persons also followed under treatment, twice each
WAVES: Final = (45, 24, 24, 24)  # designs; the first over the ranges, the later ones from emulator and best
READINGS: Final = 24  # points of the maps at which each design is read, in the waves
VERIFIED: Final = 80  # points of the emulated posterior that are simulated
SETS: Final = 320  # of the result: verified points by weight, each moved on its own
PARENTS: Final = 8  # best designs about which half of a wave is drawn
NEAR: Final = 0.08  # how far, in shares of a range
TOGETHER: Final = 64  # sets whose animals are simulated at once
MONKEY_FAILS: Final = 16.0  # months until metabolic failure
DAYS_PER_WEEK: Final = 7.0
MOVES: Final = 25  # steps of the maps of each of its sets under the simulated likelihood
CHAINS: Final = 64  # of the sampler over the emulator


def ledger_of(values: Mapping[str, float], repair: int, base: Ledger) -> Ledger:
    """Return the ledger of a set, rates of repair among its numbers."""
    return base.replace({**repair_rates().sets[repair], **values})


def animals_of(sets: Sequence[Ledger]) -> list[tuple[float, float]]:
    """Return the rows of animals that the rates of injury decide, by set: weeks of the bat, months of the monkey.

    As :mod:`remyelin.analysis.validation.myelin` computes them, of all sets at once.
    """
    rates = [myelin.Parameters.from_ledger(ledger) for ledger in sets]
    under_gas, deprived = bat(rates, depleted=True), monkey(rates)
    found = []
    for member in range(len(sets)):
        sites = (under_gas.isel(member=member), 300.0), (deprived.isel(member=member), 240.0)
        weeks, months = (
            first(site["time"].to_numpy(), conducting(site, internodes) < 0.5) for site, internodes in sites
        )
        found.append((weeks / DAYS_PER_WEEK, months / DAYS_PER_MONTH - MONKEY_FAILS))
    return found


def design_rows(
    point: Floats, repair: int, maps: Sequence[Floats], draws: Sequence[Draw], base: Ledger, tables: Tables
) -> Iterator[tuple[Floats, dict[str, float]]]:
    """Simulate one design and read it with several maps; the first are those of the point itself."""
    ledger = ledger_of(values_at(point), repair, base)
    pool = simulate_pool(draws, Chain(ledger, tables), TREATED)
    yield point, rows_of(pool, traits_of(draws, ledger), Chain(ledger, tables))
    for own in maps:
        whole = np.concatenate([point[: len(STRUCTURAL)], own])
        ledger = ledger_of(values_at(whole), repair, base)
        yield whole, rows_of(pool, traits_of(draws, ledger), Chain(ledger, tables))


def first_wave(count: int, rival: Mapping[str, float], rng: np.random.Generator, base: Ledger) -> list[Tried]:
    """Try points over the ranges until the animals accept so many; return all that were tried."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube(len(FREE), rng=rng)
    found: list[Tried] = []
    while sum(animals_accept(item.animals) for item in found) < count:
        points = [held(point, rival) for point in cube.random(TOGETHER)]
        found += _tried(points, rng.integers(len(repair_rates().sets), size=TOGETHER).tolist(), base)
    return found


def _tried(points: Sequence[Floats], repair: Sequence[int], base: Ledger) -> list[Tried]:
    """Simulate the animals at some points."""
    sets = [ledger_of(values_at(point), own, base) for point, own in zip(points, repair, strict=True)]
    return [
        Tried(tuple(point.tolist()), own, animals)
        for point, own, animals in zip(points, repair, animals_of(sets), strict=True)
    ]


def moved(
    point: Floats,
    repair: int,
    draws: Sequence[Draw],
    base: Ledger,
    tables: Tables,
    rng: np.random.Generator,
    times: int,
) -> list[dict[str, Any]]:
    """Simulate a set and move its maps and hazards under the simulated likelihood, so many times in a row.

    Returns
    -------
    list of dict
        ``point``, ``rows``, ``likelihood`` at the end of each walk of :data:`MOVES` steps, and ``patients``: the
        traits of one person who is found ill, by stratum.
    """
    ledger = ledger_of(values_at(point), repair, base)
    pool = simulate_pool(draws, Chain(ledger, tables), TREATED)

    def read(at: Floats) -> tuple[float, dict[str, float]]:
        own = ledger_of(values_at(at), repair, base)
        rows = rows_of(pool, traits_of(draws, own), Chain(own, tables))
        return log_likelihood(rows), rows

    now = point
    value, rows = read(now)
    found = []
    for _ in range(times):
        for _ in range(MOVES):
            trial = now.copy()
            change = 2.0 * STEP * rng.standard_normal(len(MAPS)) * (rng.random(len(MAPS)) < 0.4)
            maps = np.abs(trial[len(STRUCTURAL) :] + change)
            trial[len(STRUCTURAL) :] = np.where(maps > 1.0, np.maximum(2.0 - maps, 0.0), maps)
            likelihood, other = read(trial)
            if np.log(rng.random()) < likelihood - value:
                now, rows, value = trial, other, likelihood
        own = ledger_of(values_at(now), repair, base)
        found.append(
            {
                "point": now.tolist(),
                "rows": rows,
                "likelihood": value,
                "patients": a_patient(pool, traits_of(draws, own), Chain(own, tables), rng),
            }
        )
    return found


def a_patient(
    pool: Pool, traits: Sequence[Traits], numbers: Chain, rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    """Return the traits of one person of each stratum who notices a symptom when found, drawn by that chance."""
    view = seen(pool, traits, numbers)
    felt = np.any([view.state.noticed[name] for name in FELT], axis=0)
    chance = (view.found.share.sum(axis=0) * felt).sum(axis=1)
    found = {}
    for stratum, name in (("deficiency", "deficiency"), ("gas", "nitrous_oxide")):
        weight = chance * (pool.stratum == stratum)
        if weight.sum() <= 0.0:
            weight = (pool.stratum == stratum).astype(np.float64)
        own = traits[int(rng.choice(len(weight), p=weight / weight.sum()))]
        found[name] = {trait: getattr(own, trait) for trait in PATIENT}
    return found


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
    fixed = {name: value for name, value in RIVALS[rival].items() if name in FREE}
    base = base.replace({name: value for name, value in RIVALS[rival].items() if name not in FREE})
    tables = nerve.build_tables(base)
    draws = drawn(*PERSONS)
    rng = np.random.default_rng([SEED, len(rival)])
    readings: list[Reading] = []
    tried: list[Tried] = []
    started, done = time.perf_counter(), 0
    verified = min(VERIFIED, sets)
    whole = sum(waves) + verified + sets // 2

    def told(step: str) -> None:
        left = (time.perf_counter() - started) / max(done, 1) * (whole - done) / 60.0
        best_value = max(log_likelihood(reading.rows) for reading in readings)
        progress(f"{rival}: {step}, {left:.0f} min left, best {best_value:.1f}")

    for wave, count in enumerate(waves):
        key = f"designs.{wave}"
        if key not in kept.records:
            if wave == 0:
                new = first_wave(count, fixed, rng, base)
            else:
                points = _points(Emulator(readings, tried), readings, count, fixed, wave)
                points = np.concatenate([_near(readings, count, fixed, wave), points])
                points = points[np.random.default_rng([SEED, 8, wave]).permutation(len(points))]
                new = _alive(points, count, rng, base)
            kept.add(key, tried=[[item.point, item.repair, item.animals] for item in new])
        new = [Tried(tuple(a), b, (c[0], c[1])) for a, b, c in kept.records[key]["tried"]]
        tried += new
        designs = [item for item in new if animals_accept(item.animals)][:count]
        for number, item in enumerate(designs):
            own = np.random.default_rng([SEED, len(rival), wave, number])
            maps = [_maps(np.array(item.point), wave, own) for _ in range(READINGS)]
            key = f"{wave}.{number}"
            if key not in kept.records:
                found = list(design_rows(np.array(item.point), item.repair, maps, draws, base, tables))
                kept.add(key, repair=item.repair, read=[[p.tolist(), rows] for p, rows in found])
            for p, rows in kept.records[key]["read"]:
                readings.append(Reading(1000 * wave + number, tuple(p), item.repair, rows))
            done += 1
            if number % 10 == 9:
                told(f"{done} of {sum(waves)} designs")
    if not sets:
        return [{"point": r.point, "rows": r.rows, "likelihood": log_likelihood(r.rows)} for r in readings]
    emulator = Emulator(readings, tried)
    if "points" not in kept.records:
        points = _points(emulator, readings, 4 * verified, fixed, len(waves))
        kept.add(
            "points",
            points=points.tolist(),
            emulated=emulator.log_likelihood(points).tolist(),
            error=dict(zip(emulator.names, emulator.error.tolist(), strict=True)),
            explained=dict(zip(emulator.names, emulator.explained.tolist(), strict=True)),
        )
    points, emulated = np.array(kept.records["points"]["points"]), kept.records["points"]["emulated"]
    alive: list[tuple[int, int, float]] = []
    for index, point in enumerate(points):
        if len(alive) == verified:
            break
        key = f"verified.{index}"
        if key not in kept.records:
            repair = int(np.random.default_rng([SEED, 5, index]).integers(len(repair_rates().sets)))
            (item,) = _tried([point], [repair], base)
            if not animals_accept(item.animals):
                kept.add(key, refused=True)
            else:
                _, rows = next(design_rows(point, repair, [], draws, base, tables))
                kept.add(key, repair=repair, likelihood=log_likelihood(rows))
        record = kept.records[key]
        if "refused" not in record:
            alive.append((index, record["repair"], record["likelihood"]))
            done += 1
            if len(alive) % 10 == 0:
                told(f"{len(alive)} of {verified} sets verified")
    weights = _weights(
        np.array([value for _, _, value in alive]), np.array([emulated[i] for i, _, _ in alive])
    )
    # Systematic resampling: a set of weight w stands floor or ceiling of w times, each moved on its own.
    places = np.searchsorted(np.cumsum(weights), (np.arange(sets) + 0.5) / sets)
    result: list[dict[str, Any]] = []
    for place, times in zip(*np.unique(places, return_counts=True), strict=True):
        index, repair, _ = alive[min(int(place), len(alive) - 1)]
        key = f"moved.{index}"
        if key not in kept.records:
            own = np.random.default_rng([SEED, 6, index])
            kept.add(
                key, repair=repair, sets=moved(points[index], repair, draws, base, tables, own, int(times))
            )
        for item in kept.records[key]["sets"]:
            result.append({**item, "repair": repair})
        done += int(times) // 2
        told(f"{len(result)} of {sets} sets moved")
    effective = float(1.0 / (weights**2).sum())
    for own_set in result:
        own_set["effective"] = effective
    return result


def _weights(simulated: Floats, emulated: Floats) -> Floats:
    """Return simulated over emulated likelihoods as weights that sum to 1, tempered to spare a few sets from ruling.

    The log-ratio is divided by the least factor that leaves an effective sample of a fifth of the sets.
    """
    ratio = simulated - emulated
    for temper in np.geomspace(1.0, 50.0, 60):
        weights = np.exp((ratio - ratio.max()) / temper)
        weights = weights / weights.sum()
        if 1.0 / (weights**2).sum() >= 0.2 * len(ratio):
            break
    return np.asarray(weights, dtype=np.float64)


def _near(readings: Sequence[Reading], count: int, fixed: Mapping[str, float], wave: int) -> Floats:
    """Return so many points about the best readings, one a design: an emulator of few designs is rough."""
    rng = np.random.default_rng([SEED, 9, wave])
    best = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))
    parents = list({reading.design: reading.point for reading in reversed(best[:200])}.values())[-PARENTS:]
    chosen = np.array(parents)[rng.integers(len(parents), size=count)]
    moved = np.abs(chosen + NEAR * rng.standard_normal(chosen.shape))
    moved = np.where(moved > 1.0, np.maximum(2.0 - moved, 0.0), moved)
    return np.array([held(point, fixed) for point in moved])


def _points(
    emulator: Emulator, readings: Sequence[Reading], count: int, fixed: Mapping[str, float], wave: int
) -> Floats:
    """Return so many points of the emulated posterior."""
    rng = np.random.default_rng([SEED, 4, wave])
    best = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))
    start = np.array([reading.point for reading in best[:CHAINS]])
    parts = [sample(emulator, start, fixed, rng) for _ in range(-(-count // CHAINS))]
    return np.concatenate(parts)[rng.permutation(len(parts) * CHAINS)][:count]


def _maps(point: Floats, wave: int, rng: np.random.Generator) -> Floats:
    """Return maps to read a design with: over the ranges in the first wave, about the point later."""
    if wave == 0:
        return rng.random(len(MAPS))
    near = np.abs(point[len(STRUCTURAL) :] + 0.12 * rng.standard_normal(len(MAPS)))
    return np.where(near > 1.0, np.maximum(2.0 - near, 0.0), near)


def _alive(points: Floats, count: int, rng: np.random.Generator, base: Ledger) -> list[Tried]:
    """Try points until the animals accept so many, again with small steps where too few are accepted."""
    found: list[Tried] = []
    turn = 0
    while sum(animals_accept(item.animals) for item in found) < count:
        for begin in range(0, len(points), TOGETHER):
            part = points[begin : begin + TOGETHER]
            if turn:
                part = np.clip(part + 0.03 * rng.standard_normal(part.shape), 0.0, 1.0)
            found += _tried(list(part), rng.integers(len(repair_rates().sets), size=len(part)).tolist(), base)
            if sum(animals_accept(item.animals) for item in found) >= count:
                break
        turn += 1
    return found
