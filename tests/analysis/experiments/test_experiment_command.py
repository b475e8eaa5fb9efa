"""The user's path through ``remyelin experiment``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remyelin.analysis.experiments import EXPERIMENTS
from remyelin.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["experiment", *arguments])
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


def test_without_a_name_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--json")
    assert status == 0
    assert [row["name"] for row in json.loads(out)["rows"]] == list(EXPERIMENTS)


def test_an_unknown_name_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "thicknes")
    assert (status, out) == (2, "")
    assert "did you mean 'thickness'" in err


def test_a_page_and_its_data_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "thickness", "--out", str(tmp_path / "new"))
    assert status == 0
    assert "lamellae left" in out
    page = (tmp_path / "new" / "thickness.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "never medical advice" in page
    data = json.loads((tmp_path / "new" / "thickness.json").read_text(encoding="utf-8"))
    speeds = [row[1] for row in data["tables"][0]["rows"]]
    there = [speed for speed in speeds if speed is not None]
    assert there == sorted(there, reverse=True), "a thinner sheath is never faster"
    assert speeds[-1] is None, "and below one lamella or two nothing arrives"
    assert [path.name for path in (tmp_path / "new").iterdir() if "draft" in path.name] == []


def test_a_file_is_no_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, _, err = run(capsys, "thickness", "--out", str(tmp_path / "file"))
    assert status == 2
    assert "is a file" in err


def test_a_bad_setting_is_said_even_where_only_the_list_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, out, err = run(capsys, "--set", "nosuch=1")
    assert (status, out) == (2, "")
    assert "nosuch" in err
