"""Impulses of a bare internode, alone and stretched: single fibres of the counts, and how shares are taken."""

from __future__ import annotations

import os

import numpy as np
import pytest

from remyelin.analysis.experiments import ectopic, run_experiment
from remyelin.analysis.experiments.ectopic import LESION, Counts, column_fibre, rate_of, stretch_of
from remyelin.evidence import Ledger
from remyelin.fibre import bare
from remyelin.output.figures.svg import to_svg

LEDGER = Ledger.shipped()
LONG = os.environ.get("REMYELIN_LONG") == "1"


@pytest.fixture(scope="module")
def stripped():
    healthy = column_fibre(LEDGER)
    return lambda share, persistent: bare(healthy, LESION, channel_share=share, persistent_sodium=persistent)


def test_axolemma_that_rests_is_silent_until_it_is_stretched(stripped):
    rests = stripped(0.04, 0.0)
    assert rate_of(rests, 0.0) == 0.0
    assert rate_of(rests, 3.0) > 5.0


def test_nearly_no_channels_do_not_fire_at_a_weak_stretch(stripped):
    assert rate_of(stripped(0.005, 0.0), 0.3) == 0.0


def test_all_of_the_persistent_sodium_fires_without_stretch(stripped):
    assert rate_of(stripped(0.0302, 1.0), 0.0) > 0.0


def test_stretch_is_an_inward_current_over_bare_axolemma_alone(stripped):
    fibre = stripped(0.04, 0.0)
    pattern = stretch_of(fibre, 2.0).axoplasm
    where = fibre.internode(LESION)
    assert pattern[: where.start].sum() == pattern[where.stop :].sum() == 0.0
    area = np.pi * fibre.axon_diameter[where.start : where.stop] @ fibre.length[where.start : where.stop]
    assert pattern.sum() == pytest.approx(2.0 * area * 1e-5)  # um2 times uA/cm2 in nA


def test_the_experiment_draws_and_says_what_it_counted(monkeypatch):
    for name, value in {
        "DENSITIES": 2,
        "PERSISTENT": 2,
        "STRETCHES": 1,
        "SETTLE_MS": 5.0,
        "WATCH_MS": 30.0,
    }.items():
        monkeypatch.setattr(ectopic, name, value)
    result = run_experiment("ectopic-firing", LEDGER)
    assert result.question.endswith("?")
    assert all(finding.endswith(".") for finding in result.findings)
    (table,) = result.tables
    assert len(table.rows) == 2 * 2 * 2
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert "<svg" in to_svg(result.figures[0])


def test_shares_count_what_stretch_adds():
    rate = np.array([[[0.0, 5.0]], [[3.0, 5.0]], [[0.0, 9.0]]])
    counts = Counts((0.01, 0.1), (0.0,), (0.0, 1.0, 2.0), rate)
    assert counts.alone == 0.5
    assert counts.stretched == 0.5


@pytest.mark.parametrize(
    ("grid", "error"),
    [
        ((3, 2, 2), 0.12),
        pytest.param((6, 5, 3), 0.005, marks=pytest.mark.skipif(not LONG, reason="REMYELIN_LONG=1")),
    ],
)
def test_the_ledger_holds_the_shares_that_are_counted(grid, error, monkeypatch):
    """The full grid gives the numbers of the ledger, a coarse one comes near them."""
    for name, value in zip(("DENSITIES", "PERSISTENT", "STRETCHES"), grid, strict=True):
        monkeypatch.setattr(ectopic, name, value)
    counts = ectopic.count(LEDGER)
    for name, share in (("stretched", counts.stretched), ("resting", counts.alone)):
        entry = LEDGER.entry(f"ectopic.{name}")
        assert entry.kind == "derived"
        assert share == pytest.approx(entry.value, abs=error)
