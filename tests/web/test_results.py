"""My results: the record as text and as rows, a rough answer, refusals; on the server and in the browser."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from remyelin.evidence import Ledger

RECORD = """when,kind,name,value,unit,note
,person,age,68,y,
,person,sex,female,,
,cause,pernicious anaemia,,,
0 d,lab,b12,95,pmol/L,
0 d,sign,vibration,reduced,,legs
0 d,treatment,uk neurological,began,,
"""


def _post(server: str, path: str, body: Any) -> str:
    request = urllib.request.Request(
        f"{server}{path}", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        text: str = response.read().decode()
        return text


def test_a_record_is_answered_with_progress_and_caution(server: str) -> None:
    events = _post(server, "/api/fit", {"text": RECORD, "rough": True})
    assert "event: progress" in events
    line = next(part for part in events.split("\n\n") if part.startswith("event: result"))
    found = json.loads(line.partition("data: ")[2])
    assert found["rough"]
    assert len(found["entries"]) == 2
    assert "never medical advice" in found["caution"]
    assert found["forecast"]["refused"] is None or found["forecast"]["plans"] == []


def test_a_record_is_fitted_from_nothing_and_never_from_another(monkeypatch: pytest.MonkeyPatch) -> None:
    from remyelin.output import fit_answer
    from remyelin.output.figures import fit as figures
    from remyelin.person import inference
    from remyelin.web.routes import results

    calls: list[dict[str, Any]] = []

    def fit_person(record: Any, ledger: Any, **given: Any) -> Any:
        calls.append(given)
        return SimpleNamespace(record=record, call=len(calls))

    engine = SimpleNamespace(ledger=Ledger.shipped(), fitted=None)
    monkeypatch.setattr(inference, "fit_person", fit_person)
    monkeypatch.setattr(inference, "forecast", lambda posterior, progress: None)
    monkeypatch.setattr(fit_answer, "answered", lambda posterior, found: {"call": posterior.call})
    monkeypatch.setattr(figures, "figures_of", lambda found: [])
    monkeypatch.setattr(results, "engine_of", lambda request: engine)
    monkeypatch.setattr(results, "stream", lambda request, work: work)

    def answered(text: str, rough: bool = False) -> int:
        asked = results.fit(results.AskedRecord(text=text, rough=rough), cast(Any, None))
        with ThreadPoolExecutor(1) as thread:  # the browser tests leave their own loop running in this one
            work: Any = thread.submit(asyncio.run, asked).result()
        return int(work(None, lambda step: None)["call"])

    other = RECORD + "0 d,lab,mma,900,nmol/L,\n"
    assert [answered(RECORD), answered(RECORD), answered(RECORD, rough=True), answered(other)] == [1, 1, 2, 3]
    assert answered(RECORD) == 4
    assert all(set(given) == {"rough", "progress"} for given in calls)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a record at all",
        '{"resourceType": ',
        "[[nothing]]\n",
        RECORD + "0 d,lab,b12,900,pmol/L,\n",
    ],
)
def test_a_bad_record_is_one_sentence(server: str, text: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        _post(server, "/api/fit", {"text": text, "rough": True})
    assert refused.value.code == 422
    sentence = json.loads(refused.value.read())["error"]
    assert sentence.endswith((".", "?"))
    assert "Traceback" not in sentence
    assert refused.value.headers["content-security-policy"]


def test_a_case_is_handed_over_as_a_record(server: str) -> None:
    with urllib.request.urlopen(f"{server}/api/cases", timeout=30) as response:
        cases = json.loads(response.read())
    case = next(item["case"] for item in cases if item["name"] == "stabler-2013")
    text = json.loads(_post(server, "/api/record", {"case": case}))["text"]
    assert text.startswith("when,kind,name")
    assert ",b12," in text


@pytest.mark.browser
def test_rows_are_typed_pasted_and_answered(server: str, chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{server}/#results")
    page.wait_for_selector("#record tbody tr")
    before = page.locator("#record tbody tr").count()
    page.click("text=+ sign")
    assert page.locator("#record tbody tr").count() == before + 1
    page.click("#paste-box summary")
    page.fill("#paste", RECORD)
    page.click("#to-table")
    assert page.locator("#record tbody tr").count() == 6
    page.click("#fit-run")
    page.wait_for_selector("#fit-answer", timeout=120_000)
    assert page.locator("#strip, #refused").count() == 1
    # leaving the view ends the computation, and coming back keeps the rows
    page.click("#nav-claims")
    page.wait_for_selector("main[data-view=claims]")
    page.click("#nav-results")
    page.wait_for_selector("#record tbody tr")
    assert page.locator("#record tbody tr").count() == 6
    assert errors == []
    page.close()


@pytest.mark.browser
def test_the_table_shows_words_and_the_file_keeps_short_names(page: Any, server: str) -> None:
    page.goto(f"{server}/#results")
    page.wait_for_selector("#record tbody tr")
    page.click("#paste-box summary")
    page.fill("#paste", RECORD)
    page.click("#to-table")
    shown = [page.get_by_label(f"{column}, row 4").input_value() for column in ("When", "Item", "Value")]
    assert shown == ["day 0", "vitamin B12", "95"]
    assert page.get_by_label("Kind, row 4").locator("option:checked").inner_text() == "blood value"
    page.get_by_label("When, row 4").fill("5 months before")
    page.get_by_label("Item, row 4").fill("Methylmalonic acid")
    page.get_by_label("Item, row 5").fill("ankle_jerk")
    page.get_by_label("Item, row 5").press("Tab")
    assert page.get_by_label("Item, row 5").input_value() == "ankle jerk"
    with page.expect_download() as saved:
        page.click("#record-save")
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert text == RECORD.replace("0 d,lab,b12", "-5 mo,lab,mma").replace("vibration", "ankle_jerk")
