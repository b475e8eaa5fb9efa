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


def test_the_body_opens_a_wire(page: Any, server: str) -> None:
    page.goto(f"{server}/#body")
    wire = page.locator('[data-pathway="sural"]')
    wire.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#wire-name').textContent.includes('sural')")
    page.wait_for_selector("#wire-detail circle")
    assert "Numbness" in page.locator("#wire-detail").inner_text()


def test_the_wire_slows_and_stops(page: Any, server: str) -> None:
    page.goto(f"{server}/#wire")
    page.wait_for_selector("main[data-computed='1']")
    assert "later" in page.locator(".wire-row.diseased .verdict").inner_text()
    page.locator("#lamellae").fill("1")
    page.wait_for_selector("main[data-computed='2']")
    assert page.locator(".wire-row.diseased .verdict").inner_text() == "blocked"


def test_the_lab_hides_the_diagnosis_and_fills_its_table(page: Any, server: str) -> None:
    page.goto(f"{server}/#lab")
    page.locator("#mystery").click()
    page.locator('[data-study="sural"]').click()
    page.wait_for_selector("#lab-table td")
    assert "anaemia" not in page.locator(".side").inner_text()


def test_a_source_is_followed(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator('#person a[href="#sources/prior.weight"]').click()
    page.wait_for_selector("#entry code")
    assert "assumed" in page.locator("#entry").inner_text()


def test_report_is_downloaded_and_the_link_reads_back(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("#make-report").click()
    page.wait_for_selector("#get-report-html", timeout=60_000)
    with page.expect_download() as download:
        page.locator("#get-report-html").click()
    assert download.value.suggested_filename == "report.html"
    page.locator("#age").fill("71")
    page.locator("#share").click()
    page.wait_for_function("document.body.innerText.includes('in the clipboard')")
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    assert "of 71" in page.locator(".story").inner_text()


@pytest.mark.parametrize(
    "view", ["course", "body", "wire", "lab", "experiments", "check", "claims", "sources"]
)
def test_nothing_overflows_a_telephone(page: Any, server: str, view: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/#{view}")
    page.wait_for_selector(f'main[data-view="{view}"]')
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
