"""What a visitor sees, in Chromium: colours that a legend promises, words inside their pictures, no false comfort."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

#: Pixels between the margins of A4.
A4 = 710

#: Words of a chart that reach over the edge of its picture, in pixels of the screen.
OVER = """() => [...document.querySelectorAll(".chart svg")].flatMap((picture) => {
  const frame = picture.getBoundingClientRect();
  return [...picture.querySelectorAll("text.label")].map((text) => text.getBoundingClientRect())
    .filter((box) => box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1))
    .map((box) => `${box.left} to ${box.right} of ${frame.left} to ${frame.right}`);
})"""


def test_the_columns_of_the_cord_have_the_colours_of_their_pathways(page: Any, server: str) -> None:
    page.goto(f"{server}/#body")
    page.locator("svg.cord-cut text", has_text="%").first.wait_for()
    fills = page.evaluate(
        "[...document.querySelectorAll('.cord-cut g')]"
        ".map(column => [getComputedStyle(column.querySelector('path')).fill, column.style.fill])"
    )
    assert len(fills) == 4
    assert all(path == column for path, column in fills), fills
    assert len({path for path, _ in fills}) == 4, "one colour for each column"


@pytest.mark.parametrize(("width", "paper"), [(390, False), (1600, False), (1600, True)])
def test_no_word_below_a_chart_is_cut_off(page: Any, server: str, width: int, paper: bool) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server}/#course")
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    page.locator("#blood .chart").last.scroll_into_view_if_needed()
    page.locator("#blood path.line").last.wait_for()
    page.locator("main[aria-busy=false]").wait_for()
    if paper:
        page.set_viewport_size({"width": A4, "height": 1000})
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#blood text.label").count() == 4
    assert page.evaluate(OVER) == []


def test_an_end_that_is_not_told_apart_is_not_called_equal(page: Any, server: str) -> None:
    page.goto(f"{server}/#course")
    page.locator("#case").select_option("vegan-diet")
    page.locator(".card.plan-b", has_text="cannot tell").wait_for()
    assert "does not mean that there is no difference" in page.locator(".card.plan-b").inner_text()
    page.locator("#waiting li", has_text="it may be much").first.wait_for()


def test_every_line_of_the_five_steps_has_a_name(page: Any, server: str) -> None:
    page.goto(f"{server}/#story")
    for step in (3, 4):
        page.locator(f"#step-{step} .story[data-ready]").wait_for()
        assert page.locator(f"#step-{step} .legend").inner_text().split() == [
            "impulse",
            "arrives",
            "fibre",
            "alive",
        ]
    page.locator("#step-5").scroll_into_view_if_needed()
    page.locator("#step-5 .story[data-ready]").wait_for()
    assert "plan A" not in page.locator("#step-5").inner_text(), "no plan has this name here"


def test_a_number_read_off_a_band_has_its_range(page: Any, server: str) -> None:
    page.goto(f"{server}/#course")
    page.locator("[data-answer=end]").wait_for()
    page.locator("main[aria-busy=false]").wait_for()
    page.locator(".lead .chart svg").first.hover()
    tip = page.locator(".lead .chart .tip").first
    assert re.search(r"A: treated at diagnosis: [\d.]+ \([\d.]+ to [\d.]+\)", tip.inner_text()), (
        tip.inner_text()
    )
