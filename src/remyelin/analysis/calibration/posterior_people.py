"""The posterior of the fit to patients as it is shipped: one row a set, the central set first."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from remyelin.analysis.calibration.chains_people import BEGUN, BLOCKS, CHAINS, LENGTHS, MOVES, RISING
from remyelin.analysis.calibration.fit_people import (
    AGAIN,
    OTHERS,
    PERSONS,
    READINGS,
    ROUNDS,
    SETS,
    WAVES,
    fit,
)
from remyelin.analysis.calibration.free_people import FREE, RIVALS, SIGNS, STRUCTURAL, WEAK, bounds, values_at
from remyelin.analysis.calibration.predict_people import rows_under
from remyelin.analysis.calibration.sampling_people import SEED
from remyelin.analysis.calibration.site_people import TREATED, animals_of, ledger_of
from remyelin.analysis.protocols.observed import rows_of
from remyelin.analysis.protocols.pool import STARTS, drawn, simulate_pool, traits_of
from remyelin.evidence import Ledger, load_published
from remyelin.myelin.ensemble import REPAIR, repair
from remyelin.person.chain import Chain
from remyelin.person.traits import PATIENT

STRATA: Final = ("deficiency", "nitrous_oxide")
PATIENTS: Final = tuple(f"patient.{stratum}.{trait}" for stratum in STRATA for trait in PATIENT)
#: Numbers on sight, which no calibration row reads: the posterior is the prior, so each set but the central one has
#: them at a point of their range.
UNREAD: Final = (
    "spread.optic",
    "correlation.central.optic",
    "myelin.vulnerability.papillomacular",
    "clinic.vision.half",
)
COLUMNS: Final = (*FREE, *UNREAD, *REPAIR, *PATIENTS)
RIVAL_WAVES: Final = (24, 12)  # designs of each rival
RIVAL_BEST: Final = 10  # readings a rival is described by
#: Entries that are set again from series of the posterior, after it (``remyelin rebuild association``).
FOLLOWING: Final = ("association.", "clinic.lhermitte.", "clinic.speech.")
CENTRAL: Final = 30  # likeliest sets, of a pool each, among which the central one is looked for


def inputs_of_people(ledger: Ledger) -> str:
    """Return a hash of the inputs of the fit: every number it reads except the fitted ones, ranges, rows."""
    recording = ledger.recording()
    draws = drawn(2, 1, 1, recording)
    numbers = Chain(recording).read()
    rows_of(simulate_pool(draws, numbers, 1), traits_of(draws, recording), numbers)
    animals_of([recording])
    read = [
        (entry.name, entry.value, sorted((k, v) for k, v in entry.columns.items()))
        for entry in recording.used()
        if entry.name not in COLUMNS and not entry.name.startswith(FOLLOWING)
    ]
    ranges = [(name, ledger.entry(name).range) for name in (*FREE, *UNREAD)]
    rows = [(bound.name, bound.value, bound.lower, bound.upper, bound.weight) for bound in bounds()]
    search = [SEED, SETS, ROUNDS, PERSONS, list(WAVES), READINGS, TREATED, CHAINS, MOVES, BEGUN, RISING]
    search += [BLOCKS, list(LENGTHS), STARTS, AGAIN, OTHERS]
    content = [read, ranges, rows, SIGNS, search, repair().made]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def build(ledger: Ledger, folder: Path, progress: Callable[[str], None] = lambda step: None) -> str:
    """Run the fit, or go on with it, and return the table."""
    inputs = inputs_of_people(ledger)
    sets = fit(ledger, folder, inputs=inputs, progress=progress)
    return as_table(ledger, sets, inputs, central(sets, ledger, progress))


def as_table(ledger: Ledger, sets: Sequence[Mapping[str, Any]], inputs: str, first: int) -> str:
    """Return sets as CSV: comments on method, inputs and criteria, names, one row a set, the first one before all."""
    order = list(dict.fromkeys([first, *range(len(sets))]))
    stream = io.StringIO()
    stream.write(f"# made by remyelin rebuild people, seed {SEED}, inputs {inputs}\n")
    stream.write(
        f"# {sum(WAVES)} designs in {len(WAVES)} waves, {CHAINS} chains of {ROUNDS} simulated steps, {len(sets)} sets "
        f"of their last ones (an effective {sets[0]['effective']:.0f}); held against "
        f"{', '.join(bound.name for bound in bounds())}, {', '.join(SIGNS)}; "
        f"recalled and half weighted: {', '.join(WEAK)}\n"
    )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, index in enumerate(order):
        free = unread(index) if place else {name: ledger[name] for name in UNREAD}
        writer.writerow([f"{value:.5g}" for value in _row(sets[index], free, ledger)])
    return stream.getvalue()


def unread(index: int) -> dict[str, float]:
    """Return the numbers of a set that no row reads, drawn evenly over their ranges, of most in the logarithm."""
    return values_at(np.random.default_rng([SEED, 10, index]).random(len(UNREAD)), UNREAD)


def _row(item: Mapping[str, Any], free: Mapping[str, float], ledger: Ledger) -> list[float]:
    values = values_at(np.array(item["point"]))
    rates = repair().sets[item["repair"]]
    patients = []
    for stratum in STRATA:
        for trait in PATIENT:
            value = item["patients"][stratum][trait]
            if (spread := f"spread.{trait}") in free:
                # Lognormal: as many standard deviations from the typical person as in the fit.
                value = value ** (free[spread] / ledger[spread])
            patients.append(value)
    return [*(values[name] for name in FREE), *free.values(), *(rates[name] for name in REPAIR), *patients]


def central(
    sets: Sequence[Mapping[str, Any]], ledger: Ledger, progress: Callable[[str], None] = lambda step: None
) -> int:
    """Return which set is shipped as the ledger's own.

    The likeliest set of every pool is verified: it follows virtual series of patients of its own, other persons than
    those of the pool. Of the :data:`CENTRAL` likeliest the one is taken that misses the fewest calibration rows there,
    of several the nearest to the median of all sets, in standard deviations of the numbers between the sets.
    """
    pools: dict[tuple[float, ...], int] = {}
    for index in sorted(range(len(sets)), key=lambda i: -sets[i]["likelihood"]):
        pools.setdefault((*sets[index]["point"][: len(STRUCTURAL)], sets[index]["repair"]), index)
    best = list(pools.values())[:CENTRAL]
    verified = [ledger_of(values_at(np.array(sets[i]["point"])), sets[i]["repair"], ledger) for i in best]
    found = []
    for rows in rows_under(verified):
        found.append(rows)
        progress(f"verified {len(found)} of {len(best)} sets by series of patients")
    missed = [len(missed_rows(rows, frozenset().union(*found))) for rows in found]
    points = np.array([item["point"] for item in sets])
    spread = np.maximum(points.std(axis=0), 1e-9)
    few = [i for i, count in zip(best, missed, strict=True) if count == min(missed)]
    distance = (((points[few] - np.median(points, axis=0)) / spread) ** 2).sum(axis=1)
    return few[int(np.argmin(distance))]


def missed_rows(rows: Mapping[str, float], names: Collection[str]) -> list[str]:
    """Return the names of the calibration rows that lie outside their bounds, or that no patient meets."""
    return [
        row.name
        for row in load_published()
        if row.role == "calibration"
        and row.name in names
        and not row.lower <= rows.get(row.name, float("nan")) <= row.upper
    ]


def carried(text: str, values: Mapping[str, float], ledger: Ledger) -> tuple[str, frozenset[str]]:
    """Return a file of the ledger with these values in its entries, and which of them it has.

    Values are written to four digits, as the ledger has them, and stay within the range of their entry.
    """
    found: set[str] = set()
    for name, value in values.items():
        low, high = ledger.entry(name).range or (-np.inf, np.inf)
        held = float(np.clip(float(f"{value:.4g}"), low, high))
        pattern = re.compile(rf"^(\[{re.escape(name)}\]\nvalue = )\S+$", re.MULTILINE)
        text, count = pattern.subn(rf"\g<1>{held!r}", text)
        if count:
            found.add(name)
    return text, frozenset(found)


def values_of_ledger(sets: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the ledger's values from the posterior: the first set, and the median traits of patients."""
    first = {name: value for name, value in sets[0].items() if name not in PATIENTS}
    return first | {name: float(np.median([member[name] for member in sets])) for name in PATIENTS}


def outside(rows: Mapping[str, float]) -> list[str]:
    """Return the names of the rows outside their bounds."""
    return [bound.name for bound in bounds() if not bound.lower <= rows[bound.name] <= bound.upper]


def compare(
    ledger: Ledger, folder: Path, progress: Callable[[str], None] = lambda step: None
) -> dict[str, Any]:
    """Fit each rival alike and return its likelihood, its predictions and its rows outside their bounds.

    Each has the same, smaller waves and no chains: likelihoods are of single readings. Beside them stands the reading
    nearest to each row, whatever the others are there: a row that no reading meets asks for another structure.
    """
    found: dict[str, Any] = {"made_by": "remyelin rebuild rivals", "waves": list(RIVAL_WAVES), "rivals": {}}
    alone: dict[str, float] = {}
    for name in RIVALS:
        readings = fit(
            ledger,
            folder / "rivals",
            name,
            RIVAL_WAVES,
            0,
            inputs=inputs_of_people(ledger),
            progress=progress,
        )
        if not RIVALS[name]:
            alone = {
                bound.name: min((item["rows"][bound.name] for item in readings), key=bound.distance)
                for bound in bounds()
            }
        best = sorted(readings, key=lambda item: -item["likelihood"])[:RIVAL_BEST]
        found["rivals"][name] = {
            "best": best[0]["likelihood"],
            "tenth": best[-1]["likelihood"],
            "outside": outside(best[0]["rows"]),
            "rows": {
                row: [float(np.nanquantile([item["rows"][row] for item in best], q)) for q in (0.0, 0.5, 1.0)]
                for row in (
                    *(bound.name for bound in bounds()),
                    "waiting_points",
                    "severity_by_duration_rank",
                )
            },
        }
    found["alone"] = alone
    return found
