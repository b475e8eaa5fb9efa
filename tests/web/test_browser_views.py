"""The views beside the course, as a person uses them in Chromium."""

from __future__ import annotations

import re
from typing import Any

import pytest

from remyelin.analysis.claims.registry import BEARINGS

pytestmark = pytest.mark.browser


def test_the_body_opens_a_wire(page: Any, server: str) -> None:
    page.goto(f"{server}/#body")
    wire = page.locator('[data-pathway="sural"]')
    wire.focus()
    page.keyboard.press("Enter")
    page.locator("#wire-name", has_text="sural").wait_for()
    page.wait_for_selector("#wire-detail circle")
    assert page.locator(".cord-cut .small", has_text="%").count() == 4
    date = page.locator("#body-date").input_value()
    page.locator("#body-play").click()
    page.wait_for_function("old => document.getElementById('body-date').value !== old", arg=date)
    page.locator("#body-play").click()
    for kind in ("svg", "png"):
        with page.expect_download() as download:
            page.locator(f"#save-{kind}").click()
        assert download.value.suggested_filename == f"body.{kind}"
    assert "Numbness" in page.locator("#wire-detail").inner_text()


def test_the_wire_slows_and_stops(page: Any, server: str) -> None:
    page.goto(f"{server}/#wire")
    page.wait_for_selector("main[data-computed='1']")
    assert "later" in page.locator(".wire-row.diseased .verdict").inner_text()
    page.locator("#lamellae").fill("1")
    page.wait_for_selector("main[data-computed='2']")
    assert page.locator(".wire-row.diseased .verdict").inner_text() == "blocked"
    assert "Blocked with 4 internodes" in page.locator("#challenge").inner_text()


def test_the_lab_asks_where_the_lesion_is_and_explains(page: Any, server: str) -> None:
    page.goto(f"{server}/#lab")
    page.locator("#mystery").click()
    page.locator(".question").nth(2).wait_for()
    assert "anaemia" not in page.locator(".side").inner_text()
    page.locator('[data-study="sural"]').click()
    page.wait_for_selector("#lab-table td")
    for number in range(3):
        page.locator(f"[data-answer-of='{number}']").first.click()
        page.locator(".question").nth(number).locator(
            ".hint", has_text=re.compile("Right|Not this one")
        ).wait_for()
    page.get_by_text(re.compile(r"^[0-3] of 3\.")).wait_for()


def test_five_steps_each_with_one_control(page: Any, server: str) -> None:
    page.goto(f"{server}/#story")
    page.locator("main[data-view=story]").wait_for()
    assert page.locator("section[id^=step-]").count() == 5
    for section in page.locator("section[id^=step-]").all():
        assert section.locator("input").count() == 1
    page.locator("#step-1 .story", has_text="metres per second").wait_for()
    page.locator("#story-wrap").fill("9")
    page.locator("#step-2 .story", has_text="the impulse stops").wait_for()
    page.locator("#story-years").fill("-24")
    page.locator("#step-3 .story", has_text="2 years before diagnosis").wait_for()
    page.locator("#story-returns").fill("24")
    page.locator("#step-4 .story", has_text="do not come back").wait_for()
    page.locator("#story-wait").scroll_into_view_if_needed()
    page.locator("#step-5 #waiting", has_text="treatment should not be delayed").wait_for()


def test_a_number_of_the_lab_opens_what_it_rests_on(page: Any, server: str) -> None:
    page.goto(f"{server}/#lab")
    page.locator('[data-study="sural"]').click()
    row = page.locator("#lab-table tr", has=page.locator("[data-rests='study.sural']"), has_text="velocity")
    row.locator(".rooted").first.click()
    panel = page.locator("#rests[data-what='study.sural']")
    assert "norm.sural.velocity" in panel.inner_text()
    assert "course.leg_sensory.distal" in panel.inner_text()
    assert "corticospinal" not in panel.inner_text()


def test_a_table_of_numbers_is_one_stop_of_the_tab_key(page: Any, server: str) -> None:
    page.goto(f"{server}/#lab")
    page.locator("#lab-table .rooted").first.wait_for()
    assert page.locator("#lab-table button[tabindex='0']").count() == 1
    page.locator("#lab-table button[tabindex='0']").focus()
    seen = set()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
        seen.add(
            page.evaluate("document.activeElement.closest('#lab-table') && document.activeElement.outerHTML")
        )
    assert len(seen) == 4
    assert None not in seen
    assert page.locator("#lab-table button[tabindex='0']").count() == 1


def test_sources_are_passed_by_keyboard_in_a_few_stops(page: Any, server: str) -> None:
    page.goto(f"{server}/#sources")
    page.locator("#entry a").first.wait_for()
    page.locator("#search").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("Boolean(document.activeElement.closest('#entry a'))"):
            break
    assert page.evaluate("Boolean(document.activeElement.closest('#entry a'))")
    group = page.locator(".layer[data-layer=myelin]")
    group.locator("summary").press("Enter")
    group.locator("a").first.wait_for()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.hash")
    page.keyboard.press("End")
    last = page.evaluate("document.activeElement.hash")
    assert first != last
    page.keyboard.press("Enter")
    page.locator("#entry code", has_text=last.removeprefix("#sources/")).first.wait_for()


def test_a_check_by_questions(page: Any, server: str) -> None:
    page.goto(f"{server}/#check")
    page.locator("#ask-age").fill("72")
    page.locator("#ask-sex").select_option("female")
    page.get_by_label("Numbness", exact=True).check()
    page.get_by_label("Metformin", exact=True).check()
    page.locator("#ask-b12").fill("110")
    page.locator("#ask").click()
    page.locator("#problem-b12").wait_for()
    assert "pg/mL" in page.locator("#problem-b12").inner_text()  # no unit is taken for granted
    page.locator("#unit-b12").select_option("pmol/L")
    page.locator("#ask").click()
    page.wait_for_selector("#answer h2")
    answer = page.locator("#answer").inner_text()
    assert "72 years, female" in answer
    assert "110 pmol/L" in answer
    assert "metformin" in answer.lower()


def test_a_bad_answer_is_refused_beside_its_field(page: Any, server: str) -> None:
    page.goto(f"{server}/#check")
    page.locator("#ask-age").fill("old")
    page.locator("#ask-mma").fill("0.4")
    page.locator("#unit-mma").select_option("nmol/L")
    page.locator("#ask").click()
    beside = page.locator("#problem-age")
    beside.wait_for()
    assert "old" in beside.inner_text()
    assert page.locator("#ask-age").get_attribute("aria-describedby") == "problem-age"
    assert page.evaluate("document.activeElement.id") == "ask-age"
    assert "umol/L" in page.locator("#problem-mma").inner_text()
    page.locator("#ask-age").fill("")
    page.locator("#sure-mma").check()
    page.locator("#ask").click()
    page.wait_for_selector("#answer h2")
    assert not beside.is_visible()
    assert not page.locator("#problem-mma").is_visible()


def test_a_check_reads_the_open_case_from_a_file(page: Any, server: str) -> None:
    page.goto(f"{server}/#check")
    page.locator("#by-file summary").click()
    page.locator("#ask-file").click()
    page.wait_for_selector("#answer h2")
    answer = page.locator("#answer").inner_text()
    assert "Understood: 60 years, female; " in answer
    assert "Seek care" in answer
    page.locator("#known").fill("[person]\nage = 'old'\n")
    page.locator("#ask-file").click()
    page.wait_for_selector("#answer [role=alert]")


def test_the_impulse_waits_where_less_motion_is_asked_for(page: Any, server: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{server}/#wire")
    page.wait_for_selector("main[data-computed='1']")
    assert page.locator("#play").inner_text() == "Play"
    assert "Slow motion" in page.locator("#slowed").inner_text()


def test_a_claim_is_judged_by_the_model(page: Any, server: str) -> None:
    page.goto(f"{server}/#claims")
    claim = page.locator("section.claim").first
    assert "Gutrecht and Dyck 1970" in claim.inner_text()
    assert "not every fibre has a wrap" in claim.inner_text(), "the verdict is a sentence before any run"
    claim.get_by_role("button").click()
    claim.locator("table td").first.wait_for()
    assert "velocity with myelin" in claim.inner_text()
    assert any(said in claim.inner_text() for said in BEARINGS.values())


def test_an_experiment_shows_its_figure(page: Any, server: str) -> None:
    page.goto(f"{server}/#experiments")
    page.locator("#run-crossing").click()
    page.locator("#result-title", has_text="where it meets a lesion").wait_for()
    page.locator("#result figure.chart svg .axis text").first.wait_for()
    assert "Conditions:" in page.locator("#result").inner_text()


def test_experiments_open_on_questions_and_an_answer(page: Any, server: str) -> None:
    page.goto(f"{server}/#experiments")
    page.locator("#result figure.chart svg .axis text").first.wait_for()
    chosen = page.locator("button.pick[aria-pressed=true]")
    assert page.locator("#result-title").inner_text() in chosen.inner_text()
    picks = page.locator("button.pick").all_inner_texts()
    assert picks
    assert all(pick.endswith("?") for pick in picks)
