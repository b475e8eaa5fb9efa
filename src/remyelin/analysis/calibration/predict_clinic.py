"""Predict the rows of other series from the sets that the Healton series accepts; what was published is not read.

``remyelin rebuild predictions`` runs it. Each set is tried on series of which only the covariates of
:data:`remyelin.analysis.validation.clinic.SERIES` differ, and patients are drawn again with replacement, as many as
were published, so that an interval contains both what the calibration leaves open and the chance of a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from remyelin.analysis.protocols.patients import Series, follow
from remyelin.analysis.validation import clinic as rows
from remyelin.evidence import Ledger

#: What is read off which series, and of how many patients the published one was.
READ: tuple[tuple[Callable[[Ledger, Series], dict[str, float]], str, int], ...] = (
    (rows.course, "healton", 121),
    (rows.soon, "healton", 45),
    (rows.sight, "healton", 50),
    (rows.cord_rows, "cord", 57),
    (rows.halved, "cord", 63),
    (rows.latencies, "cord", 9),
    (rows.gas_rows, "gas", 51),
)
SETS, RESAMPLED = 6, 40  # sets at most, of those accepted; samples of each
OTHERS = 60  # patients of a series under a set that is not the chosen one, at most


def predict(
    ledger: Ledger, sets: Sequence[Mapping[str, float]], progress: Callable[[str], None] = lambda step: None
) -> dict[str, tuple[float, float, float]]:
    """Predict with every set.

    Parameters
    ----------
    ledger : Ledger
        Everything else.
    sets : sequence of mapping of str to float
        The accepted sets, the chosen one first.
    progress : callable
        Called with each step.

    Returns
    -------
    dict of str to (float, float, float)
        Row to the prediction of the chosen set, 5th and 95th percentile over sets and samples.
    """
    best: dict[str, float] = {}
    found: dict[str, list[float]] = {}
    chosen = [sets[i * len(sets) // min(len(sets), SETS)] for i in range(min(len(sets), SETS))]
    for number, values in enumerate(chosen):
        progress(f"predicting with set {number + 1} of {len(chosen)}")
        member = ledger.replace(dict(values))
        series = {
            kind: follow(member, sampler, patients if number == 0 else min(patients, OTHERS), rows.SEED)
            for kind, (sampler, patients) in rows.SERIES.items()
        }
        for read, kind, size in READ:
            if number == 0:
                best |= read(member, series[kind])
            rng = np.random.default_rng([rows.SEED, number])
            for _ in range(RESAMPLED):
                sample = series[kind].only(rng.integers(series[kind].duration.size, size=size))
                for name, value in read(member, sample).items():
                    found.setdefault(name, []).append(value)
        for name, value in rows.open_trial(member).items():
            found.setdefault(name, []).append(value)
            best.setdefault(name, value)
    ends = {name: np.nanpercentile(values, [5, 95]) for name, values in found.items()}
    return {name: (value, float(ends[name][0]), float(ends[name][1])) for name, value in best.items()}
