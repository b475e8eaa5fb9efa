"""Sentences of a fit's answer in their order, one implementation for terminal, report, page and check."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

import numpy as np

from remyelin.base.plain import percent, ranged
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.forecast_guard import CANNOT, SCALE, SCALE_ENDS, cost_range
from remyelin.person.inference.alternatives import FROM_NOW, SCHEDULES, UNTREATED
from remyelin.person.inference.forecast import Followed, Forecast, chosen_picks
from remyelin.person.inference.settings import RECORD_RELIABLE
from remyelin.person.inference.verdict import whole
from remyelin.person.record.acuity import levels_of_acuity
from remyelin.person.record.titles import KIND_TITLES, item_title

#: Pareto k up to which weights are reliable.
#: Chance that an entry says nothing of the person from which most of the weighted persons lack it.
MOSTLY: Final = 0.5
INFERRED: Final = ("cause", "time since the cause began")  # hidden numbers of the fit
NARROWER: Final = 0.02  # share of the band from which a further result is named
NO_BETTER: Final = (
    "Under the recorded treatment half of the simulated persons are no better after a year. Published series report "
    "improvement in nearly all who were treated, so this rests on assumed hazards of axons and is no reason to treat "
    "less, later or not at all."
)
TOO_LITTLE: Final = (
    "Under the recorded treatment half of the simulated persons are no better after a year; under a published schedule "
    "they are. In the model the recorded treatment replaces too little for the causes that agree. That is no advice on "
    "a dose and no reason to stop or delay treatment."
)
NERVES_ONLY: Final = (
    "The scale counts the nervous system only. Anaemia, which has dangers of its own, is not in it."
)
NO_SIGHT: Final = (
    "The record tells of loss of sight, which does not count on this scale: no number of points says whether sight "
    "is kept or returns."
)
ROUGH: Final = "A first, rough answer from few simulated persons."
FEW_COUNT: Final = "Few simulated persons resemble this record, so the numbers of this answer are unreliable."
CODE_ONLY: Final = "Calibration on simulated persons proves the code, not the medicine."
#: Words for points of the disability scale, each up to this many points.
DEGREES: Final = (
    (0.5, "no disability on the scale"),
    (3.5, "slight disability"),
    (7.5, "moderate disability"),
    (11.5, "marked disability"),
)
SEVERE: Final = "severe disability"
#: In place of the months where no improvement is seen within the forecast.
NEVER: Final = "not seen"
Place = Literal["head", "forecast", "limits", "entries", "rests"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or paragraph of the answer.

    Attributes
    ----------
    place : str
        Part of the answer it belongs to: ``head`` before the forecast, ``forecast`` beside its first numbers,
        ``limits`` below the table of plans, ``entries`` below the table of entries, ``rests`` at the end.
    name : str
        Name of its reason, the same for every record.
    text : str
    warns : bool
        Whether it limits the answer, so that it must be seen beside it.
    """

    place: Place
    name: str
    text: str
    warns: bool = False


def sentences_of(data: dict[str, Any], ends: list[dict[str, Any]]) -> tuple[Sentence, ...]:
    """Return the sentences of an answer in the order in which they are shown everywhere.

    Parameters
    ----------
    data : dict
        Of :func:`remyelin.person.inference.answer`.
    ends : list of dict
        Of :func:`ends_of`; empty where the forecast is refused.
    """
    forecast, rests = data["forecast"], data["rests_on"]
    refused = forecast["refused"]
    useful = [item for item in data["next_test"] if item["narrower"] >= NARROWER][:3]
    named = "; ".join(f"{entry_of(item)} ({percent(item['narrower'])})" for item in useful)
    further = f"Single results that would narrow the answer most: {named}. " if useful else ""
    shape = data["pareto_k"]
    doubtful = shape is not None and shape > RECORD_RELIABLE
    sample = f"{data['persons']} persons simulated, effective sample {whole(data['effective_sample'])}" + (
        "." if shape is None else f", Pareto k {shape:.2f} (reliable up to {RECORD_RELIABLE})."
    )
    weak = (ROUGH, data["rough"]), (FEW_COUNT, doubtful and not refused)
    causes = [f"{name} {percent(share)}" for name, share in data["causes"].items() if share >= 0.01]
    numbers = (
        f"Rests on {rests['entries']} numbers of the evidence ledger: {rests['measured']} measured, "
        f"{rests['derived']} derived, {rests['calibrated']} fitted, {rests['assumed']} assumed. {CODE_ONLY}"
    )
    found = (
        Sentence("head", "caution", data["caution"]),
        Sentence("head", "unreliable", " ".join(text for text, holds in weak if holds), True),
        *left_out_of(data),
        Sentence("forecast", "refused", f"No forecast: {refused}" if refused else "", True),
        Sentence("forecast", "waiting", forecast["closing"], True),
        Sentence("forecast", "no sight", NO_SIGHT if ends and loses_sight(data) else "", True),
        Sentence("limits", "doubted", apart_of(data), True),
        Sentence("forecast", "no better", no_better(ends), True),
        *_later(forecast),
        Sentence("limits", "nerves only", NERVES_ONLY if ends else ""),
        *(Sentence("limits", "note", note) for note in data["notes"]),
        Sentence("limits", "next test", "" if refused else f"{further}{data['next_test_note']}"),
        Sentence("entries", "disagrees", marked_of(data)),
        Sentence(
            "rests", "causes", f"Causes that agree: {', '.join(causes)}." if len(data["causes"]) > 1 else ""
        ),
        Sentence("rests", "not stated", unstated_of(data)),
        Sentence("rests", "sample", sample),
        Sentence("rests", "numbers", numbers),
    )
    # the rows left out may stand among the entries
    order: dict[str, int] = {place: at for at, place in enumerate(get_args(Place))}
    return tuple(sorted((item for item in found if item.text), key=lambda item: order[item.place]))


def left_out_of(data: dict[str, Any]) -> list[Sentence]:
    """Return the sentences on rows of the record that were left out; empty where all were read.

    The warning stands before the forecast, the rows with their reasons below the entries.
    """
    left = data["not_understood"]
    if not left:
        return []
    rows = "One row of the record was" if len(left) == 1 else f"{len(left)} rows of the record were"
    counts = "It does" if len(left) == 1 else "They do"
    lines = [str(item["line"]) for item in left if item["line"]]
    named = f" (line{'s' if len(lines) > 1 else ''} {', '.join(lines)})" if lines else ""
    warning = (
        f"{rows} left out{named}. {counts} not count in this answer; the reason stands below the entries."
    )
    return [
        Sentence("head", "some left out", warning, True),
        *(
            Sentence("entries", "left out", f"Left out, {_row_of(item)}: {_closed(item['reason'])}")
            for item in left
        ),
    ]


def loses_sight(data: dict[str, Any]) -> bool:
    """Whether a record tells of loss of sight; an acuity that sight without complaints has is none."""
    said = [item["observed"] for item in data["entries"] if item["name"] == "vision"]
    return any(text != "none" and (levels_of_acuity(text) or (1, 1))[0] > 0 for text in said)


def _row_of(item: dict[str, Any]) -> str:
    """Return the line and the text of a row; a row that no file has, such as one of a case, has no line."""
    return f"line {item['line']} ({item['text']})" if item["line"] else str(item["text"])


def no_better(ends: list[dict[str, Any]]) -> str:
    """Return why half of the persons are no better under the recorded treatment; empty where they are."""
    if not ends or not ends[0]["stays"]:
        return ""
    return TOO_LITTLE if any(row["schedule"] and not row["stays"] for row in ends[1:]) else NO_BETTER


def _later(forecast: dict[str, Any]) -> list[Sentence]:
    """Return one sentence for each later start; none where no start is told apart."""
    if forecast["waiting"] == forecast["closing"]:
        return []
    starts = []
    for item in forecast["later_starts"]:
        plan = item["plan"]
        begun = "Untreated" if plan == UNTREATED else f"Treatment started {plan}"
        starts.append(f"{begun}: {'disability is ' if item['told_apart'] else ''}{item['words']}.")
    return [Sentence("forecast", "later start", text) for text in starts]


def shown(data: dict[str, Any], found: Forecast) -> dict[str, Any]:
    """Return an answer with everything that a page prints beside its figures: rows of plans, strip and sentences.

    Parameters
    ----------
    data : dict
        Of :func:`remyelin.person.inference.answer`.
    found : Forecast
    """
    ends = ends_of(found)
    return {
        **data,
        "entries": [{**item, "label": entry_of(item)} for item in data["entries"]],
        "ends": ends,
        "strip": strip_of(ends),
        "sentences": [asdict(item) for item in sentences_of(data, ends)],
    }


def ends_of(found: Forecast) -> list[dict[str, Any]]:
    """Return one row a plan: today, a year on, the end, the mean cost of a later start, the first improvement.

    Of a later start that is not told apart only today is shown: equal numbers would read as if waiting were free.
    """
    rows: list[dict[str, Any]] = []
    unknown = {item.plan for item in found.waiting if not item.told_apart}
    more = {item.plan: item.average for item in found.waiting if item.told_apart}
    for item in found.plans:
        days, treated = item.days, item.start is not None and item.plan.name != UNTREATED
        now = int(np.searchsorted(days, 0.0))
        year = int(np.searchsorted(days, days[now] + 12 * DAYS_PER_MONTH).clip(0, len(days) - 1))

        def band(at: int, scale: Any = item.scale) -> str:
            low, middle, high = np.quantile(scale[:, at], (0.05, 0.5, 0.95))
            return ranged(f"{middle:.0f}", f"{low:.0f}", f"{high:.0f}")

        quantiles = np.quantile(item.first_better, (0.05, 0.5, 0.95), method="nearest") / DAYS_PER_MONTH
        early, middle, late = (
            "not known" if np.isnan(v) else f"{v:.2g}" if np.isfinite(v) else NEVER for v in quantiles
        )
        # a number keeps its range, one without width too
        better = early if early in (NEVER, "not known") else f"{early} to {late}"
        if late == NEVER and early != NEVER:
            better = f"{early} or later, or never"
        rows.append(
            {
                "label": item.plan.label,
                # fewer persons are followed under the other plans: of one past all rows show the same band
                "now": rows[0]["now"] if rows and _same_past(found.plans[0], item, now) else band(now),
                "year": band(year),
                "end": band(len(days) - 1),
                "degrees": [
                    degree_of(float(np.median(item.scale[:, at]))) for at in (now, year, len(days) - 1)
                ],
                "treated": treated,
                "schedule": item.plan.name in (FROM_NOW, *SCHEDULES),
                "stays": treated and _stays(item.scale, now, year),
                "last": f"at {days[-1] / DAYS_PER_MONTH:.0f} months",
                # equal ends hide what is lost until a later treatment works
                "more": f"{more[item.plan.name][1]:.1f} ({cost_range(*more[item.plan.name][::2], 1)})"
                if item.plan.name in more
                else "",
                "better": better if treated else "-",
                "better_median": middle,
            }
        )
        if item.plan.name in unknown:
            rows[-1] |= dict.fromkeys(("year", "end", "more", "better"), CANNOT)
    if (
        found.plans
        and found.plans[0].start is None
        and found.waiting
        and not any(i.told_apart for i in found.waiting)
    ):
        # nor of no treatment at all, where no start is told apart from another
        rows[0] |= dict.fromkeys(("year", "end"), CANNOT)
    return rows


def strip_of(ends: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the four answers that stand first: now, first improvement, a year on, remaining disability.

    Parameters
    ----------
    ends : list of dict
        Of :func:`ends_of`; the first row is the recorded plan.
    """
    if not ends:
        return []
    row = ends[0]
    now, year, end = row["degrees"]
    under = "" if row["treated"] else ", untreated"

    def points(key: str, title: str, degree: str) -> dict[str, str]:
        if row[key] == CANNOT:
            return {"key": key, "title": title, "value": "cannot tell", "words": "the model cannot tell"}
        return {"key": key, "title": title, "value": f"{row[key]} of 16 points", "words": degree}

    middle, band = row["better_median"], row["better"]
    if not row["treated"]:
        first = ("no treatment in the record", "")
    elif middle == NEVER:
        first = ("not seen", f"in half of the simulated persons ({_months(band)})")
    elif middle == "not known":
        first = ("not known", "treatment began before the forecast does")
    else:
        first = (
            f"after {_months(middle)}",
            f"of treatment, until a symptom is noticeably better ({_months(band)})",
        )
    return [
        points("now", "Disability at the first visit (day 0)", f"{now}; {SCALE}: {SCALE_ENDS}"),
        {"key": "better", "title": "First improvement", "value": first[0], "words": first[1]},
        points("year", f"A year on{under}", year),
        points("end", f"{'Remaining disability' if row['treated'] else 'Untreated,'} {row['last']}", end),
    ]


def _months(text: str) -> str:
    """Add the unit to a duration, or to a range of durations, that holds a number."""
    if not text[-1].isdigit():
        first, later, last = text.partition(" or later")
        return f"{_months(first)}{later}{last}" if later else text
    return f"{text} month{'' if text == '1' else 's'}"


def degree_of(points: float) -> str:
    """Return points of the scale in a word.

    How somebody walks is one of its items, which the sum does not tell.

    Examples
    --------
    >>> degree_of(0.0), degree_of(6.0), degree_of(16.0)
    ('no disability on the scale', 'moderate disability', 'severe disability')
    """
    return next((name for limit, name in DEGREES if points < limit), SEVERE)


def _same_past(own: Followed, item: Followed, now: int) -> bool:
    """Return whether the persons of a plan are on day 0 as they are under the recorded one."""
    picks = chosen_picks(len(own.scale), len(item.scale))
    return bool(np.array_equal(own.scale[picks, now], item.scale[:, now]))


def _stays(scale: Any, now: int, year: int) -> bool:
    """Return whether half of disabled persons are after a year no better than on day 0."""
    middle = np.median(scale, axis=0)
    return bool(middle[now] >= 1.0 and middle[year] >= middle[now])


def _closed(text: str) -> str:
    """Return a text with one mark at its end."""
    return text if text.endswith(("?", ".")) else f"{text}."


def marked_of(data: dict[str, Any]) -> str:
    """Return why entries are marked: a grade inside its interval may be doubted too; empty where none is marked."""
    shares = [
        f"entry {number} {percent(item['outlier'])}"
        for number, item in enumerate(data["entries"], start=1)
        if not item["agrees"]
    ]
    if not shares:
        return ""
    return (
        "An entry disagrees that lies outside its interval or that the other entries make doubtful. Chance that it "
        f"says nothing of the person: {', '.join(shares)}."
    )


def apart_of(data: dict[str, Any]) -> str:
    """Name findings that most of the persons of a forecast do not show; empty where there is none."""
    apart = [
        f"entry {number}, {item['written'] or item_title(item['kind'], item['name'])}: {item['observed']}"
        for number, item in enumerate(data["entries"], start=1)
        if not item["agrees"] and item["outlier"] >= MOSTLY and item["kind"] in ("symptom", "sign", "scale")
    ]
    if data["forecast"]["refused"] or not apart:
        return ""
    return (
        f"The forecast is mostly of persons without the findings that disagree "
        f"({'; '.join(apart)}). Check them first; if they are right, the forecast may not hold for this person."
    )


def unstated_of(data: dict[str, Any]) -> str:
    """Return the entries not stated: filled with a usual value, or inferred."""
    names = data["rests_on"]["not_stated"]
    usual = [name for name in names if name not in INFERRED]
    parts = ((usual, "filled with a usual value"), ([name for name in names if name in INFERRED], "inferred"))
    return " ".join(f"Not stated, {how}: {', '.join(some)}." for some, how in parts if some)


def entry_of(item: dict[str, Any]) -> str:
    """Return the name of an entry for a reader: its kind and the item, in the words of the record where it has any."""
    return f"{KIND_TITLES[item['kind']]}: {item.get('written') or item_title(item['kind'], item['name'])}"
