"""Space and time of an impulse that meets a lesion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from remyelin.analysis.experiments.common import DIAMETER, TEMPERATURE, fibre, rows
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Heat, Panel
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, Pulse, bare, lose_lamellae, pulse_stimulus, resting_state, simulate_full

NODES: Final = 21
FIRST: Final = 9
STEP_US: Final = 4.0
PLACES: Final = 120
FRAMES: Final = 150


def crossing(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Follow the membrane potential of the whole fibre while an impulse meets four kinds of lesion."""
    whole = fibre(ledger, NODES)
    cases: tuple[tuple[str, Fibre, float, bool], ...] = (
        ("Healthy", whole, 1.5, True),
        (
            "Three internodes with 5 % of lamellae",
            lose_lamellae(whole, range(FIRST, FIRST + 3), 0.05),
            2.5,
            True,
        ),
        ("One internode with 0.9 %: block", lose_lamellae(whole, FIRST, 0.009, partial=True), 2.5, True),
        (
            "One bare, no persistent sodium: block",
            bare(whole, FIRST, channel_share=0.04, persistent_sodium=0.0),
            4.0,
            True,
        ),
        (
            "One bare, 70 % persistent sodium: late",
            bare(whole, FIRST, channel_share=0.04, persistent_sodium=0.7),
            20.0,
            True,
        ),
        (
            "One bare, full persistent sodium: fires",
            bare(whole, FIRST, channel_share=0.04, currents={"leak": 0.63}),
            120.0,
            False,
        ),
    )
    panels, lines = [], []
    for title, one, duration, stimulated in cases:
        progress(title)
        panel, took = _space_time(title, one, duration, stimulated)
        panels.append(panel)
        lines.append((title, "yes" if np.isfinite(took) else "no", took if np.isfinite(took) else None))
    caption = (
        "Membrane potential along the fibre (across) and in time (upwards). Nodes are brightest; the lesion lies at "
        "10 to 14 mm. The scale of time differs."
    )
    normal = lines[0][2] or float("nan")
    slow = lines[1][2] or float("nan")
    return Result(
        question("crossing"),
        f"{DIAMETER:g} um, {TEMPERATURE:g} C, {NODES} nodes, converged grid, full solver at {STEP_US:g} us; "
        "bare axolemma "
        "with 4 % of the node's channels and the share of its persistent sodium said; the last fibre has 63 % "
        "of the leak "
        "of the others on its bare axolemma and is not stimulated but displaced from rest by 0.2 mV.",
        [
            f"Three internodes with 5 % of their lamellae delay the impulse by {slow - normal:.2f} ms; it "
            "waits at each.",
            "One internode with less than about one lamella blocks: the head of the impulse charges it and the next "
            "node stays below threshold.",
            "A bare internode of a fibre this thick without persistent sodium blocks whatever its sodium "
            "density, because "
            "the narrow node cannot drive the wide axon.",
            "With 70 % of the node's persistent sodium the bare stretch rests, passes the impulse late and "
            "sends one back: "
            "an echo that can be felt.",
            "With all of it and less leak the bare stretch fires by itself, both ways.",
        ],
        (Table("Passage", ("lesion", "impulse at node 18", "ms after node 3"), tuple(lines)),),
        (
            Figure(
                "crossing", "An impulse meets a lesion", caption, tuple(panels), columns=2, panel_height=2.3
            ),
        ),
        ("bostocksears1978", "shrager1990"),
    )


def _space_time(title: str, one: Fibre, duration: float, stimulated: bool) -> tuple[Panel, float]:
    """Return a map of the membrane potential, places across, time upwards; and ms from node 3 to 18."""
    kept = _places(one)
    inside, around = resting_state(one)
    every = max(1, round(duration / (STEP_US * 1e-3) / FRAMES))
    stimuli = (pulse_stimulus(one, Pulse(node=1)),) if stimulated else ()
    start = (inside, around) if stimulated else (inside + 0.2, around)
    run = simulate_full(one, stimuli, duration, step=STEP_US, record=kept, every=every, start=start)
    x = (one.centres[kept] * 1e-3).tolist()
    heat = Heat(x, run.time.tolist(), rows(run.potential), "mV", z_range=(-90.0, 30.0))
    took = float(run.crossing[-3] - run.crossing[3])
    return Panel(title, "mm", "ms", (), heat=heat), took


def _places(one: Fibre) -> np.ndarray:
    """Every node, and compartments between, evenly along the fibre, in order."""
    total = float(one.length.sum())
    wanted = np.searchsorted(np.cumsum(one.length), np.linspace(0, total, PLACES, endpoint=False))
    return np.unique(np.concatenate([one.nodes, wanted])).astype(np.int64)
