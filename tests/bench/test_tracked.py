"""The tracked benchmarks run, and every row that they track is one row of ``remyelin bench``."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from remyelin import nerve
from remyelin.bench import cohort
from remyelin.bench.rows import timed
from remyelin.evidence import Ledger

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tracked(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that asv loads, with one person and one repetition for each row."""
    monkeypatch.setattr(cohort, "PERSONS_TIMED", 1)
    monkeypatch.setattr(cohort, "timed", lambda call, times=1: timed(call, 1))
    settings = json.loads((ROOT / "asv.conf.json").read_text())
    spec = importlib.util.spec_from_file_location("tracked", ROOT / settings["benchmark_dir"] / "tracked.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_tracked_row_is_one_row_of_the_bench(
    tracked: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.shipped()
    rows = list(cohort.layers(ledger, nerve.build_tables(ledger)))
    for name in tracked.Layers.params:
        assert [name in row.what for row in rows].count(True) == 1, (name, [row.what for row in rows])
    monkeypatch.setattr(tracked, "layers", lambda ledger, tables: iter(rows))
    found = tracked.Layers().setup_cache()
    for name in tracked.Layers.params:
        (row,) = (row for row in rows if name in row.what)
        assert tracked.Layers().track_row(found, name) == row.ours_s > 0.0


def test_a_course_is_tracked_first_and_again(tracked: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    load_case = tracked.load_case
    monkeypatch.setattr(
        tracked, "load_case", lambda name: load_case("replete-control") if load_case(name) else None
    )
    found = tracked.Course().setup_cache()
    assert set(found) == set(tracked.Course.params)
    assert all(tracked.Course().track_run(found, name) > 0.0 for name in tracked.Course.params)
