"""Settings of the numerical methods of a person's course: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

COURSE_LEAD: Final = 30.0  # replete days before the cause begins
COURSE_HISTORY_STEP: Final = 30.4375  # a month
COURSE_FIRST_DAYS: Final = (0.0, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0)  # markers move within days of a first dose
COURSE_WEEKLY_UNTIL: Final = 91.0
COURSE_YEARS: Final = 125.0  # longest course, history included; memory and time grow with it
COURSE_DOSES: Final = 100_000  # of all treatments of a case
COURSE_SINGLE_DOSES: Final = (
    10_000  # followed one by one; with a horizon of 60 years some two minutes and 0.9 GB
)
COURSE_WEEK: Final = 7.0
MARKER_LEAST: Final = 1e-6  # of any marker, in its unit: below it no logarithm is taken
PLACING_FURTHEST: Final = 20.0  # logarithm of the factor by which a search may move anything
PLACING_MAX_EVALUATIONS: Final = 60
ADHERENCE_SEED: Final = 4096  # of which doses a person leaves out
PLACING_DIFFERENCE: Final = 1e-4  # step of the finite-difference Jacobian, in prior standard deviations
RECOVERY_MEMBERS: Final = 20  # parameter sets a band is made from
RESEMBLING_THREADS: Final = 4  # of them followed at once, at the most
RESEMBLING_MEMBERS: Final = 36  # persons who resemble the findings of a case that its band is made from
RESEMBLING_COURSES: Final = 8  # hidden courses of each of these persons, which cost little beside the person
RECOVERIES_KEPT: Final = 4  # courses of which the bands are remembered in a process
PLACED_KEPT: Final = 32  # persons placed that are remembered in a process
RECOVERY_BAND: Final = (0.05, 0.5, 0.95)
# months from presentation at which bands are kept
RECOVERY_MONTHS: Final = (-24, -12, -6, 0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 9, 12, 18, 24, 30, 36, 48, 60)
DEATH_AGE: Final = 60.0  # years of age at which the hazard of death stands in the ledger
BACKGROUND_AGE: Final = 80.0  # and the shares with signs that are not due to B12
TRAIT_LIMITS: Final = (0.01, 100.0)  # of a trait drawn, relative to the typical person
TRAIT_LEDGERS_KEPT: Final = 64  # distributions of traits remembered, by ledger
# untreated disease looked through for presentation: months since methylation falls short, or since the first gas
FOUND_MONTHS: Final = (
    0.0,
    1.5,
    3.0,
    5.0,
    7.0,
    9.0,
    11.0,
    13.5,
    16.0,
    19.0,
    22.0,
    26.0,
    31.0,
    38.0,
    48.0,
    62.0,
    80.0,
)
FOUND_GAS_MONTHS: Final = (
    0.0,
    0.3,
    0.6,
    1.0,
    1.4,
    1.8,
    2.3,
    2.8,
    3.4,
    4.0,
    5.0,
    6.0,
    7.5,
    9.0,
    12.0,
    16.0,
    22.0,
)
FOUND_SHORT: Final = 0.97  # methylation below which it is taken to fall short
FOUND_SOON: Final = 60  # steps of that search within which most fall short
FOUND_FINER: Final = 4  # steps between two of these days, by interpolation
FOUND_STEP: Final = 30.4375  # days between those at which the drive of myelin is taken
FOUND_GAS_STEP: Final = 7.0  # the same under nitrous oxide
FOUND_LEAST: Final = 1e-12  # share of a pathway below which none is left
FOUND_FLOOR: Final = 1e-4  # hazard, or amount, below which growth is not told apart from none
FOUND_LEAD: Final = 30.0  # days in health before the cause begins
# days before presentation at which a case is looked at to say who would have been found when
CONDITIONED_DAYS: Final = (
    0.0,
    7.0,
    21.0,
    45.0,
    75.0,
    120.0,
    180.0,
    270.0,
    365.0,
    500.0,
    730.0,
    1095.0,
    1600.0,
    2400.0,
)
CONDITIONED_GRID: Final = 9  # persons over the spread of susceptibility
CONDITIONED_FAST: Final = 3  # steps over the spreads of reserve and of notice
