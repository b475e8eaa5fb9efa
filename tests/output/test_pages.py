"""Generated pages answer the question first, and take their texts from data."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from remyelin.analysis.claims import VERDICTS
from remyelin.analysis.trial.design import Endpoint
from remyelin.output.pages.claims import counted
from remyelin.output.pages.cohort import answer
from remyelin.output.trial_words import between, difference


def endpoint(**changes: Any) -> Endpoint:
    return Endpoint.model_validate(
        {"name": "x", "column": "tibial_motor.ankle.amplitude", "kind": "change", "visit": "6 mo"} | changes
    )


def test_a_range_of_a_trial_has_its_unit_and_no_digits_beyond_its_width() -> None:
    assert between(endpoint(), 5.4e-4, 0.0408) == "0.001 to 0.041 mV"
    assert between(endpoint(), 0.0, 0.0024) == "0 to 0.0024 mV"
    assert between(endpoint(), -2.13, 1.85) == "-2.1 to 1.9 mV"
    assert between(endpoint(), 1.0, 1.0) == "1 to 1 mV"
    assert between(endpoint(column="b12", logarithm=True), 0.0, 1.0) == "1.0 to 2.7 times"
    assert between(endpoint(kind="responder", fall=1.0), -0.1, 0.25) == "-10 to 25 percentage points"
    assert difference(endpoint(), 0.138, -0.9, 0.792) == "0.138 (-0.9 to 0.792) mV"


def test_the_claims_are_counted_by_verdict() -> None:
    verdicts = [*[*VERDICTS][:2], next(iter(VERDICTS))]
    judged: Any = [SimpleNamespace(claim=SimpleNamespace(verdict=word)) for word in verdicts]
    text = counted(judged)
    assert text.startswith("Of 3 claims of the article 2 are ")
    assert sum(map(int, re.findall(r"(\d+) (?:is|are)", text))) == 3


ROW = {
    "what": "complete recovery",
    "group": "",
    "unit": "%",
    "model": 66.7,
    "published": 47.1,
    "low": 38,
    "high": 56,
}


@pytest.mark.parametrize(
    ("holds", "text"),
    [
        ([True, True], "The cohort meets 2 of 2 published numbers."),
        (
            [False, True, None],
            "The cohort meets 1 of 2 published numbers. Missed: complete recovery: 66.7 %, published 47.1 (38 to 56).",
        ),
        ([None], ""),
    ],
)
def test_a_cohort_says_first_what_it_meets(holds: list[bool | None], text: str) -> None:
    assert answer([ROW | {"holds": one} for one in holds]) == text
