"""Rows of the fibre layer on a bare internode left alone: regimes and rates of discharge."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remyelin.analysis.protocols.excitability import edges, plane
from remyelin.analysis.validation.verdicts import simulates
from remyelin.evidence import Ledger


@simulates(
    "excitability_map",
    "ectopic_rate_low",
    "ectopic_rate_high",
    note="one bare internode of a 10 um fibre at 37 C, converged grid; its axolemma has 4 % of the node's channels, "
    "but sodium (fast and persistent) of 1 to 16 % and a quarter to four times that leak, 7 by 7, fixed beforehand; "
    "each left alone for 250 ms and stimulated once half-way. Regimes: block, one impulse, after-discharge and "
    "spontaneous firing; the map alone shows the first and the last, and halving the sodium step three times where "
    "neighbours differ was added after that was seen. Rates: lowest and highest of the map's spontaneous firing that "
    "lasts a second; the lowest depends on how near to the edge of firing the map happens to look. On the published "
    "grid 8.6 and 499 a second",
)
def bare_axolemma_left_alone(ledger: Ledger) -> Mapping[str, float]:
    """The four regimes, and the rates of spontaneous firing."""
    cells = plane(ledger)
    found = {c.regime for c in [*cells.values(), *edges(ledger, cells).values()]}
    rates = [c.rate for c in cells.values() if c.regime == "spontaneous" and np.isfinite(c.rate)]
    return {
        "excitability_map": float(len(found)),
        "ectopic_rate_low": min(rates, default=float("nan")),
        "ectopic_rate_high": max(rates, default=float("nan")),
    }
