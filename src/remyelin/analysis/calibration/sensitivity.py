"""Sensitivity of the answers to unmeasured numbers: Morris over all of them, Sobol over the few that matter.

Every assumed or calibrated number that the whole chain reads is moved over its range, independently of the
others; calibration rows are not enforced, so this says what the numbers could do, not what is likely. At most
random settings the answers are nought or all, and a number may seem idle there that is not where the shipped ones
stand: so each is also put to the ends of its range, all else as shipped. Numbers that change the tables of the
fibre engine cost a rebuild of the tables each and are tried in this way only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic, nerve
from remyelin.base.errors import InputError, SimulationError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.clinic.functions import PATHWAYS
from remyelin.evidence import Entry, Ledger
from remyelin.person.case import load_case
from remyelin.person.chain import Chain
from remyelin.person.person import resolve
from remyelin.person.placement import place
from remyelin.person.plans import exposure, plans_of
from remyelin.person.subject import subject_of

CASES: Final = ("pernicious-anaemia", "vegan-diet")
DATES: Final = {"at presentation": 0.0, "after 12 months": DAYS_PER_YEAR}
TABLES: Final = "state."  # entries below it change the tables of the engine
SEED: Final = 1991
TRAJECTORIES: Final = 12
LEVELS: Final = 4
FEW: Final = 8
SAMPLES: Final = 128
PARTS: Final = ("mean", "spread", "first", "total", "error", "ends")
WIDE: Final = 10.0  # ranges over more than this factor are gone through in the logarithm

Floats = NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Axis:
    """One number and how a share from 0 to 1 of its range becomes a value."""

    entry: Entry

    @property
    def heavy(self) -> bool:
        """Whether the tables of the engine change with it."""
        return self.entry.layer == "fibre" or self.entry.name.startswith(TABLES)

    def at(self, share: float) -> float:
        """Return the value at a share of the range."""
        low, high = self.entry.range or (0.0, 0.0)
        if low > 0.0 and high > WIDE * low:
            return float(np.clip(low * (high / low) ** share, low, high))
        return float(np.clip(low + share * (high - low), low, high))


def names() -> tuple[str, ...]:
    """Return the answers, as they are named in the table."""
    return tuple(f"{case}: disability {when}" for case in CASES for when in DATES)


def answers(ledger: Ledger, tables: nerve.Tables) -> Floats:
    """Run the chain without its studies and return the disability of every case at every date.

    Parameters
    ----------
    ledger : Ledger
        The numbers to run with.
    tables : nerve.Tables
        Of the fibre engine.

    Returns
    -------
    (answer,) array
        Points of the scale without its mental item, in the order of :func:`names`.
    """
    found: list[float] = []
    chain = Chain(ledger, tables)
    for name in CASES:
        case = load_case(name)
        person = place(case, resolve(case, ledger), ledger)
        given = exposure(case, person, plans_of(case, person)[0], ledger)
        who = subject_of(case, person)
        chemistry = chain.chemistry(given, np.unique([*who.times, *DATES.values()]))
        states = chain.myelin(chemistry, who.body, keep=list(DATES.values()))
        scale = clinic.functional_disability(chain.conduction(states, who.body, PATHWAYS), chain.judge)
        found += [float(points) for points in scale["total"].to_numpy()]
    return np.array(found)


def reads(ledger: Ledger) -> tuple[tuple[Entry, ...], tuple[Axis, ...], tuple[Axis, ...]]:
    """Return the entries that the answers read: all, those to be varied, and those that change the tables."""
    recording = ledger.recording()
    answers(recording, nerve.build_tables(recording))
    read = recording.used()
    axes = [
        Axis(entry)
        for entry in read
        if entry.kind in ("assumed", "calibrated")
        and isinstance(entry.value, float)
        and entry.range is not None
        and entry.range[0] < entry.range[1]
    ]
    return (
        read,
        tuple(axis for axis in axes if not axis.heavy),
        tuple(axis for axis in axes if axis.heavy),
    )


def inputs_of_sensitivity(read: Sequence[Entry]) -> str:
    """Return a hash of the numbers that the answers read, and their ranges."""
    content = [[entry.name, entry.value, entry.range, sorted(entry.columns.items())] for entry in read]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def build(
    ledger: Ledger,
    progress: Progress = lambda step: None,
    *,
    trajectories: int = TRAJECTORIES,
    samples: int = SAMPLES,
    ends: bool = True,
) -> str:
    """Screen every unmeasured number and apportion the variance among the few that matter.

    Parameters
    ----------
    ledger : Ledger
        The shipped numbers, and the ranges of those that are varied.
    progress : callable
        Called with what is being done.
    trajectories, samples : int
        Of Morris; of Sobol, a power of two.
    ends : bool
        Whether numbers that change the tables of the engine are tried too (seconds for each end).

    Returns
    -------
    str
        The table: a comment with how it was made, a head, one row per number that the answers read.

    Raises
    ------
    InputError
        If SALib is not installed.
    """
    sample, analyse = _salib()
    read, axes, heavy = reads(ledger)
    tables = nerve.build_tables(ledger)

    def run(shares: Floats, chosen: Sequence[Axis], what: str) -> Floats:
        found = np.empty((len(shares), len(names())))
        for index, row in enumerate(shares):
            if index % 50 == 0:
                progress(f"{what}: run {index} of {len(shares)}")
            changed = {axis.entry.name: axis.at(share) for axis, share in zip(chosen, row, strict=True)}
            try:
                found[index] = answers(ledger.replace(changed), tables)
            except (InputError, SimulationError):
                found[index] = np.nan  # numbers that make no person together
        return found

    problem = _problem(axes)
    shares = sample["morris"](problem, trajectories, num_levels=LEVELS, seed=SEED)
    found = run(shares, axes, "Morris")
    whole = np.isfinite(found).all(axis=1).reshape(-1, len(axes) + 1).all(axis=1)
    kept = np.repeat(whole, len(axes) + 1)
    screened = [
        analyse["morris"](problem, shares[kept], found[kept, i], num_levels=LEVELS, seed=SEED)
        for i in range(len(names()))
    ]
    effects: dict[str, dict[str, float]] = {axis.entry.name: {} for axis in (*axes, *heavy)}
    for answer, result in zip(names(), screened, strict=True):
        for axis, mean, spread in zip(axes, result["mu_star"], result["sigma"], strict=True):
            effects[axis.entry.name] |= {f"{answer} mean": float(mean), f"{answer} spread": float(spread)}

    tried = (*axes, *heavy) if ends else axes
    for name, change in at_the_ends(ledger, tried, progress).items():
        effects[name] |= {f"{answer} ends": float(size) for answer, size in zip(names(), change, strict=True)}

    few = heaviest(axes, effects)
    smaller = _problem(few)
    points = sample["sobol"](smaller, samples, calc_second_order=False, seed=SEED)
    found = run(points, few, "Sobol")
    for index, answer in enumerate(names()):
        values = np.where(np.isfinite(found[:, index]), found[:, index], np.nanmean(found[:, index]))
        if np.ptp(values) == 0.0:
            continue
        result = analyse["sobol"](smaller, values, calc_second_order=False, seed=SEED)
        for axis, *shares_of in zip(few, result["S1"], result["ST"], result["ST_conf"], strict=True):
            effects[axis.entry.name] |= {
                f"{answer} {part}": float(share) for part, share in zip(PARTS[2:5], shares_of, strict=True)
            }
    lost = int((~whole).sum()), int((~np.isfinite(found).all(axis=1)).sum())
    return _table(read, axes, heavy if ends else (), effects, trajectories, samples, lost)


def heaviest(axes: Sequence[Axis], effects: Mapping[str, Mapping[str, float]]) -> list[Axis]:
    """Return the few numbers that weigh most, in the screening and at the ends of their ranges together."""
    weight = np.zeros(len(axes))
    for answer in names():
        for part in ("mean", "ends"):
            size = np.array([effects[axis.entry.name].get(f"{answer} {part}", 0.0) for axis in axes])
            weight += size / max(float(size.max()), np.finfo(np.float64).tiny)
    return [axes[i] for i in np.sort(np.argsort(-weight, kind="stable")[:FEW])]


def at_the_ends(
    ledger: Ledger, axes: Sequence[Axis], progress: Progress = lambda step: None
) -> Mapping[str, Floats]:
    """Return, by number, the largest change of each answer with the number at an end of its range."""
    shipped = answers(ledger, nerve.build_tables(ledger))
    found = {}
    for index, axis in enumerate(axes):
        progress(f"ends of ranges: {index} of {len(axes)}")
        trials = [ledger.replace({axis.entry.name: axis.at(share)}) for share in (0.0, 1.0)]
        changes = []
        for trial in trials:
            try:
                changes.append(np.abs(answers(trial, nerve.build_tables(trial)) - shipped))
            except (InputError, SimulationError):
                continue  # this end makes no person
        found[axis.entry.name] = np.max(changes, axis=0) if changes else np.zeros(len(names()))
    return found


def _problem(axes: Sequence[Axis]) -> dict[str, Any]:
    return {
        "num_vars": len(axes),
        "names": [axis.entry.name for axis in axes],
        "bounds": [[0.0, 1.0]] * len(axes),
    }


def _salib() -> tuple[Mapping[str, Callable[..., Any]], Mapping[str, Callable[..., Any]]]:
    try:
        import SALib.analyze.morris
        import SALib.analyze.sobol
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError:
        raise InputError(
            "the sensitivity analysis needs SALib: pip install 'remyelin[sensitivity]'."
        ) from None
    return (
        {"morris": SALib.sample.morris.sample, "sobol": SALib.sample.sobol.sample},
        {"morris": SALib.analyze.morris.analyze, "sobol": SALib.analyze.sobol.analyze},
    )


def _table(
    read: Sequence[Entry],
    axes: Sequence[Axis],
    heavy: Sequence[Axis],
    effects: Mapping[str, Mapping[str, float]],
    trajectories: int,
    samples: int,
    lost: tuple[int, int],
) -> str:
    method = {axis.entry.name: "morris" for axis in axes} | {axis.entry.name: "ends" for axis in heavy}
    columns = [f"{answer} {part}" for answer in names() for part in PARTS]
    stream = io.StringIO()
    stream.write(
        f"# made by remyelin rebuild sensitivity, seed {SEED}, inputs {inputs_of_sensitivity(read)}; Morris: "
        f"{trajectories} trajectories over {len(axes)} numbers, {lost[0]} with an impossible person left out; "
        f"Sobol: {samples} samples over {FEW} numbers, {lost[1]} runs impossible and set to the mean; "
        f"each number also at the ends of its range, {len(heavy)} only so\n"
    )
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["entry", "kind", "value", "low", "high", "method", *columns])
    for entry in read:
        own = effects.get(entry.name, {})
        low, high = entry.range or (None, None)
        writer.writerow(
            [
                entry.name,
                entry.kind,
                f"{entry.value:.6g}" if isinstance(entry.value, float) else "",
                "" if low is None else f"{low:.6g}",
                "" if high is None else f"{high:.6g}",
                method.get(entry.name, ""),
                *(f"{own[name]:.3g}" if name in own else "" for name in columns),
            ]
        )
    return stream.getvalue()
