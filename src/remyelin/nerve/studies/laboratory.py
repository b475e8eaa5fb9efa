"""Laboratory: the person, tables and norms that studies are made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Anatomy, Run
from remyelin.nerve.anatomy.pathways import Distances
from remyelin.nerve.conduction.lines import Line, Spread, laid
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.settings import NERVE_STUDY_FIBRES
from remyelin.nerve.signals.responses import Response
from remyelin.nerve.studies.entrapment import Entrapment
from remyelin.nerve.studies.findings import Row
from remyelin.nerve.studies.norms import Assessment, assess


@dataclass(frozen=True, slots=True, eq=False)
class Laboratory:
    """Laboratory for one person with one set of tables."""

    person: Person
    tables: Tables
    ledger: Ledger
    anatomy: Anatomy
    spread: Spread
    distances: Distances
    entrapment: Entrapment | None = None

    @classmethod
    def of(
        cls,
        person: Person,
        tables: Tables,
        ledger: Ledger,
        distances: Distances | None = None,
        entrapment: Entrapment | None = None,
    ) -> Laboratory:
        """Set up a laboratory; `distances` replace the usual ones, the median nerve may be entrapped at the wrist."""
        return cls(
            person,
            tables,
            ledger,
            Anatomy.from_ledger(ledger),
            Spread.from_ledger(ledger),
            distances or Distances.from_ledger(ledger),
            entrapment,
        )

    def line(self, run: Run) -> Line:
        """Lay representative fibres along a run."""
        return laid(run, NERVE_STUDY_FIBRES, self.person, self.tables, self.ledger)

    def distance(self, name: str) -> float:
        """Return a distance that the laboratory fixes, mm."""
        value: float | None = getattr(self.distances, name)
        return self.distances.sensory if value is None else value

    def site(self, name: str) -> float:
        """Return the distance of a site from its cell bodies in this person, mm."""
        return self.anatomy.site(name, self.person)


def against_norms(lab: Laboratory, key: str, **values: float | None) -> tuple[Assessment, ...]:
    """Compare quantities with their norms, those that have one."""
    found = [assess(lab.ledger, key, quantity, value, lab.person) for quantity, value in values.items()]
    return tuple(item for item in found if item is not None)


def measured(study: str, site: str, modality: str, unit: str, found: Response | None, **more: Any) -> Row:
    """Return the row of a response, absent where there is none; an evoked one is late by its peak or `latency`."""
    if found is None:
        return Row(study, site, modality, amplitude_unit=unit, absent=True, **more)
    if modality == "evoked":
        marks = (found.onset, found.peak, found.settled)
        return Row(
            study,
            site,
            modality,
            amplitude=found.amplitude,
            amplitude_unit=unit,
            markers=marks,
            **{"latency": found.peak, **more},
        )
    marks = (found.onset, found.peak, found.onset + found.duration)
    return Row(
        study,
        site,
        modality,
        found.onset,
        found.amplitude,
        unit,
        found.area,
        found.duration,
        markers=marks,
        **more,
    )


def normed(ledger: Ledger, key: str, *quantities: str) -> tuple[str, ...]:
    """Return those of the quantities that have a norm."""
    forms = ("", "log_")
    return tuple(one for one in quantities if any(f"norm.{key}.{form}{one}" in ledger for form in forms))
