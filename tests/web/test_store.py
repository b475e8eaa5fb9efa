"""The folder of finished reports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from remyelin import load_case
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.web import store
from remyelin.web.settings import WEB_REPORTS_KEPT


def report(home: Path, name: str, age: float = 0.0) -> Path:
    folder = home / name
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text("{}")
    os.utime(folder, (1e9 - age, 1e9 - age))
    return folder


def test_a_name_is_looked_up_and_never_made_into_a_path(tmp_path: Path) -> None:
    home = tmp_path / "reports"
    found = store.Store(home)
    with pytest.raises(InputError, match="no such report"):
        found.find("a" * 24)
    there = report(home, "a" * 24)
    (home / ("b" * 24)).mkdir()  # begun, without a summary
    report(tmp_path, "outside")
    assert found.find("a" * 24) == there
    for name in ("b" * 24, "../outside", str(tmp_path / "outside"), "."):
        with pytest.raises(InputError, match="no such report"):
            found.find(name)


def test_a_report_is_computed_once_and_the_oldest_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "reports"
    old = [report(home, f"{number:024x}", age=1.0 + number) for number in range(WEB_REPORTS_KEPT + 2)]
    ours = report(home, "notes", age=1e6)
    begun = home / ("c" * 24)
    begun.mkdir()
    computed: list[str] = []

    def run_course(case: Any, ledger: Ledger, progress: Any) -> str:
        computed.append(case.name)
        return "course"

    def write_folder(course: str, held: Any) -> None:
        held.folder.mkdir(exist_ok=True)
        (held.folder / "summary.json").write_text("{}")

    monkeypatch.setattr(store, "run_course", run_course)
    monkeypatch.setattr(store, "write_folder", write_folder)
    kept = store.Store(home)
    case, ledger = load_case("stabler-2013"), Ledger.shipped()
    name = kept.make(case, ledger, lambda step: None)
    assert kept.make(case, ledger, lambda step: None) == name
    assert computed == ["stabler-2013"]
    assert kept.make(case, ledger.replace({"prior.weight": 80.0}), lambda step: None) != name
    there = {folder.name for folder in home.iterdir()}
    assert name in there
    assert ours.name in there, "only reports are swept away"
    assert begun.name not in there, "what a killed server had begun goes"
    assert {folder.name for folder in old} & there == {folder.name for folder in old[: WEB_REPORTS_KEPT - 2]}
