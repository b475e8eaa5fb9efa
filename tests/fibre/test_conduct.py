"""Conduction through reduced fibres: against all compartments, against NEURON, whatever the batch."""

from __future__ import annotations

import csv
import os
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.bench.window import main, random_fibre, search
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Pulse,
    bare,
    conduct,
    errors,
    gaines_motor,
    lose_lamellae,
    mrg,
    open_paranodes,
    remyelinate,
    scale_channels,
)
from remyelin.fibre.solvers import batches

LEDGER = Ledger.shipped()
REFERENCE = Path(__file__).parent / "reference"
LONG = os.environ.get("REMYELIN_LONG") == "1"


def last_arrival(arrival: np.ndarray) -> float:
    return float(arrival[np.isfinite(arrival)][-1])


def test_converged_velocities_of_all_diameters_at_the_default_step() -> None:
    with (REFERENCE / "mrg_cv_converged.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["label"] == "published"]
    assert len(rows) == 9
    fibres = [mrg(float(row["diameter_um"]), 31, ends="passive", ledger=LEDGER) for row in rows]
    found = conduct(fibres)["velocity"].values
    expected = [float(row["cv_m_per_s"]) for row in rows]
    assert found == pytest.approx(expected, rel=0.003)


def test_lesioned_fibres_at_the_default_step_are_those_of_a_step_eight_times_finer() -> None:
    rng = np.random.default_rng(5)
    fibres = [random_fibre(rng, LEDGER) for _ in range(24)]
    default, fine = conduct(fibres, window=False), conduct(fibres, window=False, step=0.5, precision="double")
    assert np.array_equal(default["conducts"], fine["conducts"])
    for i in np.flatnonzero(fine["conducts"].values):
        expected = last_arrival(fine["arrival"].values[i])
        assert last_arrival(default["arrival"].values[i]) == pytest.approx(expected, rel=0.004), i


def test_reduced_equals_full_on_healthy_and_lesioned_fibres() -> None:
    """Random fibres, both grids: the same blocks, and delays within 0.3 %."""
    rng = np.random.default_rng(20)
    fibres = [random_fibre(rng, LEDGER, nodes=20) for _ in range(12)]
    for grid in ((9, 25, 5), (3, 5, 2)):
        healthy = mrg(10.0, 16, grid=grid, ledger=LEDGER)
        fibres += [
            healthy,
            open_paranodes(healthy, [6, 7, 8], 50, juxtaparanode_factor=2),
            lose_lamellae(healthy, [7], 0.02),
            remyelinate(healthy, [6, 7], 0.1, 0.2),
        ]
    settings = {"duration": 4.0, "step": 4.0}
    reduced, full = conduct(fibres, solver="reduced", **settings), conduct(fibres, solver="full", **settings)
    assert np.array_equal(reduced["conducts"], full["conducts"])
    passing = np.flatnonzero(full["conducts"].values)
    assert 14 <= len(passing) <= len(fibres)
    for i in passing:
        expected = last_arrival(full["arrival"].values[i])
        assert last_arrival(reduced["arrival"].values[i]) == pytest.approx(expected, rel=0.003), i


def test_active_bare_axolemma_mixes_into_the_reduced_fibre() -> None:
    fibre = bare(mrg(10.0, 15, ledger=LEDGER), 7, channel_share=0.03)
    reduced, full = (
        conduct(fibre, duration=4.0, solver=s, window=False, step=2.0) for s in ("reduced", "full")
    )
    assert bool(full["conducts"].values[0])
    assert reduced["arrival"].values == pytest.approx(full["arrival"].values, rel=0.003, abs=5e-4)


def test_channels_under_myelin_go_to_the_full_solver() -> None:
    fibre = gaines_motor(10.0, 15, ledger=LEDGER)
    assert bool(conduct(fibre, duration=1.0)["conducts"].values[0])
    with pytest.raises(InputError, match="solver='full'"):
        conduct(fibre, duration=1.0, solver="reduced")


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_results_do_not_depend_on_order_padding_or_threads(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fibres = [random_fibre(rng, LEDGER) for _ in range(11)]
    settings = {"duration": 6.0, "step": 5.0}
    alone = conduct(fibres, threads=1, **settings)
    threaded = conduct(iter(fibres), threads=3, **settings)
    assert alone.identical(threaded), "threads change nothing, not even the last bit"
    order = rng.permutation(len(fibres))
    shuffled = conduct([fibres[i] for i in order], **settings)
    assert np.array_equal(alone["conducts"].values[order], shuffled["conducts"].values)
    for place, i in enumerate(order):
        n = fibres[i].n_nodes
        expected = alone["arrival"].values[i, :n]
        reached = np.isfinite(expected) & np.isfinite(shuffled["arrival"].values[place, :n])
        assert shuffled["arrival"].values[place, :n][reached] == pytest.approx(expected[reached], abs=1e-3)


def test_window_never_turns_conduction_into_block() -> None:
    """A short form of ``python -m remyelin.bench.window``."""
    found = search(160, ledger=LEDGER)
    assert (found.lost, found.gained) == (0, 0)
    assert 80 < found.conducting < found.fibres == 160, "the search holds both outcomes"
    assert found.moved_us < 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    "fibres", [1000, pytest.param(10_000, marks=pytest.mark.skipif(not LONG, reason="REMYELIN_LONG=1"))]
)
def test_window_never_turns_conduction_into_block_in_many_fibres(
    fibres: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--fibres", str(fibres)]) == 0
    assert f"{fibres:,} random lesioned fibres" in capsys.readouterr().out


def test_a_fibre_alone_is_the_fibre_in_a_batch() -> None:
    """One long fibre runs through a kernel of its own; odd and even numbers of nodes, with and without window."""
    rng = np.random.default_rng(11)
    for window in (False, True):
        for _ in range(24):
            fibre = random_fibre(rng, LEDGER)
            settings = {"duration": 6.0, "step": 4.0, "window": window, "precision": "double"}
            alone, beside = conduct(fibre, **settings), conduct([fibre, fibre], **settings)
            assert bool(alone["conducts"].values[0]) == bool(beside["conducts"].values[0])
            expected = beside["arrival"].values[0]
            both = np.isfinite(expected) & np.isfinite(alone["arrival"].values[0])
            tolerance = 1e-4 if window else 1e-8
            assert alone["arrival"].values[0][both] == pytest.approx(expected[both], abs=tolerance)


def test_window_survives_a_front_that_dwells_behind_short_internodes() -> None:
    """Short thin new internodes before four internodes at 1 %: a window counted in nodes calls this blocked."""
    fibre = lose_lamellae(mrg(10.0, 60, ledger=LEDGER), [30, 31, 32, 33], 0.02)
    fibre = remyelinate(fibre, list(range(10, 28)), 0.3, 0.17)
    assert bool(conduct(fibre, duration=20.0)["conducts"].values[0]) == bool(
        conduct(fibre, duration=20.0, window=False)["conducts"].values[0]
    )


def test_single_precision_over_a_long_nerve() -> None:
    rng = np.random.default_rng(3)
    fibre = lose_lamellae(mrg(10.0, 301, ledger=LEDGER), None, rng.uniform(0.3, 1, 300))
    single, double = (conduct(fibre, precision=p)["arrival"].values[0, -1] for p in ("single", "double"))
    assert single == pytest.approx(double, abs=1e-3)


def test_three_errors_are_told_apart() -> None:
    found = errors(mrg(10.0, 21, ledger=LEDGER))
    assert -0.004 < found.step < -0.001
    assert abs(found.reduction) < 0.0015
    assert found.grid == pytest.approx(0.18, abs=0.02)
    assert abs(errors(mrg(10.0, 21, grid="converged", ledger=LEDGER)).grid) < 0.01


def test_halving_sodium_slows_and_warming_speeds() -> None:
    healthy = mrg(10.0, 21, ledger=LEDGER)
    cooler = mrg(10.0, 21, temperature=32.0, ledger=LEDGER)
    normal, weak, cold = conduct([healthy, scale_channels(healthy, naf=0.5), cooler])["velocity"].values
    assert weak < 0.95 * normal
    assert cold < normal


def test_labels_units_and_padding() -> None:
    data = conduct([mrg(10.0, 9, ledger=LEDGER), mrg(16.0, 21, ledger=LEDGER)], duration=1.0)
    assert dict(data.sizes) == {"fibre": 2, "node": 21}
    assert all("units" in data[name].attrs for name in data.variables)
    assert np.all(np.isnan(data["arrival"].values[0, 9:]))
    assert np.all(np.diff(data["arrival"].values[1, 1:]) > 0)
    assert data["position"].values[1, 1] == pytest.approx(1.5005, abs=1e-3)


def test_block_and_no_excitation_are_not_the_same() -> None:
    fibre = mrg(10.0, 21, ledger=LEDGER)
    blocked = lose_lamellae(fibre, 12, 0.007, partial=True)
    data = conduct([blocked, fibre], pulse=[Pulse(), Pulse(amplitude=0.01)], duration=3.0)
    assert data["excited"].values.tolist() == [True, False]
    assert data["conducts"].values.tolist() == [False, False]
    assert np.all(np.isnan(data["velocity"].values[1:]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"step": 0.0}, "step"),
        ({"step": float("nan")}, "step"),
        ({"step": 100.0}, "step"),
        ({"duration": -1.0}, "duration"),
        ({"duration": float("inf")}, "duration"),
        ({"scheme": "euler"}, "scheme"),
        ({"solver": "fast"}, "solver"),
        ({"precision": "half"}, "precision"),
        ({"start": "warm"}, "start"),
        ({"threads": 0}, "threads"),
        ({"pulse": Pulse(node=99)}, "no node 99"),
        ({"pulse": Pulse(amplitude=float("nan"))}, "finite"),
        ({"pulse": Pulse(duration=0.0)}, "duration"),
        ({"pulse": [Pulse(), Pulse()]}, "one per fibre"),
        ({"step": 10.0, "tolerance": 0.005}, "us or less"),
        ({"tolerance": 2.0}, "tolerance"),
        ({"solver": "reduced", "scheme": "backward-euler"}, "solver='full'"),
    ],
)
def test_bad_settings_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        conduct(mrg(10.0, 11, ledger=LEDGER), **change)  # type: ignore[arg-type]


def test_what_is_no_fibre_is_refused() -> None:
    with pytest.raises(InputError, match="no fibres"):
        conduct([])
    with pytest.raises(InputError, match="item 0 is a float"):
        conduct([10.0])  # type: ignore[list-item]


def test_fibres_are_forgotten_once_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An iterator is consumed in pieces, so that memory does not grow with the number of fibres."""
    monkeypatch.setattr(batches, "BATCH_FIBRES", 8)
    made: list[weakref.ref[np.ndarray]] = []
    alive: list[int] = []

    def fibres() -> Iterator[Fibre]:
        for _ in range(40):
            fibre = mrg(10.0, 9, ledger=LEDGER)
            made.append(weakref.ref(fibre.length))
            yield fibre
            alive.append(sum(reference() is not None for reference in made))

    data = conduct(fibres(), duration=0.6, step=5.0)
    assert data.sizes["fibre"] == 40
    assert max(alive) <= 2 * 8
