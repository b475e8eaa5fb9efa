"""Fit of the model to patients: waves of designs, an emulator of every row, and chains.

``remyelin rebuild people`` runs it. A design is a set of structural rates whose pool of persons is simulated, with
common random numbers. Maps and hazards are read from the same pool many times. Between the waves an emulator
(scikit-learn, an extra of the package) learns all rows as functions of all numbers, and the next designs are drawn
from the posterior that it gives, and about the best so far. Chains then sample the posterior of the simulated
likelihood itself (:mod:`remyelin.analysis.calibration.chains_people`), and maps and hazards are moved in between.

Finished designs are kept in a file, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from remyelin.analysis.calibration.chains_people import (
    BEGUN,
    CHAINS,
    HALVES,
    LEADING,
    LEARNING,
    best_of_designs,
    effective_of,
    half,
    power,
    resampled,
    walked,
)
from remyelin.analysis.calibration.emulator import Emulator, Reading, Tried, animals_accept
from remyelin.analysis.calibration.free_people import FREE, NO_ERRORS, RIVALS, log_likelihood
from remyelin.analysis.calibration.kept_people import Kept
from remyelin.analysis.calibration.sampling_people import first_wave, later_wave, seed_of, stream_of
from remyelin.analysis.calibration.workers_people import Workers, read_again, read_design, step_chain
from remyelin.analysis.protocols.pool import drawn
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger

Progress = Callable[[str], None]

PERSONS: Final = (96, 30, 24)  # deficiency, nitrous oxide, screened
#: Designs of each wave; those of the first lie over the ranges, later ones come from the emulator and the best.
WAVES: Final = (60, 50, 50, 50)
READINGS: Final = 24  # further points of the maps at which each design is read, in the waves
ROUNDS: Final = 26  # steps of each chain that are simulated
KEPT_ROUNDS: Final = 10  # the last ones, whose states are the sets of the result
SETS: Final = CHAINS * KEPT_ROUNDS
AGAIN: Final = 6  # best designs that are simulated again with other persons
OTHERS: Final = 5  # pools of other persons at each


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


class _Run:
    """State of a fit: designs read, points tried, work done."""

    def __init__(
        self, kept: Kept, base: Ledger, hands: Workers, rival: str, fixed: Mapping[str, float], whole: int
    ) -> None:
        self.kept, self.base, self.hands, self.rival, self.fixed = kept, base, hands, rival, fixed
        self.readings: list[Reading] = []
        self.tried: list[Tried] = []
        self._started, self._whole, self.done, self.fresh = time.perf_counter(), whole, 0, 0

    def told(self, step: str, best: float) -> str:
        """Return how far the fit is and how long the rest will take."""
        passed = (time.perf_counter() - self._started) / max(self.fresh, 1)
        left = passed * (self._whole - self.done) / 60.0
        return f"{self.rival}: {step}, {left:.0f} min left, best {best:.1f}"


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
    run = _Run(kept, base, hands, rival, fixed, sum(waves) + CHAINS * rounds)
    for wave, count in enumerate(waves):
        _wave(run, wave, count, sum(waves), progress)
    if not rounds:
        return [
            {"point": r.point, "rows": r.rows, "likelihood": log_likelihood(r.rows)} for r in run.readings
        ]
    return _chains(run, rounds, _errors(run, progress), progress)


def _wave(run: _Run, wave: int, count: int, whole: int, progress: Progress) -> None:
    """Choose the designs of a wave and read them."""
    kept, rival = run.kept, run.rival
    key = f"designs.{wave}"
    if key not in kept.records:
        if wave == 0:
            new = first_wave(count, run.fixed, stream_of("designs", rival, wave), run.base)
        else:
            new = later_wave(run.readings, run.tried, count, run.fixed, rival, wave, run.base)
        kept.add(key, tried=[[item.point, item.repair, item.animals] for item in new])
    new = [Tried(tuple(a), b, (c[0], c[1])) for a, b, c in kept.records[key]["tried"]]
    run.tried += new
    designs = [item for item in new if animals_accept(item.animals)][:count]
    spread = READINGS // 2 if wave == 0 else 0
    given = {
        number: run.hands.submit(
            number,
            read_design,
            (
                list(item.point),
                item.repair,
                spread,
                READINGS - spread,
                seed_of("readings", rival, wave, number),
            ),
        )
        for number, item in enumerate(designs)
        if f"{wave}.{number}" not in kept.records
    }
    for number, item in enumerate(designs):
        key = f"{wave}.{number}"
        if number in given:
            kept.add(key, repair=item.repair, read=given[number].result())
            run.fresh += 1
        for p, rows in kept.records[key]["read"]:
            run.readings.append(Reading(1000 * wave + number, tuple(p), item.repair, rows))
        run.done += 1
        if number % 10 == 9:
            best = max(log_likelihood(reading.rows) for reading in run.readings)
            progress(run.told(f"{run.done} of {whole} designs", best))


def _errors(run: _Run, progress: Progress) -> dict[str, float]:
    """Return the standard deviation of each row between pools of other persons, at the best designs."""
    if "errors" not in run.kept.records:
        progress(f"{run.rival}: rows of the {AGAIN} best designs with other persons")
        best = best_of_designs(run.readings, NO_ERRORS)[:AGAIN]
        jobs = [(state, other) for state in best for other in range(OTHERS)]
        given = [
            run.hands.submit(number, read_again, (state["point"], state["repair"], other + 1))
            for number, (state, other) in enumerate(jobs)
        ]
        found = [one.result() for one in given]
        parts = [found[i : i + OTHERS] for i in range(0, len(found), OTHERS)]
        errors = {}
        for name in found[0]:
            values = [np.array([rows[name] for rows in part]) for part in parts]
            known = [part for part in values if np.isfinite(part).all()]
            errors[name] = float(np.sqrt(np.mean([part.var(ddof=1) for part in known]))) if known else 0.0
        run.kept.add("errors", errors=errors)
    return dict(run.kept.records["errors"]["errors"])


def _chains(run: _Run, rounds: int, errors: dict[str, float], progress: Progress) -> list[dict[str, Any]]:
    """Move the chains and return the states of the last steps."""
    kept, rival = run.kept, run.rival
    designs = best_of_designs(run.readings, errors)
    leading = np.array([state["point"] for state in designs[: round(LEADING * len(designs))]])
    states = resampled(designs, BEGUN, stream_of("starts", rival))
    before = BEGUN
    result: list[dict[str, Any]] = []
    emulator: Emulator | None = None
    known = 0
    for turn in range(rounds):
        now = power(turn)
        if now > before:
            states = resampled(states, now - before, stream_of("resampling", rival, turn))
        before = now
        if turn in LEARNING:
            emulator, known = None, len(run.readings)
        for part in range(HALVES):
            chains = half(part)
            missing = [chain for chain in chains if f"chain.{turn}.{chain}" not in kept.records]
            given = {}
            if missing:
                if emulator is None:
                    # Of the readings before that step: a run that goes on learns the same.
                    emulator = Emulator(run.readings[:known], run.tried, errors)
                others = np.array([state["point"] for i, state in enumerate(states) if i not in chains])
                points, repair, owed = walked(
                    np.array([states[chain]["point"] for chain in chains]),
                    [states[chain]["repair"] for chain in chains],
                    np.concatenate([others, leading]),
                    now,
                    emulator,
                    run.fixed,
                    run.base,
                    stream_of("proposals", rival, turn, part),
                )
                for place, chain in enumerate(chains):
                    proposal = points[place].tolist(), repair[place], float(owed[place])
                    if chain in missing:
                        work = (
                            chain,
                            states[chain],
                            proposal,
                            now,
                            errors,
                            seed_of("steps", rival, turn, chain),
                        )
                        # The two halves move in turn: each must be spread over all processes.
                        given[chain] = run.hands.submit(chain // HALVES, step_chain, work)
            for chain in chains:
                key = f"chain.{turn}.{chain}"
                if chain in given:
                    kept.add(key, **given[chain].result())
                    run.fresh += 1
                record = kept.records[key]
                states[chain] = {name: value for name, value in record.items() if name not in ("key", "read")}
                for point, set_of_repair, rows in record["read"]:
                    # One design each: designs left out show the error of the emulator.
                    design = 100_000 + CHAINS * turn + chain
                    run.readings.append(Reading(design, tuple(point), set_of_repair, rows))
                run.done += 1
        if turn >= rounds - KEPT_ROUNDS:
            result += [{**state, "chain": chain} for chain, state in enumerate(states)]
        moved = sum(state["accepted"] for state in states)
        progress(
            run.told(
                f"{turn + 1} of {rounds} steps of the chains ({moved} of {CHAINS} accepted)",
                max(state["likelihood"] for state in states),
            )
        )
    effective = effective_of(result)
    for own_set in result:
        own_set["effective"] = effective
    return result
