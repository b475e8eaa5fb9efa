"""Probabilities of symptoms without a mechanism at the dates of a course, as JSON-ready rows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import PERCENT
from remyelin.clinic.association import CLOCKS, UNRELATED
from remyelin.output.records import BesideRow, Chance, MentalRow, OfSymptom
from remyelin.person.course import Course

BESIDE: Final = {
    "tiredness": (
        "Tiredness",
        "Comes with anaemia and with deficiency; common in everybody, which the probability holds.",
    ),
    "nystagmus": ("Nystagmus", "Of brain stem and cerebellum, not of the optic nerve."),
    "sphincter": (
        "Bladder or bowel disturbed by the cord",
        "Follows the corticospinal tract of the leg. Leakage of urine of any other kind is common and not counted.",
    ),
}
"""What is asked for beside the nineteen, with a remark."""


def chance_of(course: Course, name: str) -> list[Chance]:
    """Return the probability (%) of an item of the association tier at each date: ``low``, ``median``, ``high``."""
    given = course.data.isel(plan=0)
    found = given["sphincter"] if name == "sphincter" else given["chance"].sel(association=name)
    return [bounds_of(found.sel(time=date).transpose("bound").to_numpy()) for date in course.studies]


def bounds_of(values: NDArray[np.float64]) -> Chance:
    """Return the low end, the median and the high end of a probability, in %."""
    low, median, high = (float(f"{PERCENT * value:.3g}") for value in values)
    return {"low": low, "median": median, "high": high}


def shown(chance: Chance) -> str:
    """Return a probability with its interval: ``34 % (24 to 46)``."""
    return f"{chance['median']:.0f} % ({chance['low']:.0f} to {chance['high']:.0f})"


def without_deficiency(course: Course, name: str) -> str:
    """Return the probability of an item at the beginning of the course, before the cause began."""
    first = course.data.isel(plan=0, time=0)
    found = first["sphincter"] if name == "sphincter" else first["chance"].sel(association=name)
    return shown(bounds_of(found.transpose("bound").to_numpy()))


def beside(course: Course) -> list[BesideRow]:
    """Return the items that are no symptom of the list: tiredness, nystagmus and the sphincters."""
    return [
        {
            "name": name,
            "label": label,
            "note": note,
            "chance": (found := chance_of(course, name)),
            "shown": [shown(one) for one in found],
            "background": without_deficiency(course, name),
        }
        for name, (label, note) in BESIDE.items()
    ]


def of_symptom(course: Course, name: str) -> OfSymptom:
    """Return the probabilities of one of the nineteen in the association tier; empty for those with a mechanism."""
    if name not in CLOCKS and name not in UNRELATED:
        return {"chance": [], "shown": [], "background": ""}
    found = chance_of(course, name)
    return {
        "chance": found,
        "shown": [shown(one) for one in found],
        "background": without_deficiency(course, name),
    }


def mental(course: Course) -> list[MentalRow]:
    """Return the mental item at each date: points more likely than not, their interval, and how probable each is."""
    given = course.data.isel(plan=0)
    rows: list[MentalRow] = []
    for date in course.studies:
        at = given.sel(time=date)
        rows.append(
            {
                "points": int(at["mental"]),
                "low": int(at["mental_low"]),
                "high": int(at["mental_high"]),
                "at_least": [float(f"{PERCENT * float(one):.3g}") for one in at["mental_chance"]],
            }
        )
    return rows
