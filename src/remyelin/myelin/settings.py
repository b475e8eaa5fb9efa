"""Settings of the numerical methods of the myelin layer: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

# The fastest rates of the layer are near 1/day over courses of years: a method without extended stability would be held
# to steps of a few days whatever the tolerance.
RKC_STAGES: Final = 60  # most stages of a step
RKC_DAMPING: Final = 2 / 13  # Sommeijer, Shampine and Verwer 1998
RKC_ORDER: Final = 2
RKC_REACH: Final = (
    2 / 3 * (1 - 2 / 15 * RKC_DAMPING)
)  # stable step times the rate, over the square of stages less 1
RKC_GAP: Final = (
    0.8,
    0.4,
)  # weights of states and slopes in the estimate of the error (equation 2.8 of the source)
RATE_MARGIN: Final = 1.25  # over the largest rate of any state alone, for the coupling of states
MYELIN_RTOL: Final = 3e-6
MYELIN_ATOL: Final = 1e-8
STEP_SAFETY: Final = 0.8
STEP_SHRINK: Final = 0.1  # smallest and largest factor between successive steps
STEP_GROW: Final = 10.0
FIRST_STEP: Final = 0.01  # days
MAX_STEPS: Final = 2_000_000  # attempted steps per segment and course; far above any real course
MULTIPLIED: Final = 8  # whole exponents up to which a power is multiplied out
MYELIN_BLOCK: Final = 64  # segments one thread follows at a time
NEGLIGIBLE: Final = 1e-12  # a share of internodes too small to have a mean thickness of its own
BRANCHES_AT_MOST: Final = 64  # drives that are compared with one another for where they part
