"""Chains about the posterior of the simulated likelihood, from the designs of the waves on.

They follow sequential Monte Carlo (Del Moral, Doucet and Jasra 2006): the power of the likelihood rises from
:data:`BEGUN` to 1, chains are drawn again by what each rise adds, and every step moves a chain under the present power.
Half of the proposals move a few rates a little, half by a difference of two other chains (ter Braak 2006). Both are
symmetric. Three things make the sample approximate:

* The designs that chains begin from were chosen by an emulator and are not weighted for that.
* All chains move at once, by differences of the same states.
* A pool is simulated at the maps of one point, which choose the days on which treatment begins, and is then read at
  others: the log-likelihood of a point differs by a unit or two between pools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.calibration.emulator import Reading, animals_accept, held
from remyelin.analysis.calibration.free_people import STRUCTURAL, log_likelihood
from remyelin.analysis.calibration.site_people import Site, reflected, try_animals
from remyelin.myelin.ensemble import repair as repair_rates

Floats = NDArray[np.float64]
CHAINS: Final = 32
MOVES: Final = 60  # steps of the maps under the simulated likelihood after each step of the rates
REPAIRED: Final = 0.3  # chance that a proposal changes the rates of repair
BEGUN: Final = 0.25  # power of the likelihood at which chains are drawn from the designs
RISING: Final = 10  # steps until it is 1
FEW: Final = 0.2  # share of the rates that a small step moves
SMALL: Final = (0.02, 0.05, 0.1)  # sizes of such a step, in shares of a range
SHARED: Final = 0.5  # share of the rates that a difference of chains moves
NOISE: Final = 0.01  # added to every rate that moves by a difference
OPTIMAL: Final = 2.38  # over the root of twice the rates moved: size of a difference (ter Braak 2006)


def power(turn: int) -> float:
    """Return the power of the likelihood at a step: evenly up to 1."""
    return min(BEGUN + (1.0 - BEGUN) * turn / RISING, 1.0)


def starts(readings: Sequence[Reading], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return chains drawn from the designs, each at its best reading, under the first power."""
    best: dict[int, Reading] = {}
    for reading in readings:
        other = best.get(reading.design)
        if other is None or log_likelihood(reading.rows) > log_likelihood(other.rows):
            best[reading.design] = reading
    states = [
        {
            "point": list(reading.point),
            "repair": reading.repair,
            "rows": reading.rows,
            "likelihood": log_likelihood(reading.rows),
            "ancestor": design,
        }
        for design, reading in sorted(best.items())
    ]
    return resampled(states, BEGUN, rng)


def resampled(
    states: Sequence[Mapping[str, Any]], rise: float, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return :data:`CHAINS` states drawn systematically by the likelihood to the power that was added."""
    logs = rise * np.array([state["likelihood"] for state in states])
    weight = np.exp(logs - logs.max())
    edges = np.cumsum(weight / weight.sum())
    places = (np.arange(CHAINS) + rng.random()) / CHAINS
    return [dict(states[min(int(i), len(states) - 1)]) for i in np.searchsorted(edges, places)]


def proposed(
    states: Sequence[Mapping[str, Any]], fixed: Mapping[str, float], rng: np.random.Generator
) -> list[Floats]:
    """Return one proposal for each chain: other rates, the same maps."""
    points = np.array([state["point"] for state in states])
    size = len(STRUCTURAL)
    found = []
    for chain, point in enumerate(points):
        trial = point.copy()
        if rng.random() < 0.5:
            moved = rng.random(size) < FEW
            moved[rng.integers(size)] = True
            step = rng.choice(SMALL) * rng.standard_normal(size)
        else:
            moved = rng.random(size) < SHARED
            moved[rng.integers(size)] = True
            one, other = rng.choice(np.delete(np.arange(len(points)), chain), 2, replace=False)
            difference = points[one, :size] - points[other, :size]
            step = OPTIMAL / np.sqrt(2.0 * moved.sum()) * difference + NOISE * rng.standard_normal(size)
        trial[:size] = reflected(trial[:size] + np.where(moved, step, 0.0))
        found.append(held(trial, fixed) if fixed else trial)
    return found


def stepped(
    state: Mapping[str, Any], point: Floats, exponent: float, site: Site, rng: np.random.Generator
) -> tuple[dict[str, Any], Site]:
    """Accept a proposal by simulation or stay, and move the maps, under a power of the likelihood."""
    repair = state["repair"]
    if rng.random() < REPAIRED:
        repair = int(rng.integers(len(repair_rates().sets)))
    now, rows, accepted = np.array(state["point"]), dict(state["rows"]), False
    (item,) = try_animals([point], [repair], site.base)
    if animals_accept(item.animals):
        other = Site.at(point, repair, site.draws, site.base, site.tables)
        found = other.rows(point)
        gain = log_likelihood(found) - log_likelihood(rows)
        accepted = bool(np.log(rng.random()) < exponent * gain)
        if accepted:
            now, rows, site = point, found, other
    for trial, found, better in site.walk(now, rows, MOVES, rng, exponent):
        if better:
            now, rows = trial, found
    return {
        "point": now.tolist(),
        "repair": site.repair,
        "rows": rows,
        "likelihood": log_likelihood(rows),
        "accepted": accepted,
        "ancestor": state["ancestor"],
        "patients": site.patients(now, rng),
    }, site


def effective_of(sets: Sequence[Mapping[str, Any]]) -> float:
    """Return the effective number of sets, at most.

    The smaller of two: the median over the numbers of what the variance of the means of chains leaves, and the inverse
    of the sum of squares of the shares of the designs that the sets descend from.
    """
    chains = sorted({item["chain"] for item in sets})
    points = np.array([[item["point"] for item in sets if item["chain"] == chain] for chain in chains])
    between, whole = points.mean(axis=1).var(axis=0, ddof=1), points.reshape(-1, points.shape[-1]).var(axis=0)
    number = len(chains) * whole / np.maximum(between, 1e-12)
    _, counts = np.unique([item["ancestor"] for item in sets], return_counts=True)
    ancestors = float(counts.sum() ** 2 / (counts**2).sum())
    return min(float(np.median(np.minimum(number, points.shape[0] * points.shape[1]))), ancestors)
