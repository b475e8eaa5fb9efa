"""Segments: nerves and tracts as stretches of the branches of neurons, from the cell body outwards.

A stretch is a segment of the myelin layer: pathways that share a nerve share its state. The first constants name
segments, the next ones branches; a fibre population of the ledger often carries the name of its branch. Lengths and
sites stand in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

GRACILE: Final = "gracile"
CUNEATE: Final = "cuneate"
CORTICOSPINAL_CERVICAL: Final = "corticospinal_cervical"
CORTICOSPINAL_THORACIC: Final = "corticospinal_thoracic"
LEG_SENSORY_DISTAL: Final = "leg_sensory_distal"

ARM_SENSORY: Final = "arm_sensory"
LEG_SENSORY: Final = "leg_sensory"
ARM_MOTOR: Final = "arm_motor"
LEG_MOTOR: Final = "leg_motor"
LEMNISCUS: Final = "lemniscus"
CORTICOSPINAL: Final = "corticospinal"
OPTIC: Final = "optic"
RADIATION: Final = "radiation"
COCHLEAR: Final = "cochlear"
TRAPEZOID: Final = "trapezoid"
LATERAL_LEMNISCUS: Final = "lateral_lemniscus"
TRIGEMINAL: Final = "trigeminal"
TRIGEMINAL_ROOT: Final = "trigeminal_root"
FACIAL: Final = "facial"
OLFACTORY: Final = "olfactory"
CHORDA_TYMPANI: Final = "chorda_tympani"
GUSTATORY_ROOT: Final = "gustatory_root"
GUSTATORY_CENTRAL: Final = "gustatory_central"
CALLOSAL: Final = "callosal"
CORTICOBULBAR: Final = "corticobulbar"
HYPOGLOSSAL: Final = "hypoglossal"
SPINOTHALAMIC: Final = "spinothalamic"

CERVICAL_CORD: Final = "corticospinal.cervical"
THORACIC_CORD: Final = "corticospinal.thoracic"
"""Courses of the corticospinal tract: the ledger has a length for each."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a branch: its segment, compartment, tract and warmth ("limb", "between", "core")."""

    segment: str
    course: str
    compartment: str
    tract: str
    warmth: str


def _stretch(course: str, compartment: str, tract: str, warmth: str, segment: str = "") -> Stretch:
    return Stretch(segment or course.replace(".", "_"), course, compartment, tract, warmth)


def _sensory(limb: str, fascicle: str) -> dict[str, tuple[Stretch, ...]]:
    nerve = f"{limb}_sensory"
    return {
        nerve: (
            _stretch(f"{nerve}.proximal", "peripheral", "peripheral_sensory", "between"),
            _stretch(f"{nerve}.distal", "peripheral", "peripheral_sensory", "limb"),
        ),
        f"{limb}_ascending": (
            _stretch(f"{nerve}.root", "peripheral", "peripheral_sensory", "core"),
            _stretch(f"{nerve}.cord", "central", "posterior_column", "core", fascicle),
        ),
    }


def _motor(limb: str) -> dict[str, tuple[Stretch, ...]]:
    nerve = f"{limb}_motor"
    return {
        nerve: (
            _stretch(f"{nerve}.root", "peripheral", "peripheral_motor", "core"),
            _stretch(f"{nerve}.proximal", "peripheral", "peripheral_motor", "between"),
            _stretch(f"{nerve}.distal", "peripheral", "peripheral_motor", "limb"),
        )
    }


BRANCHES: Final[Mapping[str, tuple[Stretch, ...]]] = {
    **_sensory("arm", CUNEATE),
    **_sensory("leg", GRACILE),
    LEMNISCUS: (_stretch("lemniscus.brain", "central", "cerebral", "core", LEMNISCUS),),
    **_motor("arm"),
    **_motor("leg"),
    CORTICOSPINAL: (
        _stretch(CERVICAL_CORD, "central", "lateral_column", "core"),
        _stretch(THORACIC_CORD, "central", "lateral_column", "core"),
    ),
    OPTIC: (_stretch("optic.nerve", "central", "optic", "core"),),
    RADIATION: (_stretch("optic.radiation", "central", "cerebral", "core"),),
    COCHLEAR: (_stretch("auditory.nerve", "central", "auditory", "core"),),
    TRAPEZOID: (_stretch("auditory.pons", "central", "auditory", "core"),),
    LATERAL_LEMNISCUS: (_stretch("auditory.midbrain", "central", "auditory", "core"),),
    TRIGEMINAL: (_stretch("trigeminal.nerve", "peripheral", "peripheral_sensory", "between"),),
    TRIGEMINAL_ROOT: (_stretch("trigeminal.root", "peripheral", "peripheral_sensory", "core"),),
    FACIAL: (_stretch("facial.nerve", "peripheral", "peripheral_motor", "between"),),
    OLFACTORY: (_stretch("olfactory.tract", "central", "olfactory", "core"),),
    CHORDA_TYMPANI: (_stretch("gustatory.nerve", "peripheral", "peripheral_sensory", "core"),),
    GUSTATORY_ROOT: (_stretch("gustatory.root", "peripheral", "peripheral_sensory", "core"),),
    GUSTATORY_CENTRAL: (_stretch("gustatory.brain", "central", "cerebral", "core"),),
    CALLOSAL: (_stretch("callosal.brain", "central", "cerebral", "core", "callosum"),),
    CORTICOBULBAR: (_stretch("corticobulbar.brain", "central", "cerebral", "core", CORTICOBULBAR),),
    HYPOGLOSSAL: (_stretch("hypoglossal.nerve", "peripheral", "peripheral_motor", "between"),),
    SPINOTHALAMIC: (_stretch("spinothalamic.cord", "central", "anterolateral", "core", SPINOTHALAMIC),),
}
"""Branches by name, each from its cell body outwards. Ascending branches and roots start at the ganglion."""

PLAIN: Final[Mapping[str, str]] = {
    **{
        f"{limb}_{kind}_{part}": f"{what}{where}"
        for limb, places in (
            (
                "leg",
                {
                    "distal": ", shin and foot",
                    "proximal": ", thigh",
                    "root": " of the leg, root at the spine",
                },
            ),
            (
                "arm",
                {
                    "distal": ", forearm and hand",
                    "proximal": ", upper arm",
                    "root": " of the arm, root at the spine",
                },
            ),
        )
        for kind, what in (("sensory", "Feeling"), ("motor", "Muscles"))
        for part, where in places.items()
    },
    GRACILE: "Cord, feeling of the legs (gracile)",
    CUNEATE: "Cord, feeling of the arms (cuneate)",
    LEMNISCUS: "Brainstem, feeling",
    CORTICOSPINAL_CERVICAL: "Cord, commands, neck (corticospinal)",
    CORTICOSPINAL_THORACIC: "Cord, commands, chest (corticospinal)",
    "optic_nerve": "Optic nerve, from the eye",
    "optic_radiation": "Sight, within the brain (optic radiation)",
    "auditory_nerve": "Hearing, from the ear (auditory nerve)",
    "auditory_pons": "Hearing, brainstem (pons)",
    "auditory_midbrain": "Hearing, brainstem (midbrain)",
    "trigeminal_nerve": "Feeling of the face (trigeminal nerve)",
    "trigeminal_root": "Feeling of the face, root",
    "facial_nerve": "Muscles of the face (facial nerve)",
    "olfactory_tract": "Smell (olfactory tract)",
    "gustatory_nerve": "Taste, from the tongue",
    "gustatory_root": "Taste, root",
    "gustatory_brain": "Taste, within the brain",
    "callosum": "Between the halves of the brain (callosum)",
    CORTICOBULBAR: "Brain, commands to the tongue (corticobulbar)",
    "hypoglossal_nerve": "Muscles of the tongue (hypoglossal nerve)",
    SPINOTHALAMIC: "Cord, pain and warmth (spinothalamic)",
}
"""Segments in everyday words, for the page."""

HEAD: Final = frozenset(
    {
        OPTIC,
        "auditory",
        TRIGEMINAL,
        FACIAL,
        OLFACTORY,
        "gustatory",
        CALLOSAL,
        CORTICOBULBAR,
        HYPOGLOSSAL,
    }
)
"""First parts of the names of courses that do not grow with the height of the body."""

ARM_NERVES: Final = frozenset({ARM_SENSORY, ARM_MOTOR})

SEGMENTS: Final[tuple[Stretch, ...]] = tuple(part for branch in BRANCHES.values() for part in branch)


def outside_spine(branch: str) -> tuple[str, ...]:
    """Return the segments of a branch that lie outside the spine and the head, from the cell body outwards."""
    return tuple(part.segment for part in BRANCHES[branch] if part.warmth != "core")
