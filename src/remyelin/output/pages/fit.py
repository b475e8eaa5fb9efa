"""Report of a fit as one self-contained page, and its folder."""

from __future__ import annotations

import json

from remyelin.base.files import Claimed
from remyelin.output.figures.fit import figures_of
from remyelin.output.fit_answer import answered
from remyelin.output.fit_files import ANSWER
from remyelin.output.formatting import number
from remyelin.output.pages.plots import plot
from remyelin.output.pages.templates import page
from remyelin.person.inference.answer import answer, to_netcdf
from remyelin.person.inference.forecast import Forecast
from remyelin.person.inference.posterior import Posterior
from remyelin.person.record import to_csv


def render(posterior: Posterior, found: Forecast) -> str:
    """Return the report of a fit as one self-contained page."""
    data = answered(posterior, found)
    figures = [
        {"plot": plot(figure), "title": figure.title, "caption": figure.caption, "name": figure.name}
        for figure in figures_of(found)
    ]
    return page(
        "fit",
        a=data,
        figures=figures,
        number=number,
    )


def write(posterior: Posterior, found: Forecast, folder: Claimed) -> None:
    """Write report, posterior, record and answer, all of them or none."""
    text = json.dumps(answer(posterior, found), indent=1, ensure_ascii=False, allow_nan=False)
    # the answer last: where it is, the others are
    folder.write(
        {
            "report.html": render(posterior, found),
            "posterior.nc": to_netcdf(posterior, found),
            "record.csv": to_csv(posterior.record),
            ANSWER: text + "\n",
        }
    )
