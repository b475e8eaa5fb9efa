"""Thinned sheaths: velocity and block against thickness, as bands over unknown numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.experiments.common import (
    BLACK,
    DIAMETER,
    GREEN,
    GREY,
    GRIDS,
    HIGH_CAPACITY,
    PURPLE,
    STRONG,
    TEMPERATURE,
    GridName,
    fibre,
    verdict,
)
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import numbers
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, conduct, internodal_times, lose_lamellae, open_paranodes

SHARES: Final = tuple(float(x) for x in np.geomspace(1.0, 0.005, 54))
NODES: Final = 31
LESION: Final = 15
SEAL: Final = 10.0
EVERY: Final = 6  # of the shares tried stand in the table
# single cable, v ~ sqrt(-ln g) around the same axon from g = 0.6: evidence, cross-check 4d
SCALING: Final = ((0.5, 0.75), (1 / 3, 0.63), (0.2, 0.49), (0.1, 0.36), (0.05, 0.25), (0.027, 0.19))
_VARIANTS: Final[tuple[tuple[str, GridName, bool, float, str], ...]] = (
    ("converged grid", "converged", False, 1.0, GRIDS["converged"]),
    ("published grid", "published", False, 1.0, GRIDS["published"]),
    ("lamellae of 0.9 uF/cm2", "converged", True, 1.0, GREEN),
    ("paranodal seal 10 times wider", "converged", False, SEAL, PURPLE),
)


def thickness(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Thin all sheaths, or one, to a share of their lamellae; velocity, internodal time, and where it blocks."""
    uniform, single, thresholds = [], [], []
    for label, grid, high, seal, colour in _VARIANTS:
        progress(label)
        base = fibre(ledger.replace(HIGH_CAPACITY) if high else ledger, NODES, grid)
        all_thin = [_thin(base, None, seal, share) for share in SHARES]
        speeds = conduct(all_thin, pulse=STRONG, duration=12.0)["velocity"].to_numpy()
        one_thin = conduct([_thin(base, LESION, seal, share) for share in SHARES], duration=12.0)
        passes = one_thin["conducts"].to_numpy()
        times = np.where(passes, internodal_times(one_thin).to_numpy()[:, LESION], np.nan)
        uniform.append(Series(label, SHARES, numbers(speeds / speeds[0]), colour))
        single.append(Series(label, SHARES, numbers(times), colour))
        thresholds.append((label, 100 * _edge(np.isfinite(speeds)), 100 * _edge(passes), float(speeds[0])))
    x, y = zip(*SCALING, strict=True)
    uniform.append(Series("single cable, velocity as sqrt(-ln g)", x, y, GREY, points=True, width=1.6))
    uniform.append(
        Series("published block, uniform: 2 %", (0.02,), (0.0,), BLACK, points=True, marker="v", width=2.4)
    )
    single.append(
        Series(
            "published block, one internode: 2.7 %",
            (0.027,),
            (600.0,),
            BLACK,
            points=True,
            marker="X",
            width=2.4,
        )
    )
    panels = (
        Panel("All internodes", "lamellae left, share", "velocity, share of normal", tuple(uniform),
              y_range=(0.0, 1.05), log_x=True),
        Panel("One internode", "lamellae left, share", "internodal time, us", tuple(single), log=True, log_x=True,
              normal=(250.0, 800.0), y_range=(15.0, 2000.0)),
    )  # fmt: skip
    lowest, highest = min(t[2] for t in thresholds), max(t[2] for t in thresholds)
    low_all, high_all = min(t[1] for t in thresholds), max(t[1] for t in thresholds)
    third = next(v for s, v in zip(SHARES, uniform[0].y, strict=True) if s <= 1 / 3)
    caption = (
        "A line ends where the impulse stops. All internodes: grey points are predictions of a single cable. One "
        "internode: the shaded field is the published range (250 to 800 us) of the longest internodal time before "
        "block."
    )
    return Result(
        question("thickness"),
        f"{DIAMETER:g} um, {NODES} nodes, {TEMPERATURE:g} C, the fibre thins with its lamellae; internode {LESION} "
        f"alone, or all; {len(SHARES)} shares from 0.5 to 100 %, less than one lamella read as an average.",
        [
            f"One internode blocks at {lowest:.1f} to {highest:.1f} % of its lamellae, depending on what the "
            f"lamella's capacity is; published 2.7 % (factor 2): {verdict(thresholds[0][2], 1.35, 5.4)} with "
            "the default "
            f"capacity ({thresholds[0][2]:.1f} %), {verdict(thresholds[2][2], 1.35, 5.4)} with 0.9 uF/cm2 "
            f"({thresholds[2][2]:.1f} %).",
            f"All internodes alike block at {low_all:.1f} to {high_all:.1f} %; published 2 % (1 to 4): "
            f"{verdict(thresholds[0][1], 1.0, 4.0)} on the converged grid ({thresholds[0][1]:.1f} %).",
            f"At a third of the thickness velocity is {third:.2f} of normal, above the 0.63 of a single cable that "
            "scales as sqrt(-ln g): here the axolemma under the sheath carries part of the load, which "
            "thinning leaves "
            "as it is. The two meet at 5 %."
            if third is not None
            else "At a third of the thickness nothing arrives.",
        ],
        (
            Table(
                "All internodes: velocity, share of normal",
                ("lamellae left", *(series.label for series in uniform[: len(_VARIANTS)])),
                tuple(
                    (share, *(series.y[i] for series in uniform[: len(_VARIANTS)]))
                    for i, share in enumerate(SHARES)
                    if i % EVERY == 0
                ),
            ),
            Table(
                "Where it blocks, % of lamellae left",
                ("condition", "all internodes", "one internode", "healthy, m/s"),
                tuple(thresholds),
            ),
        ),
        (Figure("thickness", "Thickness, velocity and block", caption, panels, columns=2, panel_height=3.0),),
        ("kolesrasminsky1972", "reutskiy2003", "rasminskysears1972", "arancibiacarcamo2017"),
    )


def _thin(base: Fibre, where: int | None, seal: float, share: float) -> Fibre:
    opened = open_paranodes(base, where, seal) if seal != 1 else base
    return lose_lamellae(opened, where, share, partial=True)


def _edge(passes: NDArray[np.bool_]) -> float:
    """Largest share tried that blocks, with everything thicker passing; NaN if nothing blocks."""
    blocked = np.flatnonzero(~passes)
    return SHARES[int(blocked[0])] if len(blocked) else float("nan")
