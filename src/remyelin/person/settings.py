"""Settings of the numerical methods of a person's course: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

COURSE_LEAD: Final = 30.0  # replete days before the cause begins
COURSE_HISTORY_STEP: Final = 30.4375  # a month
COURSE_FIRST_DAYS: Final = (0.0, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0)  # markers move within days of a first dose
COURSE_WEEKLY_UNTIL: Final = 91.0
COURSE_WEEK: Final = 7.0
MARKER_LEAST: Final = 1e-6  # of any marker, in its unit: below it no logarithm is taken
PLACING_FURTHEST: Final = 20.0  # logarithm of the factor by which a search may move anything
PLACING_MAX_EVALUATIONS: Final = 60
ADHERENCE_SEED: Final = 4096  # of which doses a person leaves out
PLACING_DIFFERENCE: Final = 1e-4  # step of the finite-difference Jacobian, in prior standard deviations
RECOVERY_MEMBERS: Final = 20  # parameter sets a band is made from
RECOVERY_BAND: Final = (0.05, 0.5, 0.95)
# months from presentation at which bands are kept
RECOVERY_MONTHS: Final = (-24, -12, -6, 0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 9, 12, 18, 24, 30, 36, 48, 60)
