"""Figures of a course on matplotlib axes: what is drawn is what the course holds."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest
import xarray as xr

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.plotting import CoursePlot

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture(scope="module")
def tree() -> Any:
    """A course of three days under two plans, in the form of Course.to_tree, bands on other days."""
    plans, days = ["as given", "none"], np.array([-10.0, 0.0, 365.25])
    state = (("plan", "time", "segment"), np.full((2, 3, 1), 0.1))
    root = xr.Dataset(
        {
            "axons": (state[0], np.full((2, 3, 1), 0.5)),
            "remyelinated": state,
            "vacuolated": state,
            "bare": state,
        },
        {"plan": plans, "time": days, "segment": ["gracile"]},
    )
    bands = xr.Dataset(
        {"disability": (("quantile", "plan", "time_here"), np.arange(12.0).reshape(3, 2, 2))},
        {"quantile": ["low", "median", "high"], "plan": plans, "time_here": [0.0, 365.25]},
        {"over": "the sets of rates", "refused": "", "told_apart": '["none"]'},
    )
    healthy = xr.Dataset({"amplitude": ("row", [10.0, np.nan])}, {"row": ["sural, ankle", "blink, R1"]})
    studies = xr.Dataset(
        {"amplitude": (("day", "row"), [[5.0, np.nan]]), "absent": (("day", "row"), [[False, False]])},
        {"day": [0.0], "row": ["sural, ankle", "blink, R1"]},
    )
    wave = xr.Dataset(
        {"sural_ankle": ("time_sural_ankle", [0.0, 1.0], {"units": "uV"})}, {"time_sural_ankle": [0.0, 2.0]}
    )
    return xr.DataTree.from_dict(
        {"/": root, "/bands": bands, "/healthy": healthy, "/studies": studies, "/waveforms/day_0": wave}
    )


def test_recovery_draws_the_median_of_each_plan_and_the_band_of_the_first(tree: Any) -> None:
    axes = CoursePlot(tree).recovery()
    given, none = (line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_label()[0] != "_")
    assert list(given.get_xdata()) == [0.0, 365.25 / DAYS_PER_MONTH]
    assert list(given.get_ydata()) == [4.0, 5.0]
    assert list(none.get_ydata()) == [6.0, 7.0]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0.0, 9.0)


def drawn(tree: Any, *plans: str, **attrs: str) -> list[str]:
    """Return the labels of what is drawn of a tree whose bands say so."""
    said = xr.DataTree.from_dict({"/": tree.to_dataset(), "/bands": tree["bands"].to_dataset(inherit=False)})
    said["bands"].attrs.update(attrs)
    axes = CoursePlot(said).recovery(plans=plans or None)
    return [line.get_label() for line in axes.lines if line.get_label()[0] != "_"]


def test_recovery_draws_no_end_that_the_model_cannot_tell_apart(tree: Any) -> None:
    assert drawn(tree) == ["treated as given", "no treatment"]
    assert drawn(tree, told_apart="[]") == ["treated as given"]
    assert drawn(tree, "as given", "none", told_apart="[]") == ["treated as given", "no treatment"]


def test_recovery_draws_no_refused_forecast(tree: Any) -> None:
    assert drawn(tree, refused="no person resembles it.") == []
    assert drawn(tree, "as given", "none", refused="no person resembles it.") == []
    said = xr.DataTree.from_dict({"/": tree.to_dataset(), "/bands": tree["bands"].to_dataset(inherit=False)})
    said["bands"].attrs["refused"] = "no person resembles it."
    axes = CoursePlot(said).recovery()
    title = " ".join(axes.get_title(loc="left").split())
    assert title.startswith("No forecast: no person resembles it.")
    assert "Treatment should not be delayed" in title


def test_myelin_stacks_lost_axons_and_states_of_the_living(tree: Any) -> None:
    axes = CoursePlot(tree).myelin()
    tops = [item.get_paths()[0].vertices[:, 1].max() for item in axes.collections]
    assert tops == pytest.approx([0.5, 0.55, 0.6, 0.65])


def test_studies_are_relative_to_the_same_person_in_health(tree: Any) -> None:
    axes = CoursePlot(tree).studies()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["sural, ankle"]
    assert list(axes.lines[0].get_xdata()) == [50.0]


def test_waveforms_take_the_beginning_of_a_name(tree: Any) -> None:
    axes = CoursePlot(tree).waveforms("sural")
    assert axes.get_ylabel() == "uV, negative up"
    assert list(axes.lines[0].get_ydata()) == [0.0, 1.0]


def test_given_axes_are_drawn_on(tree: Any) -> None:
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    assert CoursePlot(tree).myelin(ax=axes) is axes


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda plot: plot.recovery("disabilty"),
            "no variable 'disabilty' to draw; did you mean 'disability'",
        ),
        (lambda plot: plot.recovery(plans=["later"]), "no plan 'later'"),
        (lambda plot: plot.myelin("gracil"), "did you mean 'gracile'"),
        (lambda plot: plot.studies("speed"), "no quantity 'speed'"),
        (lambda plot: plot.waveforms("median"), "no study 'median'"),
    ],
)
def test_an_unknown_name_is_one_sentence(tree: Any, call: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        call(CoursePlot(tree))


def test_a_course_has_them() -> None:
    from remyelin.person.course import Course

    stand_in = SimpleNamespace(to_tree=lambda: "tree")
    assert isinstance(Course.plot.fget(stand_in), CoursePlot)  # type: ignore[attr-defined]
