"""The answer of a fit: figures, page, folder and terminal text."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.figures.svg import to_svg
from remyelin.output.formatting import number, wrapped
from remyelin.output.pages.templates import template
from remyelin.output.run_folder import FIT, put_folder
from remyelin.person.inference.answer import answer, save
from remyelin.person.inference.forecast import Forecast
from remyelin.person.inference.posterior import Posterior
from remyelin.person.record import to_csv

_COLOURS: Final = ("#111111", "#D55E00", "#E69F00", "#CC79A7", "#009E73", "#56B4E9")
_LABELS: Final = {
    "paraesthesia": "pins and needles",
    "numbness": "numbness",
    "gait": "walking",
    "weakness": "weakness",
    "vision": "sight",
    "lhermitte": "electric shocks",
    "reflexes": "reflexes",
    "taste_smell": "taste and smell",
    "tinnitus": "tinnitus",
    "disability": "functional disability",
    "b12": "serum B12",
    "holotc": "active B12",
    "mma": "methylmalonate",
}
TIME: Final = "months from day 0"


def words(name: str) -> str:
    """Return the name of a marker, finding or study in words."""
    return _LABELS.get(name, name.replace("_", " "))


def figures_of(found: Forecast) -> tuple[Figure, ...]:
    """Return the figures of a forecast: the scale under every plan, symptoms as recorded, and the entries."""
    figures = [_entries(found)] if found.compared else []
    if found.plans:
        figures = [_scale(found), _symptoms(found), *figures]
    return tuple(figures)


def _months(days: Any) -> list[float]:
    return [round(float(day) / DAYS_PER_MONTH, 3) for day in days]


def _line(label: str, x: list[float], values: Any, colour: str, band: bool, **look: Any) -> Series:
    low, middle, high = (
        [round(float(v), 4) for v in part] for part in np.quantile(values, (0.05, 0.5, 0.95), axis=0)
    )
    return Series(label, x, middle, colour, low=low if band else None, high=high if band else None, **look)


def _scale(found: Forecast) -> Figure:
    series = []
    for item, colour in reversed(list(zip(found.plans, _COLOURS, strict=False))):
        main = item is found.plans[0]
        label = "treatment as recorded" if main and item.start is not None else item.plan.label
        label = "no treatment, the cause goes on" if main and item.start is None else label
        series.append(
            _line(
                label,
                _months(item.days),
                item.scale,
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
        "the first. Schedules other than the recorded one are published ones, run for comparison. None is a suggestion."
    )
    return Figure("fit-scale", "What the model expects", caption, (panel,), columns=1, panel_height=3.0)


def _symptoms(found: Forecast) -> Figure:
    own = found.plans[0]
    panels = []
    for name in ("paraesthesia", "numbness", "gait", "weakness"):
        series = (
            _line("median and 90 %", _months(own.days), own.symptoms[name], "#0072B2", True, width=2.0),
        )
        panels.append(
            Panel(
                words(name).capitalize(), TIME, "severity, 0 to 1", series, y_range=(0.0, 1.02), marks=(0.0,)
            )
        )
    caption = (
        "Severity under the treatment as recorded: 0 none, 1 complete. The band holds 90 % of the persons who "
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
    written = Series("observed", x, observed, "#D55E00", points=True, marker="D")
    panel = Panel(
        "Entries in order of date",
        "entry (numbered as in the table)",
        "widths of the interval",
        (middle, written),
        y_range=(-2.1, 2.1),
    )
    caption = (
        "Each observed result against the 90 % interval of its prediction, drawn to one width. Results outside by more "
        "than two widths stand at the edge."
    )
    return Figure("fit-entries", "Does the model reproduce the record?", caption, (panel,), columns=1)


def render(posterior: Posterior, found: Forecast) -> str:
    """Return the report of a fit as one self-contained page."""
    data = answer(posterior, found)
    figures = [
        {"svg": Markup(to_svg(figure)), "title": figure.title, "caption": figure.caption, "name": figure.name}
        for figure in figures_of(found)
    ]
    return template("fit").render(a=data, figures=figures, number=number, words=words, ends=_ends(found))


def _ends(found: Forecast) -> list[dict[str, Any]]:
    """Return one row a plan for the table: today, worst, a year on and the end."""
    rows = []
    for item in found.plans:
        days = item.days
        now = int(np.searchsorted(days, 0.0))
        year = int(np.searchsorted(days, days[now] + 12 * DAYS_PER_MONTH).clip(0, len(days) - 1))

        def band(at: int, scale: Any = item.scale) -> str:
            low, middle, high = np.quantile(scale[:, at], (0.05, 0.5, 0.95))
            return f"{middle:.0f} ({low:.0f} to {high:.0f})"

        finite = np.quantile(item.first_better, (0.05, 0.5, 0.95), method="nearest") / DAYS_PER_MONTH
        better = " to ".join(
            "not within the course" if not np.isfinite(v) else f"{v:.2g}" for v in finite[[0, 2]]
        )
        rows.append(
            {
                "label": item.plan.label,
                "now": band(now),
                "year": band(year),
                "end": band(len(days) - 1),
                "better": better if item.start is not None else "-",
            }
        )
    return rows


def write(posterior: Posterior, found: Forecast, folder: Path) -> None:
    """Write report, posterior, answer and record; nothing is left behind if any of them fails."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        (draft / "report.html").write_text(render(posterior, found), encoding="utf-8")
        save(posterior, found, draft / "posterior.nc")
        (draft / "record.csv").write_text(to_csv(posterior.record), encoding="utf-8")
        text = json.dumps(answer(posterior, found), indent=1, ensure_ascii=False, allow_nan=False)
        (draft / FIT).write_text(text + "\n", encoding="utf-8")
        draft.chmod(0o755)
        put_folder(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def describe(data: dict[str, Any], ends: list[dict[str, Any]]) -> str:
    """Return the answer as text for the terminal."""
    lines = [wrapped(data["caution"]), ""]
    causes = [f"{name} {share:.0%}" for name, share in data["causes"].items() if share >= 0.01]
    lines.append(
        wrapped(
            f"{data['persons']} persons simulated, effective sample {data['effective_sample']:.0f}"
            + (f", Pareto k {data['pareto_k']:.2f}" if data["pareto_k"] is not None else "")
            + (f". Causes that agree: {', '.join(causes)}." if len(data["causes"]) > 1 else ".")
        )
    )
    if data["rests_on"]["not_stated"]:
        lines.append(
            wrapped(f"Not stated, filled with a usual value: {', '.join(data['rests_on']['not_stated'])}.")
        )
    lines += [wrapped(note) for note in data["notes"]]
    for item in data["not_understood"]:
        lines.append(wrapped(f"Left out, line {item['line']} ({item['text']}): {item['reason']}.", rest="  "))
    if data["entries"]:
        lines += ["", f"{'':3}{'months':>7}  {'entry':34}{'observed':>18}  {'predicted (90 %)':>34}"]
    for index, item in enumerate(data["entries"], start=1):
        predicted, unit = item["predicted"], "" if item["unit"] == "grade" else f" {item['unit']}"
        shown = (
            f"{_short(predicted['median'])} ({_short(predicted['low'])} to {_short(predicted['high'])}){unit}"
        )
        mark = "" if item["agrees"] else "  disagrees"
        entry = f"{item['kind']} {words(item['name'])}"[:34]
        lines.append(
            f"{index:2} {item['months']:7.1f}  {entry:34}{item['observed'][:18]:>18}  {shown:>34}{mark}"
        )
    lines.append("")
    if data["forecast"]["refused"]:
        lines.append(wrapped(f"No forecast: {data['forecast']['refused']}"))
    elif ends:
        lines.append(
            f"{'disability, 0 to 16: median (90 %)':62}{'day 0':>15}{'a year on':>15}{'at the end':>15}"
        )
        for row in ends:
            lines.append(f"{row['label'][:61]:62}{row['now']:>15}{row['year']:>15}{row['end']:>15}")
    lines.append(wrapped(data["forecast"]["waiting"]))
    useful = [item for item in data["next_test"] if item["narrower"] >= 0.02][:3]
    if useful:
        named = ", ".join(f"{item['kind']} {words(item['name'])} ({item['narrower']:.0%})" for item in useful)
        lines.append(
            wrapped(f"Single results that would narrow the answer most: {named}. {data['next_test_note']}")
        )
    return "\n".join(lines)


def text_of(posterior: Posterior, found: Forecast) -> str:
    """Return the answer as text for the terminal."""
    return describe(answer(posterior, found), _ends(found))


def _short(value: Any) -> str:
    return value if isinstance(value, str) else number(value)
