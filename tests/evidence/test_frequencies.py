"""Published frequencies of symptoms: each has a row with bounds from its counts, and a miss has its words."""

from __future__ import annotations

import importlib
import math
import re

import pytest

from remyelin.analysis.validation import verdicts
from remyelin.evidence import Ledger, load_published
from remyelin.evidence.catalogue import ROW, Symptom, catalogue
from remyelin.evidence.targets import _misses

CATALOGUE = catalogue(Ledger.shipped())
ROWS = {row.name: row for row in load_published()}
COUNTS = re.compile(r"(\d+) of (\d+)|n = (\d+)")
#: Rows whose bounds are wider than the interval of their counts, or pool several series; they are older than the rule.
EARLIER = {"lhermitte_n2o", "optic_clinical"}
Z = 1.959964


def wilson(events: float, persons: int) -> tuple[float, float]:
    share, square = events / persons, Z * Z / persons
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / persons + square / (4 * persons))
    return 100 * (middle - half), 100 * (middle + half)


@pytest.mark.parametrize("symptom", CATALOGUE, ids=lambda symptom: symptom.id)
def test_no_figure_of_the_catalogue_lacks_a_row(symptom: Symptom) -> None:
    if symptom.frequency is None:
        assert symptom.figures == ()
        return
    entries = (symptom.frequency, *symptom.frequency.alternatives.values())
    for entry in entries:
        assert entry.locator.startswith(ROW), f"{entry.name} names no row"
        row = ROWS[entry.locator.removeprefix(ROW)]
        assert row.layer == "clinic"
        assert row.unit == "%"
        assert float(row.published) == entry.value, entry.name
        assert (row.mark == "recall") == (entry.mark == "recall"), entry.name
        assert entry.source, entry.name
    # a figure that stands only in the words has no row
    for entry in entries:
        assert not re.search(r"\d+(\.\d+)? %", entry.note) or symptom.id == "vision", entry.note


def test_bounds_of_these_rows_are_the_intervals_of_their_counts() -> None:
    named = {row.name: row for symptom in CATALOGUE for _, row in symptom.figures}
    checked = set()
    for name, row in named.items():
        found = COUNTS.search(row.note)
        if name in EARLIER or found is None:
            continue
        some, of, alone = (float(text or "nan") for text in found.groups())
        # a series that gives a share and no count is taken at its share
        events, persons = (some, of) if math.isnan(alone) else (alone * float(row.published) / 100, alone)
        assert 100 * events / persons == pytest.approx(float(row.published), abs=0.51), name
        assert (row.lower, row.upper) == pytest.approx(wilson(events, persons), abs=0.25), name
        checked.add(name)
    assert len(checked) >= len(named) - 3, named.keys() - checked


def test_every_row_of_the_catalogue_is_computed() -> None:
    for module in ("clinic", "association", "wires"):
        importlib.import_module(f"remyelin.analysis.validation.{module}")
    for symptom in CATALOGUE:
        for _, row in symptom.figures:
            assert row.name in verdicts._registry, row.name


def test_words_for_misses_belong_to_rows_and_quote_no_figure_of_the_model() -> None:
    for (name, side), text in _misses().items():
        row = ROWS[name]
        assert side in ("below", "above")
        assert row.lower > 0.0 if side == "below" else row.upper < 100.0, f"{name} cannot miss {side}"
        assert text.endswith("."), name
        outside = row.lower - 1.0 if side == "below" else row.upper + 1.0
        assert row.explanation(outside) == text
        assert row.explanation((row.lower + row.upper) / 2) == ""


def test_a_validation_row_of_the_catalogue_has_words_for_every_side_it_can_miss_on() -> None:
    for symptom in CATALOGUE:
        for _, row in symptom.figures:
            if row.role == "validation":
                assert row.explanation(row.lower - 1.0) or row.lower <= 1.0, f"{row.name}, below"
                assert row.explanation(row.upper + 1.0) or row.upper >= 96.0, f"{row.name}, above"
