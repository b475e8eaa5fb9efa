"""Nerve studies: the name of each as a constant, and groups of them. Some follow a pathway and carry its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from remyelin.catalogue import pathways

MEDIAN_MOTOR: Final = pathways.MEDIAN_MOTOR
ULNAR_MOTOR: Final = "ulnar_motor"
TIBIAL_MOTOR: Final = pathways.TIBIAL_MOTOR
PERONEAL_MOTOR: Final = "peroneal_motor"
MEDIAN_SENSORY: Final = pathways.MEDIAN_SENSORY
ULNAR_SENSORY: Final = "ulnar_sensory"
RADIAL: Final = "radial"
SURAL: Final = pathways.SURAL
SMALL_FIBRES: Final = pathways.SMALL_FIBRES
MEDIAN_SEP: Final = pathways.MEDIAN_SEP
TIBIAL_SEP: Final = pathways.TIBIAL_SEP
MEP_ARM: Final = "mep_arm"
MEP_LEG: Final = "mep_leg"
VEP: Final = "vep"
BAEP: Final = "baep"
BLINK: Final = pathways.BLINK

MOTOR: Final = (MEDIAN_MOTOR, ULNAR_MOTOR, TIBIAL_MOTOR, PERONEAL_MOTOR)
SENSORY: Final = (MEDIAN_SENSORY, ULNAR_SENSORY, SURAL)
LEG_NERVES: Final = (TIBIAL_MOTOR, PERONEAL_MOTOR, SURAL)

GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "motor": MOTOR,
        "sensory": SENSORY,
        "arm_nerves": (MEDIAN_MOTOR, ULNAR_MOTOR, MEDIAN_SENSORY, ULNAR_SENSORY),
        "leg_nerves": LEG_NERVES,
        "nerves": (*MOTOR, *SENSORY),
    }
)
"""Groups of studies by a word that a population file can use."""

FOLLOWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        TIBIAL_SEP: pathways.TIBIAL_SEP,
        MEDIAN_SEP: pathways.MEDIAN_SEP,
        SURAL: pathways.SURAL,
        TIBIAL_MOTOR: pathways.TIBIAL_MOTOR,
        MEP_LEG: pathways.CORTICOSPINAL_LEG,
        VEP: pathways.VISUAL,
    }
)
"""Pathways by the study whose abnormality shows them."""
