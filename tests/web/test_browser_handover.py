"""From the check into the course and My results, in Chromium: nothing that was entered is lost."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def rows_of(page: Any) -> list[str]:
    """Return the rows of the record, their cells joined by blanks."""
    page.locator("#record tbody tr").first.wait_for()
    return list(
        page.evaluate(
            "[...document.querySelectorAll('#record tbody tr')].map(row =>"
            " [...row.querySelectorAll('input, select')].map(cell => cell.value).filter(Boolean).join(' '))"
        )
    )


def test_one_press_opens_what_was_entered_in_course_and_results(page: Any, server: str) -> None:
    page.goto(f"{server}/#check")
    page.locator("#ask-age").fill("72")
    page.locator("#ask-sex").select_option("female")
    page.locator("#symptom-numbness").check()
    page.locator("#since-symptom-numbness").fill("5 mo")
    page.locator("#symptom-gait").check()
    page.locator("#symptom-fatigue").check()
    assert page.locator("#since-symptom-tremor").is_hidden()
    page.locator("#ask-b12").fill("150")
    page.locator("#unit-b12").select_option("pg/mL")
    page.locator("#ask-mma").fill("0.9 umol/L")
    page.locator("#to-course").click()
    page.wait_for_selector("main[data-view=course][data-drawn]")
    assert page.locator("#age").input_value() == "72"
    assert page.locator("#sex").input_value() == "female"
    assert page.locator("#case option:checked").inner_text() == "Person entered in Check"
    assert "unknown cause" in page.locator(".story").inner_text()
    values = page.locator("#case-labs").inner_text()
    assert "B12 150 pg/mL" in values
    assert "MMA 0.9 \u00b5mol/L" in values
    reported = page.locator("#case-reported").inner_text()
    assert "numbness for 5 months" in reported
    assert "gait" in reported
    assert "tiredness" in page.locator("#status [data-matter=check]").inner_text(), (
        "what is not used is named"
    )
    assert "never medical advice" in page.locator("#permanent").inner_text()
    # another case and back
    page.locator("#case").select_option("vegan-diet")
    page.locator(".story", has_text="vegan diet").wait_for()
    page.locator("#case").select_option("check")
    page.locator(".story", has_text="unknown cause").wait_for()
    assert "B12 150 pg/mL" in page.locator("#case-labs").inner_text()

    page.locator("#nav-results").click()
    assert rows_of(page) == [
        "person age 72 years",
        "person sex female",
        "cause unknown",
        "5 months before symptom numbness began",
        "day 0 symptom numbness present",
        "day 0 symptom trouble walking present",
        "day 0 symptom fatigue present",
        "day 0 lab vitamin B12 150 pg/mL",
        "day 0 lab methylmalonic acid 0.9 umol/L",
    ]
    # the answers still stand in the check
    page.locator("#nav-check").click()
    assert page.locator("#ask-b12").input_value() == "150"
    assert page.locator("#symptom-gait").is_checked()
    assert page.locator("#since-symptom-numbness").input_value() == "5 mo"


def test_what_the_course_needs_is_said_beside_its_field_and_rows_typed_before_come_back(
    page: Any, server: str
) -> None:
    page.goto(f"{server}/#results")
    page.locator("#record input").first.wait_for()
    page.get_by_label("Value, row 1").fill("44")
    mine = rows_of(page)
    page.locator("#nav-check").click()
    page.locator("#symptom-numbness").check()
    page.locator("#since-symptom-numbness").fill("a while")
    page.locator("#to-course").click()
    page.locator("#problem-since-symptom-numbness", has_text="5 mo or 2 y").wait_for()
    assert page.evaluate("document.activeElement.id") == "since-symptom-numbness"
    page.locator("#since-symptom-numbness").fill("2 years")
    page.locator("#to-course").click()
    page.locator("#problem-age", has_text="needs an age").wait_for()
    assert page.locator("main[data-view=check]").count() == 1
    page.locator("#to-results").click()
    page.wait_for_selector("main[data-view=results]")
    assert "24 months before symptom numbness began" in rows_of(page)
    page.locator("#record-back").click()
    assert rows_of(page) == mine


def test_an_emergency_is_said_over_the_course_too(page: Any, server: str) -> None:
    page.goto(f"{server}/#check")
    page.locator("#ask-age").fill("50")
    page.locator("#ask-sex").select_option("male")
    page.locator("#symptom-sudden_one_sided").check()
    page.locator("#to-course").click()
    page.wait_for_selector("main[data-view=course]")
    assert "call the emergency number" in page.locator("#status [data-matter=check]").inner_text()
