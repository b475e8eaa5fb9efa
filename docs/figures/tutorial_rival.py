"""The numbers of PyFibers in the tutorials on fibres: this script writes ``tutorial_rival.json`` beside itself.

Needs PyFibers, which comes with the test extra; takes a few minutes. The field of the recruitment
tutorial is computed by the code of its page.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from remyelin.bench import pyfibers_rival

HERE = Path(__file__).parent
SETTLE = {"t_init_ss": -5.0, "dt_init_ss": 5.0}  # one step of rest before each run
PAGE = HERE.parent / "tutorials"


def cells(page: str, upto: str) -> dict[str, object]:
    """Return the names that the code cells of a page define, up to the one that holds a line."""
    text = (PAGE / f"{page}.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for part in text.split("```{code-cell}\n")[1:]:
        code = part.split("\n```")[0]
        if upto in code:
            break
        exec(compile(code, page, "exec"), names)
    return names


def recruitment() -> dict[str, object]:
    """Return thresholds of every thirtieth fibre of the tutorial, by bisection to 0.5 %."""
    from pyfibers import FiberModel, ScaledStim, build_fiber

    names = cells("recruitment-curve", "thresholds(")
    chosen, found, spent = [], [], 0.0
    for k in range(4, len(names["fibres"]), 30):
        fibre, field = names["fibres"][k], names["fields"][k]
        theirs = build_fiber(FiberModel.MRG_DISCRETE, diameter=fibre.diameter, n_nodes=fibre.n_nodes)
        theirs.potentials = field.potential(fibre)
        stim = ScaledStim(
            waveform=lambda t: 1.0 if t < 0.1 else 0.0, dt=0.005, tstop=2.0, t_init_ss=-5.0, dt_init_ss=5.0
        )
        began = time.process_time()
        amplitude, _ = stim.find_threshold(
            theirs,
            stimamp_top=-3.0,
            stimamp_bottom=-0.03,
            termination_tolerance=0.5,
            bisection_mean="geometric",
            fail_on_end_excitation=None,
        )
        spent += time.process_time() - began
        chosen.append(k)
        found.append(-float(amplitude))
        print(k, found[-1], spent, flush=True)
    return {"fibre": chosen, "threshold_mA": found, "cpu_s": spent}


def block(kilohertz: float = 10.0) -> dict[str, object]:
    """Return the block threshold at 5 us, by bisection to 1 %."""
    from pyfibers import FiberModel, ScaledStim, build_fiber

    results = {}
    for dt in (0.005,):
        fiber = build_fiber(FiberModel.MRG_DISCRETE, diameter=10.0, n_nodes=31)
        fiber.point_source_potentials(0, 1000.0, fiber.length / 2, 1, 0.2, inplace=True)
        fiber.add_intrinsic_activity(loc=0.04, start_time=12.5, avg_interval=3.0, num_stims=3)
        stim = ScaledStim(
            waveform=lambda t: float(np.sin(2 * np.pi * kilohertz * t)),
            dt=dt,
            tstop=25.0,
            t_init_ss=-5.0,
            dt_init_ss=5.0,
        )
        began = time.process_time()
        amplitude, _ = stim.find_threshold(
            fiber,
            condition="block",
            stimamp_top=0.62,
            stimamp_bottom=0.45,
            termination_tolerance=1.0,
            block_delay=12.6,
            fail_on_end_excitation=None,
        )
        results[f"{dt * 1000:g} us"] = {
            "threshold_mA": float(amplitude),
            "cpu_s": time.process_time() - began,
        }
        print(dt, results, flush=True)
    return results


def potential() -> dict[str, object]:
    """Return the potential that one healthy fibre leaves at the electrodes of the tutorial, uV against ms."""
    from pyfibers import FiberModel, IntraStim, build_fiber

    fiber = build_fiber(FiberModel.MRG_DISCRETE, diameter=10.0, n_nodes=61)
    fiber.record_im(allsec=True)
    fiber.record_vext()
    stim = IntraStim(
        dt=0.005,
        tstop=2.5,
        t_init_ss=-5.0,
        dt_init_ss=5.0,
        istim_ind=1,
        clamp_kws={"delay": 0, "pw": 0.1, "dur": 0.1},
    )
    began = time.process_time()
    stim.run_sim(2.0, fiber, fail_on_end_excitation=None)
    spent = time.process_time() - began
    there = fiber.point_source_potentials(0, 500.0, 45_000.0, 1.0, 0.2)
    trace, _ = fiber.record_sfap(there, downsample=4)
    return {"uV": np.round(trace.ravel(), 5).tolist(), "step_ms": 0.02, "cpu_s": spent}


def main() -> None:
    """Run what is named on the command line, or everything, and keep the rest."""
    warnings.simplefilter("ignore")
    reason = pyfibers_rival.unavailable()
    if reason:
        raise SystemExit(reason)
    compiled = pyfibers_rival.environment().get("PYTHONPATH", "")
    sys.path[:0] = compiled.split(os.pathsep) if compiled else []
    target = HERE / "tutorial_rival.json"
    kept = json.loads(target.read_text()) if target.exists() else {}
    for name in sys.argv[1:] or ["recruitment", "block", "potential"]:
        kept[name] = globals()[name]()
        kept["made_by"] = "PyFibers 0.13.0 on NEURON 9.0.2, backward Euler"
        target.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
