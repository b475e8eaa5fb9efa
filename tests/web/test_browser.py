"""What a person does with the page, in Chromium."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def open_course(page: Any, server: str) -> None:
    page.goto(f"{server}/")
    page.wait_for_selector("main[data-drawn] .card.plan-none")


def curve(page: Any, chart: int = 0) -> str:
    """The path of plan A in one of the two first charts."""
    return str(page.locator(".lead .chart").nth(chart).locator("path.line").last.get_attribute("d"))


def test_first_screen_says_what_a_deficiency_does_and_what_waiting_costs(page: Any, server: str) -> None:
    open_course(page, server)
    assert "never medical advice" in page.locator("#permanent").inner_text()
    story = page.locator(".story").inner_text()
    numbers = [int(found) for found in re.findall(r"(\d+) when", story)]
    assert len(numbers) == 3
    treated, waited, nothing = numbers
    assert treated < waited <= nothing
    assert page.locator(".card").count() == 3


def test_a_slider_redraws_the_course(page: Any, server: str) -> None:
    open_course(page, server)
    before = curve(page)
    page.locator("#began").fill("24")
    page.wait_for_function(
        "old => [...document.querySelectorAll('.lead .chart')[0].querySelectorAll('path.line')]"
        ".at(-1).getAttribute('d') !== old",
        arg=before,
    )
    assert "2 years before diagnosis" in page.locator(".story").inner_text()
    assert curve(page) != before
