"""Cobalamin courses per second, against SciPy's stiff solver on the unreduced system."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from remyelin.bench.rows import Row, timed
from remyelin.cobalamin import Exposure, Parameters, constant, regimen, simulate, steps
from remyelin.cobalamin.exchange.twin import integrate
from remyelin.evidence import Ledger

YEARS = 10
PERSONS = 1000
RIVAL_PERSONS = 2
MONTHS = np.arange(0.0, 365.25 * YEARS, 30.4375)
ORDERS = {"every 60 d": "hydroxocobalamin 1 mg im every 60 d", "daily": "cyanocobalamin 1 mg im daily"}


def person(index: int, order: str, ledger: Ledger) -> Exposure:
    """Return one of the persons: they differ in age, store and haptocorrin, and have no intrinsic factor."""
    rng = np.random.default_rng(index)
    return Exposure(
        age=float(rng.uniform(30, 80)),
        food_intake=constant(5.0),
        meals_per_day=3,
        intrinsic_factor=steps(1.0, [(-1000.0, 0.0)]),
        doses=regimen(order, 0.0, 365.25 * YEARS, ledger),
        store_scale=float(np.exp(0.3 * rng.standard_normal())),
        plasma_scale=float(np.exp(0.3 * rng.standard_normal())),
    )


def batch(persons: int, order: str, ledger: Ledger) -> np.ndarray:
    """Return monthly methylation potentials of many persons, one after another; shape (persons, months, 2)."""
    parameters = Parameters.from_ledger(ledger)
    kept = np.empty((persons, MONTHS.size, 2))
    for index in range(persons):
        kept[index] = simulate(person(index, order, ledger), MONTHS, parameters)["methylation"]
    return kept


def compare(progress: Callable[[str], None] = lambda step: None) -> Iterator[Row]:
    """Yield the rows; errors are of homocysteine at the end against SciPy at 1e-8."""
    ledger = Ledger.shipped()
    parameters = Parameters.from_ledger(ledger)
    batch(1, ORDERS["every 60 d"], ledger)  # compiled before anything is timed
    for label, order in ORDERS.items():
        progress(f"1 mg into muscle {label}")
        persons = PERSONS if label == "every 60 d" else PERSONS // 100
        _, ours = timed(lambda persons=persons, order=order: batch(persons, order, ledger))  # type: ignore[misc]
        rival_s, error = None, None
        if label == "every 60 d":
            few = [person(index, order, ledger) for index in range(RIVAL_PERSONS)]
            full, theirs = timed(lambda few=few: [integrate(one, MONTHS, parameters) for one in few])  # type: ignore[misc]
            rival_s = theirs.wall_s / RIVAL_PERSONS * persons
            fast = simulate(few[0], MONTHS, parameters)
            error = float(fast["homocysteine"][-1] / full[0]["homocysteine"][-1] - 1)
        yield Row(
            f"{persons} persons, {YEARS} years, 1 mg into muscle {label}: seconds for all of them",
            "SciPy LSODA 1e-8, from 2 persons" if rival_s else None,
            ours.wall_s,
            rival_s,
            error,
            0.0 if rival_s else None,
        )
