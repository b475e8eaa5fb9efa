"""Chains that sample the posterior of the simulated likelihood, with proposals of the emulator (delayed acceptance)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.calibration.emulator import STEP, Emulator, Reading, animals_accept, held
from remyelin.analysis.calibration.free_people import log_likelihood
from remyelin.analysis.calibration.site_people import Site, reflected, try_animals
from remyelin.myelin.ensemble import repair as repair_rates

Floats = NDArray[np.float64]
CHAINS: Final = 32  # of the sampler, over the emulator and over simulations
EMULATED: Final = 25  # steps of a chain over the emulator that make one proposal
MOVES: Final = 60  # steps of the maps under the simulated likelihood after each
REPAIRED: Final = 0.3  # chance that a proposal changes the rates of repair


def starts(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """Return the best designs, each at its best reading, as states of the chains."""
    ranked = sorted(readings, key=lambda reading: -log_likelihood(reading.rows))
    first_of = {reading.design: reading for reading in reversed(ranked)}
    best = sorted(first_of.values(), key=lambda reading: -log_likelihood(reading.rows))
    return [
        {
            "point": list(best[chain % len(best)].point),
            "repair": best[chain % len(best)].repair,
            "rows": best[chain % len(best)].rows,
            "likelihood": log_likelihood(best[chain % len(best)].rows),
        }
        for chain in range(CHAINS)
    ]


def proposed(
    emulator: Emulator,
    states: Sequence[Mapping[str, Any]],
    fixed: Mapping[str, float],
    rng: np.random.Generator,
) -> list[tuple[Floats, float]]:
    """Return where the chains are after steps over the emulator, and the gain in its log-likelihood."""
    begin = np.array([state["point"] for state in states])
    scale = STEP * rng.choice([0.2, 0.5, 1.0], size=(len(begin), 1))
    now, first_value = begin, emulator.log_likelihood(begin)
    value = first_value
    for _ in range(EMULATED):
        step = scale * rng.standard_normal(now.shape) * (rng.random(now.shape) < 0.4)
        trial = reflected(now + step)
        trial = np.array([held(point, fixed) for point in trial]) if fixed else trial
        likelihood = emulator.log_likelihood(trial)
        accept = np.log(rng.random(len(now))) < likelihood - value
        now = np.where(accept[:, None], trial, now)
        value = np.where(accept, likelihood, value)
    return list(zip(now, (value - first_value).tolist(), strict=True))


def stepped(
    state: Mapping[str, Any], point: Floats, gain: float, site: Site, rng: np.random.Generator
) -> tuple[dict[str, Any], Site]:
    """Accept a proposal of the emulator by simulation or stay, and move the maps."""
    repair = state["repair"]
    if rng.random() < REPAIRED:
        repair = int(rng.integers(len(repair_rates().sets)))
    now, rows, accepted = np.array(state["point"]), dict(state["rows"]), False
    (item,) = try_animals([point], [repair], site.base)
    if animals_accept(item.animals):
        other = Site.at(point, repair, site.draws, site.base, site.tables)
        found = other.rows(point)
        accepted = bool(np.log(rng.random()) < log_likelihood(found) - log_likelihood(rows) - gain)
        if accepted:
            now, rows, site = point, found, other
    for trial, found, better in site.walk(now, rows, MOVES, rng):
        if better:
            now, rows = trial, found
    return {
        "point": now.tolist(),
        "repair": site.repair,
        "rows": rows,
        "likelihood": log_likelihood(rows),
        "accepted": accepted,
        "patients": site.patients(now, rng),
    }, site


def effective_of(sets: Sequence[Mapping[str, Any]]) -> float:
    """Return the effective number of sets: the median over the numbers, from the variance of the means of chains."""
    chains = sorted({item["chain"] for item in sets})
    points = np.array([[item["point"] for item in sets if item["chain"] == chain] for chain in chains])
    between, whole = points.mean(axis=1).var(axis=0, ddof=1), points.reshape(-1, points.shape[-1]).var(axis=0)
    number = len(chains) * whole / np.maximum(between, 1e-12)
    return float(np.median(np.minimum(number, points.shape[0] * points.shape[1])))
