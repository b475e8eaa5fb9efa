"""Every command answers in JSON where it is asked to, and then says nothing else on stdout."""

from __future__ import annotations

import inspect
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import remyelin
from remyelin.cli import main as cli
from remyelin.cli.main import app, main


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert left.value.code == 0
    data = json.loads(capsys.readouterr().out)
    assert data.pop("schema").startswith("remyelin-")
    assert data.pop("version") == remyelin.__version__
    return data


def test_every_command_takes_the_option() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert "as_json" in inspect.signature(command.callback).parameters, command.callback.__name__


def test_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    assert call(capsys, "new", str(file), "--json") == {"wrote": str(file)}
    assert file.is_file()


def test_export_gives_the_text_or_says_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = call(capsys, "export", "stabler-2013", "--to", "sbml", "--json")
    assert isinstance(here, dict)
    assert here["case"] == "stabler-2013"
    assert here["format"] == "sbml"
    file = tmp_path / "model.xml"
    there = call(capsys, "export", "stabler-2013", "--to", "sbml", "--out", str(file), "--json")
    assert there == {"case": "stabler-2013", "format": "sbml", "wrote": str(file)}
    assert file.read_text(encoding="utf-8") == here["text"]


def test_rebuild(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # making derived data again takes minutes; what is tested here is what is said of it
    from remyelin.analysis.calibration import rebuild as derived

    monkeypatch.setattr(derived, "rebuild", lambda name, progress: tmp_path / f"{name}.csv")
    assert call(capsys, "rebuild", "sensitivity", "--json") == {
        "name": "sensitivity",
        "wrote": str(tmp_path / "sensitivity.csv"),
    }


def test_serve_says_where_it_is_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # the server itself is tested elsewhere: here it is left out
    code = (
        "import uvicorn; uvicorn.run = lambda *args, **more: None\n"
        f"from remyelin.cli.main import main; main(['serve', '--port', '{port}', '--json'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["url"] == f"http://127.0.0.1:{port}"


def test_the_commands_are_those_of_the_folder() -> None:
    found = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}
    named = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert named == found - {"__init__", "common", "main", "start"}
