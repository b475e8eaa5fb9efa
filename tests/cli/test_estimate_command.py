"""``remyelin estimate``: one table in, one answer out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from program import call

from remyelin.analysis.estimation.columns import CODES

TABLE = """ID,TIME,EVID,DV,DVID,AMT,CMT,FORM,II,ADDL
1,-1,0,150,1,.,.,.,.,.
1,0,1,.,.,1000,3,1,7,3
1,30,0,700,1,.,.,.,.,.
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_text_and_json_say_the_same(table: Path) -> None:
    options = ("--covariate", "AGE=60", "--covariate", "INTAKE=5", "--draws", "50")
    text = call("estimate", table, *options)
    assert text.returncode == 0, text.stderr
    data = json.loads(call("estimate", table, *options, "--json").stdout)
    store = next(row for row in data["persons"] if row["parameter"] == "store")
    assert f"{store['map']:.3g} of typical" in text.stdout
    assert [row["observed"] for row in data["observations"]] == [150, 700]


def test_a_number_that_is_not_finite_is_null(table: Path) -> None:
    """The shape of the weights of few draws of a person far from typical has no value."""
    table.write_text("ID,TIME,EVID,DV\n1,0,0,5\n", encoding="utf-8")
    options = ("--covariate", "AGE=60", "--covariate", "INTAKE=5", "--draws", "20", "--json")
    done = call("estimate", table, *options)
    assert done.returncode == 0, done.stderr
    assert {row["pareto_k"] for row in json.loads(done.stdout)["persons"]} == {None}


def test_misfit_is_said_with_person_marker_and_day(table: Path) -> None:
    """Serum B12 beyond any dose given, in a person whose store no sample depends on."""
    table.write_text(TABLE.replace("700", "70000"), encoding="utf-8")
    options = ("--covariate", "AGE=60", "--covariate", "INTAKE=5", "--covariate", "IF=0", "--draws", "20")
    lines = call("estimate", table, *options).stdout.splitlines()
    (far,) = (line for line in lines if line.startswith("person 1: b12 on day 30 lies"))
    assert "SD of the noise above the model (observed 7e+04, model" in far
    (odd,) = (line for line in lines if line.startswith("person 1: plasma is"))
    assert "SD of its prior above" in odd
    unmoved = [line for line in lines if "no observation depends on" in line]
    assert [line.split(" depends on ")[1].split()[0] for line in unmoved] == ["store", "mma", "homocysteine"]
    assert "where IF is 0" in unmoved[0]


def test_a_fit_that_holds_is_not_remarked_on(table: Path) -> None:
    text = call("estimate", table, "--covariate", "AGE=60", "--covariate", "INTAKE=5", "--draws", "20").stdout
    assert "SD of" not in text.replace("SD of the log", "")
    assert "depends on store" not in text


TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorials" / "own-concentrations.md"


def test_the_commands_of_the_tutorial_and_of_the_help_work_on_its_table(tmp_path: Path) -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(text.split("```{code-cell}\n")[1].split("```")[0], names)
    names["table"].to_csv(tmp_path / "mine.csv", index=False)
    commands = re.findall(r"`remyelin (estimate mine\.csv[^`]*)`", text)
    help_text = call("estimate", "--help").stdout
    commands += re.findall(r"remyelin (estimate mine\.csv.*)", help_text)
    assert len(commands) == 5
    for command in commands:
        done = call(*command.split(), *(() if "problem" in command else ("--draws", "10")), cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
    assert {path.name for path in (tmp_path / "stream").glob("remyelin.c*")} == {
        "remyelin.ctl",
        "remyelin.csv",
    }


def test_help_and_tutorial_list_every_column_with_its_codes() -> None:
    text, shown = TUTORIAL.read_text(encoding="utf-8"), " ".join(call("estimate", "--help").stdout.split())
    for name, holds in CODES.items():
        assert f"| `{name}` | {holds} |" in text
        assert f" {name} {holds}" in shown


@pytest.mark.parametrize(
    ("options", "says"), [((), "AGE is missing"), (("--covariate", "AGE"), "write NAME=VALUE")]
)
def test_what_is_missing_is_one_sentence(table: Path, options: tuple[str, ...], says: str) -> None:
    done = call("estimate", table, *options)
    assert done.returncode == 2
    assert says in done.stderr


WRONG = (
    "",
    "when,kind\n",
    "ID,TIME\n1\n",
    TABLE + "1,2,3,4,5,6,7,8,9,10,11,12\n",
    TABLE.replace("150", "x"),
)


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("more", [(), ("--petab", "out"), ("--nonmem", "out")])
def test_a_wrong_table_is_named_by_its_file(text: str, more: tuple[str, ...], table: Path) -> None:
    table.write_text(text, encoding="utf-8")
    done = call(
        "estimate", table, "--covariate", "AGE=60", "--covariate", "INTAKE=5", *more, cwd=table.parent
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"remyelin: {table}: "), done.stderr
    assert [path.name for path in table.parent.iterdir()] == [table.name]
