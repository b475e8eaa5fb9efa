"""The report: one self-contained page, readable and printable without a script or a network."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from remyelin.output.figures.course import figures_of
from remyelin.output.figures.outlook import plans_figure, recovery_figure
from remyelin.output.figures.svg import to_svg
from remyelin.output.formatting import deviations, micro, number
from remyelin.output.pages.templates import template
from remyelin.output.summary import summarise
from remyelin.person.course import Course
from remyelin.person.forecast_guard import told_apart


def render_report(course: Course) -> str:
    """Return the report of a course as HTML."""
    summary = summarise(course)
    refused = summary["forecast"]["refused"] is not None
    forecasts = () if refused else (recovery_figure(course), *plans_figure(course))
    if refused or not told_apart(course):  # one course, without others that it would seem equal to
        course = replace(course, plans=course.plans[:1])
    figures = {
        # the drawing is our own markup; everything else on the page is escaped
        figure.name: {"svg": Markup(to_svg(figure)), "caption": figure.caption}
        for figure in (*figures_of(course), *forecasts)
        if not (refused and figure.name == "symptoms")
    }
    return template("report").render(
        s=summary, figures=figures, number=number, micro=micro, deviations=deviations
    )
