"""Odd surroundings: interrupts at any moment, closed streams, no working folder, no cache, narrow encodings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from remyelin.cli.main import main
from remyelin.person.case import load_case, shipped_cases

PROGRAM = "from remyelin.cli.start import main; main()"
#: Sends a signal to itself when a module is imported, or a step of a computation begins.
STRUCK = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is started with it ignored
blow, wanted, *arguments = sys.argv[1:]
blow = signal.Signals[blow]
from remyelin.cli.start import main
class Strike:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            os.kill(os.getpid(), blow)
sys.meta_path.insert(0, Strike())
if wanted.startswith("step "):
    from remyelin.output.terminal import course
    left = [int(wanted[5:])]
    def step(self, name):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), blow)
    course.Progress.__call__ = step
sys.argv = ["remyelin", *arguments]
main()
"""


def run(code: str, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, **more
    )  # type: ignore[call-overload, no-any-return]


WHERE = (
    "typer",
    "remyelin.cli.main",
    "pydantic",
    "numba",
    "scipy",
    "remyelin.person.course",
    "step 0",
    "step 3",
    "step 5",
)


@pytest.mark.parametrize(
    ("blow", "status", "where"),
    [
        *(("SIGINT", 130, where) for where in WHERE),
        *(("SIGTERM", 143, where) for where in ("typer", "numba", "step 0")),
    ],
)
def test_a_ctrl_c_and_a_termination_are_one_word_at_any_moment(
    where: str, blow: str, status: int, tmp_path: Path
) -> None:
    done = run(STRUCK, blow, where, "run", "replete-control", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert done.stderr == "remyelin: stopped.\n"
    assert list(tmp_path.iterdir()) == []


def test_where_interrupts_are_ignored_nothing_stops() -> None:
    """As in a job that a script has put into the background."""
    done = run(
        f"import os, signal; {PROGRAM}",
        "cases",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert done.returncode == 0
    assert next(iter(shipped_cases())) in done.stdout


@pytest.mark.parametrize("closed", ["<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "command", ["cases", "check --ask", "check stabler-2013", "evidence prior.weight --json", "rum"]
)
def test_closed_streams_are_no_fault(closed: str, command: str, tmp_path: Path) -> None:
    program = f"exec {sys.executable} -m remyelin {command} {closed}"
    done = subprocess.run(
        ["sh", "-c", program], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == (2 if command in ("check --ask", "rum") else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("cases", 0),
        ("check stabler-2013", 0),
        ("run replete-control --out x", 2),
        ("new x.toml", 2),
        ("run x.toml", 2),
    ],
)
def test_a_working_folder_that_is_gone(command: str, status: int, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = f"cd {gone} && rmdir {gone} && exec {Path(sys.executable).parent}/remyelin {command}"
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert len(done.stderr.splitlines()) == (1 if status else 0), done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "utf-16"])
def test_narrow_encodings_print_what_they_can(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "数.toml"
    file.write_text("x = 1")
    for arguments in (["check", str(file)], ["evidence", "--search", "Fedosov"]):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )
        assert done.returncode in (0, 2)
        assert b"internal error" not in done.stderr
        assert b"Traceback" not in done.stderr


def test_without_a_place_for_kernels_one_line_says_so(tmp_path: Path) -> None:
    """Many kernels are compiled; the sentence stands once."""
    blocked = tmp_path / "file"
    blocked.touch()
    code = (
        "import sys, numba\nfrom remyelin.base import jit\n"
        "def refusing(function): raise RuntimeError('no locator')\njit.FunctionCache = refusing\n"
        "sys.argv = ['remyelin', 'doctor']\nfrom remyelin.cli import main as m\nplain = m.app\n"
        "def app(**more):\n"
        "    for n in range(9):\n"
        "        jit.compiled(eval(f'lambda x: x + {n}'))(1)\n"
        "    return plain(**more)\n"
        "m.app = app\nm.main()\n"
    )
    done = run(code, env={**os.environ, "NUMBA_CACHE_DIR": str(blocked), "NUMBA_DISABLE_JIT": "0"})
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("remyelin: compiled kernels cannot be kept")


JSON = (
    ("cases",),
    ("evidence",),
    ("evidence", "prior.weight"),
    ("experiment",),
    ("cohort",),
    ("doctor",),
    ("symptoms",),
    ("symptoms", "gait"),
    ("trial",),
    ("docs",),
    ("docs", "index"),
    ("fit", "--schema"),
    ("check", "stabler-2013"),
    ("validate", "cobalamin"),
)


@pytest.mark.parametrize("command", JSON, ids=" ".join)
def test_every_json_says_what_it_is(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*command, "--json"])
    assert left.value.code == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"].startswith("remyelin-")
    assert data["version"]


def test_a_schema_names_one_shape(capsys: pytest.CaptureFixture[str]) -> None:
    """Two answers of one schema have the same keys."""
    keys: dict[str, set[str]] = {}
    for command in JSON:
        with pytest.raises(SystemExit):
            main([*command, "--json"])
        data = json.loads(capsys.readouterr().out)
        assert keys.setdefault(data["schema"], set(data)) == set(data), command
    assert len(keys) == len(JSON) - 1, "evidence alone prints one shape by two commands"


def test_an_export_of_the_ledger_answers_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["evidence", "--export", str(tmp_path / "ledger.json"), "--json"])
    assert json.loads(capsys.readouterr().out)["wrote"] == str(tmp_path / "ledger.json")


@pytest.mark.parametrize("command", ["run", "export"])
def test_a_wrong_regimen_names_its_file_and_is_read_first(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import tomli_w

    from remyelin.person import course
    from remyelin.person.case import to_toml_data

    def computed(*_: object) -> None:
        pytest.fail("it was computed")

    monkeypatch.setattr(course, "placed", computed)
    data = to_toml_data(load_case("stabler-2013"))
    data["treatment"] = [{"regimen": "cyanocobalamin 1 mg im every 0 d"}]
    file = tmp_path / "wrong.toml"
    file.write_text(tomli_w.dumps(data))
    with pytest.raises(SystemExit) as left:
        main(
            [
                command,
                str(file),
                *(["--to", "nmtran"] if command == "export" else ["--out", str(tmp_path / "out")]),
            ]
        )
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"remyelin: {file}: treatment[0].")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "text", ["", "x", "TIME,AMT\n0,1", "TIME,AMT,CMT\n0,1000,imm", "TIME,AMT,CMT\n0,-4,im"]
)
def test_a_wrong_event_table_is_named_and_read_first(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from remyelin.person import course

    monkeypatch.setattr(course, "placed", lambda *_: pytest.fail("it was computed"))
    file = tmp_path / "doses.csv"
    file.write_text(text)
    with pytest.raises(SystemExit) as left:
        main(["run", "stabler-2013", "--events", str(file), "--out", str(tmp_path / "out")])
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"remyelin: {file}: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [["--out", ""], ["--out", " "]])
def test_an_empty_name_is_no_folder(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["run", "replete-control"], ["claims"], ["experiment"], ["cohort", "healton-1991"]):
        with pytest.raises(SystemExit) as left:
            main([*command, *option])
        assert left.value.code == 2
        assert "the name is empty" in capsys.readouterr().err
