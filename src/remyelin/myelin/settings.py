"""Settings of the numerical methods of the myelin layer: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

# The fastest rates of the layer are near 1/day over courses of years, so the step is bounded by
# stability at a few days whatever the tolerance; an explicit method of this order is then cheapest.
DORMAND_PRINCE_NODES: Final = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
DORMAND_PRINCE_STAGES: Final = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (1 / 5, 0.0, 0.0, 0.0, 0.0, 0.0),
    (3 / 40, 9 / 40, 0.0, 0.0, 0.0, 0.0),
    (44 / 45, -56 / 15, 32 / 9, 0.0, 0.0, 0.0),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0.0, 0.0),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0.0),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
DORMAND_PRINCE_ERROR: Final = (
    71 / 57600,
    0.0,
    -71 / 16695,
    71 / 1920,
    -17253 / 339200,
    22 / 525,
    -1 / 40,
)
DORMAND_PRINCE_ORDER: Final = 5
MYELIN_RTOL: Final = 1e-6
MYELIN_ATOL: Final = 1e-9
STEP_SAFETY: Final = 0.9
STEP_SHRINK: Final = 0.2  # smallest and largest factor between successive steps
STEP_GROW: Final = 5.0
FIRST_STEP: Final = 0.01  # days
MAX_STEPS: Final = 2_000_000  # attempted steps per segment and course; far above any real course
MULTIPLIED: Final = 8  # whole exponents up to which a power is multiplied out
MYELIN_BLOCK: Final = 64  # segments one thread follows at a time
NEGLIGIBLE: Final = 1e-12  # a share of internodes too small to have a mean thickness of its own
BRANCHES_AT_MOST: Final = 64  # drives that are compared with one another for where they part
