"""Setups of nerve studies: sites of stimulation and recording, and the tissue passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from remyelin.catalogue import pathways
from remyelin.catalogue.studies import (
    BAEP,
    BLINK,
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    MEP_ARM,
    MEP_LEG,
    PERONEAL_MOTOR,
    RADIAL,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
    ULNAR_MOTOR,
    ULNAR_SENSORY,
    VEP,
)


@dataclass(frozen=True, slots=True)
class Setup:
    """Method of a study, and the part of the nervous system that it tests.

    Attributes
    ----------
    stimulated, recorded : str
        Places in everyday words.
    group : str
        Heading under which it is listed.
    pathway : str
        The pathway whose colour it has.
    place : {"nerve", "sensory nerve", "nerve first", "brain", "brainstem"}
        What it passes: a nerve of a limb alone; one of feeling alone; such a nerve and then cord or brain; the brain
        alone; the brainstem, which is neither.
    entry : str
        Wave of the nerve, of a study that has later ones.
    muscle : str
        The study of the nerve that an impulse of the motor cortex ends in.
    """

    stimulated: str
    recorded: str
    group: str
    pathway: str
    place: str
    entry: str = ""
    muscle: str = ""


_CMAP: Final = "Motor nerves: a CMAP"
_SNAP: Final = "Sensory nerves: a SNAP"
_EVOKED: Final = "Evoked potentials"
_FEELING: Final = "sensory nerve"
_BOTH: Final = "nerve first"

SETUPS: Final[Mapping[str, Setup]] = MappingProxyType(
    {
        MEDIAN_MOTOR: Setup("wrist, then elbow", "thumb muscle", _CMAP, pathways.MEDIAN_MOTOR, "nerve"),
        ULNAR_MOTOR: Setup(
            "wrist, then elbow", "little finger muscle", _CMAP, pathways.MEDIAN_MOTOR, "nerve"
        ),
        TIBIAL_MOTOR: Setup("ankle, then knee", "foot muscle", _CMAP, pathways.TIBIAL_MOTOR, "nerve"),
        PERONEAL_MOTOR: Setup("ankle, then knee", "foot muscle", _CMAP, pathways.TIBIAL_MOTOR, "nerve"),
        MEDIAN_SENSORY: Setup("finger", "wrist", _SNAP, pathways.MEDIAN_SENSORY, _FEELING),
        ULNAR_SENSORY: Setup("finger", "wrist", _SNAP, pathways.MEDIAN_SENSORY, _FEELING),
        RADIAL: Setup("forearm", "back of the wrist", _SNAP, pathways.MEDIAN_SENSORY, _FEELING),
        SURAL: Setup("calf", "ankle", _SNAP, pathways.SURAL, _FEELING),
        MEDIAN_SEP: Setup(
            "wrist", "Erb's point, neck, scalp", _EVOKED, pathways.MEDIAN_SEP, _BOTH, entry="N9"
        ),
        TIBIAL_SEP: Setup("ankle", "lower back, scalp", _EVOKED, pathways.TIBIAL_SEP, _BOTH, entry="N22"),
        MEP_ARM: Setup(
            "motor cortex", "thumb muscle", _EVOKED, pathways.CORTICOSPINAL_ARM, _BOTH, muscle=MEDIAN_MOTOR
        ),
        MEP_LEG: Setup(
            "motor cortex", "foot muscle", _EVOKED, pathways.CORTICOSPINAL_LEG, _BOTH, muscle=TIBIAL_MOTOR
        ),
        VEP: Setup("checkerboard", "back of the head", _EVOKED, pathways.VISUAL, "brain"),
        BAEP: Setup("clicks", "crown and ear", _EVOKED, pathways.AUDITORY, "brainstem", entry="I"),
        BLINK: Setup("above the eye", "eyelid", "Reflexes", pathways.BLINK, "brainstem"),
    }
)
"""Studies by name, in the order in which the page lists them."""
