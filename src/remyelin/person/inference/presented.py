"""Posterior of a person at presentation: histories sampled adaptively, the day of presentation summed out exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remyelin.person.inference.histories import Histories, histories
from remyelin.person.inference.likelihood import Judged, Likelihood, joined_judged
from remyelin.person.inference.people import Simulated
from remyelin.person.inference.people import joined as joined_people
from remyelin.person.inference.sampler import Draws, Sample, sample
from remyelin.person.inference.sampler import joined as joined_draws
from remyelin.person.inference.settings import (
    RECORD_HISTORIES,
    RECORD_HISTORIES_MORE,
    RECORD_HISTORIES_MOST,
    RECORD_HISTORIES_WANTED,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Presented:
    """Pairs of a history and a day of presentation, weighted.

    Attributes
    ----------
    sample : Sample
        Its effective size counts histories.
    people : Simulated
        At the days of the likelihood.
    judged : Judged
    number : (pair,) array
        Number of the hidden states of each pair.
    log_prior : (pair,) array
        Logarithm of the weight without any entry; the weights sum to 1.
    """

    sample: Sample
    people: Simulated
    judged: Judged
    number: NDArray[np.int64]
    log_prior: Floats


def presented(
    likelihood: Likelihood,
    seed: int,
    *,
    first: int = RECORD_HISTORIES,
    more: int = RECORD_HISTORIES_MORE,
    most: int = RECORD_HISTORIES_MOST,
    wanted: float = RECORD_HISTORIES_WANTED,
    progress: Callable[[float], None] = lambda share: None,
) -> Presented:
    """Sample persons who present as a record says.

    Parameters
    ----------
    likelihood : Likelihood
        Of a record at presentation, see :func:`remyelin.person.inference.histories.at_presentation`.
    seed : int
    first, more, most : int
        Histories simulated from the prior, in every further round, and at the most.
    wanted : float
        Effective sample of histories at which no further round is begun.
    progress : callable
        Called with the share that is done.

    Returns
    -------
    Presented
    """
    parts: list[Histories] = []
    offsets = [0]

    def evaluate(draws: Draws) -> Floats:
        done = offsets[-1]

        def report(share: float) -> None:
            progress(min((done + share * len(draws)) / most, 1.0))

        found = histories(likelihood, draws, seed, done, report)
        parts.append(found)
        offsets.append(done + len(draws))
        return by_history(found, len(draws))

    prior = replace(likelihood.setting.prior, warp=None)
    slow = sample(prior, evaluate, seed, first=first, more=more, most=most, wanted=wanted)
    history = np.concatenate([part.history + at for part, at in zip(parts, offsets, strict=False)])
    own = np.concatenate([part.log_prior + part.judged.total for part in parts])
    logs = slow.log_weights[history] + own - slow.log_likelihood[history]
    draws = joined_draws([part.draws for part in parts])
    judged = joined_judged([part.judged for part in parts])
    whole = replace(
        slow, draws=draws, log_weights=logs - np.logaddexp.reduce(logs), log_likelihood=judged.total
    )
    number = np.concatenate([part.number for part in parts])
    log_prior = whole.log_weights - judged.total
    people = joined_people([part.people for part in parts])
    return Presented(whole, people, judged, number, log_prior - np.logaddexp.reduce(log_prior))


def by_history(found: Histories, count: int) -> Floats:
    """Return the log likelihood of histories, the day of presentation summed out."""
    out = np.full(count, -np.inf)
    np.logaddexp.at(out, found.history, found.log_prior + found.judged.total)
    return out
