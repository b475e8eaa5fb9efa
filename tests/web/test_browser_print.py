"""The page on paper, in Chromium: nothing is cut off, and what nobody has scrolled to is drawn."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

#: Width of A4 at 96 dots an inch.
PAPER = 794
CUT = """() => [...document.querySelectorAll("main *")].filter((node) => {
  if (!node.getClientRects().length || getComputedStyle(node).position === "absolute") return false;
  const { overflowX, overflowY } = getComputedStyle(node);
  const hides = (value) => value !== "visible" && value !== "clip";
  return (hides(overflowX) && node.scrollWidth > node.clientWidth + 1)
    || (hides(overflowY) && node.scrollHeight > node.clientHeight + 1);
}).map((node) => `${node.tagName} ${node.className}`)"""


@pytest.mark.parametrize("view", ["story", "course", "results", "body", "lab", "check", "claims", "sources"])
def test_a_view_on_paper_cuts_nothing_off(page: Any, server: str, view: str) -> None:
    page.set_viewport_size({"width": PAPER, "height": 1123})
    page.goto(f"{server}/#{view}")
    page.wait_for_selector(f'main[data-view="{view}"]')
    if view == "course":
        page.locator("[data-answer=end]").wait_for()
        page.locator("main[aria-busy=false]").wait_for()
    drawn = "[...document.querySelectorAll('#blood path.line')].map(line => line.getAttribute('d')).join()"
    if view == "course":
        # another plan: what nobody has scrolled to still shows the one before
        before = page.evaluate(drawn)
        page.locator("#start-a-exact").evaluate(
            "field => { field.value = 12; field.dispatchEvent(new Event('change')); }"
        )
        page.locator(".card.plan-a", has_text="1 year after").wait_for()
        page.locator("main[aria-busy=false]").wait_for()
        assert page.evaluate(drawn) == before, "the part below the screen is not drawn before printing"
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
    assert [node for node in page.evaluate(CUT) if not node.startswith(("TEXTAREA", "INPUT", "SELECT"))] == []
    assert not page.locator("nav").is_visible()
    assert page.locator("#permanent").is_visible(), "what this is stands on paper, too"
    assert page.locator("#permanent").inner_text().endswith("treatment should not wait for a model.")
    if view == "lab":
        assert (
            page.locator("#lab-whose").inner_text() == "Pernicious anaemia, found late, at diagnosis, plan A."
        )
        assert not page.locator(".questions").is_visible(), "no question was asked"
    if view == "course":
        assert not page.locator(".side").is_visible()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(drawn) != before, "paper shows the plan of the screen"
        pdf = page.pdf(format="A4")
        assert pdf.startswith(b"%PDF")


def test_nerve_studies_that_were_not_loaded_are_said_to_be_missing_on_paper(page: Any, server: str) -> None:
    page.goto(f"{server}/#course")
    page.locator("main[aria-busy=false] [data-answer=end]").wait_for()
    printing = "dispatchEvent(new Event('beforeprint'))"
    missing = page.locator("#studies .notice", has_text="Print again")
    page.evaluate(printing)
    assert missing.is_visible()
    page.locator("#studies table").wait_for()
    page.evaluate(printing)
    assert missing.count() == 0
    assert page.locator("#studies tbody tr").count() > 20


def test_no_value_of_a_record_lies_out_of_sight_on_a_phone(page: Any, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/#results")
    page.wait_for_selector("#record tbody tr")
    outside = """() => [...document.querySelectorAll("#record input, #record select, #record button")]
      .filter((node) => { const box = node.getBoundingClientRect(); return box.left < 0 || box.right > 390; }).length"""
    assert page.locator("#record input").count() > 20
    assert page.evaluate(outside) == 0
