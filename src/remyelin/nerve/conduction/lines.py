"""Fibres that stand for a population, laid along a run of nerve.

A population is represented by a fixed set of fibres that cover its diameters and its frailty evenly (Hammersley
points). Frailty is a gamma variable of mean 1: some fibres of a nerve are hit harder than others, all along it.
Along a fibre neighbours are lesioned together over the length of a lesion, of tracts and of nerves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.catalogue.segments import SEGMENTS
from remyelin.evidence import Ledger
from remyelin.evidence.memo import shared
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Anatomy, Array, Population, Run, Slices
from remyelin.nerve.conduction.tables import Internodes, Tables
from remyelin.nerve.settings import NERVE_CLASS_SPAN, NERVE_LINES_KEPT, NERVE_QUANTILE_POINTS

COMPARTMENTS: Final = ("central", "peripheral")
"""Order of the lengths of a lesion."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread of lesions between fibres and sheaths.

    Attributes
    ----------
    frailty, thickness : float
        Coefficients of variation, of the share of lesioned internodes between fibres and of new sheaths.
    internode_scale : float
        Internode length over that of the tables.
    lesion : mapping of str to float
        Length (mm) over which the internodes of a fibre are lesioned together, by compartment.
    """

    frailty: float
    thickness: float
    internode_scale: float
    lesion: Mapping[str, float]

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Spread:
        """Read the spread from a ledger."""
        return cls(
            ledger["nerve.fibre_frailty"],
            ledger["nerve.thickness_variation"],
            ledger["nerve.internode_population"],
            dict(zip(COMPARTMENTS, lesion_lengths(ledger).tolist(), strict=True)),
        )

    @property
    def lengths(self) -> Array:
        """Lengths of a lesion (mm) by :data:`COMPARTMENTS`."""
        return np.array([self.lesion[name] for name in COMPARTMENTS])


def lesion_lengths(ledger: Ledger) -> Array:
    """Return the length (mm) of a lesion along a fibre, by :data:`COMPARTMENTS`."""
    return np.array([ledger[f"nerve.lesion_length.{name}"] for name in COMPARTMENTS])


@dataclass(frozen=True, eq=False)
class Fibres:
    """Fibres (k) of a population: diameter (um, at its level) and frailty (mean 1); equal in number."""

    diameter: Array
    frailty: Array

    @cached_property
    def weight(self) -> Array:
        """Share of each fibre in a potential: they count with the square of their diameter."""
        weight: Array = self.diameter**2 / (self.diameter**2).sum()
        return weight


@dataclass(frozen=True, eq=False)  # no slots: what is worked out of a line once is kept with it
class Line:
    """Fibres (k) laid along the slices (s) of a run.

    Attributes
    ----------
    run : Run
    slices : Slices
    fibres : Fibres
    tables : Tables
        Where the cost of an internode stands.
    diameter : (s, k) array
        In each slice, um.
    internodes : (s, k) array
        Of a fibre in each slice.
    compartment : (s,) int array
        Of each slice, by :data:`COMPARTMENTS`.
    longest : (s,) array
        Length (mm) of the run in the compartment of each slice: a lesion is no longer.
    velocity : (s, k) array
        Healthy, m/s.
    healthy : (k,) array
        Conduction time of the healthy run, ms.
    row, column : (s, k), (s,) arrays
        Fractional index of diameters and temperatures in the tables of lesions.
    """

    run: Run
    slices: Slices
    fibres: Fibres
    tables: Tables
    diameter: Array
    internodes: Array
    compartment: NDArray[np.int64]
    longest: Array
    velocity: Array
    healthy: Array
    row: Array
    column: Array

    @cached_property
    def cost(self) -> Internodes:
        """The tables at every slice and fibre, arrays (s, k, ...)."""
        return self.tables.at(self.diameter, self.slices.temperature[:, None])

    def lesions(self, lengths: Array) -> Array:
        """Return the length (mm) of a lesion in each slice (s,), of lengths by :data:`COMPARTMENTS`."""
        found: Array = np.minimum(lengths[self.compartment], self.longest)
        return found

    def stretches(self, lengths: Array) -> Array:
        """Return how many stretches (s, k) are lesioned together; an internode is lesioned as a whole."""
        found: Array = np.minimum(self.internodes, (self.slices.length / self.lesions(lengths))[:, None])
        return found

    @cached_property
    def weighted(self) -> float:
        """Internodes of a fibre of the run, in the mean over cross-sections."""
        return float(self.internodes.sum(axis=0) @ self.fibres.weight)

    @cached_property
    def count(self) -> Array:
        """Share of all the fibres' internodes that lies in each slice, (s,)."""
        count: Array = self.internodes.sum(axis=-1) / self.internodes.sum()
        return count


def representative(population: Population, frailty: float, count: int) -> Fibres:
    """Return fibres that cover a population evenly: Hammersley points through its quantiles.

    Parameters
    ----------
    population : Population
    frailty : float
        Coefficient of variation of the frailty.
    count : int
        How many; a power of two covers best.
    """
    order = np.arange(count)
    reversed_bits = np.zeros(count)
    weight, rest = 0.5, order.copy()
    while np.any(rest > 0):
        reversed_bits += weight * (rest % 2)
        rest, weight = rest // 2, weight / 2
    return quantiles(population, frailty, (order + 0.5) / count, reversed_bits + 0.5 / count)


def quantiles(population: Population, frailty: float, of_diameter: Array, of_frailty: Array) -> Fibres:
    """Return the fibres at given quantiles (0 to 1) of diameter and of frailty."""
    from scipy.special import gammaincinv, ndtr

    reach = NERVE_CLASS_SPAN * population.deviation
    grid = np.linspace(
        float((population.mode - reach).min()), float((population.mode + reach).max()), NERVE_QUANTILE_POINTS
    )
    below = ndtr((grid[:, None] - population.mode) / population.deviation) @ population.share
    if frailty > 0:
        shape = 1 / frailty**2
        hit = gammaincinv(shape, of_frailty) / shape
        hit = hit / hit.mean()
    else:
        hit = np.ones_like(of_frailty)
    return Fibres(np.interp(of_diameter, below, grid), hit)


def line(
    run: Run, fibres: Fibres, person: Person, anatomy: Anatomy, tables: Tables, internode_scale: float
) -> Line:
    """Lay fibres along a run of nerve; internodes are so many times as long as those of the tables."""
    slices = anatomy.cut(run, person)
    diameter = anatomy.diameter(run, fibres.diameter[None, :], slices.middle[:, None])
    found = tables.lay(diameter, slices.length, slices.temperature)
    compartment = np.array([COMPARTMENTS.index(SEGMENTS[place].compartment) for place in slices.segment])
    lengths = slices.length.tolist()
    whole = [
        sum(size for size, own in zip(lengths, compartment, strict=True) if own == place)
        for place in range(len(COMPARTMENTS))
    ]
    return Line(
        run,
        slices,
        fibres,
        tables,
        diameter,
        found.periods / internode_scale,
        compartment,
        np.array(whole, dtype=np.float64)[compartment],
        found.velocity,
        found.time,
        found.row,
        found.column,
    )


# The sets of a posterior lay the same fibres.
@shared(maxsize=NERVE_LINES_KEPT)
def laid(run: Run, count: int, person: Person, tables: Tables, ledger: Ledger) -> Line:
    """Return `count` representative fibres laid along a run; kept, since every date of a person needs the same.

    Tables are told apart by identity, ledgers by the values that are read here.
    """
    fibres = _fibres(run.population, count, ledger)
    anatomy = Anatomy.from_ledger(ledger)
    return line(run, fibres, person, anatomy, tables, ledger["nerve.internode_population"])


@shared(maxsize=NERVE_LINES_KEPT)
def _fibres(population: str, count: int, ledger: Ledger) -> Fibres:
    anatomy = Anatomy.from_ledger(ledger)
    return representative(anatomy.populations[population], ledger["nerve.fibre_frailty"], count)
