"""Every view, what opens on demand and the saved report: accessible, in both themes and widths, in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from shown import open_course, settled

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.person.case import load_case

pytestmark = pytest.mark.browser

SHOWN = [(size, theme) for size in ((1600, 900), (390, 844)) for theme in ("light", "dark")]
VIEWS = ["story", "course", "results", "body", "wire", "lab", "experiments", "check", "claims", "sources"]

SOUND = """() => {
  const bad = [];
  const shown = (node) => node.getClientRects().length > 0;
  const labels = (node) => [...(node.labels || [])].map((item) => item.textContent).join(" ");
  const name = (node) => (node.getAttribute("aria-label") || labels(node) || node.textContent || "").trim();
  for (const node of document.querySelectorAll("button, a[href], input, select, textarea, summary, [role=button]")) {
    if (shown(node) && !name(node)) bad.push(`no name: ${node.outerHTML.slice(0, 100)}`);
  }
  let last = 0;
  for (const node of document.querySelectorAll("h1, h2, h3, h4")) {
    if (!shown(node)) continue;
    if (Number(node.tagName[1]) > last + 1) bad.push(`heading out of order: ${node.textContent}`);
    last = Number(node.tagName[1]);
  }
  if (document.querySelectorAll("h1").length !== 1) bad.push("not one h1");
  for (const mark of ["header", "nav", "main", "footer"]) {
    if (document.querySelectorAll(mark).length !== 1) bad.push(`not one ${mark}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad.push(`twice: ${id}`);
  return bad;
}"""


def test_report_data_case_file_and_link_can_be_read(page: Any, server: str, tmp_path: Path) -> None:
    open_course(page, server)
    page.locator("#start-a-exact").fill("3")
    page.locator("#start-a-exact").press("Enter")
    page.locator(".card.plan-a", has_text="3 months after").wait_for()
    with page.expect_download() as download:
        page.locator("#save-case").click()
    download.value.save_as(tmp_path / "mine.toml")
    saved = load_case(str(tmp_path / "mine.toml"))
    assert saved.treatment[0].start == pytest.approx(3 * DAYS_PER_MONTH)
    page.locator("#make-report").click()
    page.wait_for_selector("#get-course-nc", timeout=180_000)
    assert "saved in the folder" in page.locator("#takeaway").inner_text()
    for name in ("report.html", "course.nc", "summary.json", "case.toml"):
        with page.expect_download() as download:
            page.locator(f"#get-{name.replace('.', '-')}").click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
    assert load_case(str(tmp_path / "case.toml")) == saved
    assert json.loads((tmp_path / "summary.json").read_text())["person"]
    with xr.open_dataset(tmp_path / "course.nc", engine="h5netcdf") as data:
        assert data["disability"].sel(plan="as given").notnull().all()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the report").click()
    opened.value.locator("#answer-now").wait_for()
    opened.value.close()
    # the server allows a report no script, which every question here is: the saved file is asked
    report = page.context.new_page()
    report.goto((tmp_path / "report.html").as_uri())
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert report.evaluate(CLIPPED) == []
    report.set_viewport_size({"width": 794, "height": 1123})
    report.emulate_media(media="print")
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "a column is cut off on paper"
    )
    report.emulate_media(media="screen")
    report.set_viewport_size({"width": 390, "height": 844})
    report.emulate_media(color_scheme="dark")
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert report.evaluate(
        "[...document.querySelectorAll('.scroll.short')].every(box => box.scrollWidth <= box.clientWidth + 1)"
    ), "a short table is cut off on a telephone"
    assert sound(report, whole=False) == []
    report.close()
    page.locator("#age").fill("71")
    page.locator("#share").click()
    page.locator("#takeaway", has_text="in the clipboard").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    assert "of 71" in page.locator(".story").inner_text()
    page.goto(f"{server}/?again#course?c=broken")
    page.wait_for_selector("main[data-drawn] .card.plan-none")
    page.locator("#status", has_text="damaged").wait_for()


#: Tables and pictures that stand wider than their frame.
CLIPPED = """() => [...document.querySelectorAll(".scroll, .plot")]
  .filter((node) => node.getClientRects().length && node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.textContent.slice(0, 60))"""


#: Contrast takes most of a minute over the pictures of a report.
PICTURES = [["svg"]]


def sound(page: Any, skip: tuple[str, ...] = (), whole: bool = True) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA, one line a rule and element."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-core needs axe-playwright-python"
    )
    rules = {rule: {"enabled": False} for rule in skip}
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    # what passes is not described, which takes as long as the checks
    options = {"runOnly": {"type": "tag", "values": tags}, "rules": rules, "resultTypes": ["violations"]}
    found = axe.Axe().run(page, None if whole else {"exclude": PICTURES}, options).response
    return [
        f"{item['id']}: {node['html'][:160]} {(node.get('any') or [{}])[0].get('message', '')}"
        for item in found["violations"]
        for node in item["nodes"]
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_sound_in_both_themes_and_widths(page: Any, server: str, view: str) -> None:
    # colours that are still changing have no contrast of their own
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{server}/#{view}")
    page.wait_for_selector(f'main[data-view="{view}"]')
    if view == "course":
        page.wait_for_selector("main[data-drawn] .card.plan-none")
        page.locator("[data-answer=end]").wait_for()
    assert page.evaluate(SOUND) == []
    for (width, height), theme in SHOWN:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert sound(page) == [], (width, theme)


def opened_basis(page: Any) -> None:
    page.locator("main[data-drawn] .card.plan-a").get_by_role("button", name="of 16").click()
    page.locator("#rests .rests-entry summary").first.click()


def opened_story(page: Any) -> None:
    page.locator("#step-1 .story", has_text="metres per second").wait_for()
    page.locator("#story-wrap").fill("9")
    page.locator("#step-2 .story", has_text="the impulse stops").wait_for()
    page.locator("#story-wait").scroll_into_view_if_needed()
    page.locator("#step-5 #waiting", has_text="treatment should not be delayed").wait_for()


def opened_quiz(page: Any) -> None:
    page.locator("#mystery").click()
    page.locator(".question").nth(2).wait_for()
    for number in range(3):
        page.locator(f"[data-answer-of='{number}']").first.click()
    page.get_by_text(re.compile(r"^[0-3] of 3\.")).wait_for()


def opened_presenter(page: Any) -> None:
    page.locator("main[data-drawn] .card.plan-none").wait_for()
    page.locator("#present").click()
    page.locator("html.presenting").wait_for()


def opened_glossary(page: Any) -> None:
    page.locator("main[data-drawn] .card.plan-none").wait_for()
    settled(page)  # a chart that is drawn again closes what it explains
    page.locator(".lead button.ask").first.click()
    page.locator(".explain:popover-open").wait_for()


@pytest.mark.parametrize(
    ("view", "opened"),
    [
        ("course", opened_basis),
        ("story", opened_story),
        ("lab", opened_quiz),
        ("course", opened_presenter),
        ("course", opened_glossary),
    ],
)
def test_what_opens_on_demand_is_sound(
    page: Any, server: str, view: str, opened: Callable[[Any], None]
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{server}/#{view}")
    page.locator(f'main[data-view="{view}"]').wait_for()
    opened(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert sound(page) == [], theme
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert sound(page) == []
