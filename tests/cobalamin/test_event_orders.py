"""An event table is a regimen: in cases, on the command line, and wherever else one is given."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from remyelin import Ledger, load_case
from remyelin.base.errors import InputError
from remyelin.cli.main import main
from remyelin.cobalamin import in_words, read_order
from remyelin.cobalamin.exchange.events import to_events
from remyelin.person.case import case_of, dosed, to_toml_data
from remyelin.person.person import resolve
from remyelin.person.plans import orders, plans_of

LEDGER = Ledger.shipped()
TABLE = """TIME,AMT,CMT,FORM,II,ADDL
0,1000,im,hydroxocobalamin,2,6
14,1000,3,2,60,5
"""


def test_a_table_gives_what_the_same_order_in_words_gives() -> None:
    words = read_order("hydroxocobalamin 1 mg im every 2 d for 14 d, then every 60 d", 5.0, 360.0, LEDGER)
    assert read_order(TABLE, 5.0, 360.0, LEDGER) == words


@pytest.mark.parametrize("order", ["uk neurological", "b12 b6 folate", "oral"])
def test_a_named_regimen_written_as_a_table_and_read_as_a_regimen_is_the_same(order: str) -> None:
    first = read_order(order, 0.0, 400.0, LEDGER)
    again = read_order(to_events(first), 0.0, 400.0, LEDGER)
    np.testing.assert_allclose([d.time for d in again.doses], [d.time for d in first.doses], atol=1e-6)
    assert [d.amount_ug for d in again.doses] == [d.amount_ug for d in first.doses]
    np.testing.assert_allclose(again.vitamins, first.vitamins, atol=1e-6)


def test_a_later_treatment_ends_a_table_as_it_ends_an_order() -> None:
    assert [dose.time for dose in read_order(TABLE, 0.0, 5.0, LEDGER).doses] == [0.0, 2.0, 4.0]
    vitamins = read_order(
        "TIME,AMT,RATE,CMT\n0,1000,,1\n0,80000,800,folic acid\n", 0.0, 50.0, LEDGER
    ).vitamins
    assert vitamins == ((0.0, 0.8, 0.0), (50.0, 0.0, 0.0))


def test_a_case_takes_a_table_and_reads_back() -> None:
    data = to_toml_data(load_case("stabler-2013")) | {"treatment": [{"regimen": TABLE, "start": "10 d"}]}
    case = case_of(data, "mine")
    assert case_of(to_toml_data(case), "mine") == case
    given = orders(case, plans_of(case, resolve(case, LEDGER))[0], LEDGER)[0]
    assert given.doses[0].time == 10.0
    assert in_words(TABLE, LEDGER) == "event table (hydroxocobalamin 1 mg intramuscular, 13 times)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ID,TIME,AMT,CMT\n1,0,1000,3\n2,0,1000,3", "2 persons"),
        ("TIME,AMT,CMT\n0,1000,intravenous", "line 2: CMT 'intravenous' is unknown"),
        (
            "TIME,AMT,CMT,FORM\n0,1000,im,hydroxocobalamine",
            "line 2: FORM 'hydroxocobalamine' is unknown; did you mean",
        ),
        ("TIME,AMT,CMT,EVID\n0,1000,3,0", "0 persons"),
        ("TIME,AMT,CMT,CMT\n0,1000,3,3", "stands twice"),
        ("TIME,AMT,CMT,ADDL,II\n0,1,3,99999,1\n0,1,3,99999,1", "more than 100000 doses"),
        ("TIME,CMT\n0,3", "column AMT is missing"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_order(text, 0.0, 100.0, LEDGER)


def test_a_table_replaces_the_treatments_of_a_case() -> None:
    case = dosed(load_case("stabler-2013"), TABLE)
    assert [item.start for item in case.treatment] == [0.0]
    with pytest.raises(InputError, match="regimen"):
        dosed(load_case("stabler-2013"), "")


def test_the_command_line_takes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "doses.csv"
    file.write_text(TABLE)
    with pytest.raises(SystemExit) as left:
        main(["run", "replete-control", "--events", str(file), "--json"])
    assert left.value.code == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["treatment"][0].startswith(
        "event table (hydroxocobalamin 1 mg intramuscular, 13 times), from"
    )
    with pytest.raises(SystemExit) as left:
        main(["run", "replete-control", "--events", str(tmp_path / "none.csv")])
    assert left.value.code == 2
