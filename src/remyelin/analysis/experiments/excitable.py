"""One bare internode: its behaviour by the channels of its axolemma."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from remyelin.analysis.experiments.common import TEMPERATURE, fibre, listed, verdict
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.analysis.protocols.excitability import (
    DEPOLARISED_MV,
    LEAK,
    SODIUM,
    Cell,
    edges,
    in_threads,
    plane,
)
from remyelin.base.figure import Figure, Heat, Panel, Series
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, bare, conduct, discharge, mrg_interpolated

CATEGORIES: Final = (
    ("silent block", "#4A6FA5"),
    ("depolarised block", "#1F2A44"),
    ("conducts", "#009E73"),
    ("conducts late (5 ms or more)", "#A6D96A"),
    ("after-discharge", "#F0C23B"),
    ("fires by itself", "#D55E00"),
)
NAMES: Final = tuple(name for name, _ in CATEGORIES)
LATE_MS: Final = 5.0
SHARES: Final = tuple(float(x) for x in np.geomspace(0.01, 0.16, 5))
PERSISTENT: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
POTASSIUM: Final = (0.7, 1.0, 2.0)
DIAMETERS: Final = (2.0, 3.0, 4.0, 5.7, 7.3, 8.7, 10.0, 12.8)
NODES: Final = 13
LESION: Final = 6
WATCH_MS: Final = 200.0
STEP_US: Final = 20.0


def excitability(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Vary sodium and leak of one bare internode, as Coggan did, and watch it alone and after an impulse."""
    progress("49 fibres")
    cells = plane(ledger)
    z = [[_category(cells[(s, g)]) for s in SODIUM] for g in LEAK]
    heat = Heat(SODIUM, LEAK, [[float(v) for v in row] for row in z], "", categories=CATEGORIES)
    rates = [
        (s, g, c.rate) for (s, g), c in cells.items() if c.regime == "spontaneous" and np.isfinite(c.rate)
    ]
    shipped = Series(
        "as shipped but for persistent sodium", (0.04,), (1.0,), "#FFFFFF", points=True, marker="P", width=3
    )
    progress("between neighbours that differ")
    between = edges(ledger, cells)
    regimes = sorted({c.regime for c in [*cells.values(), *between.values()]})
    dots = []
    for number, (name, tint) in enumerate(CATEGORIES):
        at = [key for key, cell in between.items() if _category(cell) == number]
        if at:
            dots.append(Series(name, [s for s, _ in at], [g for _, g in at], tint, points=True, width=1.6))
    low, high = min((r for *_, r in rates), default=np.nan), max((r for *_, r in rates), default=np.nan)
    points = tuple(
        Series(f"sodium {100 * s:.2g} %", [g for t, g, _ in rates if t == s], [r for t, _, r in rates if t == s],
               colour, points=True, width=2)
        for s, colour in zip(sorted({s for s, *_ in rates}), ("#0072B2", "#D55E00", "#CC79A7", "#009E73"), strict=False)
    )  # fmt: skip
    panels = (
        Panel("Regime", "sodium, share of the node's", "leak, times that of 4 %", (*dots, shipped),
              heat=heat, log=True, log_x=True),
        Panel("Lasting discharge", "leak, times that of 4 %", "impulses per second", points, log_x=True,
              normal=(5.0, 20.0), y_range=(0.0, None)),
    )  # fmt: skip
    return Result(
        question("excitability"),
        f"10 um, {TEMPERATURE:g} C, converged grid, 13 nodes, internode 6 bare with 4 % of the node's "
        "channels, fast and "
        "persistent sodium and leak varied as shown; each left alone for 250 ms and stimulated once half-way; "
        "lasting "
        "discharge for a second.",
        [
            f"Regimes on the map and between its squares: {listed(regimes)}; Coggan and others found four, as "
            "a single spike and "
            f"after-discharge too: {verdict(float(len(regimes)), 4, 4)}.",
            f"Firing that lasts has {low:.1f} to {high:.1f} impulses a second; published 5 to 20: the lower end "
            f"{verdict(low, 2, 8)} (2 to 8), the upper {verdict(high, 12, 40)} (12 to 40). Slow potassium "
            "paces it, as in "
            "the roots.",
            "With more sodium the axolemma does not fire but stays depolarised, and blocks: failure lies on "
            "both sides of "
            "the ratio of sodium to leak, not on one.",
            "Leaks this small and sodium this high are not known of bare axolemma; the map shows their effect.",
        ],
        (
            Table(
                "Lasting discharge",
                ("sodium, share of nodal", "leak, times", "Hz"),
                tuple((s, g, r) for s, g, r in rates),
            ),
        ),
        (
            Figure(
                "excitability",
                "Sodium against leak",
                "Regime: block is told apart by its resting potential; dots lie between squares that differ. "
                "Lasting discharge: its rate; shaded, the regular 5 to 20 Hz of demyelinated roots.",
                panels,
                panel_height=3.2,
            ),
        ),
        ("coggan2010", "bakerbostock1992", "shrager1990"),
    )


def bare_axolemma(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Vary density, persistent sodium and slow potassium of bare axolemma, then the fibre's diameter."""
    base = fibre(ledger, NODES)
    panels, both = [], {}
    for factor in POTASSIUM:
        progress(f"potassium {factor:g}")
        keys = [(s, p) for p in PERSISTENT for s in SHARES]

        def look(key: tuple[float, float], factor: float = factor) -> Cell:
            currents = {"ks": factor}
            return _watch(
                bare(base, LESION, channel_share=key[0], persistent_sodium=key[1], currents=currents)
            )

        cells = dict(zip(keys, in_threads(look, keys), strict=True))
        z = [[float(_category(cells[(s, p)])) for s in SHARES] for p in PERSISTENT]
        both[factor] = [k for k in keys if cells[k].regime == "single" and cells[k].rest < DEPOLARISED_MV]
        shipped = Series("shipped default", (0.04,), (0.0,), "#FFFFFF", points=True, marker="P", width=3)
        heat = Heat(SHARES, PERSISTENT, z, "", categories=CATEGORIES)
        panels.append(
            Panel(f"Slow potassium x {factor:g}", "channels, share of the node's", "persistent sodium, share of that",
                  (shipped,) if factor == 1 else (), heat=heat, log_x=True)
        )  # fmt: skip
    progress("diameters")
    fibres = [
        bare(mrg_interpolated(d, NODES, temperature=TEMPERATURE, grid="converged", ledger=ledger), LESION,
             channel_share=s, persistent_sodium=0.0)
        for d in DIAMETERS for s in SHARES
    ]  # fmt: skip
    data = conduct(fibres, duration=25.0, window=False)
    passes = data["conducts"].to_numpy().reshape(len(DIAMETERS), len(SHARES))
    late = (data["arrival"].to_numpy()[:, LESION + 1] >= LATE_MS).reshape(passes.shape)
    by_diameter = np.where(
        passes, np.where(late, NAMES.index("conducts late (5 ms or more)"), NAMES.index("conducts")), 0
    )
    thick = max((d for d, row in zip(DIAMETERS, passes[:, 2:], strict=True) if row.any()), default=0.0)
    panels.append(
        Panel("By diameter, no persistent sodium", "channels, share of the node's", "fibre diameter, um",
              (Series("shipped default", (0.04,), (10.0,), "#FFFFFF", points=True, marker="P", width=3),),
              heat=Heat(SHARES, DIAMETERS, by_diameter.astype(float).tolist(), "", categories=CATEGORIES), log_x=True)
    )  # fmt: skip
    window = sorted({p for _, p in both[1.0]})
    return Result(
        question("bare-axolemma"),
        f"10 um, {TEMPERATURE:g} C, converged grid, {NODES} nodes, internode {LESION} bare; channels of the "
        "MRG node at "
        "1 to 16 % of its density, of which the persistent sodium and the slow potassium are varied apart; each left "
        f"alone for {WATCH_MS:g} ms and stimulated once half-way. Last panel: interpolated diameters, one impulse.",
        [
            "The shipped default (4 % of the node's channels, no persistent sodium) rests near -86 mV and "
            "blocks a 10 um "
            "fibre silently, at every density tried: the narrow node (3.3 um) cannot drive the wide axon (6.9 um).",
            f"Sets that rest and pass one impulse in the 10 um fibre: {len(both[0.7])}, {len(both[1.0])} and "
            f"{len(both[2.0])} of "
            f"{len(SHARES) * len(PERSISTENT)} at 0.7, 1 and 2 times the potassium; at the node's own "
            "potassium they have "
            f"{f'{min(window):.2g} to {max(window):.2g}' if window else 'none'} of the persistent sodium, "
            "conduct after 5 ms or "
            "more, and border on after-discharge and spontaneous firing.",
            f"Without persistent sodium fibres up to {thick:g} um rest and conduct at the shipped density or "
            "more: the conflict "
            "between rest and conduction is one of thick fibres.",
            "Evidence read: 4 % (Xenopus) and low densities for sodium; nothing on persistent sodium or "
            "potassium of bare "
            "axolemma. So no set is better supported than the default; conduction of thick fibres after weeks "
            "(Bostock and Sears, recalled) argues for part of the persistent sodium or for short new "
            "internodes, which "
            "restore it too (row short_internodes_rescue).",
        ],
        (
            Table(
                "Sets that rest and conduct once, 10 um",
                ("potassium, times", "channels, share", "persistent sodium, share"),
                tuple((k, s, p) for k, keys in both.items() for s, p in keys),
            ),
        ),
        (
            Figure(
                "bare-axolemma",
                "One bare internode by its channels",
                "Each square is a fibre. White cross: the shipped values.",
                tuple(panels),
                panel_height=2.9,
            ),
        ),
        ("shrager1990", "bostocksears1978", "rasminsky1978", "waxmanbrill1978", "coggan2010"),
    )


def _watch(one: Fibre) -> Cell:
    seen = discharge(one, duration=WATCH_MS, step=STEP_US)
    return Cell(str(seen["regime"].values), float(seen["delay"]), np.nan, float(seen["rest"]))


def _category(cell: Cell) -> int:
    if cell.regime == "block":
        return NAMES.index("silent block" if cell.rest < DEPOLARISED_MV else "depolarised block")
    if cell.regime == "single":
        return NAMES.index("conducts late (5 ms or more)" if cell.delay >= LATE_MS else "conducts")
    return NAMES.index("after-discharge" if cell.regime == "after-discharge" else "fires by itself")
