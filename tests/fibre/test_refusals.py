"""What no function of the package can use is refused in one sentence: every public name, every argument.

A case holds the arguments that work and, for some of them, kinds of values that cannot. Hypothesis draws from the
kind; the function must raise InputError with one line, and the arguments as they are must be accepted.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import remyelin.fibre as package
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Current,
    Electrode,
    Fibre,
    Gate,
    Pipette,
    Pulse,
    Rate,
    Run,
    Waveform,
    above,
    conduct,
    mrg,
    mrg_node,
    rectangular,
    reduce_internodes,
    sinusoidal,
)

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")
LEDGER = Ledger.shipped()
FIBRE = mrg(10.0, 5, ledger=LEDGER)
PAIR = mrg(10.0, 2, ledger=LEDGER)
N, NODES = FIBRE.n_compartments, FIBRE.n_nodes
PULSE = rectangular(0.1)
STIMULUS = Pipette(1).stimulus(FIBRE, PULSE, 2.0)
NEAR = above(FIBRE, 500.0, 0.2)
QUICK = Run(step=20.0, duration=1.0, at=NODES - 1, threads=1)

NOT_FINITE = st.sampled_from([np.nan, np.inf, -np.inf])
NO_NUMBER = st.sampled_from(["ten", None, [1.0, 2.0], True])
negative = st.floats(-1e6, -1e-9)
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "above 0": st.one_of(st.just(0.0), negative, NOT_FINITE, NO_NUMBER),
    "0 or more": st.one_of(negative, NOT_FINITE, NO_NUMBER),
    "1 or more": st.one_of(st.floats(-10, 0.999), NOT_FINITE, NO_NUMBER),
    "finite": st.one_of(NOT_FINITE, st.just("ten")),
    "count": st.one_of(st.integers(-5, 0), st.sampled_from([1.5, np.nan, np.inf, "two", True])),
    "nodes": st.one_of(st.integers(-5, 1), st.sampled_from([2.5, np.nan, "two", True])),
    "share": st.one_of(st.floats(1.001, 1e6), negative, NOT_FINITE, st.just("half")),
    "tolerance": st.one_of(st.sampled_from([0.0, 1.0, np.nan, "small"]), st.floats(1.0, 1e6), negative),
    "step": st.one_of(
        st.sampled_from([0.0, -2.0, 100.0, np.nan, np.inf, "fine"]), st.floats(25.1, 1e9), negative
    ),
    "temperature": st.one_of(st.floats(45.1, 1e6), st.floats(-1e6, -1e-9), NOT_FINITE, st.just("warm")),
    "node": st.one_of(
        st.integers(NODES, 99), st.integers(-99, -NODES - 1), st.sampled_from([1.5, np.nan, "first"])
    ),
    "node from 0": st.one_of(
        st.integers(NODES, 99), st.integers(-99, -1), st.sampled_from([1.5, np.nan, "first"])
    ),
    "some nodes": st.sampled_from([[NODES], [0, 99], [-NODES - 1], [0.5], [np.nan], ["first"]]),
    "internodes": st.sampled_from([[NODES - 1], NODES - 1, -1, [0, 0, 99], [0.5], "first", [np.nan]]),
    "compartments": st.sampled_from([[N], [-1], [0.5], [np.nan], [N + 1000], ["first"]]),
    "name": st.text(min_size=1, max_size=8).filter(
        lambda s: s not in ("auto", "full", "reduced", "sealed", "passive")
    ),
    "per compartment": st.sampled_from(
        [np.zeros(N - 1), np.zeros((N, 2)), np.full(N, np.nan), 3.0, [], "flat", np.full(N, np.inf)]
    ),
    "between": st.sampled_from(
        [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (np.nan, 1.0), (1.0, np.inf), (1.0,), "wide", (1.0, 2.0, 3.0)]
    ),
    "rates": st.sampled_from([[0.0], [-5.0], [np.nan], [[1.0, 2.0]], ["fast"], []]),
    "intervals": st.sampled_from([[0.01], [-5.0], [np.nan], [[1.0, 2.0]], ["soon"], []]),
    "durations": st.sampled_from([[0.1], [0.2, 0.1], [0.0, 0.1], [np.nan, 1.0], ["short", "long"]]),
    "fibre": st.sampled_from([None, "fibre", 3, [1, 2]]),
    "fibres": st.sampled_from([[], None, "fibre", [3], [None]]),
    "source": st.sampled_from(
        [None, "tip", 3, (), ("tip",), (NEAR, "tip"), (NEAR, Pipette(1)), lambda fibre: 3]
    ),
    "waveform": st.sampled_from([None, "square", 3, (), (PULSE, PULSE), [1, 2]]),
    "electrodes": st.sampled_from(
        [[], ["tip"], [None], [Electrode((0.0, 0.0, 0.0), 0.3)], [Electrode((np.nan,) * 3, 0.3)]]
    ),
    "stimuli": st.sampled_from([["pulse"], [None], [Pipette(1).stimulus(PAIR, PULSE)]]),
    "pulse": st.sampled_from(
        [
            Pulse(node=99),
            Pulse(duration=0.0),
            Pulse(duration=-1.0),
            Pulse(amplitude=np.nan),
            Pulse(start=np.inf),
            "hit",
        ]
    ),
    "times": st.sampled_from([[0.0], [0.0, np.nan], [1.0, 0.0], [-1.0, 1.0], [[0.0, 1.0]], "now", []]),
    "values": st.sampled_from([[0.0], [0.0, np.nan], [[0.0, 1.0]], "now", [], [1.0, 2.0, 3.0]]),
    "samples": st.sampled_from([[0.0], [0.0, np.nan], [1.0, 0.0], [[0.0, 1.0]], "now"]),
    "factor": st.one_of(negative, NOT_FINITE, st.just("wide")),
    "geometries": st.sampled_from([[], [None], ["long"], [3.0], None]),
    "not a share": st.sampled_from([None, "open", lambda v: v, lambda v: np.full_like(v, np.nan)]),
    "no time": st.sampled_from([None, "slow", lambda v: np.zeros_like(v), lambda v: np.full_like(v, np.nan)]),
    "path": st.sampled_from(
        [[0.0], [0.0, np.nan, 2.0], [1.0, 0.0, 2.0], [0.0, 0.0, 1.0], "nerve", [], [[0.0, 0.0], [1.0, 1.0]]]
    ),
    "not one finite number each": st.sampled_from([[np.nan], "flat", [[0.0, 1.0]], np.zeros((N, 2))]),
    "no solution": st.sampled_from(
        [None, "field", np.ones((2, 2, 2)), xr.DataArray(np.ones((2, 2)), dims=["x", "y"])]
    ),
    "seed": st.sampled_from([-1, 0.5, np.nan, "seven", True]),
    "grid": st.sampled_from(["fine", (1, 2), (0, 1, 1), (1.5, 1, 1), 3, None]),
}


@dataclass(frozen=True)
class Case:
    """A public function, arguments that work, and kinds of values that cannot for some of them."""

    call: Callable[..., Any]
    good: dict[str, Any]
    bad: dict[str, str]


@cache
def library() -> package.Library:
    return reduce_internodes([PAIR])


def case(name: str, good: dict[str, Any], bad: dict[str, str]) -> Case:
    return Case(getattr(package, name), good, bad)


MODEL = {"temperature": "temperature", "n_nodes": "nodes", "grid": "grid", "ends": "name"}
ON_FIBRE: dict[str, Any] = {"fibre": FIBRE}
SEARCH = {"between": "between", "per_decade": "count", "tolerance": "tolerance"}
C_FIBRE: dict[str, Any] = {"diameter_um": 1.0, "length_mm": 1.0, "ledger": LEDGER}
C_FIBRE_BAD = {"diameter_um": "above 0", "length_mm": "above 0", "temperature": "temperature"}
LONG = package.Geometry(10.0, 3.3, 6.9, 1150.0, 46.0, 120.0)
SOLUTION = xr.DataArray(np.ones((2, 2, 2)), coords={name: [0.0, 1.0] for name in "xyz"}, dims=list("xyz"))
CASES: dict[str, Case] = {
    "sweeney": case(
        "sweeney",
        {"diameter_um": 10.0, "n_nodes": 3, "ledger": LEDGER},
        {"diameter_um": "above 0", "n_nodes": "nodes", "temperature": "temperature", "ends": "name"},
    ),
    "rattay_c_fibre": case("rattay_c_fibre", C_FIBRE, C_FIBRE_BAD),
    "tigerholm_c_fibre": case("tigerholm_c_fibre", C_FIBRE, C_FIBRE_BAD),
    "thio_c_fibre": case("thio_c_fibre", C_FIBRE | {"kind": "cutaneous"}, C_FIBRE_BAD | {"kind": "name"}),
    "fibre_of": case(
        "fibre_of",
        {"model": "mrg", "diameter_um": 10.0, "size": 5, "ledger": LEDGER},
        {"model": "name", "diameter_um": "above 0", "size": "nodes", "temperature": "temperature"},
    ),
    "from_internodes": case(
        "from_internodes",
        {"internodes": [LONG, LONG], "ledger": LEDGER},
        {"internodes": "geometries", "temperature": "temperature", "grid": "grid", "ends": "name"},
    ),
    "bare_cable": case(
        "bare_cable",
        {
            "model": "own",
            "diameter_um": 1.0,
            "length_mm": 1.0,
            "membrane": package.mrg_node(LEDGER),
            "piece": 10.0,
            "resistivity": 70.0,
            "capacity": 2.0,
            "rest": -80.0,
            "ledger": LEDGER,
        },
        {
            **dict.fromkeys(("diameter_um", "length_mm", "piece", "resistivity", "capacity"), "above 0"),
            "rest": "finite",
            "leak": "0 or more",
            "temperature": "temperature",
        },
    ),
    "steady_gate": case(
        "steady_gate",
        {"name": "m", "steady": lambda v: 1.0 / (1.0 + np.exp(-v)), "time": lambda v: np.ones_like(v)},
        {"steady": "not a share", "time": "no time", "q10": "above 0"},
    ),
    "Field": case(
        "Field", {"arc": [0.0, 1.0, 2.0], "value": [1.0, 2.0, 1.0]}, {"arc": "path", "scheme": "name"}
    ),
    "CompartmentField": case(
        "CompartmentField", {"value": np.zeros(N)}, {"value": "not one finite number each"}
    ),
    "arc_length": case("arc_length", {"path": [0.0, 1.0, 2.0]}, {"path": "path"}),
    "fields": case(
        "fields",
        {"potentials": [1.0, 2.0, 1.0], "path": [0.0, 1.0, 2.0]},
        {"path": "path", "scheme": "name"},
    ),
    "field_on_grid": case(
        "field_on_grid",
        {"solution": SOLUTION, "path": [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]},
        {"solution": "no solution", "path": "path", "scheme": "name"},
    ),
    "field_of_point": case(
        "field_of_point",
        {"position": (0.0, 1000.0, 0.0), "path": [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], "conductivity": 0.2},
        {"path": "path", "conductivity": "above 0"},
    ),
    "mrg": case(
        "mrg", {"diameter_um": 10.0, "n_nodes": 3, "ledger": LEDGER}, {"diameter_um": "above 0"} | MODEL
    ),
    "mrg_interpolated": case(
        "mrg_interpolated",
        {"diameter_um": 9.0, "n_nodes": 3, "ledger": LEDGER},
        {"diameter_um": "above 0"} | MODEL,
    ),
    "pena": case(
        "pena", {"diameter_um": 3.0, "n_nodes": 3, "ledger": LEDGER}, {"diameter_um": "above 0"} | MODEL
    ),
    "gaines_motor": case(
        "gaines_motor",
        {"diameter_um": 10.0, "n_nodes": 3, "ledger": LEDGER},
        {"diameter_um": "above 0"} | MODEL,
    ),
    "gaines_sensory": case(
        "gaines_sensory",
        {"diameter_um": 10.0, "n_nodes": 3, "ledger": LEDGER},
        {"diameter_um": "above 0"} | MODEL,
    ),
    "sundt_c_fibre": case(
        "sundt_c_fibre",
        {"diameter_um": 1.0, "length_mm": 1.0, "ledger": LEDGER},
        {"diameter_um": "above 0", "length_mm": "above 0", "temperature": "temperature"},
    ),
    "refine": case("refine", ON_FIBRE | {"mysa": 2}, {"mysa": "count", "flut": "count", "stin": "count"}),
    "rectangular": case(
        "rectangular", {"duration": 1.0}, {"duration": "above 0", "start": "0 or more", "amplitude": "finite"}
    ),
    "biphasic": case(
        "biphasic",
        {"duration": 1.0},
        {
            "duration": "above 0",
            "gap": "0 or more",
            "ratio": "above 0",
            "start": "0 or more",
            "amplitude": "finite",
        },
    ),
    "sinusoidal": case(
        "sinusoidal",
        {"frequency": 10.0, "duration": 1.0},
        {
            "frequency": "above 0",
            "duration": "above 0",
            "start": "0 or more",
            "amplitude": "finite",
            "phase": "finite",
        },
    ),
    "sampled": case(
        "sampled", {"time": [0.0, 1.0], "value": [1.0, 2.0]}, {"time": "times", "value": "values"}
    ),
    "from_function": case(
        "from_function",
        {"function": np.sin, "duration": 1.0},
        {"duration": "above 0", "resolution": "above 0"},
    ),
    "Pulse": Case(
        lambda **k: package.pulse_stimulus(FIBRE, Pulse(**k)),
        {"amplitude": 2.0},
        {"amplitude": "finite", "duration": "above 0", "node": "node", "start": "finite"},
    ),
    "Electrode": Case(
        lambda **k: package.point_source(FIBRE, Electrode(**k)),
        {"position": (0.0, 100.0, 0.0), "conductivity": 0.3},
        {"position": "per compartment", "conductivity": "above 0"},
    ),
    "above": Case(
        lambda **k: package.point_source(FIBRE, package.above(FIBRE, **k)),
        {"distance": 500.0, "conductivity": 0.3},
        {"distance": "above 0", "conductivity": "above 0", "node": "node"},
    ),
    "extracellular_stimulus": case(
        "extracellular_stimulus",
        ON_FIBRE | {"potential": np.zeros(N), "waveform": PULSE},
        {"potential": "per compartment", "waveform": "waveform"},
    ),
    "potential_at": case(
        "potential_at",
        ON_FIBRE | {"currents": np.zeros(N), "electrodes": [NEAR]},
        {"electrodes": "electrodes"},
    ),
    "Run": case(
        "Run",
        {},
        {
            "duration": "above 0",
            "step": "step",
            "scheme": "name",
            "threads": "count",
            "solver": "name",
            "tolerance": "tolerance",
        },
    ),
    "Rate": case(
        "Rate",
        {"form": "linoid", "a": 1.0, "b": 1.0, "c": 1.0},
        {"form": "name", "a": "finite", "b": "finite"},
    ),
    "Gate": case(
        "Gate",
        {
            "name": "m",
            "alpha": Rate("linoid", 1.0, 1.0, 1.0),
            "beta": Rate("linoid", 1.0, 1.0, 1.0),
            "q10": 3.0,
            "reference_temperature": 20.0,
        },
        {"q10": "above 0", "reference_temperature": "finite", "alpha": "fibre", "beta": "fibre"},
    ),
    "Current": case(
        "Current",
        {"name": "naf", "density": 1.0, "reversal": 50.0},
        {"density": "0 or more", "reversal": "finite"},
    ),
    "Clamp": case("Clamp", {"node": 1, "command": PULSE}, {"conductance": "above 0", "command": "waveform"}),
    "stimulate": case(
        "stimulate",
        ON_FIBRE | {"stimuli": [STIMULUS], "duration": 0.1, "step": 10.0},
        {
            "fibre": "fibre",
            "stimuli": "stimuli",
            "duration": "above 0",
            "nodes": "some nodes",
            "compartments": "compartments",
            "gates": "some nodes",
            "every": "count",
            "level": "finite",
            "step": "step",
            "scheme": "name",
            "solver": "name",
            "tolerance": "tolerance",
        },
    ),
    "simulate_full": case(
        "simulate_full",
        ON_FIBRE | {"stimuli": (STIMULUS,), "duration": 0.1, "step": 10.0},
        {
            "fibre": "fibre",
            "stimuli": "stimuli",
            "duration": "above 0",
            "step": "step",
            "scheme": "name",
            "record": "compartments",
            "record_current": "compartments",
            "every": "count",
        },
    ),
    "spikes": case(
        "spikes",
        ON_FIBRE | {"stimuli": [STIMULUS], "duration": 0.1, "step": 10.0},
        {
            "fibre": "fibre",
            "stimuli": "stimuli",
            "duration": "above 0",
            "nodes": "some nodes",
            "level": "finite",
            "step": "step",
            "scheme": "name",
        },
    ),
    "record_potential": case(
        "record_potential",
        ON_FIBRE | {"stimuli": [STIMULUS], "electrodes": [NEAR], "duration": 0.1, "step": 10.0},
        {
            "fibre": "fibre",
            "stimuli": "stimuli",
            "electrodes": "electrodes",
            "duration": "above 0",
            "every": "count",
            "step": "step",
            "scheme": "name",
        },
    ),
    "spike_times": case(
        "spike_times",
        {"time": [0.0, 1.0], "potential": [0.0, 1.0], "level": 0.5},
        {"time": "samples", "level": "finite"},
    ),
    "conduct": Case(
        conduct,
        {"fibres": FIBRE, "step": 10.0},
        {
            "fibres": "fibres",
            "pulse": "pulse",
            "duration": "above 0",
            "step": "step",
            "solver": "name",
            "scheme": "name",
            "threads": "count",
            "precision": "name",
            "start": "name",
            "tolerance": "tolerance",
        },
    ),
    "threshold": case(
        "threshold",
        ON_FIBRE
        | {"source": NEAR, "waveform": PULSE, "between": (-0.01, -0.02), "per_decade": 1, "run": QUICK},
        {"fibre": "fibre", "source": "source", "waveform": "waveform"} | SEARCH,
    ),
    "thresholds": case(
        "thresholds",
        {
            "fibres": FIBRE,
            "sources": NEAR,
            "waveforms": PULSE,
            "between": (-0.01, -0.02),
            "per_decade": 1,
            "run": QUICK,
        },
        {"fibres": "fibres", "sources": "source", "waveforms": "waveform"} | SEARCH,
    ),
    "strength_duration": case(
        "strength_duration",
        ON_FIBRE
        | {"source": NEAR, "durations": [0.1, 0.2], "between": (-0.01, -0.02), "per_decade": 1, "run": QUICK},
        {"fibre": "fibre", "source": "source", "durations": "durations"} | SEARCH,
    ),
    "recovery_cycle": case(
        "recovery_cycle",
        ON_FIBRE
        | {
            "source": Pipette(1),
            "waveform": PULSE,
            "intervals": [2.0],
            "between": (0.1, 5.0),
            "tolerance": 0.5,
            "run": QUICK,
        },
        {
            "fibre": "fibre",
            "source": "source",
            "waveform": "waveform",
            "intervals": "intervals",
            "between": "between",
            "conditioning": "1 or more",
            "tolerance": "tolerance",
        },
    ),
    "refractory_period_of_transmission": case(
        "refractory_period_of_transmission",
        ON_FIBRE | {"between": (0.5, 3.0), "per_decade": 1, "tolerance": 0.5, "run": QUICK},
        {"fibre": "fibre", "source": "source", "waveform": "waveform", "amplitude": "finite"} | SEARCH,
    ),
    "block_thresholds": case(
        "block_thresholds",
        {
            "fibres": FIBRE,
            "sources": NEAR,
            "waveforms": sinusoidal(10.0, 4.0),
            "between": (0.01, 0.02),
            "per_decade": 1,
            "repeats": 1,
            "run": QUICK,
        },
        {
            "fibres": "fibres",
            "sources": "source",
            "waveforms": "waveform",
            "test": "pulse",
            "repeats": "count",
        }
        | SEARCH,
    ),
    "compound_potential": case(
        "compound_potential",
        {"fibres": FIBRE, "electrodes": [NEAR], "duration": 0.2, "threads": 1},
        {
            "fibres": "fibres",
            "electrodes": "electrodes",
            "duration": "above 0",
            "source": "source",
            "waveform": "waveform",
            "amplitude": "finite",
            "every": "count",
            "step": "step",
            "tolerance": "tolerance",
            "threads": "count",
        },
    ),
    "follow_trains": case(
        "follow_trains",
        ON_FIBRE | {"rates": [500.0], "count": 2, "run": QUICK},
        {"fibre": "fibre", "rates": "rates", "count": "count", "amplitude": "finite"},
    ),
    "discharge": case(
        "discharge",
        ON_FIBRE | {"duration": 2.0},
        {
            "fibre": "fibre",
            "duration": "above 0",
            "node": "node",
            "step": "step",
            "pulse": "pulse",
            "solver": "name",
        },
    ),
    "safety_factor": case(
        "safety_factor",
        ON_FIBRE | {"duration": 0.5},
        {"fibre": "fibre", "pulse": "pulse", "duration": "above 0", "nodes": "some nodes"},
    ),
    "blocking_temperature": case(
        "blocking_temperature",
        {"fibres": FIBRE, "highest": 38.0, "step": 1.0},
        {
            "fibres": "fibres",
            "highest": "temperature",
            "step": "above 0",
            "pulse": "pulse",
            "duration": "above 0",
        },
    ),
    "errors": case(
        "errors",
        ON_FIBRE | {"step": 20.0},
        {"fibre": "fibre", "step": "step", "pulse": "pulse", "duration": "above 0"},
    ),
    "rests": case("rests", ON_FIBRE, {"fibre": "fibre"}),
    "resting_state": case("resting_state", ON_FIBRE, {"fibre": "fibre"}),
    "reduce_internodes": case("reduce_internodes", {"pieces": [PAIR]}, {"pieces": "fibres", "step": "step"}),
    "conduct_assembled": Case(
        partial(package.conduct_assembled, library()),
        {"internodes": [[0, 0, 0]]},
        {"internodes": "internodes", "pulse": "pulse", "duration": "above 0", "threads": "count"},
    ),
    "quantise": case(
        "quantise",
        {"pair": PAIR, "fewest": 0.5, "widest": 1.0},
        {"pair": "fibre", "fewest": "tolerance", "widest": "1 or more", "tolerance": "above 0"},
    ),
    "lose_lamellae": case(
        "lose_lamellae",
        ON_FIBRE | {"internodes": 1, "remaining": 0.5},
        {"internodes": "internodes", "remaining": "share"},
    ),
    "open_paranodes": case(
        "open_paranodes",
        ON_FIBRE | {"internodes": 1, "width_factor": 2.0},
        {"internodes": "internodes", "width_factor": "factor"},
    ),
    "retract": case(
        "retract", ON_FIBRE | {"nodes": 1, "gap_um": 1.0}, {"nodes": "some nodes", "gap_um": "0 or more"}
    ),
    "bare": case(
        "bare", ON_FIBRE | {"internodes": 1}, {"internodes": "internodes", "channel_share": "0 or more"}
    ),
    "remyelinate": case(
        "remyelinate",
        ON_FIBRE | {"internodes": 1, "thickness": 0.3, "length": 0.25},
        {"internodes": "internodes", "thickness": "share", "length": "share", "node_density": "0 or more"},
    ),
    "scale_channels": case(
        "scale_channels", ON_FIBRE | {"nodes": 1, "naf": 0.5}, {"nodes": "some nodes", "naf": "0 or more"}
    ),
    "widen_nodes": case(
        "widen_nodes", ON_FIBRE | {"nodes": 1, "factor": 2.0}, {"nodes": "some nodes", "factor": "1 or more"}
    ),
    "load_nodes": case(
        "load_nodes", ON_FIBRE | {"nodes": 1, "factor": 2.0}, {"nodes": "some nodes", "factor": "1 or more"}
    ),
    "redistribute_sodium": case(
        "redistribute_sodium",
        {"fibre": package.retract(FIBRE, 2, 5.0), "nodes": 2, "share": 0.2},
        {"nodes": "some nodes", "share": "share"},
    ),
    "vacuolate": case(
        "vacuolate",
        ON_FIBRE | {"internodes": 1, "width_factor": 2.0, "remaining": 0.5},
        {"internodes": "internodes", "width_factor": "factor", "remaining": "share"},
    ),
    "demyelinate": case(
        "demyelinate",
        ON_FIBRE | {"internodes": 1, "remaining": 0.0, "channel_share": 0.1},
        {"internodes": "internodes", "remaining": "share", "channel_share": "0 or more"},
    ),
    "expose_potassium": case(
        "expose_potassium",
        ON_FIBRE | {"internodes": 1, "ledger": LEDGER},
        {"internodes": "internodes", "density": "0 or more"},
    ),
    "preset": case(
        "preset", ON_FIBRE | {"name": "PSD", "ledger": LEDGER}, {"name": "name", "internodes": "internodes"}
    ),
    "Patch": case("Patch", {"lesion": "retract", "where": 1}, {"lesion": "name"}),
    "scattered": case(
        "scattered",
        {"n_internodes": 5, "share": 0.5, "seed": 1},
        {"n_internodes": "count", "share": "share", "seed": "seed", "run": "1 or more"},
    ),
    "scattered_together": case(
        "scattered_together",
        {"n_fibres": 2, "n_internodes": 5, "share": 0.5, "correlation": 0.5, "seed": 1},
        {
            "n_fibres": "count",
            "n_internodes": "count",
            "share": "share",
            "correlation": "share",
            "seed": "seed",
        },
    ),
    "rising": case(
        "rising",
        {"n_internodes": 5, "near": 0.1, "far": 0.5},
        {"n_internodes": "count", "near": "share", "far": "share"},
    ),
}
WITHOUT_INPUT = {
    # constants, results, and what is checked by the function it is handed to
    "FLUT",
    "MODELS",
    "MYSA",
    "NODE",
    "PRESETS",
    "STIN",
    "ChannelSet",
    "Errors",
    "Fibre",
    "FibreModel",
    "Geometry",
    "Library",
    "Pipette",
    "Preset",
    "Recording",
    "Source",
    "States",
    "Stimulus",
    "Waveform",
    "build",
    "enlarged",
    "internodal_times",
    "lesioned",
    "mrg_node",
    "point_source",
    "pulse_stimulus",
}
PAIRS = [(name, argument) for name, one in CASES.items() for argument in one.bad]


def test_every_public_name_is_tried_here() -> None:
    assert set(package.__all__) == set(CASES) | WITHOUT_INPUT


@pytest.mark.parametrize("name", CASES)
def test_what_can_be_used_is_accepted(name: str) -> None:
    one = CASES[name]
    one.call(**one.good)


@pytest.mark.parametrize(("name", "argument"), PAIRS, ids=str)
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_cannot_be_used_is_refused_in_one_sentence(
    name: str, argument: str, data: st.DataObject
) -> None:
    one = CASES[name]
    value = data.draw(KINDS[one.bad[argument]])
    if one.good.get(argument, inspect.Parameter.empty) is None or value is None:
        signature = inspect.signature(one.call)
        default = signature.parameters[argument].default if argument in signature.parameters else 0
        if default is None and value is None:
            return
    with pytest.raises(InputError) as caught:
        one.call(**(one.good | {argument: value}))
    message = str(caught.value)
    assert message
    assert "\n" not in message


@pytest.mark.parametrize(
    "change",
    [
        {"length": np.full(N, np.nan)},
        {"length": np.zeros(N)},
        {"lamellae": np.full(N - 1, 3.0)},
        {"density": np.full((N, 4), -1.0)},
        {"density": np.zeros((N, 2))},
        {"density": np.zeros(N)},
        {"channels": np.full(N, 7)},
        {"channels": np.full(N, 0.5)},
        {"role": np.full(N, 9)},
        {"temperature": np.nan},
        {"periaxonal_resistivity": 0.0},
        {"periaxonal_resistivity": np.nan},
        {"leak_reversal": np.nan},
        {"lamella_capacity": -1.0},
        {"lamella_capacity": 0.0},
        {"lamella_conductance": np.nan},
        {"initial": np.inf},
        {"diameter": -1.0},
    ],
    ids=str,
)
def test_fibres_that_no_solver_could_use_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        FIBRE.replace(**change)
    attributes = {name: getattr(FIBRE, name) for name in inspect.signature(Fibre).parameters}
    with pytest.raises(InputError):
        Fibre(**(attributes | change))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Rate("cubic", 1.0, 1.0, 1.0),  # type: ignore[arg-type]
        lambda: Rate("linoid", 1.0, 1.0, 0.0),
        lambda: Rate("sigmoid", np.nan, 1.0, 1.0),
        lambda: package.ChannelSet(
            "x", (Gate("m", *[Rate("linoid", 1.0, 1.0, 1.0)] * 2, 3.0, 20.0),) * 2, ()
        ),
        lambda: package.ChannelSet("x", (), (Current("a", 1.0, 0.0), Current("a", 1.0, 0.0))),
        lambda: package.ChannelSet("x", (), (Current("a", 1.0, 0.0, (("m", 1),)),)),
        lambda: mrg_node(LEDGER).with_densities(nav=1.0),
        lambda: mrg_node(LEDGER).with_densities(naf=-1.0),
        lambda: Waveform(np.array([0.0, np.nan]), np.array([0.0, 1.0])),
        lambda: PULSE.delayed(-1.0),
        lambda: PULSE.delayed(np.nan),
        lambda: PULSE.scaled(np.inf),
        lambda: PULSE.train(0, 10.0),
        lambda: PULSE.train(2, np.nan),
        lambda: PULSE.train(2.5, 10.0),  # type: ignore[arg-type]
        lambda: PULSE.then(PULSE),
        lambda: FIBRE.internode(4),
        lambda: FIBRE.internode(-1),
        lambda: package.enlarged(library(), [PAIR.replace(temperature=20.0)]),
        lambda: package.lesioned(FIBRE, [package.Patch("retract", 99, {"gap_um": 1.0})]),
    ],
)
def test_parts_that_cannot_be_are_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert "\n" not in str(caught.value)
