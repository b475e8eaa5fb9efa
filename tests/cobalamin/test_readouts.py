"""The combined indicator and the published limits."""

from __future__ import annotations

import pytest

from remyelin.cobalamin.readouts import combined_indicator, interpret
from remyelin.errors import InputError
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


def test_indicator_of_published_medians() -> None:
    assert float(combined_indicator(128, 16, 800, 17.9, 30, LEDGER)) == pytest.approx(-1.65, abs=0.05)
    assert float(combined_indicator(168, 19, 700, 17.2, 30, LEDGER)) == pytest.approx(-1.34, abs=0.05)
    assert float(combined_indicator(237, 52, 207, 12, 65, LEDGER)) == pytest.approx(0.0, abs=0.1)
    with pytest.raises(InputError, match="mma must be above 0"):
        combined_indicator(128, 16, 0, 17.9, 30, LEDGER)


@pytest.mark.parametrize(
    ("marker", "value", "verdict"),
    [
        ("b12", 98, "low"),
        ("b12", 151, "indeterminate"),
        ("b12", 300, "normal"),
        ("holotc", 20, "low"),
        ("holotc", 80, "normal"),
        ("mma", 3600, "raised"),
        ("mma", 200, "normal"),
        ("homocysteine", 49.1, "raised"),
        ("combined_indicator", -1.6, "low"),
        ("combined_indicator", 0.0, "normal"),
    ],
)
def test_limits_carry_their_source(marker: str, value: float, verdict: str) -> None:
    found = interpret(marker, value, LEDGER)
    assert found.verdict == verdict
    assert found.source


def test_bad_markers_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'holotc'"):
        interpret("holotx", 20, LEDGER)
    with pytest.raises(InputError, match="number of 0 or more"):
        interpret("b12", -1, LEDGER)
    with pytest.raises(InputError, match="number of 0 or more"):
        interpret("mma", float("nan"), LEDGER)
