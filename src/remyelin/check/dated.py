"""Dates of laboratory values and of B12 treatment, and the reasons they give to refuse a forecast.

The model enters every laboratory value as one of an untreated person on one day. A value measured under treatment,
or values of several days that disagree, would be entered wrongly, so no forecast is made from them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from remyelin.check.facts import judge
from remyelin.check.known import LABS, DatedLab, Known, Lab, Moment, Treated, earlier
from remyelin.evidence import Ledger
from remyelin.evidence.limits import MARKERS
from remyelin.person.outside import PREGNANCY, beyond

#: Standard normal deviate of a two-sided 95 % interval.
_TWO_SIDED: Final = 1.96


def refusal(known: Known, ledger: Ledger) -> str:
    """Say in one sentence why no forecast can be made from this input; empty where nothing forbids one.

    Parameters
    ----------
    known : Known
        With the dated values and treatments of the input.
    ledger : Ledger
        Holds the limits of the markers and the variation between samples of one person (``readout_noise.*``).

    Returns
    -------
    str
    """
    if reason := outside(known):
        return reason
    values = [item for item in known.series if item.lab.marker in MARKERS]
    return next(iter((*_under_treatment(known, values), *_disagreeing(values, ledger))), "")


def outside(known: Known) -> str:
    """Say why the model knows nothing of the person; empty where it may."""
    return beyond(PREGNANCY) if any(word.name == "pregnancy" for word in known.words) else ""


def _under_treatment(known: Known, values: Sequence[DatedLab]) -> Iterator[str]:
    plain = [word.plain for word in known.words if word.kind == "drug" and word.name == "b12"]
    records = known.treated or tuple(Treated(name, Moment()) for name in plain)
    if not records:
        return
    if not values:
        # entered without dates, or no value at all: the person is treated, and the model starts from an untreated one
        values = [DatedLab(found, Moment()) for found in known.labs.values() if found.marker in MARKERS]
    if not values:
        yield f"B12 treatment is recorded ({records[0].name}), and the model can only start from an untreated person."
    for record in records:
        for value in values:
            if not _may_precede(record.start, value.date):
                continue
            if record.start.first and value.date.first:
                yield (
                    f"{_named(value)} was measured after B12 treatment had begun or may have begun ({record.name}, "
                    f"{record.start.shown}), and the model enters every value as one of an untreated person."
                )
            else:
                missing = "start of the treatment" if not record.start.first else f"date of {_named(value)}"
                yield (
                    f"B12 treatment is recorded ({record.name}) but the {missing} is not known, so the value may have "
                    "been measured under treatment, and the model enters every value as one of an untreated person."
                )


def _may_precede(start: Moment, sample: Moment) -> bool:
    """Whether treatment may have begun before a sample was taken; on one day the sample is taken first."""
    if not start.first or not sample.last:
        return True
    return earlier(start.first, start.zone, sample.last, sample.zone)


def _disagreeing(values: Sequence[DatedLab], ledger: Ledger) -> Iterator[str]:
    for index, one in enumerate(values):
        for other in values[index + 1 :]:
            if one.date == other.date:
                continue
            turned = earlier(other.date.first, other.date.zone, one.date.first, one.date.zone)
            early, late = (other, one) if turned else (one, other)
            if _disagree(early.lab, late.lab, ledger):
                yield (
                    f"{_named(early)} ({early.lab.shown}) and {_named(late)} ({late.lab.shown}) do not describe one "
                    "state: the model takes the values of one day, and series of values are not modelled yet."
                )


def _disagree(early: Lab, late: Lab, ledger: Ledger) -> bool:
    """Whether two values of different days cannot be of one state, or the later hides an earlier deficiency."""
    before, after = (_deficient(found, ledger) for found in (early, late))
    if before and after is False:
        return True
    if early.marker != late.marker:
        return False  # a normal first test and a second one that finds the deficiency are a usual work-up
    if before is False and after:
        return True
    if early.bound or late.bound:
        return not _compatible(early, late)
    if min(early.value, late.value) <= 0:
        return early.value != late.value
    spread = _TWO_SIDED * math.sqrt(2.0) * ledger[f"readout_noise.{early.marker}"]
    return abs(math.log(late.value / early.value)) > spread


def _compatible(one: Lab, other: Lab) -> bool:
    """Whether two values of one marker, at least one of them only a bound, can be the same."""
    for bounded, value in ((one, other), (other, one)):
        if bounded.bound == "<" and value.bound != "<" and value.value >= bounded.value:
            return False
        if bounded.bound == ">" and value.bound != ">" and value.value <= bounded.value:
            return False
    return True


def _deficient(found: Lab, ledger: Ledger) -> bool | None:
    """Whether published limits call a value deficient; None where they leave it open."""
    said = judge(found, ledger)
    return None if said is None else {"low": True, "raised": True, "normal": False}.get(said.verdict)


def _named(value: DatedLab) -> str:
    name = LABS[value.lab.marker]
    return f"{name} of {value.date.shown}" if value.date.shown else name
