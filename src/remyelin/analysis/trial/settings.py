"""Settings of virtual trials: limits and seeds. No biology."""

from __future__ import annotations

from typing import Final

MOST_PER_ARM: Final = 100_000
MOST_REPLICATES: Final = 100_000
MOST_ARMS: Final = 6
MOST_ENDPOINTS: Final = 24
MOST_POOL: Final = 20_000
MOST_SETS: Final = 200
#: Numbers of the random streams, so that one purpose never changes the numbers of another.
REPEATABLE_STREAMS: Final = {"allocation": 0, "noise": 1, "set": 2, "size": 3}
FEWEST_ANALYSED: Final = 3  # persons an arm must keep for a test to be made
#: Eigenvalue of the Gram matrix of columns of length 1, at or below which one of them says nothing new.
RANK_TOLERANCE: Final = 1e-9
LOOK_LEVEL: Final = 0.001  # p below which an interim look ends a trial (Haybittle and Peto)
PROGRESS_EVERY: Final = 50  # replicates of a chunk, and between two reports of progress
PARALLEL_FROM: Final = 4000  # replicates for which processes of their own are worth their start
SIZING_PERSONS: Final = 4000  # per arm, drawn to find the effect and the spread of every visit
SEARCH_LIMIT: Final = 100_000  # persons per arm beyond which no sample size is reported
