"""Fit of the model to patients: waves of designs, an emulator of every row, and chains.

``remyelin rebuild people`` runs it. A design is a set of structural rates whose pool of persons is simulated, with
common random numbers. Maps and hazards are read from the same pool many times. Between the waves an emulator
(scikit-learn, an extra of the package) learns all rows as functions of all numbers, and the next designs are drawn
from the posterior that it gives, and about the best so far. Chains then sample the posterior of the simulated
likelihood itself (:mod:`remyelin.analysis.calibration.chains_people`), and maps and hazards are moved in between.

Finished designs are kept in a file, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.calibration.chains_people import (
    BEGUN,
    CHAINS,
    effective_of,
    power,
    proposed,
    resampled,
    starts,
)
from remyelin.analysis.calibration.emulator import Emulator, Reading, Tried, animals_accept, held, sample
from remyelin.analysis.calibration.free_people import FREE, RIVALS, log_likelihood
from remyelin.analysis.calibration.site_people import reflected, try_animals
from remyelin.analysis.calibration.workers_people import Workers, read_design, step_chain
from remyelin.analysis.protocols.pool import drawn
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.myelin.ensemble import repair as repair_rates

Floats = NDArray[np.float64]
Progress = Callable[[str], None]

SEED: Final = 80211
PERSONS: Final = (72, 30, 30)  # deficiency, nitrous oxide, screened
#: Designs of each wave; those of the first lie over the ranges, later ones come from the emulator and the best.
WAVES: Final = (60, 50, 50, 50, 50)
READINGS: Final = 24  # further points of the maps at which each design is read, in the waves
PARENTS: Final = 12  # best designs about which half of a wave is drawn
NEAR: Final = 0.08  # how far, in shares of a range
TOGETHER: Final = 64  # sets whose animals are simulated at once
ROUNDS: Final = 22  # steps of each chain that are simulated
KEPT_ROUNDS: Final = 10  # the last ones, whose states are the sets of the result
SETS: Final = CHAINS * KEPT_ROUNDS


def first_wave(count: int, rival: Mapping[str, float], rng: np.random.Generator, base: Ledger) -> list[Tried]:
    """Try points over the ranges until the animals accept so many; return all that were tried."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube(len(FREE), rng=rng)
    found: list[Tried] = []
    while sum(animals_accept(item.animals) for item in found) < count:
        points = [held(point, rival) for point in cube.random(TOGETHER)]
        found += try_animals(points, rng.integers(len(repair_rates().sets), size=TOGETHER).tolist(), base)
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
    rounds: int = ROUNDS,
    workers: int | None = None,
    inputs: str = "",
    progress: Progress = lambda step: None,
) -> list[dict[str, Any]]:
    """Run the waves and the chains and return the sets: values, rows, log-likelihoods.

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
    rounds : int
        Simulated steps of each chain; without any the readings of the waves are returned.
    workers : int, optional
        Processes; as many as processors when omitted. Their number changes no result.
    inputs : str
        Hash of what the fit rests on: designs kept under another one are refused.
    progress : callable
        Called with how far it is and how long the rest will take.

    Raises
    ------
    InputError
        If the folder holds designs of other numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(folder / f"{rival}.jsonl")
    if kept.records and kept.records.get("inputs", {}).get("hash") != inputs:
        raise InputError(
            f"{folder / rival}.jsonl holds designs of other numbers; delete it, or name another folder."
        )
    if not kept.records:
        kept.add("inputs", hash=inputs)
    fixed = {name: value for name, value in RIVALS[rival].items() if name in FREE}
    base = base.replace({name: value for name, value in RIVALS[rival].items() if name not in FREE})
    draws = drawn(*PERSONS, base)
    with Workers(workers or os.cpu_count() or 1, base, draws) as hands:
        return _fit(kept, base, hands, rival, fixed, waves, rounds, progress)


def _fit(
    kept: Kept,
    base: Ledger,
    hands: Workers,
    rival: str,
    fixed: Mapping[str, float],
    waves: Sequence[int],
    rounds: int,
    progress: Progress,
) -> list[dict[str, Any]]:
    readings: list[Reading] = []
    tried: list[Tried] = []
    started, done, fresh = time.perf_counter(), 0, 0
    whole = sum(waves) + CHAINS * rounds

    def told(step: str, best: float) -> None:
        left = (time.perf_counter() - started) / max(fresh, 1) * (whole - done) / 60.0
        progress(f"{rival}: {step}, {left:.0f} min left, best {best:.1f}")

    for wave, count in enumerate(waves):
        key = f"designs.{wave}"
        if key not in kept.records:
            rng = np.random.default_rng([SEED, len(rival), wave])  # each wave has its own: a run can go on
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
        spread = READINGS // 2 if wave == 0 else 0
        given = {
            number: hands.submit(
                number,
                read_design,
                (list(item.point), item.repair, spread, READINGS - spread, [SEED, len(rival), wave, number]),
            )
            for number, item in enumerate(designs)
            if f"{wave}.{number}" not in kept.records
        }
        for number, item in enumerate(designs):
            key = f"{wave}.{number}"
            if number in given:
                kept.add(key, repair=item.repair, read=given[number].result())
                fresh += 1
            for p, rows in kept.records[key]["read"]:
                readings.append(Reading(1000 * wave + number, tuple(p), item.repair, rows))
            done += 1
            if number % 10 == 9:
                told(f"{done} of {sum(waves)} designs", max(log_likelihood(r.rows) for r in readings))
    if not rounds:
        return [{"point": r.point, "rows": r.rows, "likelihood": log_likelihood(r.rows)} for r in readings]
    states = starts(readings, np.random.default_rng([SEED, 7]))
    before = BEGUN
    result: list[dict[str, Any]] = []
    for turn in range(rounds):
        rng = np.random.default_rng([SEED, 5, turn])
        now = power(turn)
        if now > before:
            states = resampled(states, now - before, rng)
        before = now
        given = {
            chain: hands.submit(
                chain, step_chain, (chain, states[chain], point.tolist(), now, [SEED, 6, turn, chain])
            )
            for chain, point in enumerate(proposed(states, fixed, rng))
            if f"chain.{turn}.{chain}" not in kept.records
        }
        for chain in range(CHAINS):
            key = f"chain.{turn}.{chain}"
            if chain in given:
                kept.add(key, **given[chain].result())
                fresh += 1
            states[chain] = {name: value for name, value in kept.records[key].items() if name != "key"}
            done += 1
        if turn >= rounds - KEPT_ROUNDS:
            result += [{**state, "chain": chain} for chain, state in enumerate(states)]
        moved = sum(state["accepted"] for state in states)
        told(
            f"{turn + 1} of {rounds} steps of the chains ({moved} of {CHAINS} accepted)",
            max(state["likelihood"] for state in states),
        )
    effective = effective_of(result)
    for own_set in result:
        own_set["effective"] = effective
    return result


def _near(readings: Sequence[Reading], count: int, fixed: Mapping[str, float], wave: int) -> Floats:
    """Return so many points about the best readings, one a design: an emulator of few designs is rough."""
    rng = np.random.default_rng([SEED, 9, wave])
    best = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))
    parents = list({reading.design: reading.point for reading in reversed(best[:200])}.values())[-PARENTS:]
    chosen = np.array(parents)[rng.integers(len(parents), size=count)]
    moved = reflected(chosen + NEAR * rng.standard_normal(chosen.shape) * (rng.random(chosen.shape) < 0.5))
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


def _alive(points: Floats, count: int, rng: np.random.Generator, base: Ledger) -> list[Tried]:
    """Try points until the animals accept so many, again with small steps where too few are accepted."""
    found: list[Tried] = []
    turn = 0
    while sum(animals_accept(item.animals) for item in found) < count:
        for begin in range(0, len(points), TOGETHER):
            part = points[begin : begin + TOGETHER]
            if turn:
                part = np.clip(part + 0.03 * rng.standard_normal(part.shape), 0.0, 1.0)
            found += try_animals(
                list(part), rng.integers(len(repair_rates().sets), size=len(part)).tolist(), base
            )
            if sum(animals_accept(item.animals) for item in found) >= count:
                break
        turn += 1
    return found
