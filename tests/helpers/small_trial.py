"""The text of the smallest trial: two arms, one endpoint, ten replicates."""

from __future__ import annotations

SHIPPED = 'population = "healton-1991"\n'
IN_PLACE = """
[population]
use = ["heights", "mixed-diet", "half-women", "adults"]
presentation = { since = "cause" }
cause = [{ kind = "pernicious anaemia", source = "assumed" }]
covariate = { duration = { distribution = "uniform", low = "3 y", high = "8 y", source = "assumed" } }
"""
HEAD = """
name = "own"
title = "Two arms"
pool = {pool}
sets = 0
visits = ["0 d", "12 mo"]
sizes = [5]
replicates = 10
"""
TAIL = """
[[arm]]
name = "treated"
regimen = "uk neurological"
[[arm]]
name = "untreated"
[[endpoint]]
name = "methylmalonate"
column = "mma"
kind = "change"
logarithm = true
visit = "12 mo"
"""


def trial_text(pool: int, population: str = SHIPPED) -> str:
    """Return the text of a trial with so many persons in its pool, of a shipped population or of one in place."""
    return HEAD.format(pool=pool) + population + TAIL
