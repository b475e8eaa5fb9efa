"""Conduction as lamellae return to a bare stretch, in old internodes or in short new ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from remyelin.analysis.experiments.common import (
    DIAMETER,
    GREEN,
    GRIDS,
    STRONG,
    TEMPERATURE,
    fibre,
    verdict,
)
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.analysis.protocols.excitability import in_threads
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import numbers
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Run,
    bare,
    conduct,
    lose_lamellae,
    refractory_period_of_transmission,
    remyelinate,
    safety_factor,
)

LAMELLAE: Final = (1, 2, 3, 4, 6, 8, 12, 20, 40, 120)
NODES: Final = 41
FIRST: Final = 18
RUN: Final = 4
SHORT: Final = 0.25
STEP_US: Final = 5.0
ONSET: Final = (2, 8)


def recovery(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Give lamellae back to four bare internodes and measure velocity, safety and refractory period."""
    kinds: dict[str, tuple[Callable[[Fibre, range, float], Fibre], str]] = {
        "old internodes": (
            lambda whole, where, share: lose_lamellae(whole, where, share),
            GRIDS["converged"],
        ),
        "four short ones each": (lambda whole, where, share: remyelinate(whole, where, share, SHORT), GREEN),
    }
    whole = fibre(ledger, NODES)
    where = range(FIRST, FIRST + RUN)
    most = float(whole.lamellae.max())
    normal = conduct(whole)
    took = float(normal["arrival"].values[0, -4] - normal["arrival"].values[0, 3])
    short = fibre(ledger, 13)
    near = range(4, 4 + RUN)
    run = Run(step=STEP_US, threads=1, at=None)

    def period(one: Fibre) -> float:
        if not bool(conduct(one, pulse=STRONG, duration=12.0)["conducts"].values[0]):
            return float("nan")
        found = refractory_period_of_transmission(
            one, between=(0.4, 8.0), amplitude=5.0, per_decade=5, tolerance=0.03, run=run
        )
        return float(found["period"])

    usual = period(short)
    stripped = bare(whole, where, channel_share=ledger["state.bare_channels"],
                    persistent_sodium=ledger["state.bare_persistent_sodium"])  # fmt: skip
    silent = not bool(conduct(stripped, duration=20.0, window=False)["conducts"].values[0])
    speed, safety, wait, onset = [], [], [], {}
    table: dict[int, list[float | None]] = {n: [] for n in LAMELLAE}
    for name, (repair, colour) in kinds.items():
        progress(name)
        fibres = [repair(whole, where, n / most) for n in LAMELLAE]
        data = conduct(fibres, duration=12.0)
        passes = data["conducts"].to_numpy()
        last = [int(np.flatnonzero(np.isfinite(row))[-1]) for row in data["position"].to_numpy()]
        arrival = data["arrival"].to_numpy()
        times = np.array([arrival[i, n - 3] - arrival[i, 3] for i, n in enumerate(last)])
        relative = np.where(passes, took / times, np.nan)
        spare = [safety_factor(repair(short, near, n / most), duration=12.0) for n in LAMELLAE]
        periods = np.array(in_threads(period, [repair(short, near, n / most) for n in LAMELLAE])) / usual
        onset[name] = next((n for n, ok in zip(LAMELLAE, passes, strict=True) if ok), None)
        speed.append(Series(name, LAMELLAE, numbers(relative), colour))
        safety.append(Series(name, LAMELLAE, spare, colour))
        wait.append(Series(name, LAMELLAE, numbers(periods), colour))
        for row, *values in zip(LAMELLAE, relative, spare, periods, strict=True):
            table[row] += numbers(values)
    third = conduct(lose_lamellae(whole, where, 1 / 3))["arrival"].values[0]
    at_third = took / float(third[-4] - third[3])
    begins = onset["old internodes"]
    panels = (
        Panel(
            "Velocity over 40 mm",
            "lamellae",
            "share of normal",
            tuple(speed),
            log_x=True,
            y_range=(0.0, 1.05),
        ),
        Panel(
            "Safety", "lamellae", "spare sodium, times", (*safety,), log_x=True, y_range=(0.0, None), marks=()
        ),
        Panel("Refractory period", "lamellae", "times normal", tuple(wait), log_x=True, y_range=(0.0, None)),
    )
    return Result(
        question("recovery"),
        f"{DIAMETER:g} um, {TEMPERATURE:g} C, converged grid; a lesion of {RUN} internodes (4.6 mm), bare at "
        "first, then "
        "1 to 120 lamellae in the old internodes or in four short ones in place of each, new nodes as dense as old "
        f"ones. Velocity over {NODES - 6 - 1} internodes of {NODES - 1}; safety and refractory period on 13 nodes.",
        [
            f"Bare, with the default channels, the lesion {'blocks' if silent else 'conducts'}.",
            f"Old internodes conduct again from {begins} lamellae, short ones from "
            f"{onset['four short ones each']}; function "
            f"returned with 2 to 8 lamellae in antiserum lesions: "
            f"{verdict(float(begins) if begins else float('nan'), *ONSET)}.",
            f"With a third of the lamellae velocity over 40 mm is {at_third:.2f} of normal; published normal "
            "on day 37: "
            f"{verdict(at_third, 0.9, 1.02)}. A short lesion is diluted, so velocity says little of repair.",
            "The refractory period and the safety recover later than conduction: a repaired stretch passes single "
            "impulses before it passes trains.",
        ],
        (
            Table(
                "As lamellae return",
                ("lamellae", "velocity, old", "safety", "period", "velocity, short", "safety", "period"),
                tuple((float(n), *values) for n, values in table.items()),
            ),
        ),
        (
            Figure(
                "recovery",
                "Lamellae return",
                "Velocity: a line begins where conduction returns. Safety: by how much nodal sodium could be "
                "divided; 0 where the fibre blocks. Refractory period: that of transmission.",
                panels,
                columns=3,
                panel_height=3.0,
            ),
        ),
        ("saida1980", "smithblakemoremcdonald1981"),
    )
