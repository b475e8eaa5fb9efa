"""Adaptive multiple importance sampling with tempering, over a few normal coordinates and two labels.

Every simulated person is kept and weighted against the mixture of all proposals (deterministic mixture weights), so
that no simulation is wasted and a poor early proposal costs efficiency, never correctness. The defensive part of
every proposal is the prior.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from remyelin.person.inference.psis import smoothed
from remyelin.person.inference.settings import (
    RECORD_BISECTIONS,
    RECORD_CAUSE_SHRINK,
    RECORD_DEFENSIVE,
    RECORD_DEGREES,
    RECORD_INFLATED,
    RECORD_LABELS,
    RECORD_LEAST_SPREAD,
    RECORD_SHRINK,
    RECORD_TEMPERED_SIZE,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_HALF_LOG_TWO_PI: Final = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Points of the space that is sampled.

    Attributes
    ----------
    z : (n, coordinate) array
        Standard normal under the prior.
    cause, member : (n,) arrays
        Labels: cause of the deficiency, index of the parameter set.
    """

    z: Floats
    cause: Whole
    member: Whole

    def __len__(self) -> int:
        return len(self.cause)

    def at(self, which: NDArray[np.generic]) -> Draws:
        """Return some of them."""
        return Draws(self.z[which], self.cause[which], self.member[which])


def joined(parts: list[Draws]) -> Draws:
    """Return several sets of draws as one."""
    return Draws(
        np.concatenate([part.z for part in parts]),
        np.concatenate([part.cause for part in parts]),
        np.concatenate([part.member for part in parts]),
    )


class Warp(Protocol):
    """Monotone change of the first coordinate, given the others, in which a posterior is easier to follow."""

    def forward(self, z: Floats, cause: Whole) -> tuple[Floats, Floats]:
        """Return the new coordinate and the log of its derivative."""
        ...

    def backward(self, coordinate: Floats, z: Floats, cause: Whole) -> Floats:
        """Return the first coordinate that has a new one."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Prior of the draws: independent standard normal coordinates, weighted causes, equally likely sets."""

    coordinates: int
    causes: Floats
    members: int
    warp: Warp | None = None

    def warped(self, draws: Draws) -> tuple[Floats, Floats]:
        """Return the coordinates in which proposals are made, and the log of the change of volume."""
        if self.warp is None:
            return draws.z, np.zeros(len(draws))
        first, log_slope = self.warp.forward(draws.z, draws.cause)
        return np.column_stack([first, draws.z[:, 1:]]), log_slope

    def draw(self, count: int, rng: np.random.Generator) -> Draws:
        """Draw from the prior, coordinates by a scrambled Sobol sequence, causes and sets stratified."""
        from scipy.special import ndtri
        from scipy.stats import qmc

        sequence = qmc.Sobol(self.coordinates + 2, scramble=True, rng=rng)
        uniform = sequence.random_base2(max(math.ceil(math.log2(count)), 0))[:count]
        uniform = np.clip(uniform, 1e-12, 1.0 - 1e-12)
        cause = np.searchsorted(np.cumsum(self.causes), uniform[:, -2]).clip(0, len(self.causes) - 1)
        member = (uniform[:, -1] * self.members).astype(np.int64)
        return Draws(ndtri(uniform[:, :-2]), cause.astype(np.int64), member)

    def log_density(self, draws: Draws) -> Floats:
        """Return the log density of the draws."""
        with np.errstate(divide="ignore"):
            labels = np.log(self.causes)[draws.cause] - math.log(self.members)
        normal = -0.5 * (draws.z**2).sum(axis=1) - self.coordinates * _HALF_LOG_TWO_PI
        return np.asarray(normal + labels)


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Student distribution about weighted earlier draws, labels by their weights, with the prior as defence.

    Attributes
    ----------
    mean : (cause, coordinate) array
    factor : (coordinate, coordinate) array
        Cholesky factor of the scale.
    causes, members : arrays
        Probabilities of the labels.
    prior : Prior
    """

    mean: Floats
    factor: Floats
    causes: Floats
    members: Floats
    prior: Prior

    @classmethod
    def fitted(cls, draws: Draws, weights: Floats, prior: Prior) -> Proposal:
        """Fit to weighted draws, shrunk to the prior where few draws carry information."""
        size = 1.0 / float((weights**2).sum())
        z = prior.warped(draws)[0]
        whole = weights @ z
        mean, away = np.tile(whole, (len(prior.causes), 1)), z.copy()
        for cause in range(len(prior.causes)):
            own = weights * (draws.cause == cause)
            share = float(own.sum())
            if share > 0.0:
                # what few draws of a cause say is drawn to all
                trust = share * size / (share * size + RECORD_CAUSE_SHRINK)
                middle = own @ z / share
                mean[cause] += trust * (middle - whole)
                away[draws.cause == cause] -= middle
        spread = away.T @ (weights[:, None] * away)
        # correlations of few draws are noise
        trust = size / (size + RECORD_SHRINK * prior.coordinates)
        diagonal = np.maximum(np.diag(spread), RECORD_LEAST_SPREAD**2)
        scale = trust * spread + (1.0 - trust) * np.diag(diagonal)
        scale[np.diag_indices_from(scale)] = np.maximum(np.diag(scale), RECORD_LEAST_SPREAD**2)
        causes = np.bincount(draws.cause, weights, len(prior.causes))
        keep = RECORD_LABELS
        members = np.bincount(draws.member, weights, prior.members)
        rare = size / (size + prior.members)
        return cls(
            mean,
            np.asarray(np.linalg.cholesky(RECORD_INFLATED**2 * scale), dtype=np.float64),
            np.asarray(keep * causes + (1.0 - keep) * prior.causes, dtype=np.float64),
            np.asarray(keep * rare * members + (1.0 - keep * rare) / prior.members, dtype=np.float64),
            prior,
        )

    def draw(self, count: int, rng: np.random.Generator) -> Draws:
        """Draw from the proposal; how many come from the prior is fixed."""
        from scipy.special import ndtri
        from scipy.stats import qmc

        defensive = math.ceil(RECORD_DEFENSIVE * count)
        first = self.prior.draw(defensive, rng)
        rest, size = count - defensive, self.prior.coordinates
        uniform = qmc.Sobol(size + 2, scramble=True, rng=rng).random_base2(math.ceil(math.log2(rest)))[:rest]
        uniform = np.clip(uniform, 1e-12, 1.0 - 1e-12)
        degrees = RECORD_DEGREES
        scale = np.sqrt(degrees / rng.chisquare(degrees, rest))
        cause = np.searchsorted(np.cumsum(self.causes), uniform[:, -2]).clip(0, len(self.causes) - 1)
        z = self.mean[cause] + scale[:, None] * (ndtri(uniform[:, :size]) @ self.factor.T)
        if self.prior.warp is not None:
            z[:, 0] = self.prior.warp.backward(z[:, 0], z, cause)
        member = np.searchsorted(np.cumsum(self.members), uniform[:, -1]).clip(0, len(self.members) - 1)
        return joined([first, Draws(z, cause.astype(np.int64), member.astype(np.int64))])

    def log_density(self, draws: Draws) -> Floats:
        """Return the log density of draws under the proposal, its defensive part included."""
        from scipy.linalg import solve_triangular
        from scipy.special import gammaln

        size, degrees = self.prior.coordinates, RECORD_DEGREES
        z, log_slope = self.prior.warped(draws)
        away = solve_triangular(self.factor, (z - self.mean[draws.cause]).T, lower=True)
        constant = (
            gammaln(0.5 * (degrees + size))
            - gammaln(0.5 * degrees)
            - 0.5 * size * math.log(degrees * math.pi)
            - float(np.log(np.diag(self.factor)).sum())
        )
        local = log_slope + constant - 0.5 * (degrees + size) * np.log1p((away**2).sum(axis=0) / degrees)
        with np.errstate(divide="ignore"):
            local = local + np.log(self.causes)[draws.cause] + np.log(self.members)[draws.member]
        share = RECORD_DEFENSIVE
        either = np.logaddexp(math.log1p(-share) + local, math.log(share) + self.prior.log_density(draws))
        return np.asarray(either)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Weighted draws of a posterior.

    Attributes
    ----------
    draws : Draws
    log_weights : (n,) array
        Normalised and Pareto-smoothed.
    log_likelihood : (n,) array
    effective : float
        Effective sample size of the weights.
    pareto_k : float
    rounds : int
        Rounds of proposals after the prior.
    log_evidence : float or None
        Logarithm of the mean likelihood under the prior; None where the draws do not come from :func:`sample` alone.
    """

    draws: Draws
    log_weights: Floats
    log_likelihood: Floats
    effective: float
    pareto_k: float
    rounds: int
    log_evidence: float | None = None


def sample(
    prior: Prior,
    evaluate: Callable[[Draws], Floats],
    seed: int,
    *,
    first: int,
    more: int,
    most: int,
    wanted: float,
    begin: Proposal | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Sample:
    """Sample a posterior.

    Parameters
    ----------
    prior : Prior
    evaluate : callable
        Log likelihood of draws; called once per round.
    seed : int
    first, more, most : int
        Draws from the prior, of every round, and at the most.
    wanted : float
        Effective sample size at which no further round is begun.
    begin : Proposal, optional
        Proposal of the first draws; the prior when omitted.
    progress : callable
        Called with the share of `most` that is done.
    """
    rng = np.random.default_rng(seed)
    parts = [prior.draw(first, rng) if begin is None else begin.draw(first, rng)]
    density = prior.log_density if begin is None else begin.log_density
    proposals: list[tuple[Callable[[Draws], Floats], int]] = [(density, first)]
    values = evaluate(parts[0])
    rounds = 0
    while True:
        draws = joined(parts)
        log_prior = prior.log_density(draws)
        stacked = np.stack([density(draws) for density, _ in proposals])
        share = np.log(np.array([count for _, count in proposals]) / len(draws))
        log_ratio = log_prior - np.logaddexp.reduce(stacked + share[:, None], axis=0)
        progress(min(len(draws) / most, 1.0))
        raw = log_ratio + values
        log_weights, shape = smoothed(raw)
        effective = float(1.0 / np.exp(2.0 * log_weights).sum())
        if effective >= wanted or len(draws) + more > most:
            evidence = float(np.logaddexp.reduce(raw)) - math.log(len(draws))
            return Sample(draws, log_weights, values, effective, shape, rounds, evidence)
        weights = tempered_weights(log_ratio, values)
        proposal = Proposal.fitted(draws, weights, prior)
        new = proposal.draw(more, rng)
        parts.append(new)
        proposals.append((proposal.log_density, more))
        values = np.concatenate([values, evaluate(new)])
        rounds += 1


def tempered_weights(log_ratio: Floats, values: Floats) -> Floats:
    """Return weights at the highest power of the likelihood that leaves enough effective draws."""

    def weights(power: float) -> Floats:
        logs = log_ratio + power * values
        return np.asarray(np.exp(logs - np.logaddexp.reduce(logs)))

    def size(power: float) -> float:
        return float(1.0 / (weights(power) ** 2).sum())

    wanted = min(RECORD_TEMPERED_SIZE, 0.5 * len(values))
    if size(1.0) >= wanted:
        return weights(1.0)
    low, high = 0.0, 1.0
    for _ in range(RECORD_BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if size(middle) >= wanted else (low, middle)
    return weights(low)
