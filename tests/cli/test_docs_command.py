"""The documentation is read from the terminal, in a checkout and from a wheel."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from remyelin.cli import docs
from remyelin.cli.main import main

ROOT = Path(__file__).parents[2]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["docs", *arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_pages_are_listed_the_doors_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docs, "built", lambda: None)
    status, out, _ = run(capsys)
    assert status == 0
    assert out.splitlines()[0].split()[0] == "index"
    assert "doors/pharmacometrics" in out
    found = json.loads(run(capsys, "--json")[1])
    assert {"cobalamin", "fit", "trial", "tutorials/sweep"} <= set(found["pages"])


def test_a_page_is_printed_without_the_header_of_the_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "tutorials/own-concentrations")
    assert status == 0
    assert out.startswith("\n# Own concentrations") or out.startswith("# Own concentrations")


def test_an_unknown_page_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "cobalamine")
    assert status == 2
    assert "did you mean 'cobalamin'" in err


def test_a_wheel_holds_the_pages(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for page in docs.pages():
        assert f"remyelin/_docs/{page}.md" in names
