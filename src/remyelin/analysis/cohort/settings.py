"""Settings of the numerical methods of cohorts: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

COHORT_MAX_PERSONS: Final = 1_000_000
COHORT_MAX_DRAWS: Final = 1000  # parameter sets beside the ledger's own values
COHORT_MAX_VISITS: Final = 12
COHORT_MAX_ATTEMPTS: Final = 1000  # persons drawn until one meets the criteria
COHORT_CHUNK: Final = 16  # courses a worker computes between two parts: seconds of work
SMALLEST_SHARE: Final = 1e-100  # of a population: below it a beta variable is at its lower end
COHORT_CORRELATION_SLACK: Final = 1e-9  # by which rounding may take an eigenvalue below 0
COHORT_HISTORY_STEP: Final = 21.0  # days between those with a drive of myelin before presentation
COHORT_ANSWER_SECONDS: Final = 10  # for which the scheduler of a cluster may not answer
COHORT_WORKERS_SECONDS: Final = 30  # for which a cluster may be without a worker
COHORT_DEATHS: Final = 3  # of the worker, after which a chunk is cut into single courses
COHORT_DEATHS_ALONE: Final = 6  # of the worker over one course, after which the course is given up
COHORT_FOUND_END: Final = 7305.0  # days after which a cause that goes on is no longer followed untreated
