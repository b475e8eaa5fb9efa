"""The benchmark: its rows, its rivals when they are missing, a small run of all of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from remyelin.base.errors import InputError, SimulationError
from remyelin.bench import neuron_rival, pyfibers_rival, run_benchmark
from remyelin.bench.rows import Row, off, timed
from remyelin.evidence import Ledger
from remyelin.fibre.models.mrg import mrg

LEDGER = Ledger.shipped()
LONG = os.environ.get("REMYELIN_LONG") == "1"
CONDUCTION = ["batch", "different", "long", "library", "cold", "step", "nodes", "fibres", "threads"]
# those without a rival
ALONE = {"library", "nodes", "fibres", "threads"}
# parts of stimulation, and what makes each small
STIMULATION: dict[str, dict[str, object]] = {
    "train": {"TRAIN_MS": 30.0},
    "cycle": {"INTERVALS": (3.0,)},
    "block": {"BLOCK_MS": 20.0, "BLOCK_STEPS": (5.0, 2.0), "BLOCK_WIDTH": 0.05},
    "compound": {"COMPOUND_FIBRES": 3, "COMPOUND_MS": 1.0, "COMPOUND_SAMPLE": 2},
    "memory": {"MANY_FIBRES": 20},
}
KEYS = ["what", "rival", "ours_s", "rival_s", "ratio", "ours_error", "rival_error"]


def test_ratio_is_rival_over_ours_and_missing_is_null() -> None:
    assert Row("w", "r", 2e-3, 1.0).as_dict()["ratio"] == pytest.approx(500)
    missing = Row("w", "NEURON DASPK", 2e-3).as_dict()
    assert missing["ratio"] is None
    assert missing["rival_s"] is None
    assert list(missing) == KEYS


def test_errors_are_signed_fractions() -> None:
    assert off(51.336, 56.263) == pytest.approx(-0.0876, abs=1e-4)
    assert off(None, 1.0) is None
    assert off(1.0, None) is None


def test_timed_returns_the_best_of_the_repeats() -> None:
    calls = []
    answer, timing = timed(lambda: calls.append(1) or sum(range(20_000)), 3)
    assert answer == sum(range(20_000))
    assert len(calls) == 3
    assert 0 < timing.core_s <= 3 * timing.wall_s + 0.1


def test_unknown_benchmark_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'fibre'"):
        run_benchmark("fiber")


def test_a_part_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="no part 'thresold'; did you mean 'thresholds'"):
        run_benchmark("fibre", rows=["thresold"])
    with pytest.raises(InputError, match="'web' has no parts"):
        run_benchmark("web", rows=["thresholds"])


def test_thresholds_alone_have_their_rows_and_missing_rivals_are_null(monkeypatch) -> None:
    from remyelin.bench import stimulation

    monkeypatch.setattr(stimulation, "NODES", 9)
    monkeypatch.setattr(stimulation, "THRESHOLDS", 2)
    monkeypatch.setattr(stimulation, "GRIDS", ("published",))
    monkeypatch.setattr(neuron_rival, "unavailable", lambda: "no NEURON")
    monkeypatch.setattr(pyfibers_rival, "unavailable", lambda: "no PyFibers")
    rows = run_benchmark("fibre", rows=["thresholds"])
    assert [list(row) for row in rows] == [KEYS] * 4
    assert all(row["ours_s"] > 0 and row["rival_s"] is None and row["ratio"] is None for row in rows)
    against_all_compartments, *others = rows
    assert 0 < abs(against_all_compartments["ours_error"]) < 0.005
    assert all(row["ours_error"] is None for row in others)


def test_every_part_is_run_here() -> None:
    from remyelin.bench import fibre

    assert set(fibre.PARTS) == {*CONDUCTION, *STIMULATION, "thresholds", "unmyelinated"}


def test_c_fibres_have_a_row_each_without_their_rival(monkeypatch) -> None:
    from remyelin.bench import full

    monkeypatch.setattr(full, "PIECES", 61)
    monkeypatch.setattr(full, "WIDTH", 0.2)
    monkeypatch.setattr(full, "PER_DECADE", 2)
    monkeypatch.setattr(pyfibers_rival, "unavailable", lambda: "no PyFibers")
    rows = run_benchmark("fibre", rows=["unmyelinated"])
    assert len(rows) == len(full.MODELS)
    assert all(row["ours_s"] > 0 and row["rival_s"] is None and row["ours_error"] is None for row in rows)


@pytest.mark.parametrize("part", STIMULATION)
def test_parts_of_stimulation_run_without_rivals(monkeypatch, part: str) -> None:
    from remyelin.bench import stimulation

    monkeypatch.setattr(stimulation, "NODES", {"compound": 35, "block": 31}.get(part, 9))
    for name, value in STIMULATION[part].items():
        monkeypatch.setattr(stimulation, name, value)
    monkeypatch.setattr(neuron_rival, "unavailable", lambda: "no NEURON")
    rows = run_benchmark("fibre", rows=[part])
    assert rows
    assert all(row["ours_s"] > 0 and row["rival_s"] is None for row in rows)


def test_what_leaves_a_fibre_adds_up_to_nothing() -> None:
    from remyelin.bench import neuron_protocols
    from remyelin.fibre import above, point_source

    fibre = mrg(10.0, 5, ledger=LEDGER)
    asked = {}
    real = neuron_protocols._asked
    try:
        neuron_protocols._asked = lambda job, timeout: asked.update(job)
        neuron_protocols.potential(
            fibre, [neuron_protocols.clamp(1, [(0.0, 0.1)], 2.0)],
            [point_source(fibre, above(fibre, 500.0, 0.2))], neuron_protocols.How(1.0), every_us=20.0,
        )  # fmt: skip
    finally:
        neuron_protocols._asked = real
    (weights,), (around,) = asked["weights"], asked["around"]
    assert sum(around) == pytest.approx(0, abs=1e-9 * max(map(abs, around)))
    assert len(weights) == len(around) == fibre.n_compartments
    assert sum(section["segments"] for section in asked["sections"]) == fibre.n_compartments


def test_missing_neuron_is_one_clear_line(monkeypatch) -> None:
    neuron_rival.unavailable.cache_clear()
    monkeypatch.setattr(neuron_rival, "find_spec", lambda name: None)
    try:
        with pytest.raises(SimulationError, match=r"^NEURON is not installed .*\.$"):
            neuron_rival.simulate([mrg(10.0, 3, ledger=LEDGER)])
    finally:
        neuron_rival.unavailable.cache_clear()


def test_missing_compiler_is_one_clear_line(monkeypatch) -> None:
    neuron_rival.unavailable.cache_clear()
    monkeypatch.setattr(neuron_rival, "find_spec", lambda name: object())
    monkeypatch.setattr(neuron_rival, "_nrnivmodl", lambda: "/bin/true")
    monkeypatch.setattr(neuron_rival.shutil, "which", lambda *a, **k: None)
    try:
        assert "compiler" in neuron_rival.unavailable()
    finally:
        neuron_rival.unavailable.cache_clear()


def test_missing_pyfibers_is_one_clear_line(monkeypatch) -> None:
    monkeypatch.setattr(pyfibers_rival, "find_spec", lambda name: None)
    with pytest.raises(SimulationError, match="not installed"):
        pyfibers_rival.simulate(mrg(10.0, 3, ledger=LEDGER), step_us=5.0, duration=1.0)


def test_pyfibers_is_compiled_once_and_not_in_its_own_folder(tmp_path, monkeypatch) -> None:
    package = tmp_path / "site-packages" / "pyfibers"
    (package / "MOD").mkdir(parents=True)
    (package / "__init__.py").touch()
    found = SimpleNamespace(origin=str(package / "__init__.py"))
    made = []

    def compile_mechanisms(folder) -> None:
        made.append(folder)
        (folder / "libnrnmech.so").touch()

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setattr(pyfibers_rival, "find_spec", lambda name: found)
    monkeypatch.setattr(pyfibers_rival, "version", lambda name: "1.0")
    monkeypatch.setattr(neuron_rival, "compile_mechanisms", compile_mechanisms)
    for _ in range(2):
        pyfibers_rival.environment.cache_clear()
        folder, elsewhere = pyfibers_rival.environment()["PYTHONPATH"].split(os.pathsep)
    assert elsewhere == "/elsewhere"
    assert len(made) == 1
    assert (Path(folder) / "pyfibers" / "MOD" / "libnrnmech.so").exists()
    assert not any(package.rglob("libnrnmech.*"))
    (package / "MOD" / "libnrnmech.so").touch()  # as pyfibers_compile leaves it
    pyfibers_rival.environment.cache_clear()
    assert pyfibers_rival.environment() == {}
    pyfibers_rival.environment.cache_clear()


def test_a_worker_that_fails_or_hangs_is_one_line(tmp_path, monkeypatch) -> None:
    (tmp_path / "bad.py").write_text("raise SystemExit('no such thing')")
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(neuron_rival, "__file__", str(tmp_path / "rival.py"))
    with pytest.raises(SimulationError, match=r"^NEURON failed: no such thing$"):
        neuron_rival.ask("bad.py", {}, timeout=30, rival="NEURON")
    with pytest.raises(SimulationError, match=r"within 0\.2 s"):
        neuron_rival.ask("slow.py", {}, timeout=0.2, rival="NEURON")


def test_velocity_is_null_when_the_impulse_does_not_pass() -> None:
    fibre = mrg(10.0, 5, ledger=LEDGER)
    stuck = neuron_rival.as_run({"core_s": 1.0, "steps": 9, "arrival_ms": {"1": 0.1, "3": None}}, fibre)
    assert stuck.velocity is None
    passed = neuron_rival.as_run({"core_s": 1.0, "steps": 9, "arrival_ms": {"1": 0.1, "3": 0.2}}, fibre)
    assert passed.velocity == pytest.approx(2.3 / 0.1)


@pytest.mark.parametrize(
    "with_neuron", [False, pytest.param(True, marks=[pytest.mark.neuron, pytest.mark.slow])]
)
def test_a_small_benchmark_has_every_row(monkeypatch, with_neuron) -> None:
    from remyelin.bench import fibre as benchmark

    monkeypatch.setattr(benchmark, "NODES", 15)
    monkeypatch.setattr(benchmark, "REPEATS", 1)
    monkeypatch.setattr(benchmark, "BATCH", 4)
    monkeypatch.setattr(benchmark, "THREADED", 4)
    monkeypatch.setattr(benchmark, "DURATION", 1.0)
    monkeypatch.setattr(benchmark, "DIFFERENT", 2)
    monkeypatch.setattr(benchmark, "TIGHT", 1e-2)
    monkeypatch.setattr(benchmark, "LONG", (20,))
    monkeypatch.setattr(benchmark, "LIBRARY_FIBRES", 4)
    monkeypatch.setattr(benchmark, "LIBRARY_EXACT", 2)
    monkeypatch.setattr(benchmark.library, "INTERNODES", 30)
    monkeypatch.setattr(benchmark, "GROWTH_NODES", (5, 9))
    monkeypatch.setattr(benchmark, "GROWTH_FIBRES", (1, 3))
    monkeypatch.setattr(benchmark, "_python", lambda call, **environment: None)
    if with_neuron and not LONG:
        monkeypatch.setattr(benchmark, "GRIDS", ("published",))  # NEURON takes ten times as long on the other
    if not with_neuron:
        neuron_rival.unavailable.cache_clear()
        monkeypatch.setattr(neuron_rival, "find_spec", lambda name: None)
    elif neuron_rival.unavailable():
        pytest.skip(neuron_rival.unavailable())
    seen = []
    try:
        # stimulation beside its rivals takes minutes, and has tests of its own
        parts = [part for part in CONDUCTION if part not in ALONE] if with_neuron else CONDUCTION
        rows = run_benchmark("fibre", seen.append, rows=parts)
    finally:
        neuron_rival.unavailable.cache_clear()
    json.dumps(rows, allow_nan=False)
    assert seen
    assert all(list(row) == KEYS for row in rows)
    daspk = [
        row for row in rows if row["rival"] and "DASPK" in row["rival"] and "not run" not in row["rival"]
    ]
    assert len(daspk) >= 3
    assert with_neuron or {"published", "converged"} <= {row["what"].split()[-2] for row in daspk}
    for row in daspk:
        assert (row["ratio"] is not None) == with_neuron
        if with_neuron:
            assert abs(row["ours_error"]) < 0.006
            assert row["ratio"] > 5


def test_a_small_battery_has_every_row_and_a_missing_rival_is_null(monkeypatch) -> None:
    from remyelin.base.errors import SimulationError
    from remyelin.bench import battery as benchmark

    def missing(*fibres, **options):
        raise SimulationError("NEURON is not installed.")

    monkeypatch.setattr(neuron_rival, "simulate", missing)
    monkeypatch.setattr(benchmark, "STUDIES", ("sural", "vep"))
    for name, value in {"FIBRES": 20, "STATE_FIBRES": 20, "DATES": 2, "STATES": 1, "REPEATS": 1}.items():
        monkeypatch.setattr(benchmark, name, value)
    steps: list[str] = []
    exact, alone, together, late, latest, lost, most = run_benchmark("battery", steps.append)
    assert steps[-1] == "error of the tables, state 1 of 1"
    assert exact["rival"].startswith("NEURON DASPK")
    assert exact["rival_s"] is None
    assert exact["ratio"] is None
    assert exact["ours_s"] > 0
    for row in (alone, together):
        assert row["rival_s"] == exact["ours_s"]
        assert row["ours_s"] > 0
    assert "3 runs of nerve in 1 random states" in late["what"]
    assert 0 < late["ours_error"] <= abs(latest["ours_error"]) < 0.05
    assert 0 <= lost["ours_error"] <= abs(most["ours_error"]) <= 1


def test_without_a_browser_the_page_is_one_empty_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMYELIN_CHROMIUM", "/nowhere/chromium")
    (row,) = run_benchmark("web")
    assert "Chromium" in str(row["rival"])
    assert row["ours_s"] is None
    assert row["rival_s"] is None


def test_models_of_trials_agree_with_statsmodels(monkeypatch: pytest.MonkeyPatch) -> None:
    from remyelin.bench import trial as benchmark

    small = benchmark.load_design("open").model_copy(update={"replicates": 10, "sizes": (50,)})
    monkeypatch.setattr(benchmark, "load_design", lambda name: small)
    monkeypatch.setattr(benchmark, "FITS", 1)
    curve, *models = run_benchmark("trial")
    assert "1 sizes to 50 per arm, 3 endpoints, 10 replicates each" in str(curve["what"])
    assert curve["rival_s"] == benchmark.LIMIT_S
    assert curve["ours_s"] > 0
    assert len(models) == 3
    for row in models:
        assert row["rival"] == "statsmodels"
        assert abs(row["ours_error"]) < 1e-4
        assert row["ratio"] > 0
