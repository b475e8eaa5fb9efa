"""Points at which the fit to patients simulates its designs, and the streams of random numbers it draws from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.calibration.emulator import Emulator, Reading, Tried, animals_accept, held, sample
from remyelin.analysis.calibration.free_people import FREE, RIVALS, log_likelihood
from remyelin.analysis.calibration.site_people import reflected, try_animals
from remyelin.evidence import Ledger
from remyelin.myelin.ensemble import repair as repair_rates

Floats = NDArray[np.float64]
SEED: Final = 80211
#: What a stream is for: each has its own numbers, and so has each rival.
PURPOSES: Final = (
    "designs",
    "readings",
    "near",
    "emulated",
    "order",
    "errors",
    "starts",
    "resampling",
    "proposals",
    "steps",
)
PARENTS: Final = 12  # best designs about which half of a wave is drawn
BEST: Final = 200  # readings among which they are looked for
NEAR: Final = 0.08  # how far, in shares of a range
TOGETHER: Final = 64  # sets whose animals are simulated at once
SAMPLED: Final = 32  # chains over the emulator


def seed_of(purpose: str, rival: str, *numbers: int) -> list[int]:
    """Return the seed of a stream."""
    return [SEED, PURPOSES.index(purpose), list(RIVALS).index(rival), *numbers]


def stream_of(purpose: str, rival: str, *numbers: int) -> np.random.Generator:
    """Return a stream of random numbers."""
    return np.random.default_rng(seed_of(purpose, rival, *numbers))


def first_wave(count: int, rival: Mapping[str, float], rng: np.random.Generator, base: Ledger) -> list[Tried]:
    """Try points over the ranges until the animals accept so many; return all that were tried."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube(len(FREE), rng=rng)
    found: list[Tried] = []
    while sum(animals_accept(item.animals) for item in found) < count:
        points = [held(point, rival) for point in cube.random(TOGETHER)]
        found += try_animals(points, rng.integers(len(repair_rates().sets), size=TOGETHER).tolist(), base)
    return found


def later_wave(
    readings: Sequence[Reading],
    tried: Sequence[Tried],
    count: int,
    fixed: Mapping[str, float],
    rival: str,
    wave: int,
    base: Ledger,
) -> list[Tried]:
    """Try points about the best designs and points of the emulated posterior until the animals accept so many."""
    emulator = Emulator(readings, tried)
    near = near_best(readings, count, fixed, stream_of("near", rival, wave))
    best = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))
    start = np.array([reading.point for reading in best[:SAMPLED]])
    rng = stream_of("emulated", rival, wave)
    parts = np.concatenate([sample(emulator, start, fixed, rng) for _ in range(-(-count // SAMPLED))])
    points = np.concatenate([near, parts[rng.permutation(len(parts))][:count]])
    points = points[stream_of("order", rival, wave).permutation(len(points))]
    return alive(points, count, stream_of("designs", rival, wave), base)


def near_best(
    readings: Sequence[Reading], count: int, fixed: Mapping[str, float], rng: np.random.Generator
) -> Floats:
    """Return so many points about the best readings, one a design: an emulator of few designs is rough."""
    best = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))[:BEST]
    parents = list({reading.design: reading.point for reading in reversed(best)}.values())[-PARENTS:]
    chosen = np.array(parents)[rng.integers(len(parents), size=count)]
    moved = reflected(chosen + NEAR * rng.standard_normal(chosen.shape) * (rng.random(chosen.shape) < 0.5))
    return np.array([held(point, fixed) for point in moved])


def alive(points: Floats, count: int, rng: np.random.Generator, base: Ledger) -> list[Tried]:
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
