"""Answer of a fit as text."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap
from typing import Any

from remyelin.base.plain import ranged
from remyelin.output.formatting import number, wrapped
from remyelin.person.inference.answer import answer
from remyelin.person.inference.forecast import Forecast
from remyelin.person.inference.posterior import Posterior
from remyelin.person.inference.sentences import Place, ends_of, entry_of, sentences_of


def describe(data: dict[str, Any], ends: list[dict[str, Any]]) -> str:
    """Return the answer as text for the terminal: the forecast first, then the entries, then the basis of both."""
    told = sentences_of(data, ends)

    def of(place: Place) -> list[str]:
        return [
            wrapped(item.text, rest="  " if item.name == "left out" else "")
            for item in told
            if item.place == place
        ]

    blocks = [
        of("head"),
        [*_plans(ends), *of("forecast"), *of("limits")],
        _steps(data),
        [*_entries(data), *of("entries")],
        of("rests"),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _plans(ends: list[dict[str, Any]]) -> list[str]:
    """Return the table of plans."""
    if not ends:
        return []
    head = f"{'disability, 0 to 16: median (90 %)':62}{'day 0':>15}{'a year on':>15}{ends[0]['last']:>15}"
    lines = [head]
    for row in ends:
        # the delay stands at the end of a label, so none is cut
        *above, last = wrap(row["label"], 60, subsequent_indent="  ")
        lines += [*above, f"{last:62}{row['now']:>15}{row['year']:>15}{row['end']:>15}"]
    return [*lines, "Published schedules are run for comparison; none is a suggestion.", ""]


def _entries(data: dict[str, Any]) -> list[str]:
    """Return the table of entries."""
    if not data["entries"]:
        return []
    lines = [f"{'':3}{'months':>7}  {'entry':34}{'observed':>18}  {'predicted (90 %)':>34}"]
    for index, item in enumerate(data["entries"], start=1):
        predicted, unit = item["predicted"], "" if item["unit"] == "grade" else f" {item['unit']}"
        shown = (
            f"{_short(predicted['median'])} ({_short(predicted['low'])} to {_short(predicted['high'])}){unit}"
        )
        mark = "" if item["agrees"] else "  disagrees"
        entry, *more = wrap(entry_of(item), 33, subsequent_indent="  ")
        observed, *rest = wrap(item["observed"], 18) or [""]
        lines.append(f"{index:2} {item['months']:7.1f}  {entry:34}{observed:>18}  {shown:>34}{mark}")
        lines += [f"{'':12}{a:34}{b:>18}".rstrip() for a, b in zip_longest(more, rest, fillvalue="")]
    return lines


def _steps(data: dict[str, Any]) -> list[str]:
    """Return the table of the scale as entry after entry is used."""
    told = [item for item in data["steps"] if item["points"]]
    if len(told) < 2:
        return []
    lines = ["disability a year after the last entry, as the entries are used in order of date:"]
    for item in told:
        points = item["points"]
        shown = ranged(*(f"{points[key]:.0f}" for key in ("median", "low", "high")))
        added = "; ".join(item["added"]) if len(item["added"]) < 3 else f"{len(item['added'])} entries"
        lines.append(f"  {item['entries']:3} {shown:>15}  {added[:80]}")
    return lines


def text_of(posterior: Posterior, found: Forecast) -> str:
    """Return the answer as text for the terminal."""
    return describe(answer(posterior, found), ends_of(found))


def _short(value: Any) -> str:
    return value if isinstance(value, str) else number(value)
