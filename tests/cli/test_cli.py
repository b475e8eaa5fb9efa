"""The command line as its user meets it: words, exit statuses, one sentence for every error, nothing written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from program import Done, call

from remyelin.evidence import Ledger
from remyelin.person.case import shipped_cases

REMYELIN = [sys.executable, "-m", "remyelin.cli.main"]
ENVIRONMENT = {**os.environ, "NO_COLOR": "1"}


def refused(done: Done) -> str:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("remyelin: ")
    assert "Traceback" not in lines[0]
    return lines[0]


def test_help_and_version() -> None:
    done = call("--help")
    process = subprocess.run(
        [*REMYELIN, "--help"], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert (process.returncode, process.stdout, process.stderr) == done
    assert done.returncode == 0
    assert "never medical advice" in done.stdout
    for word in ("run", "cases", "new", "evidence", "validate", "bench", "doctor"):
        assert f"  {word} " in done.stdout
    assert call().stdout == done.stdout
    assert "..." not in done.stdout.split("\n", 1)[1], "a description is cut"


def test_help_lists_every_command_in_a_section_with_a_short_description_and_an_example() -> None:
    from remyelin.cli.main import SECTIONS, app

    listed = [row for section in SECTIONS.values() for row in section]
    assert {command for command, *_ in listed} == {item.callback for item in app.registered_commands}
    for command, short, example in listed:
        assert len(short) <= 55, short
        assert example.startswith(f"remyelin {command.__name__}")
        done = call(command.__name__, "--help")
        assert example in done.stdout


def test_docs_says_where_the_documentation_is_or_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from remyelin.cli import docs

    monkeypatch.setattr(docs.sys, "prefix", str(tmp_path))
    monkeypatch.setattr(docs, "__file__", str(tmp_path / "src" / "remyelin" / "cli" / "docs.py"))
    assert docs.BUILD in call("docs").stdout
    page = tmp_path / "site" / "index.html"
    page.parent.mkdir()
    page.touch()
    assert call("docs", "--no-open").stdout.strip() == str(page)
    assert json.loads(call("docs", "--json").stdout)["page"] == str(page)
    assert call("--version").stdout.startswith("remyelin ")


def test_cases_lists_every_shipped_case() -> None:
    rows = json.loads(call("cases", "--json").stdout)["rows"]
    assert [row["name"] for row in rows] == list(shipped_cases())
    assert all(set(row) == {"name", "title", "kind", "citation"} for row in rows)
    assert {"case", "scenario"} == {row["kind"] for row in rows}


def test_new_is_valid_as_it_stands_and_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert call("new", file).returncode == 0
    from remyelin.person.case import read_case

    assert read_case(file).treatment
    before = file.read_bytes()
    assert "exists already" in refused(call("new", file))
    assert file.read_bytes() == before
    assert "ends in .toml" in refused(call("new", tmp_path / "mine.txt"))
    assert "cannot be written" in refused(call("new", tmp_path / "nowhere" / "mine.toml"))


def test_evidence_lists_explains_searches_exports(tmp_path: Path) -> None:
    entries = json.loads(call("evidence", "--json").stdout)["rows"]
    assert len(entries) == len(Ledger.shipped())
    text = call("evidence", "prior.food_intake.male").stdout
    assert "Institute of Medicine" in text
    assert "measured" in text
    assert "nitrous" in call("evidence", "--search", "Nitrous").stdout
    assert "did you mean 'prior.weight'" in refused(call("evidence", "prior.weigt"))
    assert "no ledger entry mentions" in refused(call("evidence", "--search", "zzzz"))
    for ending in ("json", "csv"):
        file = tmp_path / f"ledger.{ending}"
        assert call("evidence", "--export", file).returncode == 0
        assert "prior.weight" in file.read_text()
        assert "exists already" in refused(call("evidence", "--export", file))
    assert ".json or .csv" in refused(call("evidence", "--export", tmp_path / "ledger.doc"))


def test_doctor_names_what_it_found() -> None:
    facts = json.loads(call("doctor", "--json").stdout)
    assert facts["remyelin"]
    assert facts["numpy"]
    assert "kernel cache" in facts


LEAVES = (("evidence", "--json"), ("cases", "--json"), ("--help",))


@pytest.mark.parametrize("arguments", LEAVES, ids=" ".join)
def test_a_reader_that_leaves_is_no_fault(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*REMYELIN, *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_is_one_sentence() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*REMYELIN, "cases", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "remyelin: cannot be written: No space left on device; make room and try again."
    ]


def test_files_of_windows_editors_are_read(tmp_path: Path) -> None:
    """A mark of byte order and Windows line ends change nothing."""
    from remyelin.analysis.cohort.files import load_population, shipped_populations
    from remyelin.person.case import read_case

    shipped = next(iter(shipped_cases().values()))
    population = next(iter(shipped_populations().values()))
    for source, read in ((shipped, read_case), (population, lambda path: load_population(str(path)))):
        windows = tmp_path / f"windows-{source.name}"
        windows.write_bytes(b"\xef\xbb\xbf" + source.read_bytes().replace(b"\n", b"\r\n"))
        assert read(windows) == read(source)


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "model.xml"
    file.write_text("mine")
    assert "exists already" in refused(call("export", "stabler-2013", "--to", "nmtran", "--out", file))
    assert file.read_text() == "mine"


BAD_RUNS = {
    "unknown command": (("rum", "stabler-2013"), "No such command 'rum'"),
    "unknown option": (
        ("run", "stabler-2013", "--oot", "x"),
        "; `remyelin --help` lists commands and options.",
    ),
    "no case": (("run",), "Missing argument 'CASE'"),
    "unknown case": (("run", "stabler-2031"), "did you mean 'stabler-2013'"),
    "missing file": (("run", "none.toml"), "none.toml: no such file"),
    "directory": (("run", "folder/"), "is a directory"),
    "empty file": (("run", "empty.toml"), "empty.toml: is empty"),
    "binary file": (("run", "binary.toml"), "UTF-8"),
    "huge file": (("run", "huge.toml"), "200 MB is too large"),
    "no TOML": (("run", "broken.toml"), "not valid TOML"),
    "unknown key": (("run", "unknown.toml"), "did you mean 'height'"),
    "wrong unit": (("run", "unit.toml"), "person.age"),
    "impossible value": (("run", "impossible.toml"), "impossible"),
    "number without end": (("run", "endless.toml"), "number without end"),
    "population with a number without end": (("cohort", "endless.toml"), "number without end"),
    "no name of an entry": (("evidence", ""), "no ledger entry named"),
    "no word to search": (("evidence", "--search", " "), "give a word"),
    "export of one entry": (("evidence", "prior.weight", "--export", "x.json"), "whole ledger"),
    "dates out of order": (("run", "order.toml"), "out of order"),
    "unknown regimen": (("run", "regimen.toml"), "treatment[0].regimen"),
    "no equals": (("run", "stabler-2013", "--set", "prior.weight"), "NAME=VALUE"),
    "no place": (("run", "stabler-2013", "--out", "empty.toml/out"), "choose a writable folder"),
    "unknown number": (("run", "stabler-2013", "--set", "prior.weigth=70"), "did you mean 'prior.weight'"),
    "wrong unit of number": (("run", "stabler-2013", "--set", "prior.weight=70 lb"), "'kg'"),
    "out of range": (("run", "stabler-2013", "--set", "prior.weight=7000"), "45 to 110 kg"),
    "foreign folder": (("run", "stabler-2013", "--out", "folder"), "did not write"),
    "file as folder": (("run", "stabler-2013", "--out", "empty.toml"), "is a file"),
    "unknown row": (("validate", "mrg_cv_10"), "did you mean 'mrg_cv_10um'"),
    "unknown benchmark": (("bench", "fiber"), "fibre"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of files that are no case."""
    from importlib.resources import files

    folder = tmp_path_factory.mktemp("place")
    good = files("remyelin.output").joinpath("new_case.toml").read_text(encoding="utf-8")
    (folder / "folder").mkdir()
    (folder / "folder" / "precious.txt").write_text("mine")
    (folder / "empty.toml").touch()
    (folder / "binary.toml").write_bytes(bytes(range(256)))
    with (folder / "huge.toml").open("wb") as stream:
        stream.truncate(200_000_000)
    (folder / "broken.toml").write_text("name = ")
    for name, old, new in (
        ("unknown", 'sex = "female" ', 'sex = "female"\nhight = "165 cm" '),
        ("unit", '"57 y"', '"57 kg"'),
        ("impossible", '"57 y"', '"570 y"'),
        ("endless", '"57 y"', "9" * 5000),
        ("order", '["0 d", "3 mo", "12 mo"]', '["3 mo", "0 d"]'),
        ("regimen", "hydroxocobalamin 1 mg im every 2 d", "hydroxocobalamin 1 mg im every 0 d"),
    ):
        assert old in good
        (folder / f"{name}.toml").write_text(good.replace(old, new))
    return folder


@pytest.mark.parametrize("what", BAD_RUNS)
def test_bad_input_is_one_sentence_and_writes_nothing(what: str, place: Path) -> None:
    before = sorted(path.relative_to(place) for path in place.rglob("*"))
    arguments, says = BAD_RUNS[what]
    assert says in refused(call(*arguments, cwd=place))
    assert sorted(path.relative_to(place) for path in place.rglob("*")) == before
    assert (place / "folder" / "precious.txt").read_text() == "mine"


def test_rebuild_names_all_that_it_can_make() -> None:
    from remyelin.analysis.calibration.rebuild import BUILDERS
    from remyelin.cli.rebuild import NAMES

    assert tuple(sorted(BUILDERS)) == NAMES


def test_every_product_of_the_package_has_a_command_that_makes_it() -> None:
    """No shipped table of computed numbers is edited by hand."""
    from importlib.resources import files
    from pathlib import Path

    from remyelin.analysis.calibration.rebuild import BUILDERS

    root = Path(str(files("remyelin")))
    made = {path.resolve() for path, _ in BUILDERS.values()}
    computed = {
        *(root / "analysis" / "calibration" / "data").iterdir(),
        # pages come with a wheel as they are in the checkout
        *(path for path in root.rglob("*.json") if not {"static", "_docs"} & set(path.parts)),
        *(root / "myelin").glob("*.csv"),
        root / "evidence" / "data" / "posterior.csv",
    }
    assert {path.resolve() for path in computed if path.is_file()} <= made
