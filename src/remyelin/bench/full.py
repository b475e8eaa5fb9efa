"""Thresholds of fibres that cannot be reduced, against PyFibers in the same run: the same fibre, scheme and step.

Ours are found side by side, compartment by compartment, for electrodes along the middle of the fibre; each search scans
two decades. PyFibers bisects one of them from a fifth of it to twice it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from remyelin.bench import pyfibers_rival
from remyelin.bench.rows import Row, off, timed
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Electrode,
    Fibre,
    Run,
    rattay_c_fibre,
    rectangular,
    sundt_c_fibre,
    thio_c_fibre,
    thresholds,
    tigerholm_c_fibre,
)
from remyelin.fibre.settings import LANES

PIECES, PIECE_MM = 201, 8.333e-3
DISTANCE_UM, CONDUCTIVITY = 300.0, 0.2
PULSE_MS, RESPONSE_MS = 0.3, 10.0
BETWEEN, PER_DECADE, WIDTH = (-0.02, -2.0), 8, 0.005
BRACKET = (0.2, 2.0)
STEP_US = 5.0
PATIENCE_MS = 3.0  # near threshold a C fibre fires late
MODELS: dict[str, Callable[..., Fibre]] = {
    "SUNDT": sundt_c_fibre,
    "RATTAY": rattay_c_fibre,
    "TIGERHOLM": tigerholm_c_fibre,
    "THIO_AUTONOMIC": partial(thio_c_fibre, "autonomic"),
}


def unmyelinated(ledger: Ledger, progress: Callable[[str], None]) -> Iterator[Row]:
    """C fibres: extracellular thresholds; the error is the difference between the two."""
    pulse = rectangular(PULSE_MS)
    for model, make in MODELS.items():
        fibre = make(1.0, PIECES * PIECE_MM, ledger=ledger)
        what = f"threshold of a C fibre, {model}, {PIECES} compartments, {LANES} electrodes at 0.3 mm, each"
        progress(what)
        middle = fibre.centres[fibre.n_compartments // 2]
        sources = {
            f"{k}": Electrode((float(middle + off_um), DISTANCE_UM, 0.0), CONDUCTIVITY)
            for k, off_um in enumerate(np.linspace(0.0, 100.0, LANES))
        }
        run = Run(step=STEP_US, scheme="backward-euler", threads=1)
        find = partial(thresholds, [fibre], sources, pulse, between=BETWEEN, run=run)
        find(per_decade=1, tolerance=0.9)  # compiles
        data, ours = timed(partial(find, per_decade=PER_DECADE, tolerance=WIDTH))
        value = float(data.threshold[0, 0, 0])
        progress(f"{what}: PyFibers")
        theirs = pyfibers_rival.threshold(
            fibre, sources["0"].position[:2], CONDUCTIVITY, pulse=PULSE_MS, step_us=STEP_US, duration=RESPONSE_MS,
            between=(BRACKET[0] * value, BRACKET[1] * value), relative_tolerance=WIDTH,
            patience=PATIENCE_MS, model=model,
        )  # fmt: skip
        yield Row(
            f"{what} (error: against PyFibers)",
            f"PyFibers, {STEP_US:g} us, one of them, {PATIENCE_MS:g} ms beyond the arrival",
            ours.core_s / LANES, theirs[1] if theirs else None, off(value, theirs[0]) if theirs else None,
        )  # fmt: skip
