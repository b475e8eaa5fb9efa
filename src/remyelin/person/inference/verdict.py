"""Verdict on a record: whether it is reproduced, and why no forecast is given where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.inference.plan import Plan
from remyelin.person.inference.predictive import Predicted
from remyelin.person.inference.settings import (
    RECORD_LEAST_EFFECTIVE,
    RECORD_MISFIT,
    RECORD_TREATED,
    RECORD_UNSPOKEN,
    RECORD_WORSE,
)
from remyelin.person.outside import CHILD, beyond, too_young
from remyelin.person.record import Record
from remyelin.person.record.titles import KIND_TITLES, item_title

Floats = NDArray[np.float64]
#: Symptoms that a history seldom leaves out, as sentences name them.
COMPLAINTS: Final = {"gait": "walking", "weakness": "power", "vision": "sight"}
SILENT: Final = "of which the history says nothing"


def whole(effective: float) -> str:
    """Write an effective sample without places, from the one place that an answer keeps.

    Examples
    --------
    >>> whole(8.51), whole(8.5)
    ('8', '8')
    """
    return f"{round(effective, 1):.0f}"


def verdict(record: Record, entries: Sequence[Predicted], effective: float) -> tuple[bool, str | None]:
    """Return whether a record is reproduced, and why no forecast is given.

    Parameters
    ----------
    record : Record
    entries : sequence of Predicted
        Every entry beside its prediction.
    effective : float
        Effective sample of persons who resemble the record.
    """
    off = sorted((item for item in entries if not item.agrees), key=lambda item: -item.outlier)
    least = RECORD_LEAST_EFFECTIVE
    alike = effective >= least
    fits = alike and len(off) <= max(1, int(RECORD_MISFIT * len(entries)))
    if not entries:
        return fits, "the record holds no result to fit; add laboratory values or findings."
    if young := too_young(record.person.age):
        return fits, young
    if record.person.age is None and record.person.age_line is not None:
        line = f" in line {record.person.age_line}" if record.person.age_line else ""
        return fits, (
            f"the age stated{line} could not be used, and the numbers would be those of a person of another age; give "
            f"it in years. {CHILD}"
        )
    if record.outside:
        return fits, beyond(record.outside)
    unknown = [item for item in record.treatments if item.order is None]
    if unknown:
        return (
            fits,
            f"a treatment of unknown dose or date (line {unknown[0].line}) makes the values uninterpretable.",
        )
    if not alike:
        worst = max(entries, key=lambda item: (not item.agrees, item.outlier))
        why = (
            f"{named(worst)} disagrees most"
            if off
            else f"each entry alone agrees, together they are rare, and {named(worst)} is the least expected"
        )
        return fits, (
            f"too few simulated persons resemble this record (in effect {whole(effective)}, at least "
            f"{least:.0f} are needed); {why}."
        )
    if not fits:
        return fits, (
            f"the model does not reproduce {' and '.join(named(item) for item in off[:3])}; another "
            "disease, another cause or a mistaken entry may explain that."
        )
    return fits, None


def worsened(plan: Plan, days: Floats, scale: Floats) -> str | None:
    """Return why a course is no forecast where the median grows worse under injections that go on; None elsewhere.

    In published series patients under full treatment did not. Such a course rests on the discrepancy of the model,
    which meets the record on its days and then fades.

    Parameters
    ----------
    plan : Plan
        The treatment as recorded.
    days : (day,) array
    scale : (pick, day) array
        Points of the disability scale.
    """
    doses = [
        dose.time for order in plan.orders for dose in order.doses if dose.route not in ("oral", "nasal")
    ]
    if not doses:
        return None
    begin, end = max(0.0, min(doses)), max(doses)
    exposed = plan.stop is None or plan.stop > begin
    after = (days >= begin + RECORD_TREATED * DAYS_PER_MONTH) & (days <= end)
    if exposed or not after.any():
        return None
    at = int(np.searchsorted(days, begin).clip(max=len(days) - 1))
    first, last = float(np.median(scale[:, at])), float(np.median(scale[:, after], axis=0).max())
    if last - first < RECORD_WORSE:
        return None
    return (
        f"the model has this person grow worse under treatment, from {first:.0f} to {last:.0f} points of 16, as "
        "published patients under full treatment did not; its course does not fit the record."
    )


def unspoken(complaints: Sequence[str], symptoms: Mapping[str, Floats], severe: float) -> str | None:
    """Return why a course is no forecast where it rests on severe trouble that the history does not name.

    Parameters
    ----------
    complaints : sequence of str
        Symptoms of :data:`remyelin.person.record.entries.GRAVE` of which the history says nothing.
    symptoms : mapping of str to (pick,) array
        Severity on day 0.
    severe : float
        Severity from which a symptom is severe.
    """
    found = [name for name in complaints if np.mean(symptoms[name] >= severe) > RECORD_UNSPOKEN]
    if not found:
        return None
    said = " and ".join(COMPLAINTS[name] for name in found)
    return (
        f"most persons who resemble this record have severe trouble with {said}, {SILENT}; "
        "enter it, or where complaints may be missing enter that the history is partial (in a file: the row "
        '",presentation,history,partial").'
    )


def named(item: Predicted) -> str:
    """Return an entry in words, with its line where it has one; findings and values without their kind."""
    where = f"line {item.entry.line}: " if item.entry.line else ""
    entry = item.entry
    title = entry.written or item_title(entry.kind, entry.name)
    kind = "" if entry.kind in ("symptom", "sign", "lab", "study") else f"{KIND_TITLES[entry.kind]} "
    return f"{where}{kind}{title} {entry.text}".rstrip()
