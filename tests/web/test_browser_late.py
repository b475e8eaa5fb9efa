"""Answers of the server that come late, out of order or not at all, in Chromium."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest
from shown import open_course, settled

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


def test_an_answer_is_of_the_plans_shown_or_is_being_computed(page: Any, server: str) -> None:
    held: list[Any] = []
    page.route("**/api/answer", lambda route: held.append(route))
    page.goto(f"{server}/#course")
    page.locator(".card.plan-none", has_text="being computed").wait_for()
    page.wait_for_function("() => document.querySelector('main').dataset.drawn >= 3")
    lines = page.locator(".lead .chart").first.locator("path.line")
    assert lines.count() == 1, "a plan whose end is not known is not drawn"
    assert page.locator("[data-answer]").count() == 0
    assert page.locator(".legend", has_text="being computed").count() == 1

    wait_for(page, held)
    for route in held:
        route.continue_()
    held.clear()
    page.unroute("**/api/answer")
    page.locator("[data-answer=end]").wait_for()
    page.locator("#waiting", has_text="points more").wait_for()
    told = page.locator(".card", has_not_text="cannot tell").count()
    assert lines.count() == told > 1
    # another plan: what was answered before is not its answer, and the one under way comes last
    page.locator("main[aria-busy=false]").wait_for()
    page.route("**/api/answer", lambda route: held.append(route))
    page.locator("#start-b").fill("30")
    page.locator(".card.plan-b", has_text="being computed").wait_for()
    assert page.locator("[data-answer]").count() == 0
    assert page.locator("#waiting").is_hidden()
    wait_for(page, held)
    # an answer that fails leaves no older one standing
    held.pop().fulfill(status=422, json={"error": "no answer today."})
    page.locator("#strip", has_text="could not be computed").wait_for()
    page.locator("main [role=alert]", has_text="no answer today.").first.wait_for()


def wait_for(page: Any, held: list[Any]) -> None:
    """Wait until a request is held."""
    for _ in range(600):
        if held:
            return
        page.wait_for_timeout(100)
    pytest.fail("nothing was asked")


def test_five_steps_say_whether_their_sentence_is_that_of_the_control(page: Any, server: str) -> None:
    held: list[Any] = []
    page.goto(f"{server}/#story")
    for step in range(1, 5):
        page.locator(f"#step-{step} .story[data-ready]").wait_for()
    page.locator("#story-wait").scroll_into_view_if_needed()
    cost = page.locator("#step-5 .story[data-ready]", has_text="points")
    cost.wait_for()
    page.locator("#step-5 #waiting").wait_for()
    page.route("**/api/answer", lambda route: held.append(route))
    page.locator("#story-wait").fill("18")
    page.locator("#step-5 .story:not([data-ready])").wait_for()
    assert page.locator("#step-5 #waiting").is_hidden()
    wait_for(page, held)
    assert re.search(r"from \d+ sets of rates", page.locator("#step-5 .story").inner_text())
    held.pop().fulfill(status=422, json={"error": "no answer today."})
    page.locator("#step-5 .story", has_text="no answer today.").wait_for()
    assert page.locator("#step-5 #waiting").is_hidden()


def test_questions_of_a_patient_who_has_left_are_not_asked(page: Any, server: str) -> None:
    held: list[Any] = []
    answers: list[Any] = []

    def battery(route: Any) -> None:
        """Fetch what the questions wait for, the whole battery, and hold its answer."""
        if route.request.post_data_json["studies"]:
            route.continue_()
        else:
            answers.append(route.fetch(timeout=120_000))
            held.append(route)

    page.route("**/api/studies", battery)
    page.goto(f"{server}/#lab")
    page.locator("#lab-table td").first.wait_for()
    page.locator("#mystery").click()
    wait_for(page, held)
    page.locator("#current").click()
    # the answer is there at once; a study asked for after it comes after it
    for route, answer in zip(held, answers, strict=True):
        with contextlib.suppress(Exception):
            route.fulfill(response=answer)
    page.locator('[data-study="sural"]').click()
    page.locator("#lab-table td").first.wait_for()
    assert page.locator(".question").count() == 0
    assert page.locator("#lab-date").is_visible()


def test_regimens_are_named_by_their_orders(page: Any, server: str) -> None:
    page.goto(f"{server}/#course")
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    about = page.request.get(f"{server}/api/state").json()
    orders, schedules = about["orders"], about["schedules"]
    chosen = page.locator("#regimen-a").input_value()
    for name, order in orders.items():
        assert page.locator(f"#regimen-a option[value='{name}']").inner_text() == schedules[name]
        page.locator("#regimen-a").select_option(name)
        doses = page.locator(".side fieldset.plan-a details p").text_content() or ""
        assert " ".join(order.split()[:3]).replace(" ug", " \u00b5g") in doses
    page.locator("#regimen-a").select_option(chosen)
    # one's own order begins as the one it takes the place of
    page.locator("#regimen-a").select_option("own")
    form, amount, unit, route = orders[chosen].split()[:4]
    assert unit == "mg"
    assert page.locator("#order-a").input_value().startswith(f"{form} {amount} mg {route} every")


def test_an_own_order_of_plan_b_begins_as_that_of_plan_a_by_now(page: Any, server: str) -> None:
    page.goto(f"{server}/#course")
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    # plan A follows an order of its own, with days that no named regimen has
    page.locator("#regimen-a").select_option("own")
    page.locator("#order-a").fill("methylcobalamin 0.7 mg oral every 3 d")
    page.locator("#order-a").press("Enter")
    page.locator("#regimen-b").select_option("own")
    assert page.locator("#order-b").input_value() == "methylcobalamin 0.7 mg oral every 3 d"
    assert page.locator("#form-b").input_value() == "methylcobalamin"
    assert page.locator("#amount-b").input_value() == "0.7"
    assert page.locator("#schedule-b").input_value() == "every 3 d"
    # a named one in its place, and one's own again: it begins as that one
    page.locator("#regimen-b").select_option("us label 100 ug")
    page.locator("#regimen-b").select_option("own")
    assert "0.1 mg" in page.locator("#order-b").input_value()


def test_a_press_during_a_new_drawing_opens_what_was_pressed(page: Any, server: str) -> None:
    open_course(page, server)
    settled(page)
    number = page.locator("#strip .rooted").first
    box = number.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    number.evaluate("""node => {
      const next = node.cloneNode(true);
      next.addEventListener("click", () => { window.pressed = (window.pressed || 0) + 1; });
      node.replaceWith(next);
    }""")
    page.mouse.up()
    assert page.evaluate("window.pressed") == 1
    # a button that stands is pressed once, by the browser itself
    page.mouse.down()
    page.mouse.up()
    assert page.evaluate("window.pressed") == 2


@pytest.mark.parametrize("age", ["9 y", "108 mo"])
def test_a_child_is_shown_no_forecast(page: Any, server: str, age: str) -> None:
    open_course(page, server)
    settled(page)
    page.evaluate(
        """async age => {
          const { change, state } = await import("./js/state.js"), kase = structuredClone(state.case);
          kase.person.age = age;
          change({ case: kase }, "all");
        }""",
        age,
    )
    page.locator(".story.notice", has_text="this person is 9 years old").wait_for()
    settled(page)
    assert page.locator("#strip .answer").count() == 1, "the state now, and no year on"
