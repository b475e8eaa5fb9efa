"""The report: one self-contained page, readable and printable without a script or a network."""

from __future__ import annotations

from markupsafe import Markup

from remyelin.output.figures.course import figures_of
from remyelin.output.figures.outlook import plans_figure, recovery_figure
from remyelin.output.figures.svg import to_svg
from remyelin.output.formatting import deviations, micro, number
from remyelin.output.pages.templates import template
from remyelin.output.summary import summarise
from remyelin.person.course import Course


def render_report(course: Course) -> str:
    """Return the report of a course as HTML."""
    figures = {
        # the drawing is our own markup; everything else on the page is escaped
        figure.name: {"svg": Markup(to_svg(figure)), "caption": figure.caption}
        for figure in (*figures_of(course), recovery_figure(course), *plans_figure(course))
    }
    return template("report").render(
        s=summarise(course), figures=figures, number=number, micro=micro, deviations=deviations
    )
