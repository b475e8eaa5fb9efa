"""Laboratory values by name: their label for a reader, and their unit inside the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Marker:
    """One laboratory value.

    Attributes
    ----------
    name : str
        As in a case and among the variables of a course.
    label : str
        Within a sentence.
    unit : str
        Of the model.
    patient : str
        As a patient reads it on a report, where that differs.
    status : bool
        Whether it is one of the four that published limits classify.
    """

    name: str
    label: str
    unit: str
    patient: str = ""
    status: bool = False

    @property
    def title(self) -> str:
        """Label at the beginning of a line."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def lay(self) -> str:
        """Label for a patient."""
        return self.patient or self.label


_ALL: Final = (
    Marker("b12", "serum B12", "pmol/L", "vitamin B12", status=True),
    Marker("holotc", "holotranscobalamin", "pmol/L", "active B12 (holotranscobalamin)", status=True),
    Marker("mma", "methylmalonate", "nmol/L", "methylmalonic acid", status=True),
    Marker("homocysteine", "homocysteine", "umol/L", status=True),
    Marker("haemoglobin", "haemoglobin", "g/L"),
    Marker("haematocrit", "haematocrit", "1"),
    Marker("mcv", "mean cell volume", "fL"),
    Marker("filtration", "glomerular filtration", "mL/min/1.73m2", "kidney filtration (eGFR)"),
    Marker("csf_b12", "B12 in cerebrospinal fluid", "pmol/L"),
    Marker("combined_indicator", "combined indicator (4cB12)", "1"),
)
MARKERS: Final[Mapping[str, Marker]] = MappingProxyType({item.name: item for item in _ALL})
#: Markers of B12 status, in the order of every table.
STATUS: Final = tuple(item.name for item in _ALL if item.status)
