"""Answers of the server that come late, out of order or not at all, in Chromium."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_a_damaged_link_is_told_until_it_is_closed_whatever_else_is_told(page: Any, server: str) -> None:
    answers: list[str] = []

    def warming(route: Any) -> None:
        """Answer as a server that is still starting: at first, and once more."""
        real = route.fetch()
        answers.append("warming" if len(answers) < 2 else "warm")
        cold = {"warm": False, "warming": "compiling the kernels"} if answers[-1] == "warming" else {}
        route.fulfill(response=real, json={**real.json(), **cold})

    page.route("**/api/state", warming)
    page.goto(f"{server}/#course?c=broken")
    damaged = page.locator("#status [data-matter=link]", has_text="damaged")
    damaged.wait_for()
    page.locator("#status [data-matter=server]", has_text="compiling the kernels").wait_for()
    page.locator("#status [data-matter=server]").wait_for(state="detached")
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    page.locator("main[aria-busy=false]").wait_for()
    assert answers.count("warming") == 2
    assert damaged.is_visible()
    assert page.locator("#case-title").inner_text() in damaged.inner_text(), "it names the case shown instead"
    damaged.get_by_role("button", name="Close").click()
    page.locator("#status").wait_for(state="hidden")
    # a link pasted into an open page is told of as well; another case ends it
    page.evaluate("location.hash = '#course?c=alsobroken'")
    damaged.wait_for()
    page.locator("#case").select_option("vegan-diet")
    page.locator("#status").wait_for(state="hidden")


def test_a_server_that_is_gone_is_told_in_one_sentence(page: Any, server: str) -> None:
    def gone(route: Any) -> None:
        """Answer the first question for the state as a starting server, the later ones not at all."""
        if asked:
            # of all refusals the one that the fixture does not take for an error of the page
            route.fulfill(status=422, json={})
            return
        asked.append(route)
        real = route.fetch()
        route.fulfill(response=real, json={**real.json(), "warm": False, "warming": "starting"})

    asked: list[Any] = []
    page.route("**/api/state", gone)
    page.goto(f"{server}/#sources")
    page.locator("#status [data-matter=server]", has_text="does not answer").wait_for()
