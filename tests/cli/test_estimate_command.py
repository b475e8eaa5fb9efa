"""``remyelin estimate``: one table in, one answer out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import call

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
