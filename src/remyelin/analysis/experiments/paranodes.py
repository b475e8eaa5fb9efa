"""Myelin drawn back from nodes: the load of the axolemma laid bare, and of the channels it carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from remyelin.analysis.experiments.common import (
    DIAMETER,
    GREEN,
    GRIDS,
    RED,
    TEMPERATURE,
    fibre,
    verdict,
)
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import numbers
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, conduct, expose_potassium, open_paranodes, redistribute_sodium, retract

NODES: Final = 21
NODE: Final = 10
GAPS_UM: Final = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)
SEAL: Final = 10.0
FINE_UM: Final = tuple(float(x) for x in np.arange(1.0, 48.0, 1.0))
Change = Callable[[Fibre, "int | None", float], Fibre]


def paranodes(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Draw myelin back from one node, or all, bare, with its sodium spread, or with potassium channels exposed."""

    def passive(whole: Fibre, node: int | None, gap: float) -> Fibre:
        return retract(whole, node, gap)

    def spread(whole: Fibre, node: int | None, gap: float) -> Fibre:
        return redistribute_sodium(retract(whole, node, gap), node, 0.5)

    def potassium(whole: Fibre, node: int | None, gap: float) -> Fibre:
        return expose_potassium(
            retract(whole, node, gap), None if node is None else [node - 1, node], ledger=ledger
        )

    kinds: tuple[tuple[str, Change, str], ...] = (
        ("axolemma passive", passive, GRIDS["converged"]),
        ("half the node's sodium spreads", spread, GREEN),
        ("potassium channels exposed", potassium, RED),
    )
    whole = fibre(ledger, NODES)
    healthy = float(conduct(whole)["velocity"].values[0])
    step = 1150.0 / healthy
    speeds, times, table, found = [], [], [], {}
    for label, change, colour in kinds:
        progress(label)
        fibres = [change(whole, None, gap) for gap in GAPS_UM]
        velocity = conduct(fibres, duration=6.0)["velocity"].to_numpy()
        found[label] = velocity
        speeds.append(Series(label, GAPS_UM, numbers(velocity), colour))
        fibres = [change(whole, NODE, gap) for gap in FINE_UM]
        data = conduct(fibres, duration=6.0)
        arrival = data["arrival"].to_numpy()
        over = np.where(
            data["conducts"].to_numpy(), (arrival[:, NODE + 1] - arrival[:, NODE - 1]) * 1e3 - step, np.nan
        )
        times.append(Series(label, FINE_UM, numbers(over), colour))
        blocked = np.flatnonzero(np.isnan(over))
        before = float(over[blocked[0] - 1]) if len(blocked) and blocked[0] else float("nan")
        twice = _where(over, 200.0)
        table.append((label, FINE_UM[int(blocked[0])] if len(blocked) else None, *numbers([before, twice])))
    stops = GAPS_UM[int(np.flatnonzero(np.isfinite(found["axolemma passive"]))[-1])]
    opened = open_paranodes(whole, None, SEAL)
    plain, laden = conduct([opened, expose_potassium(opened, None, ledger=ledger)], duration=6.0)[
        "velocity"
    ].values
    panels = (
        Panel("Every node", "myelin drawn back on each side, um", "m/s", tuple(speeds), y_range=(0.0, None)),
        Panel("One node", "myelin drawn back on each side, um", "internodal time, us", tuple(times), log=True,
              normal=(120.0, 350.0), y_range=(15.0, 1500.0)),
    )  # fmt: skip
    longest = float(table[0][2] or np.nan)
    return Result(
        question("paranodes"),
        f"{DIAMETER:g} um, {TEMPERATURE:g} C, {NODES} nodes, converged grid; myelin drawn back by 0.1 to 4 "
        "um on each side of "
        f"every node, or by 1 to 47 um in steps of 1 um at node {NODE} alone; sodium that spreads is neither "
        "made nor "
        "lost; fast potassium channels of Gaines' paranode (per area of axolemma) in the juxtaparanodes beside.",
        [
            f"One node: the internodal time grows from {step:.0f} us to {longest:.0f} us "
            "before block; published "
            f"from 20 to about 200 (120 to 350): {verdict(longest, 120, 350)}. It grows "
            "without limit as the "
            "threshold nears, so the longest seen depends on how finely one looks: a recording that sees the "
            "time rise "
            "over minutes catches 200 us, a computation in steps of 1 um catches more.",
            f"Where the time passes 200 us, {table[0][3] or float('nan'):.0f} um are bare on each side, and "
            "block follows at "
            f"{table[0][1] or float('nan'):g} um: acute paranodal damage alone suffices for block, as published.",
            f"Drawn back from every node, {stops:g} um on each side still conduct and little more blocks, before the "
            "juxtaparanode is reached: potassium channels there have nothing left to slow. A circuit of 21 nodes went "
            "from 19.1 to 7.8 and, with potassium channels, to 6.6 m/s without block: misses, as a widened node is a "
            "heavier load here.",
            f"Under sheaths whose seal is {SEAL:g} times wider everywhere the same channels lower velocity from "
            f"{plain:.1f} to {laden:.1f} m/s ({laden / plain:.2f}; the circuit's 0.85).",
            "Half of the node's sodium, spread over the bared membrane, changes neither the threshold nor the "
            "time by much.",
        ],
        (
            Table(
                "One node",
                ("axolemma", "blocks at, um", "longest time before, us", "200 us at, um"),
                tuple(table),
            ),
        ),
        (
            Figure(
                "paranodes",
                "Myelin drawn back",
                "A line ends where the impulse stops. One node: shaded, the published bounds of the longest time "
                "before block.",
                panels,
                panel_height=3.0,
            ),
        ),
        ("lafontaine1982", "babbsshi2013", "gaines2018"),
    )


def _where(over: np.ndarray, level: float) -> float:
    above = np.flatnonzero(over >= level)
    return FINE_UM[int(above[0])] if len(above) else float("nan")
