"""Every view by the keyboard alone, in Chromium: each control is reached, nothing holds the focus."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

VIEWS = ["story", "course", "results", "body", "wire", "lab", "experiments", "check", "claims", "sources"]
#: Stops of the Tab key before the content of a view.
BEFORE = 12
#: Stops within a view, more than any has.
MOST = 600
#: Marks what has the focus; returns where it is, and whether it opens something that is closed.
HERE = """() => {
  const node = document.activeElement;
  node.dataset.walked = "1";
  const inside = Boolean(node.closest("main")) && node.id !== "main";
  return { inside, main: node.id === "main", end: node === document.body || node.id === "present",
    closed: node.tagName === "SUMMARY" && !node.parentElement.open, what: node.outerHTML.slice(0, 120) };
}"""
#: Controls that the walk has not met. Of a group with one stop the others are reached by arrows, see below.
MISSED = """() => [...document.querySelectorAll("main *")]
  .filter((node) => node.matches("button, a[href], input, select, textarea, summary, [role=button], [tabindex='0']"))
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled && !node.dataset.walked)
  .filter((node) => !(node.tabIndex === -1 && node.closest("[data-roving]")))
  .map((node) => node.outerHTML.slice(0, 120))"""
#: Groups with one stop: how many items each has, and how many of them the Tab key stops at.
GROUPS = """() => [...document.querySelectorAll("main [data-roving]")].map((node) => {
  const items = [...node.querySelectorAll("button, a, [role=button]")].filter((item) => item.checkVisibility());
  return { items: items.length, stops: items.filter((item) => item.tabIndex === 0).length };
})"""


@pytest.mark.parametrize("view", VIEWS)
def test_each_control_of_a_view_is_reached_by_tab_arrows_and_enter(page: Any, server: str, view: str) -> None:
    page.goto(f"{server}/#{view}")
    page.wait_for_selector(f'main[data-view="{view}"]')
    if view == "course":
        page.locator("[data-answer=end]").wait_for()
        page.locator("main[aria-busy=false]").wait_for()
        # the studies are asked for once they are in sight
        page.locator("#studies").scroll_into_view_if_needed()
        page.locator("#studies td").first.wait_for()
        page.evaluate("scrollTo(0, 0)")
    elif view in ("body", "lab", "experiments"):
        page.locator("main figure.chart path.line").first.wait_for()
    before = 0
    page.keyboard.press("Tab")
    while not (here := page.evaluate(HERE))["inside"]:
        before += 1
        assert before < BEFORE, "too many stops before the content"
        page.keyboard.press("Tab")
    # through the view, opening what is closed
    for _ in range(MOST):
        if here["closed"]:
            page.keyboard.press("Enter")
            page.wait_for_timeout(50)
            assert not page.evaluate(HERE)["closed"], f"Enter does not open {here['what']}"
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["end"]:
            break
    else:
        pytest.fail(f"the focus never leaves the view; it is on {here['what']}")
    assert page.evaluate(MISSED) == []
    for group in page.evaluate(GROUPS):
        assert group["stops"] <= 1, "a group is one stop"
        assert group["stops"] == 1 or not group["items"], "a group is no stop at all"
    arrows(page)
    sliders(page)


def arrows(page: Any) -> None:
    """Walk the first group with one stop by arrows, from its first item to its last."""
    first = "document.querySelector('main [data-roving] :is(button, a)[tabindex=\"0\"]')"
    if not page.evaluate(f"Boolean({first}?.checkVisibility())"):
        return
    page.evaluate(f"{first}.focus()")
    page.keyboard.press("Home")
    start = page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("End")
    last = page.evaluate("document.activeElement.outerHTML")
    assert len({start, second, last}) >= 2, "arrows do not move within the group"


def sliders(page: Any) -> None:
    """Move every slider in sight by an arrow, and back."""
    for slider in page.locator("main input[type=range]:visible").all()[:8]:
        slider.focus()
        value = slider.input_value()
        least = value == slider.get_attribute("min")
        page.keyboard.press("ArrowRight" if least else "ArrowLeft")
        assert slider.input_value() != value
        page.keyboard.press("ArrowLeft" if least else "ArrowRight")
        assert slider.input_value() == value
