"""The figures of a course: their panels, axes and captions."""

from __future__ import annotations

from typing import Final

import numpy as np
import xarray as xr

from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import numbers
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue import markers, plans, segments
from remyelin.catalogue.pathways import words
from remyelin.catalogue.segments import HEAD
from remyelin.nerve import Studies, Waveform
from remyelin.output.formatting import micro
from remyelin.person.course import Course

HISTORY_MONTHS = 36.0  # how much of the past is drawn
_SEEN: Final = 0.01  # of the tallest panel: less is not seen beside it


def figures_of(course: Course) -> tuple[Figure, ...]:
    """Return the figures of the report up to the symptoms, in its order; recovery has a room of its own."""
    return (
        biomarkers(course),
        tissue(course),
        sheaths(course),
        waveforms(course),
        symptoms(course),
    )


def _window(course: Course) -> xr.Dataset:
    """The part of the course worth drawing: the last years before presentation and all after."""
    months = course.data.time / DAYS_PER_MONTH
    return course.data.sel(time=course.data.time[months >= -HISTORY_MONTHS])


def _x(data: xr.Dataset) -> list[float]:
    return [round(float(value), 4) for value in data.time.values / DAYS_PER_MONTH]


def _by_plan(course: Course, data: xr.DataArray) -> tuple[Series, ...]:
    x = [round(float(value), 4) for value in data.time.values / DAYS_PER_MONTH]
    lines = [
        Series(
            plan.label,
            x,
            numbers(data.sel(plan=plan.name).values, 5),
            plans.COLOURS[plan.name],
            2.2 if plan.name == plans.GIVEN else 1.2,
            plan.name == plans.UNTREATED,
        )
        for plan in course.plans
        if plan.name in plans.COLOURS
    ]
    # the treatment as given is drawn last, on top
    return (*lines[1:], lines[0])


TIME = "months from diagnosis"


def biomarkers(course: Course) -> Figure:
    """Serum B12, holotranscobalamin, methylmalonate and homocysteine under each plan."""
    data = _window(course)
    panels = tuple(
        Panel(
            markers.MARKERS[name].title,
            TIME,
            str(data[name].attrs.get("units", "")),
            _by_plan(course, data[name]),
            log=True,
            normal=(course.limits[name][1], None)
            if len(course.limits[name]) > 1
            else (None, course.limits[name][0]),
            unsure=course.limits[name][:2] if len(course.limits[name]) > 1 else None,  # type: ignore[arg-type]
            marks=(0.0,),
        )
        for name in markers.STATUS
    )
    caption = (
        "Results of a blood test. Green: deficiency unlikely; yellow: indeterminate; no colour: points to deficiency "
        "(sources below). Serum values can be normal while the tissue starves, and become normal long before a nerve "
        "does."
    )
    return Figure("biomarkers", "Biomarkers in blood", caption, panels)


def tissue(course: Course) -> Figure:
    """Methionine synthase and methylation potential of nerve and brain, which drive the sheath."""
    data = _window(course)
    panels = tuple(
        Panel(
            f"Methylation potential, {compartment}",
            TIME,
            "of replete",
            _by_plan(course, data["methylation"].sel(compartment=compartment)),
            y_range=(0.0, None),
            marks=(0.0,),
        )
        for compartment in data.compartment.values.tolist()
    )
    caption = (
        "The driver of injury to the sheath: the methylation potential of the tissue itself (methionine synthase with "
        "the local S-adenosylhomocysteine). Plasma homocysteine never enters it."
    )
    return Figure("tissue", "In the tissue", caption, panels)


def sheaths(course: Course) -> Figure:
    """The state of the internodes and the surviving axons of every segment, treated as given."""
    data = _window(course).isel(plan=0)
    x = _x(data)
    worst = float((1.0 - data["intact"] * data["axons"]).max())
    panels = []
    whole = []
    shown = [name for name in data.segment.values.tolist() if name.partition("_")[0] not in HEAD - {"optic"}]
    for segment in shown:
        here = data.sel(segment=segment)
        axons = here["axons"].values
        title = segments.PLAIN.get(segment, words(segment))
        if float((1.0 - here["intact"] * axons).max()) < _SEEN * worst:
            whole.append(title)
            continue
        bands = [
            Series(label, x, numbers(here[state].values * axons, 5), plans.STATE_COLOURS[state])
            for state, label in (
                ("remyelinated", "remyelinated"),
                ("vacuolated", "vacuolated"),
                ("bare", "bare"),
            )
        ]
        lost = Series("axon lost", x, numbers(1.0 - axons, 5), "#8A8A8A")
        panels.append(
            Panel(
                title,
                TIME,
                "share",
                (lost, *bands),
                stacked=True,
                y_range=(0.0, max(1.1 * worst, 0.01)),
                marks=(0.0,),
            )
        )
    caption = (
        "As shares of a healthy person's internodes and axons: axons lost for good (grey), internodes remyelinated "
        "(thin and short, they conduct), vacuolated (reversible, they slow) or bare (they block). One scale for all "
        "segments; 0 is the day of diagnosis; treatment as given. The other nerves of the head are in the data only."
    )
    if whole and panels:
        caption += f" Not drawn, for nothing to be seen is lost or changed there: {'; '.join(whole)}."
    return Figure(
        "sheaths",
        "Myelin and axons, segment by segment",
        caption,
        tuple(panels),
        columns=4,
        panel_height=1.75,
    )


def symptoms(course: Course) -> Figure:
    """Severity of every computed symptom under each plan."""
    data = _window(course)
    names = {item.id: item.name for item in course.symptoms}
    computed = [
        name for name in data.symptom.values.tolist() if np.isfinite(data["severity"].sel(symptom=name)).any()
    ]
    panels = tuple(
        Panel(
            names[name],
            TIME,
            "severity",
            _by_plan(course, data["severity"].sel(symptom=name)),
            y_range=(0.0, 1.02),
            marks=(0.0,),
        )
        for name in computed
    )
    caption = (
        "0 is none, 1 the most the pathway can cause. Each line is one plan: treated as given, not at all, or begun "
        "earlier or later where the model can tell its end. All are of one simulated person and have no range here; "
        "the answer is that of many persons. How a pathway's state becomes a complaint is assumed, with a range."
    )
    return Figure("symptoms", "Symptoms and signs", caption, panels, columns=3, panel_height=1.9)


def waveforms(course: Course) -> Figure:
    """The recorded potential of every study: in health, and at each study date."""
    # Sequential palette for study dates; must not reuse the plan colours.
    shades = ("#440154", "#3B528B", "#21908C", "#5DC863", "#AA8E00", "#777777")
    sources = [("before the cause began", course.healthy, "#B5B5B5")]
    sources += [
        (label_of(date), studies, shades[i % len(shades)])
        for i, (date, studies) in enumerate(course.studies.items())
    ]
    # colours come again after the sixth date
    dashed = {label for label, *_ in sources[1 + len(shades) :]}
    panels = []
    for name, reference in course.healthy.waveforms.items():
        series = tuple(
            Series(label, wave.time.tolist(), numbers(wave.value, 5), colour, 1.3, label in dashed)
            for label, studies, colour in sources
            if (wave := studies.waveforms.get(name)) is not None
        )
        series += _markers(name, sources)
        study, _, site = name.partition(", ")
        missing = [label for label, made, _ in sources if made.row(study, site).absent]
        title = f"{words(study)}, {site}"
        if missing:
            title += f" (absent: {missing[0]})" if len(missing) == 1 else f" (absent: {len(missing)} dates)"
        panels.append(
            Panel(
                title,
                "ms after the stimulus",
                micro(reference.unit),
                series,
                x_range=(
                    0.0,
                    _end([made.waveforms[name] for _, made, _ in sources if name in made.waveforms]),
                ),
                y_range=_sites_alike(study, [made for _, made, _ in sources]),
            )
        )
    caption = (
        "Simulated recordings, from the stimulus on, negative up: a positive wave (P) points down, below 0; limbs at "
        f"{course.healthy.person.temperature:g} \u00b0C. The sites of one motor nerve have one scale. Grey: the same "
        "person before the cause began. Points: where onset, peak and the return to the baseline are measured. Later "
        "and lower: slowed and scattered. Absent: no response that could be told from noise."
    )
    return Figure("waveforms", "Recordings", caption, tuple(panels), columns=3, panel_height=1.7)


def _markers(name: str, sources: list[tuple[str, Studies, str]]) -> tuple[Series, ...]:
    """Onset, peak and return to the baseline of a recording of each date that has a response."""
    study, _, site = name.partition(", ")
    marks = []
    for _, studies, colour in sources:
        markers, wave = studies.row(study, site).markers, studies.waveforms.get(name)
        if markers is not None and wave is not None:
            height = np.interp(markers, wave.time, wave.value)
            marks.append(
                Series(
                    "onset, peak, return to baseline", markers, numbers(height, 5), colour, 0.9, points=True
                )
            )
    return tuple(marks)


def _sites_alike(study: str, sources: list[Studies]) -> tuple[float | None, float | None]:
    """Return the range that holds the recordings of all sites of a motor nerve: a block shows where they differ."""
    values = [
        value
        for made in sources
        for row in made.rows
        if row.study == study
        and row.modality == "motor"
        and (wave := made.waveforms.get(f"{study}, {row.site}")) is not None
        for value in (float(wave.value.min()), float(wave.value.max()))
    ]
    if not values:
        return None, None
    room = 0.06 * (max(values) - min(values))
    return min(values) - room, max(values) + room


def _end(waves: list[Waveform]) -> float:
    """Until when a recording is worth drawing: every response in it, with some room behind."""
    tallest = max(float(np.abs(wave.value).max()) for wave in waves)
    last = []
    for wave in waves:
        size = np.abs(wave.value)
        if size.max() > 0.1 * tallest:
            last.append(float(wave.time[size > 0.05 * size.max()][-1]))
    return 1.2 * max(last)


def label_of(date: float) -> str:
    """Name a date: ``presentation``, ``3 months``, ``10 days``."""
    if abs(date) < 0.5:
        return "presentation"
    months = date / DAYS_PER_MONTH
    if abs(months - round(months)) < 0.02:
        count = round(months)
        return f"{count} month{'s' if abs(count) != 1 else ''}"
    return f"{date:g} days"
