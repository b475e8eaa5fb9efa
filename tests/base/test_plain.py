"""Percentages as text: one form everywhere."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from remyelin.base.plain import percent, unbroken
from remyelin.output.formatting import wrapped

SOURCE = Path(str(files("remyelin")))
CLOSE = re.compile(r":[0-9>]*\.?[0-9]*%\}")


def test_a_share_is_written_with_a_space_before_its_sign() -> None:
    assert [percent(0.75), percent(1), percent(0.0123, 1)] == ["75 %", "100 %", "1.2 %"]


def test_no_format_of_python_writes_percent_for_a_reader() -> None:
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path != SOURCE / "base" / "plain.py"
        for match in CLOSE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_line_ends_between_a_number_and_its_sign() -> None:
    assert unbroken("90 % of 5 sets, %") == "90\u00a0% of 5 sets, %"
    for length in range(60, 110):
        lines = wrapped(f"{'x' * length} 90 % of them").splitlines()
        assert any("90\u00a0%" in line for line in lines)
