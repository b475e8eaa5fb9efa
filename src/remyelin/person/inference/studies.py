"""Nerve studies of simulated persons, and written results, both in standard deviations of the norm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.evidence import Ledger
from remyelin.nerve.studies.battery import examine
from remyelin.nerve.studies.laboratory import Laboratory
from remyelin.nerve.studies.norms import HIGH_IS_ABNORMAL, Assessment
from remyelin.person.record import Entry
from remyelin.person.record.terms import STUDIES

Floats = NDArray[np.float64]
#: Deviation that stands for a response that is absent where only its time was asked.
ABSENT: Final = 6.0
_NAMES: Final = {"interval": "cmct"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One study result that is wanted: its name in :data:`remyelin.person.record.terms.STUDIES`, day and
    temperature."""

    name: str
    day: float
    temperature: float | None = None


def asked_of(entry: Entry) -> Asked:
    """Return the study of an entry; an absent response is looked for in the amplitude of its nerve."""
    name = entry.name
    if entry.text == "absent" and STUDIES[name][2] != "amplitude":
        study = STUDIES[name][0]
        name = next(
            (key for key, item in STUDIES.items() if item[0] == study and item[2] == "amplitude"), name
        )
    return Asked(name, entry.day, entry.temperature)


def examined(
    asked: Sequence[Asked],
    days: Floats,
    states: Mapping[str, Floats],
    body: nerve.Person,
    tables: nerve.Tables,
    ledger: Ledger,
) -> dict[Asked, Floats]:
    """Make the studies of persons whose states (person, day, segment) are given."""
    found: dict[Asked, Floats] = {}
    by_visit: dict[tuple[float, float | None], list[Asked]] = {}
    for item in asked:
        by_visit.setdefault((item.day, item.temperature), []).append(item)
    for (day, temperature), items in by_visit.items():
        at = int(np.searchsorted(days, day))
        who = body if temperature is None else body.replace(temperature=temperature)
        arrays = {name: np.ascontiguousarray(values[:, at]) for name, values in states.items()}
        names = list(dict.fromkeys(STUDIES[item.name][0] for item in items))
        visits = examine(Laboratory.of(who, tables, ledger), arrays, names)
        for item in items:
            study, site, quantity, _ = STUDIES[item.name]
            rows = [visit.row(study, site) for visit in visits]
            norm = next(norm for row in rows for norm in _assessed(row, quantity))
            values = [getattr(row, quantity) for row in rows]
            found[item] = np.array([deviation(value, norm, ledger) for value in values])
    return found


def _assessed(row: nerve.Row, quantity: str) -> list[Assessment]:
    wanted = _NAMES.get(quantity, quantity)
    return [item for item in row.assessed if item.quantity == wanted]


def norm_of(name: str, body: nerve.Person, tables: nerve.Tables, ledger: Ledger) -> Assessment:
    """Return the norm of a study in a healthy person of this build."""
    study, site, quantity, _ = STUDIES[name]
    segments = len(nerve.places(body, ledger).names)
    healthy = {key: np.full((1, segments), 1.0 if key == "axons" else 0.0) for key in nerve.STATES}
    row = examine(Laboratory.of(body, tables, ledger), healthy, [study])[0].row(study, site)
    return _assessed(row, quantity)[0]


def deviation(value: float | None, norm: Assessment, ledger: Ledger, limit: float | None = None) -> float:
    """Return a result in standard deviations of the norm, moved so that the laboratory's limit is ours."""
    amplitude = norm.quantity == "amplitude"
    if value is None and not amplitude:
        return ABSENT if norm.quantity in HIGH_IS_ABNORMAL else -ABSENT
    floor = _floor(norm, ledger)
    number = floor if value is None else value
    if limit is not None and limit > 0 and norm.limit > 0:
        number = number * norm.limit / limit if amplitude else number + norm.limit - limit
    number = max(number, floor) if amplitude else number
    return float(((math.log(number) if norm.logarithmic else number) - norm.mean) / norm.sd)


def written(z: float, norm: Assessment, limit: float | None = None) -> float:
    """Return the result of a deviation in the unit of the study: the inverse of :func:`deviation`."""
    number = norm.mean + norm.sd * z
    number = math.exp(number) if norm.logarithmic else number
    if limit is not None and limit > 0 and norm.limit > 0:
        amplitude = norm.quantity == "amplitude"
        number = number * limit / norm.limit if amplitude else number - norm.limit + limit
    return max(number, 0.0)


def _floor(norm: Assessment, ledger: Ledger) -> float:
    """Return the smallest amplitude that can be told from noise."""
    return ledger["noise.sensory"] if norm.unit == "uV" else ledger["noise.motor"]
