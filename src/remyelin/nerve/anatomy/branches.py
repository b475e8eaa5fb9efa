"""Anatomy of nerves and tracts: lengths, sites and fibres of the branches of neurons in one body."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.base.errors import InputError, nearest
from remyelin.catalogue.segments import ARM_NERVES, BRANCHES, HEAD, SEGMENTS
from remyelin.evidence import Ledger
from remyelin.evidence.memo import shared
from remyelin.myelin import Places
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.settings import NERVE_LEDGERS_KEPT, NERVE_SLICE_MM

Array = NDArray[np.float64]


_PLACES: Final = {part.segment: place for place, part in enumerate(SEGMENTS)}


@dataclass(frozen=True, slots=True)
class Population:
    """Diameters of the myelinated fibres of one kind: a mixture of normals at a distance from the cell.

    Attributes
    ----------
    mode, deviation, share : (m,) arrays
        um, um, and shares that sum to 1.
    level : float
        Distance from the cell body (mm) at which the diameters hold.
    """

    mode: Array
    deviation: Array
    share: Array
    level: float


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Lengths (mm), sites (mm from the cell body) and fibre populations of the reference adult."""

    reference_height: float
    taper_length: float
    arm_over_leg: float
    lengths: Mapping[str, float]
    sites: Mapping[str, float]
    populations: Mapping[str, Population]
    core: float
    proximal_share: float

    @classmethod
    @shared(maxsize=NERVE_LEDGERS_KEPT)
    def from_ledger(cls, ledger: Ledger) -> Anatomy:
        """Read the anatomy from a ledger."""
        names = sorted({part.split("_level")[0] for part in ledger.group("fibres")})
        return cls(
            reference_height=ledger["nerve.reference_height"],
            taper_length=ledger["nerve.taper_length"],
            arm_over_leg=ledger["nerve.arm_over_leg"],
            lengths={name: ledger[f"course.{name}"] for name in ledger.group("course")},
            sites={name: ledger[f"site.{name}"] for name in ledger.group("site")},
            populations={name: _population(ledger, name) for name in names},
            core=ledger["temperature.core"],
            proximal_share=ledger["temperature.proximal_share"],
        )

    def site(self, name: str, person: Person) -> float:
        """Return the distance of a site (``"arm_motor.wrist"``) from its cell body in a person, mm.

        Raises
        ------
        InputError
            If there is no such site; the nearest name is given.
        """
        if name not in self.sites:
            raise InputError(f"no site named {name!r}; {nearest(name, self.sites)}")
        return self.sites[name] * self._growth(name, person)

    def part(self, course: str, person: Person) -> float:
        """Return the length of a stretch of a branch (``"leg_motor.root"``) in a person, mm."""
        return self.lengths[course] * self._growth(course, person)

    def length(self, branch: str, person: Person) -> float:
        """Return the length of a branch in a person, mm."""
        return float(sum(self._lengths(branch, person)))

    def _lengths(self, branch: str, person: Person) -> list[float]:
        if branch not in BRANCHES:
            raise InputError(f"no nerve or tract named {branch!r}; {nearest(branch, BRANCHES)}")
        return [self.part(part.course, person) for part in BRANCHES[branch]]

    def _growth(self, course: str, person: Person) -> float:
        """Return lengths of a course in a person over those of the reference adult."""
        return 1.0 if course.partition(".")[0] in HEAD else person.height / self.reference_height

    def temperature(self, warmth: str, person: Person) -> float:
        """Return the temperature of a stretch in a person, C."""
        if warmth == "limb":
            return person.temperature
        if warmth == "core":
            return self.core
        return person.temperature + self.proximal_share * (self.core - person.temperature)

    def cut(self, run: Run, person: Person) -> Slices:
        """Cut a run into short slices.

        The last stretch reaches as far as the run needs: a muscle or a finger lies a fixed distance
        beyond the wrist whatever the height.

        Raises
        ------
        InputError
            If the run is empty, negative, not finite, or starts beyond the branch.
        """
        branch, start, stop = run.branch, run.start, run.stop
        whole = self.length(branch, person)
        if not (np.isfinite(start) and np.isfinite(stop) and 0 <= start < stop and start < whole):
            raise InputError(
                f"cannot study {branch} from {start:g} to {stop:g} mm from the cell body; "
                f"give increasing distances of which the first is below {whole:g} mm."
            )
        places: list[int] = []
        lengths: list[float] = []
        middles: list[float] = []
        warmths: list[float] = []
        begin = 0.0
        parts = BRANCHES[branch]
        for number, (part, length) in enumerate(zip(parts, self._lengths(branch, person), strict=True)):
            end = begin + length if number + 1 < len(parts) else max(begin + length, stop)
            low, high = max(start, begin), min(stop, end)
            if high > low:
                count = math.ceil((high - low) / NERVE_SLICE_MM)
                size = (high - low) / count
                places += [_PLACES[part.segment]] * count
                lengths += [size] * count
                middles += [low + (i + 0.5) * size for i in range(count)]
                warmths += [self.temperature(part.warmth, person)] * count
            begin = end
        return Slices(np.array(places), np.array(lengths), np.array(middles), np.array(warmths))

    def diameter(self, run: Run, at_level: Array, distance: Array) -> Array:
        """Return diameters (um) of a run's fibres at distances (mm) from the cell body.

        They taper exponentially. Populations are those of the leg; fibres of arm nerves are thicker by
        one factor.
        """
        level = self.populations[run.population].level
        scale = self.arm_over_leg if run.branch in ARM_NERVES else 1.0
        return scale * at_level * np.exp(-(distance - level) / self.taper_length)


@dataclass(frozen=True, slots=True)
class Run:
    """Fibres of one population along one branch, between two distances (mm) from their cell bodies."""

    branch: str
    population: str
    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Slices:
    """A run cut into short pieces: segment number, length (mm), middle (mm from the cell), C."""

    segment: NDArray[np.int64]
    length: Array
    middle: Array
    temperature: Array


def segments(person: Person, ledger: Ledger) -> xr.Dataset:
    """Return the anatomical segments of a person, as the myelin layer wants them.

    Parameters
    ----------
    person : Person
    ledger : Ledger

    Returns
    -------
    Dataset (segment)
        ``compartment`` ("peripheral" or "central"), ``tract``, ``distance`` (mm from the cell body to
        the middle) and ``length`` (mm).

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> nerve.segments(person, ledger).sizes['segment']
    33
    """
    distance, length = courses(person, ledger)
    return xr.Dataset(
        {
            "compartment": ("segment", [part.compartment for part in SEGMENTS]),
            "tract": ("segment", [part.tract for part in SEGMENTS]),
            "distance": ("segment", distance, {"units": "mm"}),
            "length": ("segment", length, {"units": "mm"}),
        },
        coords={"segment": [part.segment for part in SEGMENTS]},
    )


def places(person: Person, ledger: Ledger) -> Places:
    """Return :func:`segments` as plain arrays.

    Parameters
    ----------
    person : Person
        Body of the person.
    ledger : Ledger

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> nerve.places(person, ledger).names[0]
    'arm_sensory_proximal'
    """
    return Places(
        tuple(part.segment for part in SEGMENTS),
        tuple(part.compartment for part in SEGMENTS),
        tuple(part.tract for part in SEGMENTS),
        courses(person, ledger)[0],
    )


def courses(person: Person, ledger: Ledger) -> tuple[Array, Array]:
    """Return the distances from the cell body to the middle, and the lengths, of :data:`SEGMENTS` in a person, mm."""
    anatomy = Anatomy.from_ledger(ledger)
    distance, length = [], []
    for branch in BRANCHES:
        begin = 0.0
        for size in anatomy._lengths(branch, person):
            distance.append(begin + size / 2)
            length.append(size)
            begin += size
    return np.array(distance), np.array(length)


def intact(person: Person, ledger: Ledger) -> xr.Dataset:
    """Return the myelin state of a person in whom nothing is wrong, over segment.

    Parameters
    ----------
    person : Person
        Body of the person.
    ledger : Ledger

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> float(nerve.intact(person, ledger)['intact'].min())
    1.0
    """
    names = segments(person, ledger)["segment"]
    whole = {"intact", "thickness", "internode_length", "axons"}
    states = (*sorted(whole), "vacuolated", "bare", "remyelinated", "channel_redistribution")
    return xr.Dataset(
        {name: ("segment", np.full(len(names), float(name in whole)), {"units": "1"}) for name in states},
        coords={"segment": names},
    )


def _population(ledger: Ledger, name: str) -> Population:
    table = ledger.table(f"fibres.{name}")
    share = np.array(table["share"])
    return Population(
        np.array(table["mode"]),
        np.array(table["deviation"]),
        share / share.sum(),
        ledger[f"fibres.{name}_level"],
    )
