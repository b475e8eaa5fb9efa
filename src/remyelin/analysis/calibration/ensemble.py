"""Sets of myelin parameters that the calibration rows cannot tell apart.

The rows fix few combinations of many rates. Here rates are drawn over their whole ranges and kept when
every calibration row of the layer holds; what was tried and what each row refused is kept with them. The
result is shipped as ``myelin/ensemble.csv``, read by :func:`remyelin.myelin.ensemble` and made again by
``remyelin rebuild myelin``.
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

from remyelin.analysis.validation.myelin import depleted_bat, focal_lesion, monkey_shortest, young_cord
from remyelin.evidence import Ledger, Target, load_targets

# Rates of repair first, each with the rows that judge it; then those of injury, given repair.
REPAIR: Final = (
    "myelin.peripheral.remyelination",
    "myelin.central.remyelination",
    "myelin.peripheral.clearance",
    "myelin.central.clearance",
    "myelin.shared.differentiation_exponent",
    "myelin.shared.debris_signal",
    "myelin.shared.debris_block",
    "myelin.shared.thickening",
    "myelin.peripheral.thickness_limit",
)
INJURY: Final = (
    "myelin.shared.injury",
    "myelin.shared.injury_exponent",
    "myelin.shared.stripping",
    "myelin.shared.healing",
    "myelin.shared.inflammatory_share",
    "myelin.shared.inflammatory_time",
    "myelin.vulnerability.optic",
)
STAGES: Final[tuple[tuple[tuple[str, ...], tuple[Callable[[Ledger], Mapping[str, float]], ...]], ...]] = (
    (REPAIR, (focal_lesion, young_cord)),
    (INJURY, (depleted_bat, monkey_shortest)),
)
TRACTS: Final = ("peripheral_motor", "posterior_column", "optic")  # that the rows look at
SEED: Final = 20151
LEAST: Final = 0.05  # a range that begins at 0 is drawn from this share of its end on


def inputs_of_ensemble(ledger: Ledger) -> str:
    """Return a hash of what the sets rest on: the numbers the rows read, the ranges drawn over, the rows."""
    numbers = [
        (entry.name, entry.value)
        for entry in ledger.entries()
        if entry.layer == "myelin"
        and entry.name.rpartition(".")[0] not in ("myelin.vulnerability", "myelin.calibre")
    ]
    numbers += [(tract, ledger[f"myelin.vulnerability.{tract}"]) for tract in TRACTS]
    ranges = [(name, ledger.entry(name).range) for name in (*REPAIR, *INJURY)]
    content = [
        numbers,
        ranges,
        [(row.name, row.lower, row.upper) for row in _rows().values()],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def build(ledger: Ledger, members: int = 200, progress: Callable[[str], None] = lambda step: None) -> str:
    """Draw sets until enough of them meet every calibration row of the layer.

    Parameters
    ----------
    ledger : Ledger
        Numbers that are not drawn, and the ranges of those that are.
    members : int
        How many sets to keep.
    progress : callable
        Called with how many are found.

    Returns
    -------
    str
        The table: a comment with what was tried and refused and the hash of the ledger, then one row a set.
    """
    rng = np.random.default_rng(SEED)
    tried: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    kept: list[dict[str, float]] = []
    while len(kept) < members:
        found: dict[str, float] = {}
        for names, experiments in STAGES:
            # A set of repair rates that holds is worth several draws of injury rates.
            for _ in range(1 if names is REPAIR else 4):
                trial = found | {name: _draw(ledger, name, rng) for name in names}
                tried[names[0]] += 1
                miss = _first_miss(ledger.replace(trial), experiments)
                if miss is None:
                    found = trial
                    break
                refused[miss] += 1
            else:
                break
        else:
            kept.append(found)
            progress(f"{len(kept)} of {members} sets of myelin rates")
    stream = io.StringIO()
    stream.write(f"# made by remyelin rebuild myelin, seed {SEED}, inputs {inputs_of_ensemble(ledger)}\n")
    held = (f"{row.name} {row.lower:g} to {row.upper:g} {row.unit}" for row in _rows().values())
    stream.write(
        f"# tried {tried[REPAIR[0]]} sets of repair and {tried[INJURY[0]]} of injury, kept {members} that meet "
        f"{', '.join(held)}; refused by "
        + ", ".join(f"{name} {count}" for name, count in sorted(refused.items()))
        + "\n"
    )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*REPAIR, *INJURY])
    writer.writerows([[f"{member[name]:.5g}" for name in (*REPAIR, *INJURY)] for member in kept])
    return stream.getvalue()


@cache
def _rows() -> Mapping[str, Target]:
    """Return the calibration rows that a set is judged by."""
    return {row.name: row for row in load_targets() if row.layer == "myelin" and row.role == "calibration"}


def _draw(ledger: Ledger, name: str, rng: np.random.Generator) -> float:
    """Draw uniformly in the logarithm over the range of an entry."""
    low, high = ledger.entry(name).range or (0.0, 0.0)
    # A null at 0 is a bound for overrides, not a plausible rate.
    low = low or LEAST * high
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _first_miss(
    ledger: Ledger, experiments: tuple[Callable[[Ledger], Mapping[str, float]], ...]
) -> str | None:
    rows = _rows()
    for experiment in experiments:
        for name, value in experiment(ledger).items():
            if name in rows and not rows[name].holds(value):
                return name
    return None
