"""Block maps: where in the plane of two lesions an impulse stops, on both grids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from remyelin.analysis.experiments.common import DIAMETER, GRIDS, TEMPERATURE, fibre, rows
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Heat, Panel
from remyelin.base.plain import numbers, percent
from remyelin.evidence import Ledger
from remyelin.fibre import conduct, lose_lamellae, open_paranodes

NODES: Final = 31
FIRST: Final = 12
RUN: Final = 3
SHARES: Final = tuple(float(x) for x in np.geomspace(0.01, 1.0, 13))
WIDTHS: Final = tuple(float(x) for x in np.geomspace(1.0, 100.0, 11))
LENGTHS: Final = tuple(range(1, 13))


def block_maps(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Delay of an impulse over lesions of two measures; blank where it stops."""
    seal_panels, length_panels, table = [], [], []
    area: dict[str, float] = {}
    edge: dict[str, list[float | None]] = {}
    for grid in GRIDS:
        progress(f"{grid} grid")
        base = fibre(ledger, NODES, grid)
        places = range(FIRST, FIRST + RUN)
        fibres = [
            lose_lamellae(open_paranodes(base, places, width), places, share, partial=True)
            for width in WIDTHS
            for share in SHARES
        ]
        delay = _delays(base, fibres).reshape(len(WIDTHS), len(SHARES)) / RUN
        area[grid] = float(np.mean(np.isnan(delay)))
        heat = Heat(SHARES, WIDTHS, rows(np.log10(delay)), "log10 of us per internode", z_range=(1.3, 2.6))
        seal_panels.append(
            Panel(f"Three internodes, {grid} grid", "lamellae left, share", "width of the seal, times normal", (),
                  heat=heat, log=True, log_x=True)
        )  # fmt: skip
        fibres = [
            lose_lamellae(base, range(FIRST, FIRST + n), share, partial=True)
            for n in LENGTHS
            for share in SHARES
        ]
        delay = _delays(base, fibres).reshape(len(LENGTHS), len(SHARES)) / np.array(LENGTHS)[:, None]
        heat = Heat(SHARES, LENGTHS, rows(np.log10(delay)), "log10 of us per internode", z_range=(1.3, 2.6))
        length_panels.append(
            Panel(f"Sheaths thinned, {grid} grid", "lamellae left, share", "internodes of the lesion", (),
                  heat=heat, log_x=True)
        )  # fmt: skip
        edge[grid] = numbers([_edge(row) for row in delay])
    for i, n in enumerate(LENGTHS):
        table.append((float(n), edge["converged"][i], edge["published"][i]))
    caption = "Time an impulse needs per lesioned internode; grey where it stops. Healthy: about 20 us (1.3)."
    return Result(
        question("block-maps"),
        f"{DIAMETER:g} um, {TEMPERATURE:g} C, {NODES} nodes, the lesion begins at internode {FIRST}; the "
        "fibre thins with "
        "its lamellae; less than one lamella read as an average.",
        [
            f"Of the lesions of three internodes {percent(area['converged'])} block on the converged grid and "
            f"{percent(area['published'])} on the published one: one compartment per paranode hides much of an "
            "opened seal.",
            "An opened seal alone slows without block over the widths tried; together with thin sheaths it blocks at "
            "thicknesses that would conduct.",
            f"The thickness that blocks rises with length from {_percent(edge['converged'][0])} of the "
            "lamellae in one "
            f"internode to {_percent(edge['converged'][-1])} in twelve, most of it over the first three or four.",
        ],
        (
            Table(
                "Thickest sheaths tried that block, share",
                ("internodes", "converged", "published"),
                tuple(table),
            ),
        ),
        (
            Figure("block-seal", "Lamellae and seal", caption, tuple(seal_panels), panel_height=3.0),
            Figure("block-length", "Length and thickness", caption, tuple(length_panels), panel_height=3.0),
        ),
        ("lafontaine1982", "kolesrasminsky1972"),
    )


def _delays(base: object, fibres: list) -> np.ndarray:  # type: ignore[type-arg]
    """Time (us) over the part that holds the longest lesion less that of its healthy internodes; NaN if blocked."""
    data = conduct([base, *fibres], duration=12.0)  # type: ignore[list-item]
    arrival = data["arrival"].to_numpy()
    last = FIRST + max(LENGTHS) + 1
    took = (arrival[:, last] - arrival[:, FIRST - 1]) * 1e3
    healthy = took[0] / (last - FIRST + 1)
    lesion = took[1:] - took[0] + healthy
    return np.where(data["conducts"].to_numpy()[1:], np.maximum(lesion, healthy), np.nan)


def _edge(row: np.ndarray) -> float:
    blocked = np.flatnonzero(np.isnan(row))
    return SHARES[int(blocked[-1])] if len(blocked) else float("nan")


def _percent(share: float | None) -> str:
    return "none tried" if share is None else percent(share, 1)
