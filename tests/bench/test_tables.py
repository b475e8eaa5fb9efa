"""The tables of the benchmark in the documents are those its program writes from what was measured."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from remyelin.bench.fibre import PARTS

ROOT = Path(__file__).parents[2]
PROGRAM = runpy.run_path(str(ROOT / "examples" / "bench_tables.py"))


def test_documents_say_what_was_measured() -> None:
    for path, text in PROGRAM["documents"]().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"python examples/bench_tables.py writes {path.name} anew"
        )


def test_every_part_was_measured_beside_its_rivals() -> None:
    kept = json.loads(PROGRAM["KEPT"].read_text(encoding="utf-8"))
    assert set(kept) == set(PARTS)
    for part, one in kept.items():
        assert one["rows"], part
        for row in one["rows"]:
            rival = row["rival"] or ""
            if rival.startswith(("NEURON", "PyFibers")) and "not run" not in rival:
                assert row["rival_s"] > 0, (part, row["what"], rival)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (2.042e-4, "204 us"), (0.0999, "99.9 ms"), (160_000.0, "160,000 s"), (8.91e-9, "8.91 ns")],
)
def test_times_are_told_in_the_unit_that_fits(value: float | None, text: str) -> None:
    assert PROGRAM["seconds"](value) == text


def test_a_row_is_one_line_of_a_table() -> None:
    row = {
        "what": "a", "rival": None, "ours_s": 1e-3, "rival_s": 2.0, "ratio": 2000.0, "ours_error": -0.0015,
        "rival_error": None,
    }  # fmt: skip
    assert PROGRAM["line"](row) == "| a | - | 1 ms | 2 s | 2,000 | -0.15 | - |\n"
