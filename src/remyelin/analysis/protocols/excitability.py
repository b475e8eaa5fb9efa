"""Effect of one bare internode on a fibre, by the channels of its axolemma: Coggan's plane, and ectopic firing.

Conditions: 10 um, 37 C, converged grid, 13 nodes, internode 6 bare. Its axolemma carries 4 % of the node's
channels (Shrager and Rubinstein 1990), of which sodium (fast and persistent alike) and leak are varied.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np

from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, bare, discharge, mrg

NODES: Final = 13
LESION: Final = 6
BASE_SHARE: Final = 0.04
SODIUM: Final = tuple(float(x) for x in np.geomspace(0.01, 0.16, 7))  # of the node's density
LEAK: Final = tuple(float(x) for x in np.geomspace(0.25, 4.0, 7))  # times that which comes with 4 %
WATCH_MS: Final = 250.0
RATE_MS: Final = 1000.0
STEP_US: Final = 25.0
ROUNDS: Final = 3  # halvings (in the logarithm) of the sodium step where neighbours differ
DEPOLARISED_MV: Final = -60.0

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Cell:
    """Behaviour of one set of channels: regime, delay (ms), rate of lasting discharge (Hz, NaN if none), rest (mV)."""

    regime: str
    delay: float
    rate: float
    rest: float


def in_threads(work: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
    """Return the answers in the order of the items; the kernels let other threads run meanwhile."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(work, items))


def look(fibre: Fibre, *, rate: bool = True) -> Cell:
    """Classify the regime of a fibre; one that still fires at the end is watched for a second to measure its rate."""
    seen = discharge(fibre, duration=WATCH_MS, step=STEP_US)
    hertz = float("nan")
    if rate and str(seen["regime"].values) == "spontaneous":
        longer = discharge(fibre, duration=RATE_MS, step=STEP_US)
        hertz = float(longer["rate"]) if bool(longer["sustained"]) else hertz
    return Cell(str(seen["regime"].values), float(seen["delay"]), hertz, float(seen["rest"]))


def patch(base: Fibre, sodium: float, leak: float) -> Fibre:
    """Strip the internode and give its axolemma this sodium (share of nodal) and this leak (factor)."""
    factor = sodium / BASE_SHARE
    currents = {"naf": factor, "nap": factor, "leak": leak}
    return bare(base, LESION, channel_share=BASE_SHARE, currents=currents)


def plane(ledger: Ledger) -> dict[tuple[float, float], Cell]:
    """Return the regime at each (sodium, leak)."""
    base = mrg(10.0, NODES, grid="converged", ledger=ledger)
    keys = [(sodium, leak) for leak in LEAK for sodium in SODIUM]
    return dict(zip(keys, in_threads(lambda key: look(patch(base, *key)), keys), strict=True))


def edges(ledger: Ledger, cells: Mapping[tuple[float, float], Cell]) -> dict[tuple[float, float], Cell]:
    """Return the regimes between neighbours in sodium that differ: narrow regimes show only there."""
    base = mrg(10.0, NODES, grid="converged", ledger=ledger)
    known = dict(cells)
    for _ in range(ROUNDS):
        new = []
        for leak in LEAK:
            row = sorted(key for key in known if key[1] == leak)
            new += [
                (float(np.sqrt(a[0] * b[0])), leak)
                for a, b in pairwise(row)
                if _kind(known[a]) != _kind(known[b])
            ]
        known.update(zip(new, in_threads(lambda key: look(patch(base, *key), rate=False), new), strict=True))
    return {key: cell for key, cell in known.items() if key not in cells}


def _kind(cell: Cell) -> tuple[str, bool]:
    return cell.regime, cell.rest > DEPOLARISED_MV
