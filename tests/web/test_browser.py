"""What a person does with the page, in Chromium."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from shown import open_course, settled

from remyelin.evidence import Ledger
from remyelin.evidence.catalogue import catalogue

pytestmark = pytest.mark.browser


def curve(page: Any, chart: int = 0) -> str:
    """The path of plan A in one of the two first charts."""
    return str(page.locator(".lead .chart").nth(chart).locator("path.line").last.get_attribute("d"))


def test_the_first_screen_answers(page: Any, server: str) -> None:
    open_course(page, server)
    assert "never medical advice" in page.locator("#permanent").inner_text()
    page.locator("[data-answer=end]").wait_for()
    for key in ("now", "year", "end"):
        said = page.locator(f"[data-answer={key}] .big").inner_text()
        assert re.search(
            r"\d+(?:, the most that nerves give on this scale)? \(\d+ to \d+\) of 16 points", said
        ), said
        assert page.locator(f"[data-answer={key}] .hint").inner_text()
    assert re.search(r"after .+ \(.+ to .+\)", page.locator("[data-answer=first] .big").inner_text())
    waiting = page.locator("#waiting").inner_text()
    assert "Treatment should not be delayed" in waiting
    assert "points more" in waiting
    assert "Healton 1991" in page.locator(".lead").inner_text()
    assert page.locator(".card").count() == 3
    if "cannot tell" in waiting:  # nothing is drawn of what cannot be told
        assert page.locator("#waiting figure").is_hidden()
    else:
        page.locator("#waiting .chart circle").first.wait_for()
    # a delay that is not told apart is not called harmless
    page.locator("#case").select_option("vegan-diet")
    page.locator(".card.plan-b", has_text="cannot tell").wait_for()
    page.locator("#waiting", has_text="the model cannot tell").wait_for()
    assert "Treatment should not be delayed" in page.locator("#waiting").inner_text()
    page.locator("#case").select_option("recreational-nitrous-oxide")
    page.locator(".card.plan-none", has_text="the exposure continues").wait_for()


def test_earlier_treatment_ends_no_worse_on_the_first_screen(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("#start-b").fill("30")
    page.locator(".card.plan-b", has_text="30 months after").wait_for()
    page.locator("[data-answer=end]").wait_for()
    settled(page)
    # the cards: treated now, begun later, never
    ends = {
        plan: re.search(r"(\d+) \((\d+) to (\d+)\) of 16", page.locator(f".card.plan-{plan}").inner_text())
        for plan in ("a", "b", "none")
    }
    assert all(ends.values()), "each of them is told apart, with its range"
    medians, lows, highs = ([int(ends[plan][i]) for plan in ("a", "b", "none")] for i in (1, 2, 3))  # type: ignore[index]
    for row in (medians, lows, highs):
        assert row == sorted(row), row
    assert medians[0] < medians[-1], "waiting is not free"
    # the curves: more is higher on the screen, which counts downwards
    heights = page.evaluate(
        "[...document.querySelector('.lead .chart').querySelectorAll('path.line')]"
        ".map(line => line.getPointAtLength(line.getTotalLength()).y)"
    )
    assert len(heights) == 3
    assert heights == sorted(heights), "never treated, begun later, treated now, from above"


def test_a_case_whose_findings_are_missed_shows_no_forecast(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("#case").select_option("vegetarian-66")
    page.locator(".story.notice", has_text="No forecast").wait_for()
    page.locator("[data-answer=now]").wait_for()
    settled(page)
    story = page.locator(".story").inner_text()
    assert "position sense absent is the least expected" in story, "the finding at fault is named"
    assert "Treatment should not be delayed" in story
    for jargon in ("effective sample", "sign position"):
        assert jargon not in story
    said = page.locator("[data-answer=now] .big").inner_text().split(" ")[0]
    drawn = page.locator(".lead .chart svg[role=img]").first.get_attribute("aria-label") or ""
    assert drawn.endswith(f" to {said}."), "the curve ends where its card says"
    assert page.locator(".card").count() == 0
    assert page.locator("[data-answer]").count() == 1
    assert not page.locator("#waiting").is_visible()
    for place in (0, 1):
        chart = page.locator(".lead .chart").nth(place)
        assert chart.locator("path.line").count() == 1, "the plans are not compared"
    page.locator("#nav-body").click()
    page.locator(".notice", has_text="No forecast").wait_for()
    assert page.locator("#plan-none").count() == 0
    page.locator("#nav-course").click()
    page.locator("#case").select_option("pernicious-anaemia")
    page.wait_for_selector(".card.plan-none")


def test_answers_that_come_late_out_of_order_or_not_at_all(page: Any, server: str) -> None:
    held: list[Any] = []
    page.route("**/api/claims", lambda route: held.append(route))
    open_course(page, server)
    # a view is left before its answer is there
    page.locator("#nav-claims").click()
    page.locator("main[data-state=loading]").wait_for()
    # the view says that it loads before its question reaches this test
    for _ in range(250):
        if held:
            break
        page.wait_for_timeout(20)
    page.locator("#nav-check").click()
    page.locator("main[data-view=check]").wait_for()
    assert held
    for route in held:
        with contextlib.suppress(Exception):
            route.continue_()
    page.wait_for_timeout(200)
    assert page.locator("main[data-view=check] #questions").count() == 1
    assert page.locator("section.claim").count() == 0
    # an answer that does not come, or is refused, fails its own view and no other
    page.unroute("**/api/claims")
    page.route("**/api/claims", lambda route: route.fulfill(status=422, json={"error": "no claims today."}))
    page.locator("#nav-claims").click()
    page.locator("main[data-state=failed] [role=alert]", has_text="no claims today.").wait_for()
    page.unroute("**/api/claims")
    page.get_by_role("button", name="Try again").click()
    page.locator("section.claim").first.wait_for()
    # the first of two answers comes last
    waiting: list[Any] = []

    def first_last(route: Any) -> None:
        waiting.append(route)
        if len(waiting) > 1:
            route.continue_()

    page.locator("#nav-course").click()
    settled(page)
    page.route("**/api/course", first_last)
    page.locator("#age").fill("33")
    page.wait_for_function("() => document.querySelector('main').getAttribute('aria-busy') === 'true'")
    page.locator("#nav-body").click()
    page.locator("#nav-course").click()
    page.locator(".story", has_text="of 33").wait_for()
    with contextlib.suppress(Exception):
        waiting[0].continue_()
    page.locator(".card.plan-none").wait_for()
    assert "of 33" in page.locator(".story").inner_text()


def test_a_plan_that_is_refused_takes_its_curves_with_it(page: Any, server: str) -> None:
    settled(page, server)
    page.locator("#regimen-a").select_option("own")
    page.locator("#order-a").fill("cyanocobalamin 2 mg by telepathy daily")
    page.locator("#order-a").press("Enter")
    page.locator("main [role=alert]:not([hidden])", has_text="telepathy").wait_for()
    assert page.locator(".lead .chart").first.locator("path.line").count() == 0
    assert page.locator(".card").count() == 0
    assert page.locator("[data-answer]").count() == 0


def test_a_slider_redraws_the_course(page: Any, server: str) -> None:
    open_course(page, server)
    before = curve(page)
    page.locator("#began").fill("60")
    page.wait_for_function(
        "old => [...document.querySelectorAll('.lead .chart')[0].querySelectorAll('path.line')]"
        ".at(-1).getAttribute('d') !== old",
        arg=before,
    )
    page.locator(".story", has_text="5 years before diagnosis").wait_for()
    assert curve(page) != before


def test_a_duration_that_the_case_does_not_state_is_the_same_in_sentence_and_slider(
    page: Any, server: str
) -> None:
    open_course(page, server)
    page.locator("#case").select_option("stabler-2013")
    page.locator(".story", has_text="(not stated; computed)").wait_for()
    (months,) = re.findall(r"begun (\d+) months before", page.locator(".story").inner_text())
    assert page.locator("#began-exact").input_value() == page.locator("#began").input_value() == months
    shown = page.locator("output[for=began]")
    assert shown.inner_text() == f"computed: {months} months"
    # once the slider is moved, its value is stated
    page.locator("#began").fill("60")
    assert shown.inner_text() == "5 years"
    page.locator(".story", has_text="5 years before diagnosis.").wait_for()
    assert "not stated" not in page.locator(".story").inner_text()


def test_what_is_read_of_a_curve_follows_it(page: Any, server: str) -> None:
    settled(page, server)
    chart = page.locator(".lead .chart").nth(1)
    picture = chart.locator("svg[role=img]")
    box = picture.bounding_box()
    # no mouse: answers that change their height may move the chart away from under it
    picture.dispatch_event("pointermove", {"clientX": box["x"] + 400, "clientY": box["y"] + 100})
    before = chart.locator(".tip").inner_text()
    page.locator("#start-a-exact").evaluate(
        "field => { field.value = 24; field.dispatchEvent(new Event('change')); }"
    )
    page.locator(".card.plan-a", has_text="2 years after").wait_for()
    settled(page)
    assert chart.locator(".tip").is_visible()
    assert chart.locator(".tip").inner_text() != before


def test_a_schedule_has_a_short_name_and_its_doses_on_demand(page: Any, server: str) -> None:
    open_course(page, server)
    for name in page.locator("#regimen-a option").all_inner_texts():
        assert len(name) <= 32, name
    doses = page.locator(".plan-a details p")
    assert not doses.is_visible()
    page.locator(".plan-a summary").click()
    said = "hydroxocobalamin 1 mg intramuscular, every 2 days for 21 days, then"
    assert doses.inner_text().startswith(said)
    page.locator("#regimen-a").select_option("oral")
    assert "2 mg by mouth, every day" in doses.inner_text()


def test_every_view_of_a_person_says_which_numbers_it_shows(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("#strip > .hint", has_text="Numbers are medians of many simulated courses").wait_for()
    said = page.locator("#strip > .hint").inner_text()
    assert all(f" {name}" in said for name in ("Body", "Lab", "My results"))
    for view in ("My results", "Body", "Lab"):
        page.get_by_role("link", name=view, exact=True).click()
        page.locator("p.caption.do", has_text="Course").wait_for()


def test_all_nineteen_symptoms_stand_in_their_tier(page: Any, server: str) -> None:
    open_course(page, server)
    page.wait_for_function("() => document.querySelectorAll('#chances .chart').length >= 6")
    text = page.locator("#symptoms").inner_text()
    parts = re.split(r"Tier (mechanism|association|no evidence): ", text)
    tiers = dict(zip(parts[1::2], parts[2::2], strict=True))
    for symptom in catalogue(Ledger.shipped()):
        assert symptom.name in tiers[symptom.tier], symptom.name
    assert "Tiredness" in tiers["association"]
    assert "in 26\u00a0% (5.1 to 43) of all people" in tiers["no evidence"]


def test_a_source_is_followed(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator('#person a[href="#sources/prior.weight"]').click()
    page.wait_for_selector("#entry code")
    assert "assumed" in page.locator("#entry").inner_text()


def test_a_number_of_the_course_opens_what_it_rests_on(page: Any, server: str) -> None:
    # a press while the cards are drawn anew meets a button that is gone
    settled(page, server)
    page.locator(".card.plan-a").get_by_role("button", name="of 16").click()
    panel = page.locator("#rests[data-what='disability']")
    panel.locator(".rests-entry").first.wait_for()
    assert "assumed" in panel.locator(".rests-entry .flag").first.inner_text()
    entry = panel.locator(".rests-entry", has_text="clinic.presence")
    entry.locator("summary").click()
    told = entry.inner_text()
    for fact in ("value", "range", "kind", "source", "feeds", "the symptom gait"):
        assert fact in told
    page.locator("#rests-close").press("Enter")
    assert not page.locator("#rests").is_visible()
    # by keyboard, from the mark of a chart to the entry in Sources
    page.locator("#blood [data-rests='blood.b12']").first.press("Enter")
    entry = page.locator("#rests[data-what='blood.b12'] .rests-entry", has_text="limits.b12")
    entry.get_by_role("link").press("Enter")
    page.locator("#entry code", has_text="limits.b12").first.wait_for()
    assert not page.locator("#rests").is_visible()


def test_a_number_of_the_course_table_opens_its_own_norm(page: Any, server: str) -> None:
    settled(page, server)
    page.locator("#studies").scroll_into_view_if_needed()
    row = page.locator("#studies tr", has_text="elbow, velocity").first
    row.locator("td").nth(1).get_by_role("button").click()
    first = page.locator("#rests .rests-entry summary").first
    first.wait_for()
    assert "norm.median_motor.velocity" in first.inner_text()
    assert page.locator("#rests .rests-entry", has_text="norm.median_motor.latency").count() == 0


def test_grave_disability_beside_normal_studies_is_doubted(page: Any, server: str) -> None:
    def doubting(route: Any) -> None:
        """Answer as the server does where the state asks for it, whatever the model says of this case today."""
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "doubt": "A clinician would doubt it."})

    page.route("**/api/studies", doubting)
    open_course(page, server)
    page.locator("#studies").scroll_into_view_if_needed()
    page.locator("#studies .notice", has_text="A clinician would doubt it.").first.wait_for()


def test_the_parts_of_the_course_are_one_press_away_on_a_telephone(page: Any, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_course(page, server)
    # the answer and the first curve share the first screen
    box = page.locator(".lead .chart svg").first.bounding_box()
    assert box["y"] + box["height"] < 844
    # the note on scale and ranges is not lost: it follows the curves
    note = page.locator(".lead .hint.wide", has_text="The scale counts trouble with walking")
    assert note.bounding_box()["y"] > box["y"] + box["height"]
    assert not page.locator("#person td").first.is_visible()
    page.locator("[data-jump=person]").click()
    page.locator("#person td").first.wait_for()
    assert page.evaluate("document.activeElement.closest('section').id") == "person"
    page.locator("[data-jump=case-kind]").click()
    page.wait_for_function(
        "() => document.getElementById('case-title').getBoundingClientRect().top < innerHeight"
    )


def test_a_link_brings_back_case_plans_view_and_date(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("#case").select_option("pernicious-anaemia")
    page.locator("#age").fill("63")
    page.locator("#start-a").fill("2")
    page.locator("#start-b").fill("30")
    page.locator("#regimen-b").select_option("us label 100 ug")
    page.locator("#date").fill("9")
    page.locator(".card.plan-b", has_text="30 months after").wait_for()
    page.locator("main[aria-busy=false]").wait_for()
    page.locator("[data-answer=end]").wait_for()
    waiting = page.locator("#waiting p").first.inner_text()
    page.locator("#nav-body").click()
    page.locator('[data-pathway="visual"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash.startsWith('#body') && location.hash.includes('?c=')")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector('main[data-view="body"]')
    assert page.locator("input[type=range]").first.input_value() == "9"
    page.locator("#nav-course").click()
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    page.locator("main[aria-busy=false]").wait_for()
    page.locator("[data-answer=end]").wait_for()
    assert page.locator("#waiting p").first.inner_text() == waiting
    for control, value in (
        ("case", "pernicious-anaemia"),
        ("start-a", "2"),
        ("start-b", "30"),
        ("date", "9"),
    ):
        assert page.locator(f"#{control}").input_value() == value
    assert page.locator("#regimen-b").input_value() == "us label 100 ug"


def test_a_word_explains_itself_by_keyboard_and_by_touch(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("main[aria-busy=false]").wait_for()  # a chart that is drawn again closes what it explains
    ask = page.get_by_label("What is Disability?").first
    ask.focus()
    page.keyboard.press("Enter")
    note = page.locator(".explain:popover-open")
    note.wait_for()
    assert ask.get_attribute("aria-describedby") == note.get_attribute("id")
    assert "0 (nothing) to 16 points" in note.inner_text()
    page.keyboard.press("Escape")
    note.wait_for(state="detached")
    page.get_by_role("button", name="Vacuolated").click()
    assert "split and swollen" in note.inner_text()


def test_two_plans_are_compared_and_a_regimen_is_built(page: Any, server: str) -> None:
    open_course(page, server)
    page.locator("#start-b").fill("30")
    page.locator(".card.plan-b", has_text="30 months after").wait_for()
    page.locator("#regimen-b").select_option("own")
    page.locator("#form-b").select_option("cyanocobalamin")
    page.locator("#amount-b").fill("0.01")
    page.locator("#amount-b").dispatch_event("change")
    page.locator("#route-b").select_option("oral")
    page.locator("#schedule-b").select_option("weekly")
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
    page.locator(".story", has_text="of 61").wait_for()
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


def test_the_exact_battery_is_asked_for_and_stands_beside_the_tables(page: Any, server: str) -> None:
    def two_studies(route: Any) -> None:
        """Ask the server for two studies in place of the whole battery, which would take this test long."""
        asked = {**route.request.post_data_json, "studies": ["sural", "median_sensory"]}
        route.continue_(post_data=json.dumps(asked))

    page.route("**/api/exact", two_studies)
    open_course(page, server)
    page.locator("#date").fill("6")
    page.locator("#studies").scroll_into_view_if_needed()
    page.locator("#studies td").first.wait_for()
    assert page.locator("#studies td.exact").count() == 0
    page.evaluate(
        "new MutationObserver(() => { document.body.dataset.said = (document.body.dataset.said || '') + "
        "document.querySelector('#studies [role=status]').textContent; })"
        ".observe(document.querySelector('#studies [role=status]'), {childList: true})"
    )
    page.locator("#ask-exact").click()
    page.locator("#studies td.exact", has_text=re.compile("[0-9]")).first.wait_for()
    assert page.locator("#studies th", has_text="plan A, exact").count() == 1
    assert re.search(r"stretch \d+, ", page.evaluate("document.body.dataset.said"))
    row = page.locator("#studies tr", has=page.locator("td.exact", has_text=re.compile("[0-9]"))).first
    tables, exact = (float(re.sub("[^0-9.]", "", row.locator("td").nth(i).inner_text())) for i in (2, 3))
    assert exact == pytest.approx(tables, rel=0.25)  # drawn fibres against the whole distribution
    page.locator("#ask-exact").click()
    page.wait_for_function("() => document.querySelectorAll('#studies td.exact').length === 0")


def test_a_closed_page_frees_its_job(
    chromium: Any, server: str, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[BaseException] = []

    def endless(case: Any, shift: Any, day: Any, names: Any, check: Any, exact: bool = False) -> Any:
        """Studies that go on, a step at a time, until nobody waits for them."""
        try:
            while exact:
                check("a step")
                time.sleep(0.01)
        except BaseException as error:
            ended.append(error)
            raise
        return given(case, shift, day, names, check)

    given = app.state.engine.studies
    monkeypatch.setattr(app.state.engine, "studies", endless)
    context = chromium.new_context()
    page = context.new_page()
    open_course(page, server)
    page.locator("#studies").scroll_into_view_if_needed()
    page.locator("#ask-exact").click()
    page.locator("#studies [role=status]", has_text="a step").wait_for()
    assert app.state.long.inside == 1
    context.close()
    wait_until(lambda: app.state.long.inside == 0 and bool(ended))
    assert "has left" in str(ended[0])


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
