"""Figures of a fit: the scale under every plan, symptoms, entries beside their predictions."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.plans import COLOURS, GIVEN, OBSERVED_COLOUR, RECORDED, UNTREATED
from remyelin.person.inference.alternatives import SCHEDULES
from remyelin.person.inference.forecast import Followed, Forecast, chosen_picks
from remyelin.person.record.titles import item_title

# a start has one colour in every figure of the program; a plan without a name there is one to compare with
_COLOURS: Final = {
    **COLOURS,
    "untreated": COLOURS[UNTREATED],
    "from now": "#009E73",
    **dict(zip(SCHEDULES, ("#009E73", "#56B4E9"), strict=True)),
}
_OTHER: Final = "#777777"
TIME: Final = "months from day 0"


def figures_of(found: Forecast) -> tuple[Figure, ...]:
    """Return the figures of a forecast: the scale under every plan, symptoms as recorded, and the entries."""
    figures = [_entries(found)] if found.compared else []
    if found.plans:
        figures = [_scale(found), *_steps(found), _symptoms(found), *figures]
    return tuple(figures)


def _months(days: Any) -> list[float]:
    return [round(float(day) / DAYS_PER_MONTH, 3) for day in days]


def _bands(values: Any) -> Any:
    """Return the ends and the median of 90 % of persons, shape (3, day)."""
    return np.quantile(values, (0.05, 0.5, 0.95), axis=0)


def _line(label: str, x: list[float], bands: Any, colour: str, band: bool, **look: Any) -> Series:
    low, middle, high = ([round(float(v), 4) for v in part] for part in bands)
    return Series(label, x, middle, colour, low=low if band else None, high=high if band else None, **look)


def _scale(found: Forecast) -> Figure:
    series = []
    # an equal curve would read as if waiting were free, where the model cannot tell
    unknown = {item.plan for item in found.waiting if not item.told_apart}
    for item in reversed(found.plans):
        if item.plan.name in unknown:
            continue
        main = item is found.plans[0]
        colour = COLOURS[GIVEN] if main else _COLOURS.get(item.plan.name, _OTHER)
        series.append(
            _line(
                item.plan.label,
                _months(item.days),
                _with_past(found.plans[0], item),
                colour,
                main,
                width=2.2 if main else 1.2,
                dashed=item.start is None and not main,
            )
        )
    panel = Panel(
        "Functional disability (0 to 16)", TIME, "points", tuple(series), y_range=(0.0, 16.0), marks=(0.0,)
    )
    caption = (
        "Median of the simulated persons who agree with the record under each plan; the band holds 90 % of them under "
        "the first. Schedules beside the recorded one are published ones, run for comparison. None is a suggestion, "
        "and like ends do not show that one is as good as another."
    )
    if unknown:
        first = "the same schedule started now" if found.plans[0].start is None else "the first plan"
        caption += f" Later starts that the model cannot tell apart from {first} are not drawn."
    return Figure("fit-scale", "Values the model expects", caption, (panel,), columns=1, panel_height=3.0)


def _with_past(own: Followed, item: Followed) -> Any:
    """Return the bands of a plan, up to day 0 those of the recorded one where the persons of both share the past.

    Fewer persons are followed under the other plans: their own median of the past would not meet the recorded one
    on day 0, where one table shows one number for all.
    """
    bands = _bands(item.scale)
    past = slice(int(np.searchsorted(item.days, 0.0)) + 1)
    picks = chosen_picks(len(own.scale), len(item.scale))
    if np.array_equal(own.scale[picks, past], item.scale[:, past]):
        bands[:, past] = _bands(own.scale)[:, past]
    return bands


def _steps(found: Forecast) -> list[Figure]:
    """The band a year after the last entry, as entry after entry is used."""
    told = [item for item in found.steps if item.median is not None]
    if len(told) < 2:
        return []
    x = [float(item.entries) for item in told]
    low, middle, high = ([float(getattr(item, name)) for item in told] for name in ("low", "median", "high"))
    series = Series("median and 90 %", x, middle, "#0072B2", 2.0, low=low, high=high, points=True)
    panel = Panel(
        "Functional disability a year after the last entry (0 to 16)",
        "entries used, in order of date",
        "points",
        (series,),
        y_range=(0.0, 16.0),
        counted=True,
    )
    caption = (
        "The same simulated persons, weighted by the first entry, the first two, and so on, as numbered in the "
        "table. An entry that the others did not lead to expect may widen the band. Where too few of the persons agree "
        "with so few entries nothing is drawn."
    )
    return [Figure("fit-steps", "Weight of each entry", caption, (panel,), columns=1)]


def _symptoms(found: Forecast) -> Figure:
    own = found.plans[0]
    panels = []
    for name in ("paraesthesia", "numbness", "gait", "weakness"):
        series = (
            _line(
                "median and 90 %", _months(own.days), _bands(own.symptoms[name]), "#0072B2", True, width=2.0
            ),
        )
        panels.append(
            Panel(
                item_title("symptom", name).capitalize(),
                TIME,
                "severity, 0 to 1",
                series,
                y_range=(0.0, 1.02),
                marks=(0.0,),
            )
        )
    under = own.plan.label if own.start is None else f"the {RECORDED}"
    caption = (
        f"Severity under {under}: 0 none, 1 complete. The band holds 90 % of the persons who "
        "agree with the record."
    )
    return Figure("fit-symptoms", "Symptoms", caption, tuple(panels))


def _entries(found: Forecast) -> Figure:
    """Observed against predicted, each entry on a scale of its own: 0 and 1 are the ends of its 90 % interval."""
    x, low, high = [], [], []
    observed: list[float | None] = []
    for index, item in enumerate(found.compared):
        levels = item.entry.levels
        value = item.entry.value
        if levels is not None:
            value = float(np.clip(item.median, *levels))
        elif value is None:
            value = item.median
        span = max(item.high - item.low, 1e-9 if item.words == () else 1.0)
        x.append(float(index + 1))
        low.append(-0.5)
        high.append(0.5)
        observed.append(float(np.clip((value - 0.5 * (item.low + item.high)) / span, -2.0, 2.0)))
    middle = Series(
        "90 % interval of the prediction", x, [0.0] * len(x), "#999999", points=True, low=low, high=high
    )
    written = Series("observed", x, observed, OBSERVED_COLOUR, points=True, marker="D")
    panel = Panel(
        "Entries in order of date",
        "entry (numbered as in the table)",
        "widths of the interval",
        (middle, written),
        y_range=(-2.1, 2.1),
        counted=True,
    )
    caption = (
        "Each observed result against the 90 % interval of its prediction, drawn to one width. Results outside by more "
        "than two widths stand at the edge."
    )
    return Figure("fit-entries", "Does the model reproduce the record?", caption, (panel,), columns=1)
