"""Conduction through a lesion of growing length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from remyelin.analysis.experiments.common import (
    BLACK,
    DIAMETER,
    GREEN,
    GRIDS,
    PURPLE,
    RED,
    SKY,
    TEMPERATURE,
    GridName,
    fibre,
)
from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.base.figure import Figure, Panel, Series
from remyelin.base.plain import numbers
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, bare, conduct, lose_lamellae

NODES: Final = 36
FIRST: Final = 10
COUNTS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 20)
BARE_MS: Final = 60.0  # waited for what creeps along bare axolemma
FELTS_MM: Final = 2.5
Lesion = Callable[[Fibre, range], Fibre]


def _thin(share: float) -> Lesion:
    return lambda whole, where: lose_lamellae(whole, where, share)


def _stripped(persistent: float) -> Lesion:
    return lambda whole, where: bare(whole, where, channel_share=0.04, persistent_sodium=persistent)


LESIONS: Final[tuple[tuple[str, Lesion, GridName, str, bool], ...]] = (
    ("33 % of lamellae", _thin(1 / 3), "converged", SKY, False),
    ("10 % of lamellae", _thin(0.1), "converged", GREEN, False),
    ("5 % of lamellae", _thin(0.05), "converged", GRIDS["converged"], False),
    ("3 % of lamellae", _thin(0.03), "converged", PURPLE, False),
    ("3 % of lamellae, published grid", _thin(0.03), "published", PURPLE, True),
    ("bare, no persistent sodium", _stripped(0.0), "converged", RED, False),
    ("bare, 70 % of persistent sodium", _stripped(0.7), "converged", BLACK, False),
)


def lesion_length(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Lengthen lesions of seven kinds and measure the delay they add."""
    series, table, longest = [], [], {}
    millimetres: list[float] = []
    for label, lesion, grid, colour, dashed in LESIONS:
        progress(label)
        whole = fibre(ledger, NODES, grid)
        length = float(np.diff(whole.node_positions)[0])
        millimetres = [n * length for n in COUNTS]
        fibres = [whole, *(lesion(whole, range(FIRST, FIRST + n)) for n in COUNTS)]
        bared = "bare" in label
        data = conduct(fibres, duration=BARE_MS if bared else 12.0, window=not bared)
        arrival = data["arrival"].to_numpy()
        delay = arrival[:, -4] - arrival[:, 3]
        added = np.where(data["conducts"].to_numpy(), delay - delay[0], np.nan)[1:]
        few = np.count_nonzero(np.isfinite(added)) < 2
        series.append(
            Series(label, millimetres, numbers(added), colour, dashed=dashed, points=bool(few), width=2.0)
        )
        passed = np.flatnonzero(np.isfinite(added))
        longest[label] = millimetres[int(passed[-1])] if len(passed) else 0.0
        table.append((label, longest[label], *numbers(added[[0, 3, 6]])))
    panel = Panel(
        "Delay added by the lesion",
        "length of the lesion, mm",
        "ms",
        tuple(series),
        log=True,
        log_x=True,
        marks=(FELTS_MM,),
    )
    stripped = longest["bare, no persistent sodium"]
    persistent = longest["bare, 70 % of persistent sodium"]
    return Result(
        question("lesion-length"),
        f"{DIAMETER:g} um, {TEMPERATURE:g} C, {NODES} nodes, converged grid unless said; 1 to 20 internodes "
        "from internode "
        f"{FIRST}; bare axolemma with 4 % of the node's channels.",
        [
            "Where sheaths keep 5 % or more the delay grows in proportion to length and nothing blocks; at 3 "
            "% length "
            f"decides: the longest lesion that conducts has {longest['3 % of lamellae']:.1f} mm "
            f"({longest['3 % of lamellae, published grid']:.1f} mm on the published grid).",
            f"Bare axolemma without persistent sodium blocks a fibre this thick "
            f"{'at one internode' if stripped == 0 else f'beyond {stripped:.1f} mm'}. Felts and others found "
            "axons of the "
            "rat's cord that conduct along more than 2.5 mm without myelin: "
            f"{'misses' if stripped < FELTS_MM else 'holds'} "
            "with the default; those axons are thin, and thin fibres do pass (experiment bare-axolemma).",
            f"With 70 % of the persistent sodium it passes lesions up to {persistent:.1f} mm of those tried: "
            f"{'holds' if persistent > FELTS_MM else 'misses'}.",
        ],
        (
            Table(
                "Delay added, ms",
                ("lesion", "longest that conducts, mm", "1 internode", "4 internodes", "12 internodes"),
                tuple(table),
            ),
        ),
        (
            Figure(
                "lesion-length",
                "A lesion of growing length",
                "A line ends with the longest lesion that conducts. Dotted: 2.5 mm, beyond which bare central axons "
                "were found to conduct.",
                (panel,),
                columns=1,
                panel_height=3.4,
            ),
        ),
        ("felts1997", "bostocksears1978"),
    )
