"""Chains about the posterior of the simulated likelihood, from the designs of the waves on.

They follow sequential Monte Carlo (Del Moral, Doucet and Jasra 2006): the power of the likelihood rises from
:data:`BEGUN` to 1, chains are drawn again by what each rise adds, and every step moves a chain under the present power.
A proposal is the end of a walk under the emulated likelihood, which costs no pool; the simulation then accepts it by
the ratio of what the emulator said too much or too little (surrogate transition, Liu 2001; Christen and Fox 2005). The
walk moves by differences of other points (ter Braak 2006), keeps to points that the simulated animals accept, and draws
sets of the rates of repair. Chains move in two halves, each by differences of the other and of good designs.

Two things make the sample approximate:

* The designs that chains begin from were chosen by an emulator and are not weighted for that.
* The emulator learns again while the power rises, and once more before the sets are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.calibration.emulator import Emulator, Reading, animals_accept, held
from remyelin.analysis.calibration.free_people import FREE, STRUCTURAL, log_likelihood
from remyelin.analysis.calibration.site_people import Site, reflected, try_animals
from remyelin.evidence import Ledger
from remyelin.myelin.ensemble import repair as repair_rates

Floats = NDArray[np.float64]
CHAINS: Final = 32
HALVES: Final = 2
MOVES: Final = 60  # steps of the maps under the simulated likelihood after each step of the rates
TOLD: Final = 15  # of those steps, one in so many is learned by the emulator
BEGUN: Final = 0.25  # power of the likelihood at which chains are drawn from the designs
RISING: Final = 6  # steps until it is 1
LEARNING: Final = (0, 2, 4, 6, 16)  # steps before which the emulator learns again; afterwards it stays
BLOCKS: Final = 8  # parts of a walk under the emulator; the animals are simulated after each
LENGTHS: Final = (1, 4, 16)  # steps of a part, one of these
REPAIRED: Final = 0.3  # chance that a part of a walk draws the rates of repair
WAYS: Final = (0.8, 0.1, 0.1)  # chances of a step: a difference of points, a whole difference, a small step
SHARED: Final = 0.5  # share of the numbers that a difference moves
FEW: Final = 0.2  # share of the numbers that a small step moves
SMALL: Final = (0.02, 0.05, 0.1)  # sizes of a small step, in shares of a range
NOISE: Final = 0.01  # added to every number that moves by a difference
OPTIMAL: Final = 2.38  # over the root of twice the numbers moved: size of a difference (ter Braak 2006)
CONSTANT: Final = 1e-12  # variance of a number below which it does not move
LEADING: Final = 0.5  # share of the designs, the better ones, whose differences are taken


def power(turn: int) -> float:
    """Return the power of the likelihood at a step: evenly up to 1."""
    return min(BEGUN + (1.0 - BEGUN) * turn / RISING, 1.0)


def best_of_designs(readings: Sequence[Reading], errors: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the best reading of each design as a state of a chain, the best design first."""
    best: dict[int, tuple[float, Reading]] = {}
    for reading in readings:
        value = log_likelihood(reading.rows, errors)
        if reading.design not in best or value > best[reading.design][0]:
            best[reading.design] = value, reading
    states = [
        {
            "point": list(reading.point),
            "repair": reading.repair,
            "rows": reading.rows,
            "likelihood": value,
            "ancestor": design,
        }
        for design, (value, reading) in sorted(best.items())
    ]
    return sorted(states, key=lambda state: -state["likelihood"])


def resampled(
    states: Sequence[Mapping[str, Any]], rise: float, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return :data:`CHAINS` states drawn systematically by the likelihood to the power that was added."""
    logs = rise * np.array([state["likelihood"] for state in states])
    weight = np.exp(logs - logs.max())
    edges = np.cumsum(weight / weight.sum())
    places = (np.arange(CHAINS) + rng.random()) / CHAINS
    return [dict(states[min(int(i), len(states) - 1)]) for i in np.searchsorted(edges, places)]


def half(number: int) -> list[int]:
    """Return the chains of a half."""
    return list(range(number, CHAINS, HALVES))


def walked(
    points: Floats,
    repair: Sequence[int],
    others: Floats,
    exponent: float,
    emulator: Emulator,
    fixed: Mapping[str, float],
    base: Ledger,
    rng: np.random.Generator,
) -> tuple[Floats, list[int], Floats]:
    """Walk under the emulated likelihood and return proposals: points, sets of repair, logarithms owed.

    Parameters
    ----------
    points : (chain, number) array
    repair : sequence of int
        Set of the rates of repair of each chain.
    others : (point, number) array
        Points whose differences are taken, none of them of these chains.
    exponent : float
        Power of the likelihood.
    emulator : Emulator
    fixed : mapping of str to float
        Numbers of a rival, held at the least of their range.
    base : Ledger
    rng : numpy.random.Generator

    Returns
    -------
    tuple of array, list and array
        What is owed is the emulated likelihood of the begin over that of the end, to the power.
    """
    now, own = points.copy(), list(repair)
    before = value = emulator.log_likelihood(now)
    sets = len(repair_rates().sets)
    for _ in range(BLOCKS):
        trial, height = now, value
        for _ in range(int(rng.choice(LENGTHS))):
            step = trial + steps(len(trial), others, rng)
            step = reflected(step)
            if fixed:
                step = np.array([held(point, fixed) for point in step])
            found = emulator.log_likelihood(step)
            accept = np.log(rng.random(len(step))) < exponent * (found - height)
            trial = np.where(accept[:, None], step, trial)
            height = np.where(accept, found, height)
        drawn = rng.random(len(trial)) < REPAIRED
        fresh = rng.integers(sets, size=len(trial))
        given = [int(new) if yes else old for new, yes, old in zip(fresh, drawn, own, strict=True)]
        tried = try_animals(list(trial), given, base)
        holds = np.array([animals_accept(item.animals) for item in tried])
        now = np.where(holds[:, None], trial, now)
        value = np.where(holds, height, value)
        own = [new if yes else old for new, yes, old in zip(given, holds, own, strict=True)]
    return now, own, exponent * (before - value)


def steps(count: int, others: Floats, rng: np.random.Generator) -> Floats:
    """Return symmetric steps of so many chains: by a difference of two other points, or small."""
    size = len(FREE)
    way = rng.choice(len(WAYS), p=WAYS, size=count)
    moved = rng.random((count, size)) < np.where(way == 0, SHARED, np.where(way == 1, 1.0, FEW))[:, None]
    moved[np.arange(count), rng.integers(size, size=count)] = True
    one = rng.integers(len(others), size=count)
    other = (one + rng.integers(1, len(others), size=count)) % len(others)
    difference = others[one] - others[other]
    scale = np.where(way == 0, OPTIMAL / np.sqrt(2.0 * moved.sum(axis=1)), 1.0)[:, None]
    far = scale * difference + NOISE * rng.standard_normal((count, size))
    near = rng.choice(SMALL, size=(count, 1)) * rng.standard_normal((count, size))
    found: Floats = np.where(moved, np.where(way[:, None] < len(WAYS) - 1, far, near), 0.0)
    return found


def stepped(
    state: Mapping[str, Any],
    point: Floats,
    repair: int,
    owed: float,
    exponent: float,
    site: Site,
    rng: np.random.Generator,
) -> tuple[dict[str, Any], Site]:
    """Accept a proposal by simulation or stay, and move the maps, under a power of the likelihood."""
    now, rows, accepted = np.array(state["point"]), dict(state["rows"]), False
    read: list[list[Any]] = []
    if not np.array_equal(point, now) or repair != state["repair"]:
        other = Site.at(point, repair, site.draws, site.base, site.tables, site.errors)
        found = other.rows(point)
        read.append([point.tolist(), repair, found])
        gain = log_likelihood(found, site.errors) - log_likelihood(rows, site.errors)
        accepted = bool(np.log(rng.random()) < exponent * gain + owed)
        if accepted:
            now, rows, site = point, found, other
    for number, (trial, found, better) in enumerate(site.walk(now, rows, MOVES, rng, exponent)):
        if number % TOLD == 0:
            read.append([trial.tolist(), site.repair, found])
        if better:
            now, rows = trial, found
    return {
        "point": now.tolist(),
        "repair": site.repair,
        "rows": rows,
        "likelihood": log_likelihood(rows, site.errors),
        "accepted": accepted,
        "ancestor": state["ancestor"],
        "patients": site.patients(now, rng),
        "read": read,
    }, site


def effective_of(sets: Sequence[Mapping[str, Any]]) -> float:
    """Return the effective number of sets, at most.

    The smaller of two: the median over the numbers of what the variance of the means of chains leaves, and the inverse
    of the sum of squares of the shares of the pools that the sets were read from.
    """
    chains = sorted({item["chain"] for item in sets})
    points = np.array([[item["point"] for item in sets if item["chain"] == chain] for chain in chains])
    between, whole = points.mean(axis=1).var(axis=0, ddof=1), points.reshape(-1, points.shape[-1]).var(axis=0)
    moved = whole > CONSTANT  # a number that no chain moves tells nothing
    number = len(chains) * whole[moved] / np.maximum(between[moved], CONSTANT)
    pools = [(*item["point"][: len(STRUCTURAL)], item["repair"]) for item in sets]
    _, counts = np.unique(np.array(pools), axis=0, return_counts=True)
    distinct = float(counts.sum() ** 2 / (counts**2).sum())
    most = points.shape[0] * points.shape[1]
    return min(float(np.median(np.minimum(number, most))) if moved.any() else most, distinct)
