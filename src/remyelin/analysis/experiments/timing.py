"""Effects of a delay: heat, pairs of impulses and trains through lesioned internodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from remyelin.analysis.experiments.common import (
    BLACK,
    DIAMETER,
    GREEN,
    GRIDS,
    RED,
    TEMPERATURE,
    fibre,
    verdict,
)
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.analysis.protocols.excitability import in_threads
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import numbers, percent
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Run,
    blocking_temperature,
    conduct,
    follow_trains,
    internodal_times,
    lose_lamellae,
    open_paranodes,
    refractory_period_of_transmission,
)

NODES: Final = 21
LESION: Final = 10
LESIONS: Final = 120
SEED: Final = 1973
HIGHEST: Final = 45.0
SHORT_NODES: Final = 15
SHORT_LESION: Final = 7
THIN: Final = (1.0, 0.2, 0.06, 0.03, 0.018, 0.014, 0.0125, 0.0115)
TRAINS: Final = ((1.0, BLACK), (0.03, GRIDS["converged"]), (0.014, GREEN), (0.0115, RED))
RATES: Final = (100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 600.0, 800.0)
PULSES: Final = 20
STEP_US: Final = 5.0


def warming(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Warm fibres with one lesion each, drawn at random, until they block."""
    random = np.random.default_rng(SEED)
    shares = np.exp(random.uniform(np.log(0.008), np.log(0.5), LESIONS))
    seals = np.exp(random.uniform(0.0, np.log(50.0), LESIONS))
    series, worst, never = [], {}, {}
    faster = 0
    for grid, colour in GRIDS.items():
        progress(f"{grid} grid")
        whole = fibre(ledger, NODES, grid)
        fibres = [
            lose_lamellae(open_paranodes(whole, LESION, seal), LESION, share, partial=True)
            for share, seal in zip(shares, seals, strict=True)
        ]
        data = conduct(fibres, duration=8.0)
        time = np.where(data["conducts"].to_numpy(), internodal_times(data).to_numpy()[:, LESION], np.nan)
        through = [f for f, t in zip(fibres, time, strict=True) if np.isfinite(t)]
        time = time[np.isfinite(time)]
        heat = blocking_temperature(through, highest=HIGHEST, duration=8.0)["warming"].to_numpy()
        longest = np.argsort(time)[-5:]
        worst[grid] = float(heat[longest[-1]])
        never[grid] = float(np.mean(np.isnan(heat)))
        blocked = np.isfinite(heat)
        series.append(
            Series(
                f"blocks, {grid} grid", time[blocked].tolist(), heat[blocked].tolist(), colour, points=True
            )
        )
        if grid == "converged":
            warm = conduct([f.replace(temperature=TEMPERATURE + 1) for f in through], duration=8.0)
            later = internodal_times(warm).to_numpy()[:, LESION]
            faster = int(np.count_nonzero(later[time < 60] < time[time < 60]))
            mild = int(np.count_nonzero(time < 60))
            top = [(float(time[i]), float(heat[i]) if np.isfinite(heat[i]) else None) for i in longest[::-1]]
    series.append(
        Series(
            "published: 0.5 C blocks the worst", (600.0,), (0.5,), BLACK, points=True, marker="X", width=2.4
        )
    )
    panel = Panel(
        "Warming from 37 C until it blocks", "internodal time at 37 C, us", "C", tuple(series), log_x=True,
        x_range=(20.0, 1000.0), y_range=(0.0, HIGHEST - TEMPERATURE + 0.3), normal=(0.2, 2.0),
    )  # fmt: skip
    return Result(
        question("warming"),
        f"{DIAMETER:g} um, {NODES} nodes, one lesioned internode per fibre: {LESIONS} lesions drawn with seed "
        f"{SEED}, "
        "lamellae left log-uniform from 0.8 to 50 %, seal log-uniform from 1 to 50 times its width; none selected; "
        f"steps of 0.25 C up to {HIGHEST:g} C.",
        [
            f"The lesion with the longest internodal time blocks after {worst['converged']:.2f} C "
            f"({worst['published']:.2f} C on the published grid); published 0.5 C (0.2 to 2): "
            f"{verdict(worst['converged'], 0.2, 2.0)}.",
            f"The curve is steep: {percent(never['converged'])} of the lesions that conduct at 37 C still do at "
            f"{HIGHEST:g} C.",
            f"Of the {mild} lesions below 60 us {faster} conduct faster when 1 C warmer: mild lesions gain "
            "from heat, as "
            "published.",
        ],
        (Table("The five slowest", ("internodal time, us", "warming that blocks, C"), tuple(top)),),
        (
            Figure(
                "warming",
                "Heat and internodal time",
                "One point per lesion that blocks below 45 C. Shaded: the published bounds for the worst.",
                (panel,),
                columns=1,
                panel_height=3.4,
            ),
        ),
        ("rasminsky1973", "rasminskysears1972"),
    )


def refractory(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Find the shortest interval of two impulses that both pass, and how many of a train do."""
    whole = fibre(ledger, SHORT_NODES)
    fibres = [_thin(whole, share) for share in THIN]
    data = conduct(fibres, duration=8.0)
    times = internodal_times(data).to_numpy()[:, SHORT_LESION]
    progress("pairs")
    run = Run(step=STEP_US, threads=1)

    def period(one: Fibre) -> float:
        found = refractory_period_of_transmission(
            one, between=(0.4, 12.0), amplitude=5.0, per_decade=6, tolerance=0.02, run=run
        )
        return float(found["period"])

    periods = np.array(in_threads(period, fibres))
    ratio = periods / periods[0]
    progress("trains")
    trained = [_thin(whole, share) for share, _ in TRAINS]
    shares = in_threads(
        lambda one: follow_trains(one, RATES, count=PULSES, amplitude=5.0, run=run)["share"].to_numpy(),
        trained,
    )
    near = int(np.argmin(np.abs(times - 200.0)))
    panels = (
        Panel(
            "Two impulses",
            "internodal time, us",
            "refractory period over normal",
            (
                Series(
                    "one thinned internode",
                    times.tolist(),
                    numbers(ratio),
                    GRIDS["converged"],
                    points=True,
                    width=2,
                ),
                Series("normal fibre", (20.0, 1000.0), (1.0, 1.0), BLACK, width=1.0, dashed=True),
            ),
            log_x=True,
            normal=(2.0, 5.0),
            y_range=(0.0, None),
            x_range=(20.0, 1000.0),
        ),
        Panel(
            f"Trains of {PULSES}",
            "pulses per second",
            "share that arrives",
            tuple(
                Series(f"{100 * share:g} % of lamellae", RATES, numbers(found), colour)
                for (share, colour), found in zip(TRAINS, shares, strict=True)
            ),
            y_range=(0.0, 1.05),
        ),
    )
    follows = [max((r for r, s in zip(RATES, found, strict=True) if s >= 1), default=0.0) for found in shares]
    return Result(
        question("refractory"),
        f"{DIAMETER:g} um, {TEMPERATURE:g} C, {SHORT_NODES} nodes, converged grid, internode {SHORT_LESION} "
        "thinned, full "
        f"solver at {STEP_US:g} us; pulses of 5 nA and 0.1 ms into node 1.",
        [
            f"At an internodal time of {times[near]:.0f} us the refractory period of transmission is "
            f"{ratio[near]:.1f} "
            f"times normal ({periods[0]:.2f} ms); published typically 2 to 5: {verdict(float(ratio[near]), 2, 5)}. "
            f"Just before block it is {np.nanmax(ratio):.1f} times; published up to 34, in lesions of millimetres.",
            "The highest rates followed without loss are "
            + ", ".join(f"{r:g}/s at {100 * s:g} %" for (s, _), r in zip(TRAINS, follows, strict=True))
            + " of the lamellae: trains fail where single impulses still pass.",
        ],
        (
            Table(
                "Pairs",
                ("lamellae left", "internodal time, us", "period, ms", "over normal"),
                tuple(
                    (s, *numbers([t, p, r])) for s, t, p, r in zip(THIN, times, periods, ratio, strict=True)
                ),
            ),
            Table(
                f"Share of {PULSES} impulses that arrives",
                ("pulses per second", *(f"{100 * s:g} %" for s, _ in TRAINS)),
                tuple((r, *(float(found[i]) for found in shares)) for i, r in enumerate(RATES)),
            ),
        ),
        (
            Figure(
                "refractory",
                "Pairs and trains",
                "Two impulses: shaded, the published range. Trains: lines fall where the lesion drops impulses.",
                panels,
                panel_height=3.0,
            ),
        ),
        ("felts1997", "rasminskysears1972"),
    )


def _thin(whole: Fibre, share: float) -> Fibre:
    return lose_lamellae(whole, SHORT_LESION, share, partial=True)
