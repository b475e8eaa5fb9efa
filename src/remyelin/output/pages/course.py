"""The report: one self-contained page, readable and printable without a script or a network."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from markupsafe import Markup

from remyelin.base.plain import ranged
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import NONE
from remyelin.evidence.entry_names import entry_name
from remyelin.output.answer import span
from remyelin.output.figures.course import figures_of
from remyelin.output.figures.outlook import plans_figure, recovery_figure, shown_beside, waiting_figure
from remyelin.output.formatting import deviations, micro, number
from remyelin.output.pages.plots import plot
from remyelin.output.pages.templates import page
from remyelin.output.records import Summary
from remyelin.output.summary import summarise
from remyelin.output.symptoms import severity_word
from remyelin.person.course import Course
from remyelin.person.forecast_guard import told_apart

#: Fact of a person that says since when the cause is there, in years.
SINCE: Final = "time since the cause began"
#: Pictures of the report in their order, each with its heading.
PICTURES: Final = (
    ("recovery", "Recovery"),
    ("plans", "Every start of treatment"),
    ("symptoms", "Symptoms"),
    ("sheaths", "Myelin and axons"),
    ("biomarkers", "Blood"),
    ("tissue", "Tissue"),
    ("waveforms", "Recordings of the nerve studies"),
)


def who(course: Course) -> str:
    """Say in a sentence whose course it is: age, sex, cause, since when."""
    case = course.case
    person = f"A {'woman' if case.person.sex == 'female' else 'man'} of {case.person.age:.0f}"
    if case.cause.kind == NONE:
        return f"{person}, not deficient."
    began = next((fact.value for fact in course.person.facts if fact.name == SINCE), None)
    computed = "" if case.cause.began is not None else " (not stated; computed)"
    since = "" if began is None else f", begun {span(began * DAYS_PER_YEAR)} before diagnosis{computed}"
    cause = (
        case.cause.kind
        if case.cause.stated
        else f"a deficiency of unknown cause, computed as {case.cause.kind}"
    )
    return f"{person} with {cause}{since}."


def render_report(course: Course, summary: Summary | None = None) -> str:
    """Return the report of a course as HTML.

    Parameters
    ----------
    course : Course
    summary : Summary, optional
        Of the same course; computed when omitted.
    """
    summary = summarise(course) if summary is None else summary
    refused = summary["forecast"]["refused"] is not None
    forecasts = () if refused else (recovery_figure(course), *plans_figure(course))
    # equal curves would read as if waiting were free, where the model cannot tell
    given, *others = course.plans
    worse = () if refused else told_apart(course)
    course = replace(course, plans=(given, *(plan for plan in others if worse and shown_beside(plan, worse))))
    if refused:  # what comes after presentation would be read as a forecast
        day = min(course.studies)
        course = replace(
            course,
            data=course.data.sel(time=course.data.time[course.data.time <= 0]),
            studies={day: course.studies[day]},
        )
    figures = {
        # the drawing is our own markup; everything else on the page is escaped
        figure.name: {"plot": plot(figure), "caption": figure.caption}
        for figure in (*figures_of(course), *forecasts)
        if not (refused and figure.name == "symptoms")
    }
    waiting = () if refused else waiting_figure(course)
    return page(
        "report",
        s=summary,
        who=who(course),
        figures=figures,
        curve=Markup("").join(plot(figure) for figure in waiting),
        curve_caption="".join(figure.caption for figure in waiting),
        drawn=PICTURES,
        number=number,
        ranged=ranged,
        micro=micro,
        deviations=deviations,
        grade=severity_word,
        entry_name=entry_name,
    )
