"""Settings of the numerical methods of the cobalamin layer: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

ODE_RTOL: Final = 1e-8
ODE_ATOL: Final = 1e-10
CASCADE_GRADING: Final = tuple(0.01 * 1.25**i for i in range(37))  # days after an event, to 31
# Weight of a parabolic target, (x - 2 + (x + 2) exp(-x)) / x**3 about 0, highest power first.
BOW_SERIES: Final = (-1 / 6720, 1 / 1008, -1 / 180, 1 / 40, -1 / 12, 1 / 6)
# Weight of the end of a straight target, (x - 1 + exp(-x)) / x**2 about 0, highest power first.
LATE_SERIES: Final = (-1 / 362880, 1 / 40320, -1 / 5040, 1 / 720, -1 / 120, 1 / 24, -1 / 6, 1 / 2)
BOW_SERIES_BELOW: Final = 0.1
CASCADE_MAX_STEP: Final = 6.0  # days
CASCADE_BLOCK: Final = 64  # events whose nodes are held at once
AVERAGED_DOSE_INTERVAL: Final = 1.0  # days; longer intervals between doses by mouth are resolved
AVERAGED_DOSE_RUN: Final = 8  # shorter runs of doses by mouth are resolved dose by dose
SAME_INTERVAL: Final = 1e-6  # days by which intervals of one run may differ
ORDERS_KEPT: Final = 64  # orders whose doses are remembered
MAX_DOSES: Final = 100_000  # of one regimen; far above thrice daily for a lifetime
