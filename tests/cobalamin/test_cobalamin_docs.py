"""The documentation runs as printed, and its table is the one the model gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from remyelin.analysis.validation import validate
from remyelin.evidence import Ledger

AT_PRESENTATION = {
    "b12_cord_median",
    "b12_cord_below_30",
    "b12_above_150_neuro",
    "mma_cord_median",
    "hcy_cord_median",
    "mma_raised_deficient",
}
PAGE = (Path(__file__).parents[2] / "docs" / "cobalamin.md").read_text(encoding="utf-8")


def test_example_runs() -> None:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    names: dict[str, object] = {}
    exec(found[1], names)
    assert float(names["course"]["methylation"].isel(time=-1).min()) == pytest.approx(1.0)  # type: ignore[index]


def test_the_table_of_misses_is_current_and_no_miss_is_left_out() -> None:
    table = dict(re.findall(r"^\| (\w[\w.]*) \| [^|]+ \| [^|]+ to [^|]+ \| ([-\d.]+) \|", PAGE, re.MULTILINE))
    rows = [row for row in validate(Ledger.shipped(), "cobalamin") if row.name not in AT_PRESENTATION]
    assert len(rows) == 55, "the page says how many rows there are"
    missed = {row.name: row for row in rows if not row.holds}
    assert missed
    assert table.keys() == missed.keys()
    for name, row in missed.items():
        assert float(table[name]) == pytest.approx(row.simulated, rel=0.02, abs=0.005), name


def test_table_of_the_fit_is_current() -> None:
    from remyelin.analysis.calibration.rebuild import cobalamin_fit

    for name, found in cobalamin_fit()["parameters"].items():
        row = re.search(
            rf"^\| {re.escape(name)} \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE
        )
        assert row, name
        assert float(row[1]) == pytest.approx(found["value"], rel=0.01)
        assert float(row[2]) == pytest.approx(found["log_sd"], abs=0.006)
        low, high = (cell.strip() for cell in row[4].split(" to "))
        for cell, end in ((low, found["low"]), (high, found["high"])):
            assert (cell == "open") if end is None else float(cell) == pytest.approx(end, rel=0.02), name
