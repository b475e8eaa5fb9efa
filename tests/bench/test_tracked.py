"""The tracked benchmarks are those of ``remyelin bench``, and their rows exist."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from remyelin.bench.rows import Row

ROOT = Path(__file__).parents[2]


def test_every_tracked_row_is_a_row_of_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = json.loads((ROOT / "asv.conf.json").read_text())
    source = ROOT / settings["benchmark_dir"] / "tracked.py"
    spec = importlib.util.spec_from_file_location("tracked", source)
    assert spec is not None
    assert spec.loader is not None
    tracked = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tracked)
    text = (ROOT / "src/remyelin/bench/cohort.py").read_text()
    for name in tracked.Layers.params:
        assert name in text
    rows = [Row(f"of one person: {name}", None, 0.5 + i) for i, name in enumerate(tracked.Layers.params)]
    monkeypatch.setattr(tracked, "layers", lambda ledger, tables: iter(rows))
    found = tracked.Layers().setup_cache()
    assert [tracked.Layers().track_row(found, name) for name in tracked.Layers.params] == [
        row.ours_s for row in rows
    ]
