"""The catalogue of pathways: which fibres run from where to where, neuron after neuron."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from remyelin.base.errors import InputError, nearest
from remyelin.catalogue import pathways as names
from remyelin.catalogue import segments as parts
from remyelin.catalogue.segments import BRANCHES
from remyelin.evidence import Ledger
from remyelin.evidence.memo import shared
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Anatomy, Run
from remyelin.nerve.settings import NERVE_LEDGERS_KEPT


@dataclass(frozen=True, slots=True)
class Distances:
    """Distances (mm) that a laboratory fixes whatever the height.

    `radial` is that of the radial nerve; None takes `sensory`.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> nerve.Distances.from_ledger(Ledger.shipped()).motor
    80.0
    """

    motor: float
    sensory: float
    radial: float | None = None

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Distances:
        """Read the distances from a ledger."""
        return cls(ledger["distance.motor"], ledger["distance.sensory"], ledger["distance.radial"])


def _motor(limb: str, wrist: str) -> Callable[[Person, Anatomy, Distances], tuple[Run, ...]]:
    def runs(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
        end = anatomy.site(f"{limb}_motor.{wrist}", person) + distances.motor
        return (Run(f"{limb}_motor", "motor", 0.0, end),)

    return runs


def _median_sensory(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
    end = anatomy.site(f"{parts.ARM_SENSORY}.wrist", person) + distances.sensory
    return (Run(parts.ARM_SENSORY, "cutaneous", 0.0, end),)


def _sural(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
    return (Run(parts.LEG_SENSORY, "cutaneous", 0.0, anatomy.site(f"{parts.LEG_SENSORY}.ankle", person)),)


def _somatosensory(limb: str, wrist: str) -> Callable[[Person, Anatomy, Distances], tuple[Run, ...]]:
    def runs(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
        ascending = f"{limb}_ascending"
        return (
            Run(f"{limb}_sensory", "muscle_afferent", 0.0, anatomy.site(f"{limb}_sensory.{wrist}", person)),
            Run(ascending, "posterior_column", 0.0, anatomy.length(ascending, person)),
            Run(parts.LEMNISCUS, "lemniscal", 0.0, anatomy.length(parts.LEMNISCUS, person)),
        )

    return runs


def _neck(limb: str) -> Callable[[Person, Anatomy, Distances], tuple[Run, ...]]:
    """The posterior columns of the neck: C6/7, where the arm's fibres enter, to the nucleus."""

    def runs(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
        branch = f"{limb}_ascending"
        end = anatomy.length(branch, person)
        return (
            Run(branch, "posterior_column", end - anatomy.part(f"{parts.ARM_SENSORY}.cord", person), end),
        )

    return runs


def _corticospinal_arm(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
    end = anatomy.part(parts.CERVICAL_CORD, person)
    return (Run(parts.CORTICOSPINAL, parts.CORTICOSPINAL, 0.0, end),)


def _corticospinal_leg(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
    tract = parts.CORTICOSPINAL
    return (Run(tract, tract, 0.0, anatomy.length(tract, person)),)


def _whole(population: str, *branches: str) -> Callable[[Person, Anatomy, Distances], tuple[Run, ...]]:
    """Neurons that lie in the head: each branch from end to end."""

    def runs(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
        return tuple(Run(branch, population, 0.0, anatomy.length(branch, person)) for branch in branches)

    return runs


def _blink(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
    afferent = _whole(parts.TRIGEMINAL, parts.TRIGEMINAL, parts.TRIGEMINAL_ROOT)(person, anatomy, distances)
    return (*afferent, *_whole(parts.FACIAL, parts.FACIAL)(person, anatomy, distances))


def _corticobulbar(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
    """Cortex to the nucleus of the tongue, and its nerve; fibres of nerves of the head are one population."""
    upper = _whole(parts.CORTICOSPINAL, parts.CORTICOBULBAR)(person, anatomy, distances)
    return (*upper, *_whole(parts.FACIAL, parts.HYPOGLOSSAL)(person, anatomy, distances))


def _spinothalamic(person: Person, anatomy: Anatomy, distances: Distances) -> tuple[Run, ...]:
    """Thin fibres of the skin of the leg, and the crossed tract from the lumbar cord to the thalamus."""
    end = anatomy.site(f"{parts.LEG_SENSORY}.ankle", person)
    tract = _whole(parts.SPINOTHALAMIC, parts.SPINOTHALAMIC)(person, anatomy, distances)
    return (Run(parts.LEG_SENSORY, "nociceptive", 0.0, end), *tract)


_PATHWAYS: Final[Mapping[str, Callable[[Person, Anatomy, Distances], tuple[Run, ...]]]] = {
    names.MEDIAN_MOTOR: _motor("arm", "wrist"),
    names.TIBIAL_MOTOR: _motor("leg", "ankle"),
    names.MEDIAN_SENSORY: _median_sensory,
    names.SURAL: _sural,
    names.MEDIAN_SEP: _somatosensory("arm", "wrist"),
    names.TIBIAL_SEP: _somatosensory("leg", "ankle"),
    names.NECK_ARM: _neck("arm"),
    names.NECK_LEG: _neck("leg"),
    names.LEMNISCUS: _whole("lemniscal", parts.LEMNISCUS),
    names.CORTICOSPINAL_ARM: _corticospinal_arm,
    names.CORTICOSPINAL_LEG: _corticospinal_leg,
    names.VISUAL: _whole(parts.OPTIC, parts.OPTIC, parts.RADIATION),
    names.AUDITORY: _whole("auditory", parts.COCHLEAR, parts.TRAPEZOID, parts.LATERAL_LEMNISCUS),
    names.BLINK: _blink,
    names.OLFACTORY: _whole(parts.OLFACTORY, parts.OLFACTORY),
    names.GUSTATORY: _whole(
        names.GUSTATORY, parts.CHORDA_TYMPANI, parts.GUSTATORY_ROOT, parts.GUSTATORY_CENTRAL
    ),
    names.CALLOSAL: _whole(parts.CALLOSAL, parts.CALLOSAL),
    names.CORTICOBULBAR: _corticobulbar,
    names.SPINOTHALAMIC: _spinothalamic,
}

PATHWAYS: Final = tuple(_PATHWAYS)
"""Names of the pathways whose conduction is computed for symptoms.

Ulnar and radial nerve run as the median, the peroneal as the tibial one: they differ in their studies only.
Unmyelinated fibres are in :mod:`remyelin.nerve.studies.small_fibres`.
"""


def runs(pathway: str, person: Person, ledger: Ledger) -> tuple[Run, ...]:
    """Return the runs of a pathway in a person, in the order of its neurons.

    Parameters
    ----------
    pathway : str
        One of :data:`PATHWAYS`: motor pathways from the motoneuron to the muscle, sensory ones from the
        skin to the ganglion, somatosensory ones on to the cortex, those of the neck the part of these in the
        cervical cord, the lemniscus from its nuclei on, corticospinal ones to the motoneuron, the
        visual one from the retina to the cortex, the auditory one from the cochlea to the midbrain, blink from
        the forehead through the pons to the eyelid, the olfactory one along its tract, the gustatory one from
        the tongue to the cortex, the callosal one between the hemispheres, the corticobulbar one from the cortex
        to the tongue, the spinothalamic one from the skin of the leg to the thalamus.
    person : Person
    ledger : Ledger

    Raises
    ------
    InputError
        For an unknown pathway.
    """
    if pathway not in _PATHWAYS:
        raise InputError(f"no pathway named {pathway!r}; {nearest(pathway, PATHWAYS)}")
    return _PATHWAYS[pathway](person, Anatomy.from_ledger(ledger), Distances.from_ledger(ledger))


def crossed(pathways: Sequence[str], person: Person, ledger: Ledger) -> frozenset[str]:
    """Return the segments of the branches that pathways run along: no others matter to them.

    Parameters
    ----------
    pathways : sequence of str
        Names.
    person : Person
        Body of the person.
    ledger : Ledger

    Raises
    ------
    InputError
        For an unknown pathway.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> sorted(nerve.crossed(['sural'], person, ledger))
    ['leg_sensory_distal', 'leg_sensory_proximal']
    """
    return _crossed(tuple(pathways), person, ledger)


@shared(maxsize=NERVE_LEDGERS_KEPT)
def _crossed(pathways: tuple[str, ...], person: Person, ledger: Ledger) -> frozenset[str]:
    return frozenset(
        part.segment
        for name in pathways
        for run in runs(name, person, ledger)
        for part in BRANCHES[run.branch]
    )
