"""Sets of the rates of repair that the toxin lesions of animals cannot tell apart.

The rows fix few combinations of many rates. Here rates are drawn over their whole ranges and kept when every
calibration row of toxin lesions holds; what was tried and what each row refused is kept with them. The result is
shipped as ``myelin/repair.csv``, read by :func:`remyelin.myelin.ensemble.repair` and made again by
``remyelin rebuild repair``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import numpy as np

from remyelin.analysis.validation.myelin import focal_lesion, young_cord
from remyelin.evidence import Ledger, Target, load_targets
from remyelin.myelin.ensemble import REPAIR

EXPERIMENTS: Final = (focal_lesion, young_cord)
ROWS: Final = ("lpc_strength_normal", "lpc_first_response", "lpc_thickness_37d", "cns_young")
SEED: Final = 20151
LEAST: Final = 0.05  # a range that begins at 0 is drawn from this share of its end on


def inputs_of_repair(ledger: Ledger) -> str:
    """Return a hash of the inputs of the sets: the numbers the rows read, the ranges drawn over, the rows."""
    recording = ledger.recording()
    for experiment in EXPERIMENTS:
        experiment(recording)
    # A lesion by a toxin at full methylation: harm by its lack does not act, whatever its numbers.
    idle = ("injury", "axon", "inflammatory", "mma", "drug", "healing", "stripping", "regrowth", "motor")
    numbers = [
        (entry.name, entry.value)
        for entry in recording.used()
        if entry.name not in REPAIR and not entry.name.rpartition(".")[2].startswith(idle)
    ]
    numbers = [pair for pair in numbers if not pair[0].startswith(("myelin.vulnerability", "myelin.calibre"))]
    ranges = [(name, ledger.entry(name).range) for name in REPAIR]
    content = [numbers, ranges, [(row.name, row.lower, row.upper) for row in rows().values()]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def build(ledger: Ledger, sets: int = 200, progress: Callable[[str], None] = lambda step: None) -> str:
    """Draw sets until enough of them meet every calibration row of toxin lesions.

    Parameters
    ----------
    ledger : Ledger
        Numbers that are not drawn, and the ranges of those that are.
    sets : int
        How many to keep.
    progress : callable
        Called with how many are found.

    Returns
    -------
    str
        The table: a comment with the hash of what it rests on, one with what was tried and refused, one row a set.
    """
    rng = np.random.default_rng(SEED)
    tried = 0
    refused: Counter[str] = Counter()
    kept: list[dict[str, float]] = []
    while len(kept) < sets:
        trial = {name: _draw(ledger, name, rng) for name in REPAIR}
        tried += 1
        miss = _first_miss(ledger.replace(trial))
        if miss is not None:
            refused[miss] += 1
            continue
        kept.append(trial)
        progress(f"{len(kept)} of {sets} sets of the rates of repair")
    stream = io.StringIO()
    stream.write(f"# made by remyelin rebuild repair, seed {SEED}, inputs {inputs_of_repair(ledger)}\n")
    held = (f"{row.name} {row.lower:g} to {row.upper:g} {row.unit}" for row in rows().values())
    stream.write(
        f"# tried {tried}, kept {sets} that meet {', '.join(held)}; refused by "
        + ", ".join(f"{name} {count}" for name, count in sorted(refused.items()))
        + "\n"
    )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(REPAIR)
    writer.writerows([[f"{member[name]:.5g}" for name in REPAIR] for member in kept])
    return stream.getvalue()


@cache
def rows() -> Mapping[str, Target]:
    """Return the calibration rows that a set is judged by."""
    return {row.name: row for row in load_targets() if row.name in ROWS}


def _draw(ledger: Ledger, name: str, rng: np.random.Generator) -> float:
    """Draw uniformly in the logarithm over the range of an entry."""
    low, high = ledger.entry(name).range or (0.0, 0.0)
    # A null at 0 is a bound for overrides, not a plausible rate.
    low = low or LEAST * high
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _first_miss(ledger: Ledger) -> str | None:
    for experiment in EXPERIMENTS:
        for name, value in experiment(ledger).items():
            if name in rows() and not rows()[name].holds(value):
                return name
    return None
