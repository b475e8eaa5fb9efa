"""Figures of a trial: power by size, course of every arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from remyelin.analysis.trial import TrialResult
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.formatting import micro
from remyelin.output.trial_words import unit_of

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LONGEST: Final = 30  # characters of a panel's title
NARROW: Final = 24  # characters of a title that fits a third of the page
GREY: Final = "#777777"


def figures_of(found: TrialResult) -> tuple[Figure, ...]:
    """Return power and type I error by size, then the course of each arm before measurement."""
    return (_power(found), _courses(found))


def _power(found: TrialResult) -> Figure:
    design = found.design
    panels = []
    for endpoint in design.endpoint:
        series: list[Series] = []
        for place, hypothesis in enumerate(design.hypothesis):
            rows = [r for r in found.rows if r.endpoint == endpoint.name and r.hypothesis == hypothesis.name]
            x = [float(r.n) for r in rows]
            label = "power" if len(design.hypothesis) == 1 else hypothesis.name
            series.append(
                Series(
                    label,
                    x,
                    [r.power for r in rows],
                    COLOURS[place],
                    1.8,
                    low=[max(r.power - 2 * r.power_error, 0.0) for r in rows],
                    high=[min(r.power + 2 * r.power_error, 1.0) for r in rows],
                )
            )
            if place == 0:
                assured = [
                    a
                    for a in found.assurance
                    if a.endpoint == endpoint.name and a.hypothesis == hypothesis.name
                ]
                if assured:
                    series.append(
                        Series(
                            "assurance", x, [a.assurance for a in assured], COLOURS[place], 1.2, dashed=True
                        )
                    )
                series.append(Series("type I error", x, [r.type_one for r in rows], GREY, 1.0, points=True))
        months = endpoint.visit / DAYS_PER_MONTH
        # the name of a long one is enough: the table below gives the month
        full = f"{endpoint.name}, {months:.0f} month{'s' if months >= 1.5 else ''}"
        title = endpoint.name if " month" in endpoint.name or len(full) > LONGEST else full
        panels.append(
            Panel(
                title,
                "persons per arm",
                "share of replicates",
                tuple(series),
                y_range=(0.0, 1.02),
                log_x=len(design.sizes) > 1,
            )
        )
    caption = (
        f"Share of {design.replicates} replicates with p below {design.alpha:g}, with twice its Monte Carlo error; "
        "dashed, the same over parameter sets; points, where both arms get the treatment of the last arm."
    )
    return Figure("power", "Power by size", caption, tuple(panels), columns=_columns(panels))


def _courses(found: TrialResult) -> Figure:
    design = found.design
    hypothesis = design.hypothesis[-1].name
    months = [day / DAYS_PER_MONTH for day in design.visits]
    panels = []
    for column in dict.fromkeys(one.column for one in design.endpoint):
        series = []
        for place, arm in enumerate(design.arm):
            low, middle, high = (_plain(part) for part in found.means[hypothesis, arm.name, column].T)
            series.append(Series(arm.name, months, middle, COLOURS[place], 1.6, low=low, high=high))
        named = next(one for one in design.endpoint if one.column == column)
        panels.append(
            Panel(
                column if named.kind != "change" else named.name.partition(" at ")[0],
                "months",
                micro(unit_of(column)),
                tuple(series),
                log=named.logarithm,
            )
        )
    caption = "Median and 80 % of the simulated persons under every arm, before measurement."
    return Figure("arms", "Arms", caption, tuple(panels), columns=_columns(panels))


def _columns(panels: Sequence[Panel]) -> int:
    widest = 3 if all(len(panel.title) <= NARROW for panel in panels) else 2
    return min(len(panels), widest)


def _plain(values: Sequence[float]) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]
