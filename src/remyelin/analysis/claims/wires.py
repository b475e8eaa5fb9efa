"""Runs in the fibre engine: a signal with myelin, and without."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from remyelin.analysis.claims.run import Progress, Row, Run
from remyelin.base.plain import percent
from remyelin.evidence import Ledger
from remyelin.fibre import conduct, lose_lamellae, mrg, sundt_c_fibre

SHARES: Final = (1.0, 0.5, 0.1, 0.01)  # of the lamellae left
WARM: Final = 37.0  # C


def wires(ledger: Ledger, progress: Progress) -> Run:
    """A fibre with and one without myelin."""
    progress("two fibres")
    sheathed = float(
        conduct([mrg(10.0, 51, temperature=WARM, grid="converged", ledger=ledger)])["velocity"][0]
    )
    bare = float(conduct([sundt_c_fibre(1.0, 10.0, temperature=WARM, ledger=ledger)])["velocity"][0])
    return Run(
        "A myelinated fibre of 10 um and an unmyelinated one of 1 um, both conducting at 37 C.",
        (
            Row("velocity with myelin", sheathed, "m/s"),
            Row("velocity of the fibre that never had any", bare, "m/s"),
        ),
        "built in",
        {"sheathed": f"{sheathed:.0f}", "bare": f"{bare:.1f}"},
    )


def signals(ledger: Ledger, progress: Progress) -> Run:
    """A fibre that loses its lamellae."""
    progress("thinning a fibre")
    whole = mrg(10.0, 51, temperature=WARM, grid="converged", ledger=ledger)
    fibres = [whole if share == 1 else lose_lamellae(whole, range(50), share) for share in SHARES]
    speeds = [float(speed) for speed in conduct(fibres)["velocity"].to_numpy()]
    rows = tuple(
        Row(
            f"velocity with {percent(share)} of the lamellae"
            + ("" if np.isfinite(speed) else ": no impulse arrives"),
            speed if np.isfinite(speed) else None,
            "m/s",
        )
        for share, speed in zip(SHARES, speeds, strict=True)
    )
    slower = all(b < a for a, b in pairwise(speeds) if np.isfinite(b))
    blocked = not np.isfinite(speeds[-1])
    return Run(
        "The double cable of a 10 um fibre at 37 C, all its sheaths thinned alike.",
        rows,
        "agrees" if slower and blocked else "mixed" if slower or blocked else "disagrees",
        {
            "whole": f"{speeds[0]:.0f}",
            "half": f"{speeds[1]:.0f}",
            "tenth": f"{speeds[2]:.0f}",
            "last": "it stops" if blocked else f"it falls to {speeds[-1]:.0f} m/s",
        },
    )
