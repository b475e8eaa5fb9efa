"""Answer of a fit as text."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.figures.fit import label_of, words
from remyelin.output.formatting import number, wrapped
from remyelin.person.forecast_guard import CANNOT
from remyelin.person.inference.answer import answer
from remyelin.person.inference.forecast import Followed, Forecast, chosen_picks
from remyelin.person.inference.posterior import Posterior

#: Pareto k up to which weights are reliable.
RELIABLE: Final = 0.7
#: Chance that an entry says nothing of the person from which most of the weighted persons lack it.
MOSTLY: Final = 0.5
INFERRED: Final = ("cause", "time since the cause began")  # hidden numbers of the fit
NO_BETTER: Final = (
    "Under the recorded treatment half of the simulated persons are no better after a year. Published series report "
    "improvement in nearly all who were treated, so this rests on assumed hazards of axons and is no reason to treat "
    "less, later or not at all."
)
NERVES_ONLY: Final = (
    "The scale counts the nervous system only. Anaemia, which has dangers of its own, is not in it."
)


def ends_of(found: Forecast) -> list[dict[str, Any]]:
    """Return one row a plan: today, a year on, the end and the first improvement.

    Of a later start that is not told apart only today is shown: equal numbers would read as if waiting were free.
    """
    rows: list[dict[str, Any]] = []
    unknown = {item.plan for item in found.waiting if not item.told_apart}
    for item in found.plans:
        days = item.days
        now = int(np.searchsorted(days, 0.0))
        year = int(np.searchsorted(days, days[now] + 12 * DAYS_PER_MONTH).clip(0, len(days) - 1))

        def band(at: int, scale: Any = item.scale) -> str:
            low, middle, high = np.quantile(scale[:, at], (0.05, 0.5, 0.95))
            return f"{middle:.0f} ({low:.0f} to {high:.0f})"

        finite = np.quantile(item.first_better, (0.05, 0.5, 0.95), method="nearest") / DAYS_PER_MONTH
        early, late = (
            "not known" if np.isnan(v) else f"{v:.2g}" if np.isfinite(v) else "later or never"
            for v in finite[[0, 2]]
        )
        better = f"{early} to {late}" if early != late else early
        rows.append(
            {
                "label": label_of(item, item is found.plans[0]),
                # fewer persons are followed under the other plans: of one past all rows show the same band
                "now": rows[0]["now"] if rows and _same_past(found.plans[0], item, now) else band(now),
                "year": band(year),
                "end": band(len(days) - 1),
                "stays": item.start is not None and _stays(item.scale, now, year),
                "last": f"at {days[-1] / DAYS_PER_MONTH:.0f} months",
                "better": better if item.start is not None else "-",
            }
        )
        if item.plan.name in unknown:
            rows[-1] |= dict.fromkeys(("year", "end", "better"), CANNOT)
    if (
        found.plans
        and found.plans[0].start is None
        and found.waiting
        and not any(i.told_apart for i in found.waiting)
    ):
        # nor of no treatment at all, where no start is told apart from another
        rows[0] |= dict.fromkeys(("year", "end"), CANNOT)
    return rows


def _same_past(own: Followed, item: Followed, now: int) -> bool:
    """Return whether the persons of a plan are on day 0 as they are under the recorded one."""
    picks = chosen_picks(len(own.scale), len(item.scale))
    return bool(np.array_equal(own.scale[picks, now], item.scale[:, now]))


def _stays(scale: Any, now: int, year: int) -> bool:
    """Return whether half of disabled persons are after a year no better than on day 0."""
    middle = np.median(scale, axis=0)
    return bool(middle[now] >= 1.0 and middle[year] >= middle[now])


def describe(data: dict[str, Any], ends: list[dict[str, Any]]) -> str:
    """Return the answer as text for the terminal."""
    lines = [wrapped(data["caution"]), ""]
    causes = [f"{name} {share:.0%}" for name, share in data["causes"].items() if share >= 0.01]
    lines.append(
        wrapped(
            f"{data['persons']} persons simulated, effective sample {data['effective_sample']:.0f}"
            + _shape(data["pareto_k"])
            + (f". Causes that agree: {', '.join(causes)}." if len(data["causes"]) > 1 else ".")
        )
    )
    if unstated := unstated_of(data):
        lines.append(wrapped(unstated))
    lines += [wrapped(note) for note in data["notes"]]
    for item in data["not_understood"]:
        lines.append(
            wrapped(f"Left out, line {item['line']} ({item['text']}): {_closed(item['reason'])}", rest="  ")
        )
    if data["entries"]:
        lines += ["", f"{'':3}{'months':>7}  {'entry':34}{'observed':>18}  {'predicted (90 %)':>34}"]
    for index, item in enumerate(data["entries"], start=1):
        predicted, unit = item["predicted"], "" if item["unit"] == "grade" else f" {item['unit']}"
        shown = (
            f"{_short(predicted['median'])} ({_short(predicted['low'])} to {_short(predicted['high'])}){unit}"
        )
        mark = "" if item["agrees"] else "  disagrees"
        entry = f"{item['kind']} {item['written'] or words(item['name'])}"[:34]
        lines.append(
            f"{index:2} {item['months']:7.1f}  {entry:34}{item['observed'][:18]:>18}  {shown:>34}{mark}"
        )
    if marked := marked_of(data):
        lines.append(wrapped(marked))
    lines.append("")
    if data["forecast"]["refused"]:
        lines.append(wrapped(f"No forecast: {data['forecast']['refused']}"))
    elif ends:
        lines.append(
            f"{'disability, 0 to 16: median (90 %)':62}{'day 0':>15}{'a year on':>15}{ends[0]['last']:>15}"
        )
        for row in ends:
            lines.append(f"{row['label'][:61]:62}{row['now']:>15}{row['year']:>15}{row['end']:>15}")
        lines.append(wrapped(NERVES_ONLY))
        if ends[0]["stays"]:
            lines += ["", wrapped(NO_BETTER)]
        if apart := apart_of(data):
            lines += ["", wrapped(apart)]
    told = [item for item in data["steps"] if item["points"]]
    if len(told) > 1:
        lines += ["", "disability a year after the last entry, as the entries are used in order of date:"]
        for item in told:
            points = item["points"]
            shown = f"{points['median']:.0f} ({points['low']:.0f} to {points['high']:.0f})"
            added = "; ".join(item["added"]) if len(item["added"]) < 3 else f"{len(item['added'])} entries"
            lines.append(f"  {item['entries']:3} {shown:>15}  {added[:80]}")
        lines.append("")
    lines.append(wrapped(data["forecast"]["waiting"]))
    useful = [item for item in data["next_test"] if item["narrower"] >= 0.02][:3]
    if useful:
        named = ", ".join(f"{item['kind']} {words(item['name'])} ({item['narrower']:.0%})" for item in useful)
        lines.append(
            wrapped(f"Single results that would narrow the answer most: {named}. {data['next_test_note']}")
        )
    return "\n".join(lines)


def _shape(pareto_k: float | None) -> str:
    """Write Pareto k, with a warning where it is too large."""
    if pareto_k is None:
        return ""
    doubt = f" (above {RELIABLE} the weights are unreliable)" if pareto_k > RELIABLE else ""
    return f", Pareto k {pareto_k:.2f}{doubt}"


def _closed(text: str) -> str:
    """Return a text with one mark at its end."""
    return text if text.endswith(("?", ".")) else f"{text}."


def marked_of(data: dict[str, Any]) -> str:
    """Return why entries are marked: a grade inside its interval may be doubted too; empty where none is marked."""
    shares = [
        f"entry {number} {item['outlier']:.0%}"
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
        f"entry {number}, {item['written'] or words(item['name'])} {item['observed']}"
        for number, item in enumerate(data["entries"], start=1)
        if not item["agrees"] and item["outlier"] >= MOSTLY and item["kind"] in ("symptom", "sign", "scale")
    ]
    if data["forecast"]["refused"] or not apart:
        return ""
    return (
        f"The forecast is mostly of persons without the findings that disagree ({'; '.join(apart)}). Check "
        "them first; if they are right, the forecast may not hold for this person."
    )


def unstated_of(data: dict[str, Any]) -> str:
    """Return the entries not stated: filled with a usual value, or inferred."""
    names = data["rests_on"]["not_stated"]
    usual = [name for name in names if name not in INFERRED]
    parts = ((usual, "filled with a usual value"), ([name for name in names if name in INFERRED], "inferred"))
    return " ".join(f"Not stated, {how}: {', '.join(some)}." for some, how in parts if some)


def text_of(posterior: Posterior, found: Forecast) -> str:
    """Return the answer as text for the terminal."""
    return describe(answer(posterior, found), ends_of(found))


def _short(value: Any) -> str:
    return value if isinstance(value, str) else number(value)
