"""The data file of a NONMEM control stream, from an event table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from remyelin.analysis.estimation.table import Occasion, Subject
from remyelin.cobalamin import Profile
from remyelin.cobalamin.doses import Dose
from remyelin.cobalamin.exchange.events import COMPARTMENTS

#: Columns of the data file; DAY0 is the day of the table on which TIME is 0.
COLUMNS: Final = (
    "ID", "TIME", "EVID", "MDV", "DV", "DVID", "AMT", "CMT", "ROUT", "FOOD", "AGE", "INTK", "IFAC", "GFR", "DAY0",
)  # fmt: skip
INJECTED: Final = ("im", "sc", "iv")
GUT: Final = 1
OBSERVATION, DOSE, OTHER, RESET = 0, 1, 2, 3

Injected = tuple[float, str]
"""Amount in ug and form: both set how much of an injection is kept."""


def injected(subjects: Iterable[Subject]) -> dict[Injected, bool]:
    """Return the injected products of a table, in order, and whether any goes into a depot rather than a vein."""
    found: dict[Injected, bool] = {}
    for subject in subjects:
        for occasion in subject.occasions:
            for dose in occasion.exposure.doses:
                if dose.route in INJECTED:
                    product = dose.amount_ug, dose.form
                    found[product] = found.get(product, False) or dose.route != "iv"
    return {product: found[product] for product in sorted(found)}


def data(subjects: Sequence[Subject], places: Mapping[tuple[Injected, bool], int]) -> str:
    """Return the data file: one row a dose, one an observation, one where a covariate changes.

    NONMEM applies the covariates of a row to the time since the row before. A change of the diet or of absorption
    has therefore a row of its own (EVID 2) with the old values, and the rows from then on have the new ones.
    Observations and doses of one time keep the order of the table.

    Parameters
    ----------
    subjects : sequence of Subject
    places : mapping of (injected product, into a depot) to int
        Compartments of the control stream.
    """
    lines = [",".join(COLUMNS)]
    for subject in subjects:
        for i, occasion in enumerate(subject.occasions):
            lines += [",".join(row) for row in _rows(subject.id, occasion, i > 0, places)]
    return "\n".join(lines) + "\n"


def _rows(
    name: float, occasion: Occasion, reset: bool, places: Mapping[tuple[Injected, bool], int]
) -> Iterator[tuple[str, ...]]:
    exposure = occasion.exposure
    covariates = (exposure.food_intake, exposure.intrinsic_factor, exposure.filtration)
    changes = {
        day
        for profile in covariates
        if profile is not None and len(profile.times) > 1
        for day in profile.times
    }
    rows = [(day, 0, _fields(OTHER)) for day in changes]
    rows += [(dose.time, 2, _dose(dose, places)) for dose in exposure.doses]
    rows += [
        (float(day), 1 if before else 3, _observed(int(marker) + 1, float(value)))
        for day, marker, value, before in zip(
            occasion.time, occasion.marker, occasion.value, occasion.before, strict=True
        )
    ]
    if not rows:
        return
    rows.sort(key=lambda row: row[:2])
    first = rows[0][0]
    if reset:
        rows.insert(0, (first, 0, _fields(RESET)))
    for day, order, fields in rows:
        values = [_value(profile, day, before=order == 0) for profile in covariates]
        written = (exposure.age, *values, first)
        yield f"{name:.12g}", f"{day - first:.12g}", *fields, *(f"{value:.12g}" for value in written)


def _fields(evid: int, *, mdv: int = 1, dv: float = 0.0, dvid: int = 0) -> tuple[str, ...]:
    return str(evid), str(mdv), f"{dv:.12g}", str(dvid), "0", "0", "0", "0"


def _observed(dvid: int, value: float) -> tuple[str, ...]:
    if np.isfinite(value):
        return _fields(OBSERVATION, mdv=0, dv=float(np.log(value)), dvid=dvid)
    return _fields(OTHER, dvid=dvid)


def _dose(dose: Dose, places: Mapping[tuple[Injected, bool], int]) -> tuple[str, ...]:
    place = GUT
    if dose.route in INJECTED:
        place = places[(dose.amount_ug, dose.form), dose.route != "iv"]
    route = COMPARTMENTS.index(dose.route) + 1
    return (
        str(DOSE),
        "1",
        "0",
        "0",
        f"{dose.amount_ug:.12g}",
        str(place),
        str(route),
        str(int(dose.with_food)),
    )


def _value(profile: Profile | None, day: float, *, before: bool) -> float:
    """Return a covariate just before or from a day on; 0 is an unknown filtration."""
    if profile is None:
        return 0.0
    place = int(np.searchsorted(profile.times, day, side="left" if before else "right"))
    return profile.values[max(place - 1, 0)]
