"""Every experiment on fibres runs, made small, and says what it found; the figures of the docs are there."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from remyelin.analysis.experiments import EXPERIMENTS, Result, run_experiment
from remyelin.evidence import Ledger, load_references
from remyelin.output.figures.svg import to_svg

LEDGER = Ledger.shipped()
ROOT = Path(__file__).parents[3]
SMALL: dict[str, dict[str, dict[str, Any]]] = {
    "thickness": {"lesions": {"SHARES": (1.0, 0.3, 0.05, 0.01, 0.005), "NODES": 21, "LESION": 10}},
    "crossing": {"crossing": {"NODES": 13, "FIRST": 5, "STEP_US": 20.0, "FRAMES": 30, "PLACES": 30}},
    "block-maps": {
        "maps": {"SHARES": (0.01, 0.1, 1.0), "WIDTHS": (1.0, 30.0), "LENGTHS": (1, 2), "FIRST": 6, "NODES": 15}
    },
    "lesion-length": {"growing": {"COUNTS": (1, 2, 3, 4, 5, 6, 7), "NODES": 16, "FIRST": 4, "BARE_MS": 5.0}},
    "paranodes": {"paranodes": {"NODES": 13, "NODE": 6, "GAPS_UM": (0.5, 1.0), "FINE_UM": (1.0, 12.0, 40.0)}},
    "warming": {"timing": {"LESIONS": 12, "NODES": 13, "LESION": 6, "HIGHEST": 39.0}},
    "refractory": {
        "timing": {
            "THIN": (1.0, 0.014), "TRAINS": ((1.0, "#222222"), (0.014, "#009E73")), "RATES": (200.0, 400.0),
            "PULSES": 3, "SHORT_NODES": 11, "SHORT_LESION": 5, "STEP_US": 20.0,
        }
    },
    "recovery": {"recovering": {"LAMELLAE": (4, 120), "NODES": 15, "FIRST": 5, "RUN": 1, "STEP_US": 20.0}},
    "excitability": {
        "excitable": {"SODIUM": (0.01, 0.04), "LEAK": (0.4,)},
        "validation": {"SODIUM": (0.01, 0.04), "LEAK": (0.4,), "RATE_MS": 250.0, "ROUNDS": 1},
    },
    "bare-axolemma": {
        "excitable": {
            "SHARES": (0.02, 0.04, 0.08), "PERSISTENT": (0.0, 1.0), "DIAMETERS": (3.0, 10.0), "WATCH_MS": 20.0
        }
    },
}  # fmt: skip


def docs_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("figures", ROOT / "docs" / "figures" / "demyelination.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_small(name: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    for module, constants in SMALL[name].items():
        home = f"experiments.{module}"
        if module == "validation":
            home = "protocols.excitability"
        for constant, value in constants.items():
            monkeypatch.setattr(importlib.import_module(f"remyelin.analysis.{home}"), constant, value)
    return run_experiment(name, LEDGER)


def test_every_fibre_experiment_is_tried_here_and_drawn_in_the_docs() -> None:
    names = {name for name, experiment in EXPERIMENTS.items() if experiment.layer == "fibre"}
    assert names == set(SMALL)
    assert names == set(docs_script().FIGURES)


@pytest.mark.parametrize("name", SMALL)
def test_experiments_run_and_draw(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run_small(name, monkeypatch)
    assert result.question.endswith("?")
    assert len(result.findings) >= 2
    assert all(finding.endswith(".") for finding in result.findings)
    assert {figure.name for figure in result.figures} == set(docs_script().FIGURES[name])
    assert set(result.sources) <= set(load_references())
    for figure in result.figures:
        assert to_svg(figure) == to_svg(figure)
        assert "<svg" in to_svg(figure)
    for table in result.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_the_figures_of_the_docs_exist_and_are_shown() -> None:
    script = docs_script()
    page = (ROOT / "docs" / "demyelination.md").read_text(encoding="utf-8")
    for figures in script.FIGURES.values():
        for figure in figures:
            path = script.path_of(figure)
            svg = path.read_text(encoding="utf-8")
            assert svg.startswith("<svg")
            assert len(svg) < 600_000
            assert f"figures/{path.name}" in page


def test_the_page_names_every_row_of_the_layer() -> None:
    from remyelin.evidence import load_targets

    page = (ROOT / "docs" / "demyelination.md").read_text(encoding="utf-8")
    rows = [
        row.name for row in load_targets() if row.layer == "fibre" and not re.match("mrg_|gaines_", row.name)
    ]
    missing = [name for name in rows if f"`{name}`" not in page]
    assert not missing
