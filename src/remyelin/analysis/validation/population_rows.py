"""Rows of ``population.csv`` under a ledger: one pool, read once through all observation models."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from remyelin.analysis.protocols.observed import rows_of
from remyelin.analysis.protocols.pool import drawn, simulate_pool, traits_of
from remyelin.analysis.validation.verdicts import Simulation, simulates
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain

PERSONS: Final = (90, 45, 30)  # deficiency, nitrous oxide, screened

SEEN: Final = (
    "virtual persons followed untreated, each counted at every day with the chance to be found on it; duration is "
    "never drawn (90 with a deficiency, 45 users of nitrous oxide, 30 women found by screening)"
)


# The ledger is the key, so nothing goes stale.
@lru_cache(maxsize=4)
def population_rows(ledger: Ledger) -> Mapping[str, float]:
    """Return all rows that the pool gives under a ledger."""
    draws = drawn(*PERSONS, ledger)
    numbers = Chain(ledger)
    return rows_of(simulate_pool(draws, numbers, 0), traits_of(draws, ledger), numbers)


def seen(*names: str, note: str = SEEN) -> Simulation:
    """Register rows that the pool gives, and return the function that simulates them."""

    def simulated(ledger: Ledger) -> Mapping[str, float]:
        rows = population_rows(ledger)
        return {name: rows[name] for name in names}

    return simulates(*names, note=note)(simulated)
