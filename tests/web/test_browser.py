"""What a person does with the page, in Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
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
    page.locator("#began").fill("60")
    page.wait_for_function(
        "old => [...document.querySelectorAll('.lead .chart')[0].querySelectorAll('path.line')]"
        ".at(-1).getAttribute('d') !== old",
        arg=before,
    )
    assert "5 years before diagnosis" in page.locator(".story").inner_text()
    assert curve(page) != before


def test_the_body_opens_a_wire(page: Any, server: str) -> None:
    page.goto(f"{server}/#body")
    wire = page.locator('[data-pathway="sural"]')
    wire.focus()
    page.keyboard.press("Enter")
    page.locator("#wire-name", has_text="sural").wait_for()
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
    page.locator("#takeaway", has_text="in the clipboard").wait_for()
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


def test_a_check_reads_the_open_case_by_published_guidance(page: Any, server: str) -> None:
    page.goto(f"{server}/#check")
    page.locator("#ask").click()
    page.wait_for_selector("#answer h2")
    answer = page.locator("#answer").inner_text()
    assert "Understood: 35 years, female; " in answer
    assert "Seek care" in answer
    page.locator("#known").fill("[person]\nage = 'old'\n")
    page.locator("#ask").click()
    page.wait_for_selector("#answer [role=alert]")
    page.locator("#known").fill("")


def test_a_claim_is_judged_by_the_model(page: Any, server: str) -> None:
    page.goto(f"{server}/#claims")
    claim = page.locator("section.claim").first
    assert "gutrecht1970" in claim.inner_text()
    claim.get_by_role("button").click()
    claim.locator("table td").first.wait_for()
    assert "velocity with myelin" in claim.inner_text()
    assert "by construction" in claim.inner_text()


def test_an_experiment_shows_its_figure(page: Any, server: str) -> None:
    page.goto(f"{server}/#experiments")
    page.locator("#run-crossing").click()
    page.locator("#result figure.chart svg .axis text").first.wait_for(timeout=60_000)
    assert "Conditions:" in page.locator("#result").inner_text()


def test_two_plans_are_compared_and_a_regimen_is_built(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("#start-b").fill("30")
    page.locator(".card.plan-b", has_text="30 months after").wait_for()
    page.locator("#regimen-b").select_option("own")
    page.locator("#form-b").select_option("cyanocobalamin")
    page.locator("#amount-b").fill("0.01")
    page.locator("#amount-b").dispatch_event("change")
    page.locator("#schedule-b").select_option("weekly")
    page.locator(".story", has_text="plan B's regimen").wait_for()
    assert page.locator("#order-b").input_value() == "cyanocobalamin 0.01 mg oral weekly"
    page.locator("#order-b").fill("cyanocobalamin 2 mg by telepathy daily")
    page.locator("#order-b").press("Enter")
    page.locator("main [role=alert]:not([hidden])", has_text="telepathy").wait_for()


def test_a_visit_by_keyboard_only(page: Any, server: str) -> None:
    open_course(page, server)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    def tab_to(wanted: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == wanted:
                return
        pytest.fail(f"{wanted} is not reached by the keyboard")

    tab_to("age")
    page.keyboard.press("ArrowRight")
    page.locator(".story", has_text="of 36").wait_for()
    page.keyboard.press("Control+Home")
    page.locator("body").press("Shift+Tab")
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == "nav-body":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector('main[data-view="body"]')
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.pathway") == "sural":
            break
    page.keyboard.press("Space")
    page.locator("#wire-name", has_text="sural").wait_for()


def test_controls_are_a_drawer_on_a_telephone(page: Any, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_course(page, server)
    assert not page.locator("#age").is_visible()
    page.locator(".drawer-button").click()
    page.locator("#age").fill("41")
    page.locator(".story", has_text="of 41").wait_for()


def test_a_closed_page_frees_its_job(chromium: Any, server: str, app: Any) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{server}/#experiments")
    page.locator("#run-recovery").click()  # half a minute of work, in many steps
    wait_until(lambda: app.state.long.inside == 1)
    context.close()
    wait_until(lambda: app.state.long.inside == 0)


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
