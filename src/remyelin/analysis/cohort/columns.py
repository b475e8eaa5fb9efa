"""Names of the columns of a cohort, known before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from remyelin import clinic, nerve
from remyelin.clinic import association
from remyelin.evidence import Ledger
from remyelin.nerve.studies.battery import STUDIES
from remyelin.person.presentation import ROADS
from remyelin.person.traits import NAMES

BLOOD: Final = ("b12", "holotc", "mma", "homocysteine", "csf_b12", "haemoglobin", "mcv")
SIGNS: Final = (
    "vibration_loss",
    "ankle_jerk",
    "knee_jerk",
    "biceps_jerk",
    "spasticity",
    "romberg",
    "babinski",
)
QUANTITIES: Final = ("latency", "amplitude", "velocity", "interval")
#: Covariates that every person has in a cohort, spread by the population or not.
DRAWN: Final = (
    "age",
    "height",
    "duration",
    "intake",
    "filtration",
    "adherence",
    "lost",
    "hours_per_day",
)
#: Columns that say which row it is.
DATES: Final = ("visit", "day", "attempt", "began")
OF_PATHWAYS: Final = ("conducted", "delay", "axons")
SCALE: Final = ("gait", "sensory", "mental", "neuropathy", "pyramidal", "total", "rankin")


@cache
def known_columns() -> tuple[str, ...]:
    """Return the names of all columns of numbers, in no special order.

    Examples
    --------
    >>> from remyelin.analysis.cohort.columns import known_columns
    >>> "tibial_sep.P40.latency" in known_columns()
    True
    """
    return tuple(_names(Ledger.shipped()))


@cache
def measured_columns() -> tuple[str, ...]:
    """Return the names of the columns that a visit finds out: all but dates, covariates, traits and presentation.

    Examples
    --------
    >>> from remyelin.analysis.cohort.columns import measured_columns
    >>> "mma" in measured_columns(), "covariate.age" in measured_columns()
    (True, False)
    """
    return tuple(
        name
        for name in known_columns()
        if name not in DATES and not name.startswith(("covariate.", "trait.", "found."))
    )


def always_positive(column: str) -> bool:
    """Whether a column has a logarithm at every visit: markers of blood, times and velocities, and no amplitudes."""
    return column in BLOOD or column.rpartition(".")[2] in ("latency", "velocity", "interval")


def _names(ledger: Ledger) -> Iterator[str]:
    yield from (*DATES, "severity", "unlimited", "complete", "axons.least")
    yield from BLOOD
    yield from ("methylation.peripheral", "methylation.central")
    yield from (f"covariate.{name}" for name in DRAWN)
    yield from (f"trait.{name}" for name in NAMES)
    yield from (f"found.{road}" for road in ROADS)
    yield from (f"{path}.{quantity}" for path in nerve.PATHWAYS for quantity in OF_PATHWAYS)
    for entry in clinic.catalogue(ledger):
        yield f"{'symptom' if entry.tier == 'mechanism' else 'chance'}.{entry.id}"
        yield f"noticed.{entry.id}"
    for name in set(association.ITEMS) - {entry.id for entry in clinic.catalogue(ledger)}:
        yield from (f"chance.{name}", f"noticed.{name}")
    yield from (f"sign.{name}" for name in SIGNS)
    yield from (f"scale.{name}" for name in SCALE)
    for study, kind in STUDIES.items():
        yield f"{study}.abnormal"
        for site, judged in kind.sites(study, ledger).items():
            yield f"{study}.{site}.absent"
            yield from (f"{study}.{site}.{quantity}" for quantity in QUANTITIES)
            yield from (f"{study}.{site}.{quantity}.abnormal" for quantity in judged)
