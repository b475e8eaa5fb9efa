"""Another disease beside the deficiency, switched on in the page."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_a_coexisting_disease_is_switched_on_and_off(page: Any, server: str) -> None:
    page.goto(f"{server}/")
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    page.locator("details.beside summary").click()
    box = page.locator("#beside-diabetic-neuropathy")
    assert not box.is_checked()
    lines = (
        "[...document.querySelectorAll('.lead .chart path.line')].map(line => line.getAttribute('d')).join()"
    )
    # bands and the answer come after the first picture and move the lines
    page.wait_for_function(
        "() => document.querySelector('.lead .chart path.band')"
        " && ![...document.querySelectorAll('.card, #waiting')].some("
        "item => /\\.\\.\\.|being computed/.test(item.textContent))"
    )
    before = page.evaluate(lines)
    box.check()
    page.wait_for_function(f"old => {lines} !== old", arg=before)
    box.uncheck()
    page.wait_for_function(f"old => {lines} === old", arg=before)
