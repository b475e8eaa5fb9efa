"""The GPU back end without a GPU: its emulation beside the CPU's kernels, its compilation, its refusals."""

from __future__ import annotations

import re
import runpy
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from remyelin.base.errors import InputError, SimulationError
from remyelin.evidence import Ledger
from remyelin.fibre import Pulse, bare, conduct, gaines_motor, lose_lamellae, mrg, open_paranodes
from remyelin.fibre.settings import WARP_LANES
from remyelin.fibre.solvers import warp
from remyelin.fibre.solvers.warp_twin import solve

LEDGER = Ledger.shipped()


def some_fibres() -> list:
    random = np.random.default_rng(11)
    healthy = mrg(10.0, 51, ledger=LEDGER)
    sick = lose_lamellae(healthy, None, random.uniform(0.2, 1.0, 50))
    skew = open_paranodes(sick, [20, 21], 3.0)
    blocked = bare(mrg(10.0, 31, ledger=LEDGER), [20], channel_share=0.0)
    return [healthy, sick, skew, mrg(5.7, 21, ledger=LEDGER), mrg(16.0, 64, ledger=LEDGER), blocked]


@pytest.mark.parametrize("systems", [1, 5])
def test_the_solution_of_a_warp_is_that_of_the_matrix(systems) -> None:
    random = np.random.default_rng(3)
    rows = 2 * WARP_LANES
    off = -random.uniform(0.0, 1.0, (systems, rows))
    off[:, -1] = 0.0
    behind = np.zeros((systems, WARP_LANES))
    behind[:, 1:] = off[:, 1:-1:2]
    diagonal = random.uniform(2.0, 4.0, (systems, rows))
    right = random.normal(size=(systems, rows))
    found = solve(diagonal, off, behind, right)
    for k in range(systems):
        matrix = np.diag(diagonal[k]) + np.diag(off[k, :-1], 1) + np.diag(off[k, :-1], -1)
        assert found[k] == pytest.approx(np.linalg.solve(matrix, right[k]), rel=1e-12)


def test_the_emulation_conducts_as_the_cpu_does() -> None:
    fibres = some_fibres()
    pulses = [Pulse(), Pulse(2.0, 0.1, 3), Pulse(1.0, 0.2, 2), Pulse(), Pulse(), Pulse()]
    arrival, peak = warp.conduct_on_gpu(fibres, pulses, duration=2.0, step=4.0, emulate=True)
    cpu = conduct(fibres, pulse=pulses, duration=2.0, step=4.0, window=False, threads=1)
    for k, fibre in enumerate(fibres[:-1]):
        theirs = cpu.arrival.values[k, : fibre.n_nodes]
        ours = arrival[k, : fibre.n_nodes]
        # The CPU's block goes on until all of its fibres have arrived, a warp ends with its own.
        both = np.isfinite(ours)
        assert np.all(np.isfinite(theirs[both])), k
        assert np.all(both[-2:]), k
        assert both.all(), k
        assert np.isnan(arrival[k, fibre.n_nodes :]).all()
        assert ours[both] == pytest.approx(theirs[both], rel=2e-5, abs=2e-6), k
    rest = (cpu.peak.values[0, :51] - peak[0, :51])[20:30]
    assert np.ptp(rest) < 1e-3
    # Behind the bare stretch nothing fires: its compartments have rows of their own.
    assert not np.isfinite(cpu.arrival.values[-1, 21:]).any()
    assert np.isfinite(arrival[-1, :21]).all()
    assert np.isnan(arrival[-1, 21:]).all()


def test_an_impulse_that_is_too_weak_starts_nothing() -> None:
    fibre = mrg(10.0, 21, ledger=LEDGER)
    arrival, peak = warp.conduct_on_gpu(
        [fibre] * 2, [Pulse(0.05), Pulse(2.0)], duration=1.0, step=4.0, emulate=True
    )
    assert np.isnan(arrival[0]).all()
    assert np.isfinite(arrival[1, :21]).all()
    assert peak[0].max() < 20.0 < peak[1].max()


@pytest.mark.parametrize(
    ("fibres", "message"),
    [
        ([], "give one each"),
        ([mrg(10.0, 65, ledger=LEDGER)], "up to 64"),
        ([gaines_motor(10.0, 5, ledger=LEDGER)], "MRG kind"),
        ([mrg(10.0, 5, ledger=LEDGER), mrg(10.0, 5, temperature=30.0, ledger=LEDGER)], "one temperature"),
    ],
    ids=["none", "long", "gaines", "temperatures"],
)
def test_what_the_gpu_cannot_run_is_refused(fibres, message) -> None:
    with pytest.raises(InputError, match=message):
        warp.conduct_on_gpu(fibres, [Pulse()] * len(fibres), duration=1.0, step=4.0, emulate=True)


def test_without_a_device_one_sentence_says_so() -> None:
    if warp.unavailable() is None:
        pytest.skip("there is a device")
    with pytest.raises(SimulationError, match=r"CuPy|CUDA"):
        warp.conduct_on_gpu([mrg(10.0, 5, ledger=LEDGER)], [Pulse()], duration=1.0, step=4.0)


def nvrtc():
    if find_spec("cuda") is None or find_spec("cuda.bindings") is None:
        pytest.skip("NVRTC's bindings are not installed (cuda-bindings, nvidia-cuda-nvrtc).")
    from cuda.bindings import nvrtc

    return nvrtc


@pytest.mark.parametrize(("skew", "registers"), [(False, 128), (True, 170)])
def test_the_kernel_compiles_and_spills_nothing(skew, registers) -> None:
    compiler = nvrtc()
    _, program = compiler.nvrtcCreateProgram(warp.source().encode(), b"warp.cu", 0, [], [])
    wanted = [*warp.options(6, skew=skew), "--gpu-architecture=sm_90", "--ptxas-options=-v"]
    (failed,) = compiler.nvrtcCompileProgram(program, len(wanted), [one.encode() for one in wanted])
    _, size = compiler.nvrtcGetProgramLogSize(program)
    log = b" " * size
    compiler.nvrtcGetProgramLog(program, log)
    report = log.decode()
    assert failed == compiler.nvrtcResult.NVRTC_SUCCESS, report
    assert "0 bytes spill stores, 0 bytes spill loads" in report
    assert int(re.search(r"Used (\d+) registers", report)[1]) <= registers


def test_the_script_that_measures_a_device_runs_on_the_emulation() -> None:
    script = runpy.run_path(str(Path(__file__).parents[3] / "examples" / "measure_gpu.py"))
    found = script["main"](2, emulate=True)
    assert found["fibres"] == 2
    assert 0 < found["largest_error_of_arrival"] < 1e-4
    assert all(value > 0 for value in found.values())
