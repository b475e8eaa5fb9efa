"""Answer of a fit on the terminal: what the weights are worth in words, and plans named after the record."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from remyelin.evidence import Ledger
from remyelin.output.figures.fit import figures_of
from remyelin.output.terminal.fit import describe, ends_of
from remyelin.person.inference import answer, fit_person, forecast
from remyelin.person.inference.forecast import Followed, Forecast, Waited
from remyelin.person.record import parse_csv

TEXT = "when,kind,name,value,unit\n,person,age,68,y\n,person,sex,female\n0 d,lab,b12,95,pmol/L"


@pytest.fixture(scope="module")
def fitted() -> tuple[dict[str, Any], Forecast]:
    posterior = fit_person(parse_csv(TEXT, "example", Ledger.shipped()), rough=True)
    found = forecast(posterior, workers=1)
    return answer(posterior, found), found


@pytest.mark.parametrize(("shape", "doubted"), [(1.05, True), (0.7, False), (0.31, False), (None, False)])
def test_unreliable_weights_are_called_so(
    fitted: tuple[dict[str, Any], Forecast], shape: float | None, doubted: bool
) -> None:
    text = " ".join(describe({**fitted[0], "pareto_k": shape}, []).split())
    assert ("above 0.7 the weights are unreliable" in text) == doubted
    assert f"Pareto k {shape}" in text if shape == 1.05 else True


def test_without_treatment_the_first_plan_says_so(fitted: tuple[dict[str, Any], Forecast]) -> None:
    _, found = fitted
    days = np.array([0.0, 30.0, 400.0])
    item = SimpleNamespace(
        plan=SimpleNamespace(label="treatment as recorded", name="as given"),
        start=None,
        days=days,
        scale=np.zeros((4, 3)),
        first_better=np.full(4, np.nan),
    )
    (row,) = ends_of(cast(Forecast, SimpleNamespace(plans=(cast(Followed, item),), waiting=())))
    assert row["label"] == "no treatment recorded"
    drawn = [series.label for one in figures_of(found) for panel in one.panels for series in panel.series]
    assert "treatment as recorded" not in drawn
    assert all("the treatment as recorded" not in one.caption for one in figures_of(found))


def test_a_later_start_that_is_not_told_apart_has_no_numbers() -> None:
    days = np.array([0.0, 30.0, 400.0])
    plans = [
        SimpleNamespace(
            plan=SimpleNamespace(label=name, name=name),
            start=0.0,
            days=days,
            scale=np.full((4, 3), 2.0),
            first_better=np.full(4, 30.0),
        )
        for name in ("as given", "3 months later")
    ]
    waiting = (Waited("3 months later", (0.0, 0.1, 1.0), (0.0, 0.1, 0.2), 36.0),)
    rows = ends_of(cast(Forecast, SimpleNamespace(plans=tuple(plans), waiting=waiting)))
    assert [row["end"] for row in rows] == ["2 (2 to 2)", "cannot tell"]
    assert (rows[1]["year"], rows[1]["better"], rows[1]["now"]) == (
        "cannot tell",
        "cannot tell",
        "2 (2 to 2)",
    )
