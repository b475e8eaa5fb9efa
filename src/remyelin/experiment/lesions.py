"""Experiments on single fibres with lesions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np

from remyelin.evidence import Ledger
from remyelin.experiment.registry import Result, Table
from remyelin.fibre import conduct, lose_lamellae, mrg
from remyelin.figures import Figure, Panel, Series

THICKNESS: Final = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.07, 0.05, 0.04, 0.035)
DIAMETER: Final = 10.0
NODES: Final = 51
TEMPERATURE: Final = 37.0
COLOURS: Final[dict[Literal["published", "converged"], str]] = {
    "published": "#E69F00",
    "converged": "#0072B2",
}


def thickness(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Thin every sheath of a fibre to a share of its lamellae and measure velocity."""
    found: dict[str, list[float | None]] = {}
    for grid in COLOURS:
        progress(f"{grid} grid")
        whole = mrg(DIAMETER, NODES, temperature=TEMPERATURE, grid=grid, ledger=ledger)
        fibres = [
            lose_lamellae(whole, range(NODES - 1), share) if share < 1 else whole for share in THICKNESS
        ]
        speeds = conduct(fibres)["velocity"].to_numpy()
        found[grid] = [float(speed) if np.isfinite(speed) else None for speed in speeds]
    series = tuple(Series(f"{grid} grid", THICKNESS, found[grid], colour) for grid, colour in COLOURS.items())
    panel = Panel(
        "Velocity against thickness", "lamellae left, share", "m/s", series, y_range=(0.0, None), log_x=True
    )
    caption = "Every internode thinned alike. A line ends where the impulse no longer arrives."
    rows = tuple(zip(THICKNESS, found["converged"], found["published"], strict=True))
    return Result(
        "How slow does a fibre get when all of its sheaths are thin, and when does it stop?",
        f"{DIAMETER:g} um, {NODES} nodes, {TEMPERATURE:g} C, lamellae lost from outside (the fibre thins).",
        [
            f"On the {grid} grid the impulse still arrives with "
            f"{min(s for s, v in zip(THICKNESS, speeds, strict=True) if v is not None):.1%} of the lamellae."
            for grid, speeds in found.items()
        ],
        (Table("Velocity, m/s", ("lamellae left", "converged grid", "published grid"), rows),),
        (Figure("thickness", "Velocity and thickness", caption, (panel,), columns=1, panel_height=3.0),),
    )
