"""Pathways: the name of each as a constant, its words for a reader, and its colour, one everywhere.

No other module writes the name of a pathway, a study or a segment as text: it takes the constant.
"""

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
    plain : str
        In everyday words with its name behind, for the page; empty where the page does not name it.
    """

    name: str
    label: str
    colour: str
    study: str = ""
    plain: str = ""


SURAL: Final = "sural"
MEDIAN_SENSORY: Final = "median_sensory"
TIBIAL_MOTOR: Final = "tibial_motor"
MEDIAN_MOTOR: Final = "median_motor"
TIBIAL_SEP: Final = "tibial_sep"
MEDIAN_SEP: Final = "median_sep"
NECK_LEG: Final = "neck_leg"
NECK_ARM: Final = "neck_arm"
LEMNISCUS: Final = "lemniscus"
CORTICOSPINAL_LEG: Final = "corticospinal_leg"
CORTICOSPINAL_ARM: Final = "corticospinal_arm"
VISUAL: Final = "visual"
AUDITORY: Final = "auditory"
BLINK: Final = "blink"
OLFACTORY: Final = "olfactory"
GUSTATORY: Final = "gustatory"
CALLOSAL: Final = "callosal"
CORTICOBULBAR: Final = "corticobulbar"
SPINOTHALAMIC: Final = "spinothalamic"
SMALL_FIBRES: Final = "small_fibres"

# Okabe and Ito's colours first, which stay apart for colour-blind readers.
_ALL: Final = (
    Pathway(SURAL, "skin nerve of the leg", "#0072B2", "sural", plain="Feeling of the foot (sural)"),
    Pathway(
        MEDIAN_SENSORY, "skin nerve of the hand", "#56B4E9", plain="Feeling of the hand (median sensory)"
    ),
    Pathway(
        TIBIAL_MOTOR, "motor nerve of the leg", "#D55E00", "tibial motor", plain="Foot muscle (tibial motor)"
    ),
    Pathway(MEDIAN_MOTOR, "motor nerve of the hand", "#E69F00", plain="Hand muscle (median motor)"),
    Pathway(TIBIAL_SEP, "leg to brain", "#009E73", "tibial SEP", plain="Foot to brain (tibial SEP)"),
    Pathway(MEDIAN_SEP, "hand to brain", "#5DBB63", "median SEP", plain="Hand to brain (median SEP)"),
    Pathway(
        NECK_LEG,
        "columns of the neck, from the leg",
        "#117733",
        plain="Cord in the neck, from the foot (posterior columns)",
    ),
    Pathway(
        NECK_ARM,
        "columns of the neck, from the hand",
        "#88CCAA",
        plain="Cord in the neck, from the hand (posterior columns)",
    ),
    Pathway(LEMNISCUS, "brainstem to cortex", "#44AA99", plain="Brainstem to cortex (medial lemniscus)"),
    Pathway(
        CORTICOSPINAL_LEG, "brain to leg neurons", "#CC79A7", "leg MEP", plain="Brain to leg (corticospinal)"
    ),
    Pathway(CORTICOSPINAL_ARM, "brain to arm neurons", "#8E6C8A", plain="Brain to arm (corticospinal)"),
    Pathway(VISUAL, "eye to brain", "#444444", "VEP", plain="Eye to brain (visual)"),
    Pathway(AUDITORY, "ear to midbrain", "#332288"),
    Pathway(BLINK, "", "#882255"),
    Pathway(OLFACTORY, "olfactory tract", "#999933"),
    Pathway(GUSTATORY, "tongue to brain", "#CC6677"),
    Pathway(CALLOSAL, "between the hemispheres", "#AA4499"),
    Pathway(CORTICOBULBAR, "brain to tongue", "#661100"),
    Pathway(SPINOTHALAMIC, "pain of the leg to brain", "#6699CC"),
    Pathway(SMALL_FIBRES, "", "#777777"),
)
PATHWAYS: Final[Mapping[str, Pathway]] = MappingProxyType({item.name: item for item in _ALL})
COLOURS: Final[Mapping[str, str]] = MappingProxyType({item.name: item.colour for item in _ALL})
ACRONYMS: Final = ("sep", "mep", "vep", "baep", "tnf")


def words(name: str) -> str:
    """Write the name of a thing as words: ``tibial_sep`` as ``tibial SEP``."""
    return " ".join(word.upper() if word in ACRONYMS else word for word in name.split("_"))


def label_of(name: str) -> str:
    """Return a pathway in words."""
    known = PATHWAYS.get(name)
    return known.label if known and known.label else words(name)
