"""``remyelin symptoms``: nineteen rows, tiers, sources, pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import call

from remyelin.evidence.catalogue import TIERS

ROOT = next(path for path in Path(__file__).parents if (path / "pyproject.toml").exists())
KEYS = {"number", "name", "label", "tier", "frequency", "source", "hpo", "clock"}


def test_nineteen_rows_with_tier_and_source() -> None:
    status, out, _ = call("symptoms", "--json")
    rows = json.loads(out)["rows"]
    assert status == 0
    assert [row["number"] for row in rows] == list(range(1, 20))
    for row in rows:
        assert set(row) == KEYS
        assert row["tier"] in TIERS
        assert row["source"], "a source or the word assumed"
        assert (row["frequency"] is None) == (row["source"] == ["assumed"])
        assert row["hpo"][0]["id"].startswith("HP:")
        assert row["clock"].endswith(".")


@pytest.mark.parametrize("name", ["7", "vision", "Blurred vision, loss of vision"])
def test_one_is_found_by_number_identifier_and_name(name: str) -> None:
    status, out, _ = call("symptoms", name)
    assert status == 0
    assert out.startswith("7. Blurred vision")
    assert "from memory" in out


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
