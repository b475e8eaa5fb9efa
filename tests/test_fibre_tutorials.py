"""The tutorials on fibres run cell by cell, with fewer fibres than on their pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

PAGES = Path(__file__).parents[1] / "docs" / "tutorials"
FENCE = "```{code-cell}\n"


def run(
    page: str, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], cells: int | None = None
) -> dict:
    """Run the first cells of a page with some lines changed; return its names."""
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("Agg")
    monkeypatch.chdir(PAGES)
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    names: dict = {}
    for part in text.split(FENCE)[1:][:cells]:
        exec(compile(part.split("\n```")[0], page, "exec"), names)
    plt.close("all")
    return names


def test_recruitment_curve(monkeypatch) -> None:
    small = {"per_diameter = 40": "per_diameter = 2", "spacing = (250.0, 100.0)": "spacing = (500.0, 200.0)"}
    names = run("recruitment-curve", monkeypatch, small)
    assert names["failed"] == 0
    assert np.all((names["amplitude"] > 0.01) & (names["amplitude"] < 10.0))
    assert float(names["solution"].max()) > 50.0
    assert (
        float(names["solution"].min()) > -1e-6
    )  # a source in a grounded box raises the potential everywhere


def test_kilohertz_block(monkeypatch) -> None:
    names = run("kilohertz-block", monkeypatch, {"[5.0, 10.0, 20.0, 40.0]  # kHz": "[10.0]"}, cells=3)
    assert float(names["found"].threshold.item()) == pytest.approx(0.5205, rel=0.015)
    theirs = names["rival"]["5 us"]["threshold_mA"]
    assert 1.03 < theirs / float(names["found"].threshold.item()) < 1.12  # the error of their time step


def test_compound_potential(monkeypatch) -> None:
    names = run("compound-potential", monkeypatch, {"number = 200": "number = 8"})
    before, after = names["before"], names["after"]
    assert bool(before.conducts.all())
    assert int(after.conducts.sum()) < 8
    first = np.ptp(before.potential.values, axis=1), np.ptp(after.potential.values, axis=1)
    assert first[1][1] < first[0][1]
    ours, theirs = (np.ptp(one) for one in names["passed"])
    assert ours == pytest.approx(theirs, rel=0.05)
