"""The page in Debian's Firefox: every view is shown, by mouse and by keyboard, with no error and no outside request."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import firefox_bidi
import pytest

pytestmark = pytest.mark.browser

#: Each view, and what stands in it once its first answer is there.
SHOWN = {
    "story": "#step-1 .story[data-ready]",
    "course": "[data-answer=end]",
    "results": "#record tbody tr",
    "body": ".wire-pick",
    "wire": "main[data-computed='1']",
    "lab": "#lab-table td",
    "experiments": "#result article",
    "check": "#questions",
    "claims": "section.claim",
    "sources": ".layer",
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox_bidi.Firefox]:
    """One Firefox for all tests of this file."""
    client: Any = pytest.importorskip(
        "websockets.sync.client", reason="the Firefox lane needs the package websockets"
    )
    program = firefox_bidi.found()
    if program is None:
        pytest.skip("the Firefox lane needs firefox-esr or firefox")
    with firefox_bidi.firefox(program, tmp_path_factory.mktemp("firefox"), client.connect) as tab:
        yield tab


@pytest.fixture
def firefox(browser: firefox_bidi.Firefox, server: str) -> Iterator[firefox_bidi.Firefox]:
    """The tab; an error in its console, or a request that leaves this machine, fails the test."""
    browser.errors.clear()
    browser.requests.clear()
    browser.size(1600, 900)
    yield browser
    assert browser.requests
    left = [url for url in browser.requests if not url.startswith((server, "about:", "blob:", "data:"))]
    assert left == []
    assert browser.errors == []


@pytest.mark.parametrize("view", SHOWN)
def test_a_view_is_shown_in_both_widths(firefox: firefox_bidi.Firefox, server: str, view: str) -> None:
    image = pytest.importorskip("PIL.Image", reason="a picture is read by Pillow")
    firefox.open(f"{server}/#{view}")
    firefox.until(f"document.querySelector('main[data-view={view}]')")
    firefox.until(f'document.querySelector("{SHOWN[view]}")')
    assert firefox.run("document.querySelectorAll('main [role=alert]:not([hidden])').length") == 0
    assert firefox.run("document.documentElement.scrollWidth <= innerWidth")
    picture = image.open(io.BytesIO(firefox.screenshot())).convert("L")
    shades = picture.histogram()
    assert picture.size == (1600, 900)
    assert sum(shades[:128]) > 2000, "there is nothing dark on it: no text, no line"
    assert max(shades) < sum(shades), "it is of one colour"
    firefox.size(390, 844)
    assert firefox.run("document.documentElement.scrollWidth <= innerWidth")


def test_a_slider_redraws_the_course(firefox: firefox_bidi.Firefox, server: str) -> None:
    firefox.open(f"{server}/#course")
    firefox.until("document.querySelector('main[data-drawn][aria-busy=false] .card.plan-none')")
    line = "[...document.querySelectorAll('.lead .chart')[0].querySelectorAll('path.line')].at(-1)"
    before = firefox.run(f"{line}.getAttribute('d')")
    firefox.run(
        "(() => { const slider = document.getElementById('began'); slider.value = 60; "
        "slider.dispatchEvent(new Event('input', {bubbles: true})); return 0; })()"
    )
    firefox.until(f"{line}?.getAttribute('d') !== {before!r}")
    firefox.until("document.querySelector('.story').textContent.includes('5 years before')")


def test_the_keyboard_reaches_content_and_sliders(firefox: firefox_bidi.Firefox, server: str) -> None:
    firefox.open(f"{server}/#course")
    firefox.until("document.querySelector('main[data-drawn] .card.plan-none')")
    firefox.keys("Tab")
    assert firefox.run("document.activeElement.id") == "skip"
    firefox.keys("Enter")
    assert firefox.run("document.activeElement.id") == "main"
    for _ in range(40):
        firefox.keys("Tab")
        if firefox.run("document.activeElement.id") == "age":
            break
    firefox.keys("ArrowRight")
    firefox.until("document.querySelector('.story').textContent.includes('of 61')")
