"""Pathways by name: what a reader calls them, and their colour, one everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Pathway:
    """One chain of neurons.

    Attributes
    ----------
    name : str
        As along the dimension ``pathway`` of a course.
    label : str
        In words, by where it begins and ends; empty where its name is enough.
    colour : str
        Hexadecimal.
    study : str
        Short name of the study that follows it, empty where none does.
    """

    name: str
    label: str
    colour: str
    study: str = ""


# Okabe and Ito's colours first, which stay apart for colour-blind readers.
_ALL: Final = (
    Pathway("sural", "skin nerve of the leg", "#0072B2", "sural"),
    Pathway("median_sensory", "skin nerve of the hand", "#56B4E9"),
    Pathway("tibial_motor", "motor nerve of the leg", "#D55E00", "tibial motor"),
    Pathway("median_motor", "motor nerve of the hand", "#E69F00"),
    Pathway("tibial_sep", "leg to brain", "#009E73", "tibial SEP"),
    Pathway("median_sep", "hand to brain", "#5DBB63", "median SEP"),
    Pathway("neck_leg", "columns of the neck, from the leg", "#117733"),
    Pathway("neck_arm", "columns of the neck, from the hand", "#88CCAA"),
    Pathway("lemniscus", "brainstem to cortex", "#44AA99"),
    Pathway("corticospinal_leg", "brain to leg neurons", "#CC79A7", "leg MEP"),
    Pathway("corticospinal_arm", "brain to arm neurons", "#8E6C8A"),
    Pathway("visual", "eye to brain", "#444444", "VEP"),
    Pathway("auditory", "ear to midbrain", "#332288"),
    Pathway("blink", "", "#882255"),
    Pathway("olfactory", "olfactory tract", "#999933"),
    Pathway("gustatory", "tongue to brain", "#CC6677"),
    Pathway("callosal", "between the hemispheres", "#AA4499"),
    Pathway("corticobulbar", "brain to tongue", "#661100"),
    Pathway("spinothalamic", "pain of the leg to brain", "#6699CC"),
    Pathway("small_fibres", "", "#777777"),
)
PATHWAYS: Final[Mapping[str, Pathway]] = MappingProxyType({item.name: item for item in _ALL})
COLOURS: Final[Mapping[str, str]] = MappingProxyType({item.name: item.colour for item in _ALL})
SPARE_COLOURS: Final = (
    "#332288",
    "#88CCEE",
    "#44AA99",
    "#117733",
    "#999933",
    "#DDCC77",
    "#CC6677",
    "#882255",
)
ACRONYMS: Final = ("sep", "mep", "vep", "baep", "tnf")


def words(name: str) -> str:
    """Write the name of a thing as words: ``tibial_sep`` as ``tibial SEP``."""
    return " ".join(word.upper() if word in ACRONYMS else word for word in name.split("_"))


def label_of(name: str) -> str:
    """Return a pathway in words."""
    known = PATHWAYS.get(name)
    return known.label if known and known.label else words(name)


def colour_of(name: str, index: int) -> str:
    """Return the colour of a pathway; one without takes the next that is free."""
    return COLOURS.get(name, SPARE_COLOURS[index % len(SPARE_COLOURS)])
