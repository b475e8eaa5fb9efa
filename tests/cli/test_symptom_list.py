"""``remyelin symptoms``: nineteen rows, tiers, sources, pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from program import call

from remyelin.evidence import Ledger, load_published
from remyelin.evidence.catalogue import TIERS, catalogue
from remyelin.evidence.posterior import posterior

ROOT = next(path for path in Path(__file__).parents if (path / "pyproject.toml").exists())
KEYS = {"number", "name", "label", "tier", "frequency", "elsewhere", "background", "source", "hpo", "clock"}


def test_nineteen_rows_with_tier_and_source() -> None:
    status, out, _ = call("symptoms", "--json")
    rows = json.loads(out)["rows"]
    assert status == 0
    assert [row["number"] for row in rows] == list(range(1, 20))
    for row in rows:
        assert set(row) == KEYS
        assert row["tier"] in TIERS
        assert row["source"], "a source or the word assumed"
        rests_on = row["frequency"] or row["background"]
        assert (rests_on is None) == (row["source"] == ["assumed"])
        assert (row["background"] is None) == (row["tier"] == "mechanism")
        assert not (row["tier"] == "no evidence" and row["frequency"])
        assert row["hpo"][0]["id"].startswith("HP:")
        assert row["clock"].endswith(".")


@pytest.mark.parametrize("name", ["7", "vision", "Blurred vision, loss of vision"])
def test_one_is_found_by_number_identifier_and_name(name: str) -> None:
    status, out, _ = call("symptoms", name)
    assert status == 0
    assert out.startswith("7. Blurred vision")
    assert "from memory" in out


@pytest.mark.parametrize(
    ("word", "label"), [("tingling", "Pins and needles"), ("Unsteady gait", "Coordination")]
)
def test_another_word_for_a_symptom_finds_it(word: str, label: str) -> None:
    status, out, _ = call("symptoms", word)
    assert status == 0
    assert label in out.splitlines()[0]


def test_a_misspelt_word_gives_the_nearest_word() -> None:
    status, _, err = call("symptoms", "tinglin")
    assert status == 2
    assert "did you mean 'tingling'" in err


def test_the_template_of_a_case_names_the_symptoms_that_a_case_may_have(tmp_path: Path) -> None:
    status, _, _ = call("new", str(tmp_path / "mine.toml"))
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    rows = json.loads(call("symptoms", "--json")[1])["rows"]
    assert status == 0
    assert [row["name"] for row in rows if row["name"] not in text] == []
    assert "remyelin symptoms" in text


def test_an_unknown_name_is_refused() -> None:
    status, out, err = call("symptoms", "memry")
    assert (status, out) == (2, "")
    assert "did you mean 'memory'" in err


def test_pages_are_those_of_the_documentation(tmp_path: Path) -> None:
    status, _, _ = call("symptoms", "--pages", str(tmp_path))
    assert status == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "symptoms").iterdir()}
    assert written == kept, "run `remyelin symptoms --pages docs/symptoms`"


def test_pages_into_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    status, _, err = call("symptoms", "--pages", str(tmp_path / "taken"))
    assert status == 2
    assert "give a folder" in err


def test_the_table_of_frequencies_is_that_of_the_posterior_and_shows_its_misses() -> None:
    page = (ROOT / "docs" / "symptoms.md").read_text(encoding="utf-8")
    made = posterior().made.rpartition(" ")[2]
    begin = f"<!-- frequencies: posterior {made}, by python examples/symptoms_table.py -->"
    assert begin in page, "python examples/symptoms_table.py"
    text = page.split(begin)[1].split("<!-- end of frequencies -->")[0]
    published = {row.name: row for row in load_published()}
    missed = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ][2:]
    holding = {
        role: re.findall(r"`(\w+)` ([\d.]+), (\d+)", line)
        for role, line in re.findall(r"^Holds, (\w+) .*?: (.*)\.$", text, re.MULTILINE)
    }
    held = [(role, *found) for role, each in holding.items() for found in each]
    # every figure of the catalogue and every association row stands here once, calibration is told from validation
    named = [cells[1].strip("`") for cells in missed] + [name for _, name, _, _ in held]
    assert len(named) == len(set(named))
    assert {row.name for item in catalogue(Ledger.shipped()) for _, row in item.figures} <= set(named)
    assert {name for name in published if name.startswith("assoc_")} <= set(named)
    for role, name, figure, model in held:
        row = published[name]
        assert (role, figure) == (row.role, f"{float(row.published):g}")
        assert row.lower - 0.5 <= float(model) <= row.upper + 0.5, name  # a rounded figure at the very edge
    for counted, name, role, figure, model in missed:
        row = published[name.strip("`")]
        assert (counted, role) == (row.quantity, row.role)
        memory = ", recalled" if row.mark == "recall" else ""
        assert figure == f"{float(row.published):g} ({row.lower:g} to {row.upper:g}){memory}"
        assert not row.lower + 0.5 < float(model) < row.upper - 0.5, name
        why = row.explanation(row.upper + 1.0 if float(model) > row.upper else row.lower - 1.0)
        assert why.endswith("."), f"{name}: write why it misses in evidence/data/misses.toml"
