"""The answer of a course in words: one implementation for the page, the report, the terminal and ``summary.json``."""

from __future__ import annotations

import math
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal

from remyelin.base.plain import ranged
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.plans import UNTREATED, shifted
from remyelin.evidence.targets import Target, load_targets
from remyelin.output.records import AnswerItem, Published, StartRow, Told
from remyelin.person.answer import Answer, Band, Start, State
from remyelin.person.forecast_guard import (
    CANNOT,
    CANNOT_TELL,
    NOT_DELAYED,
    SAME_END,
    SCALE,
    SCALE_ENDS,
    SIGHT,
    cost_range,
    headline,
)

#: Grades of the gait item of the disability scale.
GAIT: Final = (
    "walks normally",
    "walks unaided, unsteady with eyes closed",
    "walks unsteadily, without support",
    "walks only with a stick or another support",
    "needs a wheelchair or stays in bed",
)
#: The same, short, for the ends of a range.
SHORT: Final = (
    "normally",
    "unsteady with eyes closed",
    "unsteadily",
    "with a stick or another support",
    "in a wheelchair or bed",
)
#: Plans that a sentence names where there are many.
TOLD: Final = (shifted(3), shifted(12), UNTREATED)
RANGE: Final = "In brackets: the range of 90 % of the simulated persons."
#: Why points more are not the difference of two medians.
EACH: Final = (
    "Points more compare every person with the same person treated as given; they need not be the difference of the "
    "medians."
)
PUBLISHED: Final = "Published, of other patients; no forecast for this person."
UNCHECKED: Final = ", not checked at the source"
#: How a median of 0 can stand beside a share of patients who did not recover completely.
NOT_ALL: Final = "0 points is not complete recovery: signs that the scale does not count may remain."
PATIENTS_DIFFER: Final = "No outcome is certain. Published patients"
#: Where a start of treatment is not told apart. Nobody may read it as no cost.
COST_UNKNOWN: Final = "the model cannot tell how much it costs; it may be much"
#: Why a range of costs reaches below zero.
LOW_END: Final = "A low end below 0 comes from a treatment that starts later and so ends later."


def told(answer: Answer, *, presentation: str = "At diagnosis") -> Told:
    """Return the answer as plain JSON-ready data, in words.

    Parameters
    ----------
    answer : Answer
    presentation : str
        Name of day 0.

    Returns
    -------
    Told
        ``refused`` and ``headline`` (the reason, or None and an empty text), ``items`` (``key``, ``title``, ``value``,
        ``words``), ``starts`` (every plan with ``months``, ``value``, ``words``, ``cost``, and ``low``, ``median``,
        ``high`` where it is told apart), ``waiting`` (a sentence on every later start) and ``closing`` (its end, on all
        of them), ``published`` and ``note``. A refused answer has the state at
        presentation only.
    """
    published: Published = {"title": "Published recovery", "lines": _published(), "note": PUBLISHED}
    title = f"Disability {presentation[0].lower()}{presentation[1:]}"
    now = _item("now", title, answer.now, answer.most)
    now["words"] = f"{SCALE}, 0 none to 16 worst; {now['words']}"
    if answer.refused:
        return {
            "refused": answer.refused,
            "headline": headline(answer.refused),
            # somebody who loses sight may have no point, and this card may be all that is read
            "items": [{**now, "title": f"{title}, as computed", "words": f"{now['words']}; {SIGHT}"}],
            "starts": [],
            "waiting": "",
            "closing": "",
            "published": published,
            "note": _note(answer),
            "most": answer.most,
        }
    horizon = span(answer.horizon)
    after = f"{horizon} after diagnosis"
    items = [now, _first(answer)]
    if answer.year is not None:
        since = "A year after treatment begins" if answer.treated else "A year later, untreated"
        items.append(_item("year", since, answer.year, answer.most, modelled=answer.treated))
    left = "Remaining disability" if answer.treated else "Untreated"
    items.append(_item("end", f"{left} {after}", answer.end, answer.most, modelled=answer.treated))
    return {
        "refused": None,
        "headline": "",
        "items": items,
        "starts": [_start(start, answer) for start in sorted(answer.starts, key=_order)],
        "waiting": _waiting(answer, after),
        "closing": _closing(answer),
        "published": published,
        "note": _note(answer),
        "most": answer.most,
    }


def _unsaid(answer: Answer) -> str:
    """Name the items of the scale that the record does not tell of; empty where it tells of all."""
    if not answer.unsaid:
        return ""
    *more, last = answer.unsaid
    named = f"{', '.join(more)} and {last}" if more else last
    told = (
        "are not in the record: they are computed, and count"
        if more
        else "is not in the record: it is computed, and counts"
    )
    return f"{named[:1].upper()}{named[1:]} {told} too."


def merged(starts: list[StartRow]) -> list[StartRow]:
    """Return the starts from the treatment as given on; those in a row that are not told apart share a row.

    Examples
    --------
    >>> rows = [{"label": f"started {m} months later", "months": m, "told_apart": False} for m in (3, 6)]
    >>> [row["label"] for row in merged(rows)]
    ['started 3 months to 6 months later']
    """
    rows: list[StartRow] = []
    for start in (one for one in starts if one["months"] is None or one["months"] >= 0):
        before = rows[-1] if rows else None
        if (
            before
            and start["months"]
            and before["months"]
            and not (before["told_apart"] or start["told_apart"])
        ):
            begin = before["label"].partition(" to ")[0].removesuffix(" later")
            rows[-1] = {**before, "label": f"{begin} to {start['label'].removeprefix('started ')}"}
        else:
            rows.append(start)
    return rows


def lines(data: Told) -> list[str]:
    """Return the sentences of :func:`told`, one a line or paragraph.

    Parameters
    ----------
    data : Told

    Returns
    -------
    list of str
        Not broken to a width.
    """
    found = [] if not data["refused"] else [data["headline"]]
    found += [
        f"{item['title']}: {item['value']}" + (f": {item['words']}" if item["words"] else "") + "."
        for item in data["items"]
    ]
    found += [data["note"], *([data["waiting"]] if data["waiting"] else [])]
    first, *_ = data["published"]["lines"]
    return [*found, f"{data['published']['title']}: {first}"]


def state_words(state: State) -> str:
    """Write how somebody walks, and the best and the worst that the range holds.

    Examples
    --------
    >>> state_words(State(Band(0, 2, 5), Band(1, 1, 3)))
    'walks unaided, unsteady with eyes closed; at worst with a stick or another support'
    """
    low, middle, high = (round(value) for value in (state.gait.low, state.gait.median, state.gait.high))
    best = f"; at best {SHORT[low]}" if low < middle else ""
    worst = f"; at worst {SHORT[high]}" if high > middle else ""
    return f"{GAIT[middle]}{best}{worst}"


def span(days: float) -> str:
    """Write a duration in days, weeks, months or years, whichever reads best.

    Examples
    --------
    >>> span(7), span(45), span(183), span(1096)
    ('1 week', '6 weeks', '6 months', '3 years')
    """
    months = days / DAYS_PER_MONTH
    if days < 6.5:
        return _count(days, "day")
    if months < 2.5:
        return _count(days / 7, "week")
    years = months / 12
    return _count(years, "year") if abs(years - round(years)) < 0.02 else _count(months, "month")


def _count(value: float, unit: str) -> str:
    whole = max(round(value), 1)
    return f"{whole} {unit}{'' if whole == 1 else 's'}"


def shown(band: Band, most: int) -> str:
    """Write points of the scale with their range."""
    ceiling = ", the most that nerves give on this scale" if round(band.median) >= most else ""
    return f"{_ranged(band)} of 16 points{ceiling}"


def _item(
    key: Literal["now", "year", "end"], title: str, state: State, most: int, *, modelled: bool = False
) -> AnswerItem:
    """Return a state under its title; one of a recovery is said to be the model's, since none is certain."""
    words = f"{'in the model ' if modelled else ''}{state_words(state)}"
    return {"key": key, "title": title, "value": shown(state.points, most), "words": words}


def _note(answer: Answer) -> str:
    """Explain the scale, the record and the ranges, with the published recovery where a score reads as certain.

    Such a score under treatment is 0, or has a range without width.
    """
    note = " ".join(part for part in (f"The scale counts {SCALE_ENDS}.", _unsaid(answer), RANGE) if part)
    if answer.refused:
        return note
    if any(start.cost is not None for start in answer.starts):
        note += f" {EACH}"
    ill = answer.deficient and answer.treated and round(answer.now.points.high) > 0
    end = answer.end.points
    none = round(end.median) == 0
    if not ill or not (none or round(end.low) == round(end.high)):
        return note
    return " ".join([note, *([NOT_ALL] if none else []), f"{PATIENTS_DIFFER}: {_complete()}."])


def _first(answer: Answer) -> AnswerItem:
    """Say how soon the first symptom is noticeably better."""
    item: AnswerItem = {"key": "first", "title": "First improvement", "value": "", "words": ""}
    if not answer.treated:
        return {**item, "value": "nothing is given", "words": ""}
    if answer.first is None:
        return {**item, "value": "the model computes no symptom that would be noticed", "words": ""}
    low, middle, high = (
        span(value) if math.isfinite(value) else "never"
        for value in (answer.first.low, answer.first.median, answer.first.high)
    )
    value = "not seen" if middle == "never" else f"after {middle}"
    # "1 to 7 weeks" where both have one unit
    count, _, unit = low.partition(" ")
    early = count if unit and high.rpartition(" ")[2].rstrip("s") == unit.rstrip("s") else low
    return {**item, "value": f"{value} ({early} to {high})", "words": "until a symptom is noticeably better"}


def _start(start: Start, answer: Answer) -> StartRow:
    """Return one start of treatment with its end and the effect of the delay."""
    data: StartRow = {
        "name": start.name,
        "label": start.label,
        "months": None if start.months is None else round(start.months, 2),
        "told_apart": start.end is not None,
        "value": CANNOT,
        "words": "",
        "cost": COST_UNKNOWN if start.end is None else "",
    }
    if start.end is not None:
        band = start.end.points
        data |= {
            "value": shown(band, answer.most),
            "words": state_words(start.end),
            "low": band.low,
            "median": band.median,
            "high": band.high,
        }
    if start.cost is not None:
        data["cost"] = _more(start.cost)
    return data


def _order(start: Start) -> float:
    """Return the place of a start: the earliest first, never last."""
    return math.inf if start.months is None else start.months


def _more(cost: Band) -> str:
    """Write the points that a delay adds, member by member, with their range."""
    points = math.floor(cost.median + 0.5)  # half a point is not to read as none
    return f"{points} point{'' if points == 1 else 's'} more ({cost_range(cost.low, cost.high)})"


def _ranged(band: Band) -> str:
    return ranged(f"{band.median:.0f}", f"{band.low:.0f}", f"{band.high:.0f}")


def _later(answer: Answer) -> list[Start]:
    return sorted((one for one in answer.starts if one.months is None or one.months > 0), key=_order)


def _waiting(answer: Answer, after: str) -> str:
    """Return the cost of later starts, each with its range, and the sentence that treatment should not be delayed."""
    later = _later(answer)
    if not later:
        return _closing(answer)
    chosen = later if len(later) <= 3 else [start for start in later if start.name in TOLD]
    parts = [
        (
            start.label,
            COST_UNKNOWN
            if start.end is None or start.cost is None
            else f"{shown(start.end.points, answer.most)}, {_more(start.cost)}",
        )
        for start in chosen
    ]
    # starts in a row of which the same is said share it
    alike = [(said, [label for label, _ in some]) for said, some in groupby(parts, key=itemgetter(1))]
    listed = "; ".join(f"{' and '.join(labels)}: {said}" for said, labels in alike)
    return f"Cost of waiting, {after}: {listed}. {_closing(answer)}"


def _closing(answer: Answer) -> str:
    """Return that treatment should not be delayed, and the conclusion common to all later starts."""
    later = _later(answer)
    if not later:
        return CANNOT_TELL if answer.deficient else ""
    exposed = " Until treatment begins the exposure to nitrous oxide continues." if answer.exposed else ""
    dated = [start for start in later if start.months is not None] or later
    below = any(start.cost is not None and round(start.cost.low) < 0 for start in later)
    said = NOT_DELAYED if all(start.end is not None for start in dated) else SAME_END
    return said + (f" {LOW_END}" if below else "") + exposed


def _published() -> list[str]:
    """Say how published patients recovered, each number with its range and source."""
    rows = {row.name: row for row in load_targets()}
    half, left, soon = (rows[name] for name in ("healton_half", "healton_residual", "respond_3_months"))
    return [
        f"{_complete()}, {_share(half)} lost at least half of their "
        f"disability and {_share(left)} kept a moderate or severe one ({_source(half)}).",
        f"Some improvement within 3 months: {_share(soon)} ({_source(soon)}).",
        f"Severe disease of the cord: {_share(rows['vasconcelos_complete'])} recovered completely "
        f"({_source(rows['vasconcelos_complete'])}).",
        f"Young users of nitrous oxide: {_share(rows['n2o_complete'])} recovered completely "
        f"({_source(rows['n2o_complete'])}).",
    ]


def _complete() -> str:
    """Say how many published patients recovered completely."""
    row = next(row for row in load_targets() if row.name == "healton_complete")
    return f"of 121 treated episodes {_share(row)} recovered completely"


def _share(row: Target) -> str:
    return f"{float(row.published):.0f} % ({row.lower:.0f} to {row.upper:.0f})"


def _source(row: Target) -> str:
    source = f"PubMed Central article {row.source}" if row.source.startswith("PMC") else row.source
    return source + (UNCHECKED if row.mark == "recall" else "")
