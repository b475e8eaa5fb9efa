"""Names of the columns of a cohort, known before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from remyelin import clinic, nerve
from remyelin.clinic import association
from remyelin.evidence import Ledger
from remyelin.nerve.studies.battery import STUDIES, Study
from remyelin.nerve.studies.laboratory import Auditory, Blink, Central, Evoked, Motor, Sensory, Visual
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


def _names(ledger: Ledger) -> Iterator[str]:
    yield from ("visit", "day", "attempt", "began", "severity", "unlimited", "complete", "axons.least")
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
        for site, judged in _sites(study, kind, ledger).items():
            yield f"{study}.{site}.absent"
            yield from (f"{study}.{site}.{quantity}" for quantity in QUANTITIES)
            yield from (f"{study}.{site}.{quantity}.abnormal" for quantity in judged)


def _sites(study: str, kind: Study, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Return the sites of a study, and the quantities of each for which there is a norm."""

    def with_norm(key: str, *quantities: str) -> tuple[str, ...]:
        return tuple(
            quantity
            for quantity in quantities
            if any(f"norm.{key}.{form}{quantity}" in ledger for form in ("", "log_"))
        )

    match kind:
        case Motor():
            return {
                kind.distal: with_norm(study, "latency", "amplitude"),
                kind.proximal: with_norm(study, "velocity"),
            }
        case Sensory():
            return {kind.site: with_norm(study, "amplitude", "velocity")}
        case Evoked() | Auditory():
            stem = "baep_" if isinstance(kind, Auditory) else ""
            waves = {wave.upper(): with_norm(f"{stem}{wave}", "latency", "amplitude") for wave in kind.waves}
            between = {
                f"{a.upper()}-{b.upper()}": with_norm(f"{stem}{a}_{b}", "interval") for a, b in kind.intervals
            }
            return waves | between
        case Central():
            return {"cortex": ("interval",) if f"norm.{study}.cmct" in ledger else ()}
        case Visual():
            return {kind.wave.upper(): with_norm(kind.wave, "latency", "amplitude")}
        case Blink():
            return {"R1": with_norm(study, "latency")}
    return {"leg": ()}
