"""Scripts written for PyFibers and golgi run on the engine, and beside PyFibers where it is installed."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from remyelin.bench import pyfibers_rival
from remyelin.evidence import Ledger
from remyelin.fibre import above, mrg, rectangular, threshold

EXAMPLES = Path(__file__).parents[2] / "examples"
# A script as a user of PyFibers writes it; only the module it imports from changes.
SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, {folder!r})
from {module} import FiberModel, IntraStim, ScaledStim, build_fiber

fiber = build_fiber(FiberModel.MRG_DISCRETE, diameter=10, n_nodes=21)
fiber.point_source_potentials(0, 1000, fiber.length / 2, 1, 0.2, inplace=True)
stim = ScaledStim(waveform=lambda t: 1.0 if t < 0.1 else 0.0, dt=0.005, tstop=2{options})
extra, (impulses, last) = stim.find_threshold(fiber, stimamp_top=-0.15, stimamp_bottom=-0.1, termination_tolerance=0.2)
inside = IntraStim(dt=0.005, tstop=2, istim_ind=1, clamp_kws=dict(delay=0, pw=0.1, dur=0.1){options})
fiber.potentials = 0 * fiber.potentials
count, when = inside.run_sim(2.0, fiber, fail_on_end_excitation=None)
print(json.dumps([extra, int(impulses), int(count), float(when), fiber.length, len(fiber)]))
"""


def answer(module: str, options: str = "") -> list[float]:
    code = SCRIPT.format(folder=str(EXAMPLES), module=module, options=options)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env=os.environ | (pyfibers_rival.environment() if module == "pyfibers" else {}),
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_a_script_for_pyfibers_runs() -> None:
    extra, impulses, count, when, length, nodes = answer("pyfibers_shape")
    fibre = mrg(10.0, 21, ends="passive", ledger=Ledger.shipped())
    direct = threshold(fibre, above(fibre, 1000.0, 0.2), rectangular(0.1), between=(-0.1, -0.15))
    assert extra == pytest.approx(float(direct.threshold), rel=3e-3)
    assert (impulses, count, nodes) == (1, 1, 21)
    assert 0.3 < when < 0.6
    assert length == pytest.approx(20 * 1150.0 + 1.0)


@pytest.mark.neuron
def test_the_same_script_on_both() -> None:
    """Same scheme and step: threshold within 0.5 %, the last impulse within 10 us."""
    reason = pyfibers_rival.unavailable()
    if reason:
        pytest.skip(reason)
    ours, theirs = answer("pyfibers_shape", ', scheme="backward-euler"'), answer("pyfibers")
    assert ours[0] == pytest.approx(theirs[0], rel=5e-3)
    assert ours[1:3] == theirs[1:3]
    assert ours[3] == pytest.approx(theirs[3], abs=0.01)
    assert ours[4:] == theirs[4:]


def test_models_refusals_and_several_sources() -> None:
    shape = runpy.run_path(str(EXAMPLES / "pyfibers_shape.py"))
    models, build, scaled = shape["FiberModel"], shape["build_fiber"], shape["ScaledStim"]
    for model in models:
        unmyelinated = model in shape["UNMYELINATED"]
        fiber = build(model, 1.0 if unmyelinated else 5.7, n_nodes=5)
        assert len(fiber) == 5
        assert len(fiber.longitudinal_coordinates) == fiber.fibre.n_compartments
    assert len(build(models.MRG_DISCRETE, 10.0, length=12_000.0)) == 11
    with pytest.raises(ValueError, match="exactly one"):
        build(models.MRG_DISCRETE, 10.0)
    fiber = build(models.MRG_DISCRETE, 10.0, n_nodes=21)
    with pytest.raises(ValueError, match="one potential per section"):
        fiber.potentials = np.zeros(3)
    one = fiber.point_source_potentials(0, 1000, fiber.length / 2, 1, 0.2)
    fiber.potentials = [0.5 * one, 0.5 * one]
    wave = lambda t: 1.0 if t < 0.1 else 0.0  # noqa: E731
    with pytest.raises(ValueError, match="1 waveforms for 2 sources"):
        scaled(wave, 0.005, 2.0).run_sim(-1.0, fiber)
    both, _ = scaled([wave, wave], 0.005, 2.0).find_threshold(fiber, stimamp_top=-0.3, stimamp_bottom=-0.05)
    fiber.potentials = one
    alone, _ = scaled(wave, 0.005, 2.0).find_threshold(fiber, stimamp_top=-0.3, stimamp_bottom=-0.05)
    assert both == pytest.approx(alone, rel=0.02)


def test_a_backend_of_golgi() -> None:
    run = runpy.run_path(str(EXAMPLES / "golgi_shape.py"))["remyelin_run_single"]
    along = np.linspace(0.0, 30_000.0, 301)
    potential = 1e6 / (4 * np.pi * 0.2 * np.hypot(1000.0, along - 15_000.0))
    wave = np.where(np.arange(600) * 0.005 < 0.1, -0.3, 0.0)
    found = run(along, potential, 10.0, wave_mA=wave, tstop_ms=3.0)
    assert found["vm"].shape == (found["n_nodes"], len(found["time_ms"]))
    assert list(found["spike_n"]) == [1] * found["n_nodes"]
    middle = found["n_nodes"] // 2
    assert np.nanargmin(found["spike_t_ms"]) in (middle - 1, middle, middle + 1)
    quiet = run(along, potential, 10.0, wave_mA=0.1 * wave, tstop_ms=3.0)
    assert not quiet["spike_n"].any()
    assert np.all(np.isnan(quiet["spike_t_ms"]))
