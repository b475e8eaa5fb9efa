"""The report of a cohort: figures, tables and one self-contained page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from remyelin.analysis.cohort.measures import per_person
from remyelin.analysis.cohort.overview import summary
from remyelin.analysis.cohort.parts import put
from remyelin.analysis.cohort.results import Results
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from remyelin.catalogue.markers import MARKERS
from remyelin.catalogue.pathways import PATHWAYS
from remyelin.catalogue.studies import FOLLOWS, MEDIAN_SEP
from remyelin.cobalamin import in_words
from remyelin.evidence import Ledger, load_references
from remyelin.output.formatting import SEEN, number
from remyelin.output.pages.plots import plot
from remyelin.output.pages.templates import page
from remyelin.output.terminal.cohort import span
from remyelin.person.course import DISCLAIMER

_GROUP_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#444444")
_SYMPTOMS: Final = {
    "paraesthesia": ("pins and needles", "#E69F00"),
    "numbness": ("numbness", "#56B4E9"),
    "gait": ("gait", "#D55E00"),
    "reflexes": ("reflexes", "#009E73"),
    "lhermitte": ("electric shocks", "#CC79A7"),
    "weakness": ("weakness", "#444444"),
}
_HEAD: Final = {
    "vision": ("vision", "#444444"),
    "taste_smell": ("taste and smell", "#999933"),
    "tremor": ("tremor", "#5DBB63"),
    "concentration": ("concentration", "#AA4499"),
    "pain_perception": ("perception of pain", "#6699CC"),
    "speech": ("speech", "#661100"),
}
_CHANCES: Final = {
    "memory": ("memory", "#0072B2"),
    "dementia": ("dementia", "#56B4E9"),
    "mood": ("mood", "#E69F00"),
    "confusion": ("confusion, dizziness", "#009E73"),
    "tiredness": ("tiredness", "#D55E00"),
    "sphincter": ("bladder or bowel", "#CC79A7"),
}
#: Studies drawn, each with the pathway that it follows.
_STUDIES: Final = {study: PATHWAYS[path] for study, path in FOLLOWS.items()}


def figures_of(results: Results, published: Sequence[dict[str, Any]]) -> tuple[Figure, ...]:
    """Return the figures of a cohort."""
    found = []
    if len(results.cohort.population.visits) > 1:
        found += [_over_time(results), _shares(results)]
    found.append(_spread(results))
    rows = [row for row in published if row["unit"] == "%" and row["model"] is not None]
    if rows:
        found.append(_beside(rows))
    return tuple(found)


def _months(results: Results) -> list[float]:
    return [day / DAYS_PER_MONTH for day in results.cohort.population.visits]


def _over_time(results: Results) -> Figure:
    """Median and 10 to 90 % of persons over the visits; a thin line per parameter set."""
    months = _months(results)
    groups = results.groups()
    visits = range(len(months))
    shown = (
        (MARKERS["b12"].label, "pmol/L", "b12", True),
        (MARKERS["mma"].label, "nmol/L", "mma", True),
        ("severity of symptoms", "0 none to 7", "severity", False),
        ("disability scale", "points of 16", "scale.total", False),
    )
    panels = []
    for title, unit, column, log in shown:
        series = []
        for group, colour in zip(groups, _GROUP_COLOURS, strict=False):
            values = [results.at(visit, 0, group)[column] for visit in visits]
            low, middle, high = (
                [float(np.quantile(one, q)) if one.size else None for one in values] for q in (0.1, 0.5, 0.9)
            )
            label = f"{group or 'persons'}: median and 10 to 90 %"
            series.append(Series(label, months, middle, colour, 2.0, low=low, high=high))
            other = f"{group}, another parameter set" if group else "median under another parameter set"
            for draw in range(1, len(results.cohort.sets)):
                medians = [float(np.median(results.at(visit, draw, group)[column])) for visit in visits]
                series.append(Series(other, months, medians, colour, 0.7, dashed=True))
        panels.append(Panel(title, "months after presentation", unit, tuple(series), log=log))
    caption = (
        "Lines are medians of the persons with the ledger's own values, bands hold 80 % of them: differences between "
        "persons."
    )
    if len(results.cohort.sets) > 1:
        caption += (
            " Dashed lines are medians of the same persons under other parameter sets that meet the same calibration: "
            "the uncertainty of the rates."
        )
    return Figure("cohort-time", "Course of the cohort", caption, tuple(panels))


def _shares(results: Results) -> Figure:
    months = _months(results)
    visits = range(len(months))
    draws = range(1, len(results.cohort.sets))

    def line(measure: str, label: str, colour: str, dashed: bool = False) -> Series:
        def share(visit: int, draw: int) -> float:
            values = per_person(measure, results.at(visit, draw), results.at(0, draw))
            return float(np.nanmean(values)) if values.size else float("nan")

        own = [share(visit, 0) for visit in visits]
        # the band is that of the parameter sets; a share has no spread between persons
        sets = [[share(visit, draw) for draw in draws] + [own[visit]] for visit in visits]
        low, high = [min(values) for values in sets], [max(values) for values in sets]
        return Series(
            label,
            months,
            own,
            colour,
            dashed=dashed,
            low=low if draws else None,
            high=high if draws else None,
        )

    symptoms, head, chances = (
        tuple(line(f"noticed:{key}", label, colour) for key, (label, colour) in group.items())
        for group in (_SYMPTOMS, _HEAD, _CHANCES)
    )
    studies = tuple(
        # the two greens of the evoked potentials lie close together
        line(f"abnormal:{key}", path.study, path.colour, dashed=key == MEDIAN_SEP)
        for key, path in _STUDIES.items()
    )
    recovery = (
        line("complete", "complete recovery", "#111111"),
        line("residual", "gait impaired", "#8E6C8A"),
    )
    panels = tuple(
        Panel(title, "months after presentation", "% of persons", series, y_range=(0.0, 100.0))
        for title, series in (
            ("limbs and cord: noticed", symptoms),
            ("head, thin fibres: noticed", head),
            ("no mechanism: drawn", chances),
            ("studies abnormal", studies),
            ("recovery", recovery),
        )
    )
    bands = "; bands are the range over the parameter sets" if draws else ""
    caption = (
        f"Shares of persons at each visit, all groups together{bands}. A study is abnormal if any of its "
        "quantities is beyond its limit or a response is absent. Symptoms without a mechanism are drawn with their "
        "probability, background included. Tinnitus, cramps and back pain, which nothing links to deficiency, stay as "
        "common as in everybody and are not drawn."
    )
    return Figure("cohort-shares", "Symptoms, studies and outcome", caption, panels, columns=3)


def _spread(results: Results) -> Figure:
    """Draw the differences between persons: cumulative distributions at the first and the last visit."""
    last = len(results.cohort.population.visits) - 1
    shown = (
        ("tibial P40", "latency, ms", "tibial_sep.P40.latency", 1.0),
        ("sural nerve", "amplitude, uV", "sural.ankle.amplitude", 1.0),
        ("peroneal nerve", "velocity, m/s", "peroneal_motor.knee.velocity", 1.0),
        (MARKERS["b12"].label, "pmol/L", "b12", 1.0),
        ("age", "years", "covariate.age", 1.0),
        ("since the cause began", "years", "began", -1 / DAYS_PER_YEAR),
    )
    panels = []
    for title, unit, column, factor in shown:
        series = []
        visits = (0, last) if last and not column.startswith(("covariate", "began")) else (0,)
        for group, colour in zip(results.groups(), _GROUP_COLOURS, strict=False):
            for visit in visits:
                every = results.at(visit, 0, group)[column] * factor
                values = np.sort(every[np.isfinite(every)])
                if not values.size:
                    continue
                share = [100 * (i + 1) / every.size for i in range(values.size)]
                when = "at presentation" if visit == 0 else "at the last visit"
                label = f"{group}, {when}" if group else when
                series.append(Series(label, list(map(float, values)), share, colour, dashed=visit != 0))
        panels.append(Panel(title, unit, "% at or below", tuple(series), y_range=(0.0, 103.0)))
    caption = (
        "Share of persons at or below a value, ledger's own values. A curve that ends below 100 % leaves out those "
        "without a response."
    )
    return Figure("cohort-spread", "Differences between persons", caption, tuple(panels), columns=3)


def _beside(rows: Sequence[dict[str, Any]]) -> Figure:
    """Published shares against the model's."""
    x = [row["published"] for row in rows]
    series = [
        Series("equal", [0.0, 100.0], [0.0, 100.0], "#BBBBBB", 1.0, dashed=True),
        Series(
            "model, 95 % interval from the persons sampled",
            x,
            [row["model"] for row in rows],
            "#0072B2",
            points=True,
            low=[row["person_low"] for row in rows],
            high=[row["person_high"] for row in rows],
        ),
    ]
    sets = [row for row in rows if row["set_low"] is not None]
    if sets:
        series.append(
            Series(
                "range over parameter sets",
                [row["published"] + 1.2 for row in sets],
                [0.5 * (row["set_low"] + row["set_high"]) for row in sets],
                "#E69F00",
                0.4,
                points=True,
                low=[row["set_low"] for row in sets],
                high=[row["set_high"] for row in sets],
            )
        )
    panel = Panel(
        "published shares against the model's",
        "published, % of patients",
        "model, % of persons",
        tuple(series),
        y_range=(-4.0, 104.0),
        x_range=(-4.0, 104.0),
    )
    caption = "Each point is a row of the table; on the dashed line both are equal."
    return Figure(
        "cohort-published", "Beside the published series", caption, (panel,), columns=1, panel_height=3.6
    )


def write_report(results: Results) -> dict[str, Any]:
    """Write ``report.html`` and ``summary.json`` into the cohort's folder; return the summary."""
    found = summary(results)
    put(results.cohort.folder / "report.html", render(results, found).encode())
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    put(results.cohort.folder / "summary.json", text.encode())
    return found


def render(results: Results, found: dict[str, Any]) -> str:
    """Return the page of a cohort as HTML."""
    references = load_references()
    drawn = figures_of(results, found["published"])
    sources = sorted(
        {
            row["source"]
            for row in [*found["published"], *found["covariates"], *found["causes"], *found["arms"]]
        }
    )
    return page(
        "cohort",
        s=found,
        figures=[{"title": f.title, "caption": f.caption, "plot": plot(f)} for f in drawn],
        number=number,
        in_words=lambda regimen: in_words(regimen, Ledger.shipped()),
        span=span,
        months=lambda day: f"{day / DAYS_PER_MONTH:.3g}",
        disclaimer=DISCLAIMER,
        sources=[references[key].printed for key in sources if key in references],
        cited=lambda key: references[key].short if key in references else key,
        seen=SEEN,
        answer=answer(found["published"]),
    )


def answer(published: Sequence[dict[str, Any]]) -> str:
    """Say how many published numbers the cohort meets, and name those it does not; empty where none has bounds."""
    bounded = [row for row in published if row["holds"] is not None]
    if not bounded:
        return ""
    missed = [row for row in bounded if not row["holds"]]
    names = "; ".join(
        f"{row['what']}{_of(row['group'])}: {number(row['model'])} {row['unit']}, "
        f"published {number(row['published'])} ({span(row['low'], row['high'])})"
        for row in missed
    )
    met = f"The cohort meets {len(bounded) - len(missed)} of {len(bounded)} published numbers."
    return f"{met} Missed: {names}." if missed else met


def _of(group: str) -> str:
    return f" ({group})" if group else ""
