"""Sentences and sizes of what a later start costs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.figures.fit import _scale
from remyelin.person.forecast_guard import CANNOT_TELL, NOT_DELAYED
from remyelin.person.inference.answer import cost_text, waiting_text
from remyelin.person.inference.forecast import Followed, Forecast, Waited, _waiting
from remyelin.person.inference.verdict import worsened

MONTHS = np.array([-12.0, 0.0, 12.0, 24.0, 36.0])


def followed(name: str, start: float | None, scale: list[float]) -> Followed:
    """Return two equal persons under a plan of this name."""
    plan = SimpleNamespace(name=name)
    begun = None if start is None else start * DAYS_PER_MONTH
    points = np.tile(np.array(scale), (2, 1))
    return Followed(plan, begun, MONTHS * DAYS_PER_MONTH, points, {}, {}, np.zeros(2))  # type: ignore[arg-type]


def said(*waited: Waited) -> str:
    return waiting_text(Forecast(None, True, (), (), waited, (), ()))


def test_months_that_are_past_do_not_thin_the_average() -> None:
    """Two years under no treatment, then one start now and one later: they differ only from now on."""
    given = followed("as recorded", None, [2, 4, 6, 8, 9])
    now = followed("from now", 24.0, [2, 4, 6, 8, 2])
    later = followed("12 months later", 36.0, [2, 4, 6, 8, 8])
    (found,) = [item for item in _waiting([given, now, later]) if item.plan == "12 months later"]
    assert found.months == pytest.approx(12.0)
    assert found.average[1] == pytest.approx(3.0)
    assert found.end[1] == 6.0


def test_a_worse_end_is_told_also_where_the_average_is_small() -> None:
    steep = Waited("12 months later", (0.0, 2.0, 5.0), (-0.1, 0.04, 0.3), 60.0)
    even = Waited("untreated", (0.0, 0.3, 1.0), (0.0, 0.2, 0.4), 60.0)
    text = said(steep, even)
    assert text.startswith(
        "12 months later: disability is 2 points of 16 worse (0 to 5) than when treated from the earlier "
        "day at the end of the forecast, and on average 0.0 points worse (up to 0.3; the low end, -0.1, is no benefit "
        "of waiting) over the 60 months to the end of the forecast"
    )
    assert cost_text(even) == "the model cannot tell how much it costs"
    assert "; untreated: the model cannot tell how much it costs." in text
    assert text.endswith(NOT_DELAYED)
    assert said(even) == CANNOT_TELL
    assert said(even, replace(steep, end=(0.0, 0.4, 1.0))) == CANNOT_TELL


def test_one_point_is_written_as_one() -> None:
    assert "1 point of 16 worse" in cost_text(Waited("later", (0.5, 1.0, 4.0), (1.0, 2.0, 5.0), 36.0))
    assert "the worst 5 % are worse by 1 point or more" in cost_text(
        Waited("later", (0.0, 0.0, 1.0), (0.5, 1.3, 3.0), 36.0)
    )


def test_no_points_at_the_end_are_never_said_alone() -> None:
    caught_up = Waited("3 months later", (0.0, 0.2, 3.0), (0.4, 1.6, 3.0), 36.0)
    text = cost_text(caught_up)
    assert text == (
        "on average 1.6 points of 16 worse (0.4 to 3.0) than when treated from the earlier day, over the 36 months to "
        "the end of the forecast; at that end at least half of the simulated persons are no worse, and the worst 5 % "
        "are worse by 3 points or more"
    )
    assert "0 points" not in text


def test_a_later_start_that_is_not_told_apart_is_not_drawn() -> None:
    plans = tuple(
        followed(name, start, [1, 4, 2, 1, 1])
        for name, start in (("as recorded", 0.0), ("12 months later", 12.0))
    )
    for item in plans:
        item.plan.label = item.plan.name  # type: ignore[misc]
    waited = Waited("12 months later", (0.0, 0.0, 1.0), (0.0, 0.1, 0.4), 36.0)
    for one, drawn in ((waited, 1), (replace(waited, end=(0.0, 2.0, 5.0)), 2)):
        figure = _scale(Forecast(None, True, (), plans, (one,), (), ()))
        assert len(figure.panels[0].series) == drawn
        assert ("not drawn" in figure.caption) == (drawn == 1)


@pytest.mark.parametrize(
    ("scale", "route", "last", "stop", "refused"),
    [
        ([13, 11, 12, 13, 13], "im", 36.0, None, False),  # exposed all along
        ([13, 11, 12, 13, 13], "im", 36.0, 0.0, True),
        ([13, 11, 12, 13, 13], "oral", 36.0, 0.0, False),  # a dose that may not be enough
        ([13, 11, 12, 13, 13], "im", 1.0, 0.0, False),  # ended: a relapse
        ([13, 11, 12, 12, 12], "im", 36.0, 0.0, False),  # a point is noise
        ([0, 6, 2, 0, 0], "im", 36.0, 0.0, False),
    ],
)
def test_a_course_that_grows_worse_under_injections_is_no_forecast(
    scale: list[float], route: str, last: float, stop: float | None, refused: bool
) -> None:
    given = followed("as recorded", 0.0, scale)
    doses = [SimpleNamespace(time=month * DAYS_PER_MONTH, route=route) for month in np.arange(0.0, last, 1.0)]
    doses.append(SimpleNamespace(time=last * DAYS_PER_MONTH, route=route))
    plan = SimpleNamespace(name="as recorded", orders=[SimpleNamespace(doses=doses)], stop=stop)
    reason = worsened(plan, given.days, given.scale)  # type: ignore[arg-type]
    assert (reason is not None) == refused
    if reason is not None:
        assert "from 11 to 13 points of 16" in reason
