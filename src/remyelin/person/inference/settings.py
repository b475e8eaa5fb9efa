"""Settings of the numerical methods of fitting one person's record: counts, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

RECORD_MORE: Final = 64  # persons of every round that follows those chosen from histories
RECORD_MOST: Final = 448  # persons simulated with treatment at the most
RECORD_WANTED: Final = 40.0  # effective sample that further rounds go on to; they begin below half of it
RECORD_RELIABLE: Final = (
    0.7  # Pareto k above which weights are doubtful: further rounds follow, and a warning
)
RECORD_ROUGH_HISTORIES: Final = 40  # untreated histories of a first, rough answer
RECORD_ROUGH_CHOSEN: Final = 40  # pairs of it simulated with treatment
RECORD_SETS: Final = 40  # parameter sets that persons are drawn under
RECORD_NESTED: Final = 64  # draws of fast traits and of the discrepancy for each simulated person
RECORD_HISTORIES: Final = 96  # untreated histories drawn from the prior
RECORD_HISTORIES_MORE: Final = 48  # of every further round
RECORD_HISTORIES_MOST: Final = 240  # at the most
RECORD_HISTORIES_WANTED: Final = 30.0  # effective sample of histories at which no further round is begun
RECORD_CENTRAL: Final = 16  # persons among whom the most probable one is looked for
RECORD_CENTRAL_GRID: Final = 5  # steps of reserve, and of notice
RECORD_PAIR_DAYS: Final = 49  # days of presentation that one untreated history is looked at from
RECORD_BATCHES_KEPT: Final = 96  # batches of histories remembered, so that another entry needs no simulation
RECORD_CHOSEN: Final = 128  # pairs simulated with treatment and studies
RECORD_TEMPER: Final = 0.4  # power of the likelihood by which a share of them is chosen
RECORD_CHOSEN_WIDER: Final = 0.2  # that share
RECORD_PAIRS: Final = 1200  # pairs of a history and a day that are judged in full
RECORD_BLOCK: Final = 200  # pairs judged together
RECORD_PAIRS_ROUGH: Final = 4  # hidden states that tell which these are
RECORD_CHUNK: Final = 8  # persons simulated together
RECORD_DEFENSIVE: Final = 0.1  # share of every proposal that is the prior
RECORD_DEGREES: Final = 5.0  # of freedom of a proposal
RECORD_SHRINK: Final = 0.5  # effective draws per coordinate at which half of the correlations is trusted
RECORD_CAUSE_SHRINK: Final = 4.0  # effective draws of a cause at which half of its own mean is trusted
RECORD_LEAST_SPREAD: Final = 0.15  # least width of a proposal, in prior standard deviations
RECORD_INFLATED: Final = 1.0  # width of a proposal over that of the weighted draws
RECORD_LABELS: Final = 0.8  # share of the labels of a proposal that follows the weighted draws
RECORD_TEMPERED_SIZE: Final = 15.0  # effective draws that a proposal is fitted to at the least
RECORD_BISECTIONS: Final = 30
RECORD_POINTS: Final = 64  # dimensions that even points have at the least
RECORD_POINTS_KEPT: Final = 32  # sets of even points remembered
RECORD_LEVELS: Final = 64  # levels between 0 and 1 from which a symptom without a mechanism is had
RECORD_FLOOR: Final = 0.02  # severity added before the logit, so that none is finite
RECORD_DRAWS: Final = 400  # posterior draws of predictions
RECORD_COURSE_STEPS: Final = 64  # of a course of the discrepancy, in the time after which it is forgotten
RECORD_FORECAST_DRAWS: Final = 40  # persons followed under every other plan
#: Days at which the history is looked at for the hazard of presentation.
RECORD_HISTORY: Final = (-1096.0, -731.0, -548.0, -365.0, -244.0, -152.0, -91.0, -45.0)
#: Months of a forecast.
RECORD_MONTHS: Final = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 18.0, 24.0, 36.0)
RECORD_BEYOND: Final = 24.0  # months of forecast after the last entry
RECORD_AFTER: Final = (0.0, 3.0, 6.0, 12.0)  # months after the last entry that a forecast holds
RECORD_BEFORE: Final = (-12.0, -6.0, -3.0, -1.0)  # months before day 0 that a forecast holds
RECORD_NEGLIGIBLE: Final = 1e-4  # weight over the largest, below which a person is not simulated again
RECORD_SUSPECT: Final = 10.0  # times the prior chance to say nothing at which an entry disagrees
RECORD_STEPS: Final = 12  # forecasts entry by entry at the most
RECORD_STEP_LEAST: Final = 4.0  # effective sample below which no such forecast is given
RECORD_DIGITS: Final = 3  # of numbers in the answer
RECORD_BINS: Final = 5  # of a possible result, when its value is weighed
RECORD_LEAST_EFFECTIVE: Final = 10.0  # effective sample below which no forecast is given
RECORD_TREATED: Final = 12.0  # months of treatment after which nobody may be worse than when it began
RECORD_WORSE: Final = 2.0  # points of the scale that count as worse
RECORD_UNSPOKEN: Final = (
    0.5  # share with a severe symptom that a history does not name, above which none is given
)
RECORD_MISFIT: Final = (
    0.2  # share of entries outside their 90 % intervals at which a record is not reproduced
)
RECORD_CLOCK_GRID: Final = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)  # of store and pace, standard normal
RECORD_CLOCK_YEARS: Final = 30.0  # years looked through for methylation to fall short
RECORD_CLOCK_STEP: Final = 30.4375  # days
RECORD_CLOCK_SHORT: Final = 0.9  # methylation that falls short, of replete
RECORD_EARLIEST: Final = -8.0  # coordinate of a cause that has just begun
