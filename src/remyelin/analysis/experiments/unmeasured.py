"""Unmeasured numbers that the answers of two cases rest on: the shipped analysis, drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from remyelin import clinic
from remyelin.analysis.calibration.shipped_sensitivity import (
    Influence,
    Sensitivity,
    rests_on,
    sensitivity,
    titled,
)
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Panel, Series
from remyelin.evidence import Ledger
from remyelin.evidence.entry_names import entry_name

NAMED: Final = 10
LISTED: Final = 12
COLOURS: Final = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#E69F00",
    "#CC79A7",
    "#56B4E9",
    "#8E6C8A",
    "#9E2A2B",
    "#444444",
    "#5DBB63",
)


def unmeasured(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Draw the shipped analysis; it was made with the shipped ledger, and overrides do not reach it."""
    found = sensitivity()
    varied = [number for number in found.numbers if number.method]
    heaviest = sorted(varied, key=lambda number: max(e.mean for e in number.effects.values()), reverse=True)[
        :NAMED
    ]
    colours = {number.entry: colour for number, colour in zip(heaviest, COLOURS, strict=True)}
    unmoved = sum(
        all(effect.mean == effect.ends == 0.0 for effect in number.effects.values()) for number in varied
    )
    kinds = {kind: sum(number.kind == kind for number in varied) for kind in ("assumed", "calibrated")}
    return Result(
        question("sensitivity"),
        f"{found.made}. Every number is drawn from its range on its own, evenly (in the logarithm where the range "
        "spans more than tenfold), and calibration rows are not enforced: this is what the numbers could do, wider "
        "than what the rows allow. Overrides of the run do not reach it. Answers are points of the disability "
        f"scale, 0 to {clinic.most_points(clinic.Parameters.from_ledger(ledger))} without its mental item.",
        [
            *(rests_on(answer) for answer in found.answers),
            f"{len(varied)} of the {len(found.numbers)} numbers that the answers read are unmeasured "
            f"({kinds['assumed']} assumed, {kinds['calibrated']} calibrated); {unmoved} of them moved no answer by "
            "a point, neither in the screening nor at the ends of their ranges.",
            "Spreads as large as the effects themselves say that a number matters in some settings of the others "
            "and not in others: the course is steep, and a scale in whole points makes it steeper.",
        ],
        tuple(_table(found, answer) for answer in found.answers),
        (
            Figure(
                "sensitivity",
                "Drivers of disability",
                "One dot per unmeasured number: mean size of its effect over its whole range, and how much that "
                "effect differs with the setting of the others (Morris). Named: the heaviest anywhere; grey: the "
                "rest.",
                tuple(_panel(found, answer, colours) for answer in found.answers),
                panel_height=2.5,
            ),
        ),
    )


def _panel(found: Sensitivity, answer: str, colours: dict[str, str]) -> Panel:
    screened = [number for number in found.numbers if number.method == "morris"]
    rest = [number.effects[answer] for number in screened if number.entry not in colours]
    series = [
        Series(
            "the rest", [e.mean for e in rest], [e.spread for e in rest], "#BBBBBB", width=1.0, points=True
        )
    ]
    for number in screened:
        if number.entry in colours:
            effect = number.effects[answer]
            series.append(
                Series(
                    entry_name(number.entry),
                    [effect.mean],
                    [effect.spread],
                    colours[number.entry],
                    width=2.0,
                    points=True,
                )
            )
    return Panel(
        titled(answer),
        "mean effect, points",
        "spread of the effect, points",
        tuple(series),
        y_range=(0.0, None),
    )


def _table(found: Sensitivity, answer: str) -> Table:
    def row(number: Influence) -> tuple[str | float | None, ...]:
        effect = number.effects[answer]
        span = f"{number.low:g} to {number.high:g}"
        total = None if effect.total is None else f"{effect.total:.2f} ± {effect.error or 0.0:.2f}"
        return (
            entry_name(number.entry),
            number.kind,
            span,
            effect.mean,
            effect.spread,
            effect.ends,
            effect.first,
            total,
        )

    ranked = sorted(
        (number for number in found.numbers if number.method),
        key=lambda number: max(number.effects[answer].mean, number.effects[answer].ends),
        reverse=True,
    )
    return Table(
        titled(answer),
        ("number", "kind", "range", "mean effect", "spread", "at an end", "Sobol first", "Sobol total"),
        tuple(row(number) for number in ranked[:LISTED]),
    )
