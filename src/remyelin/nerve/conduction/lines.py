"""Fibres that stand for a population, laid along a run of nerve.

A population is represented by a fixed set of fibres that cover its diameters and its frailty evenly (Hammersley
points). Frailty is a gamma variable of mean 1: some fibres of a nerve are hit harder than others, all along it.
Along a fibre neighbours are lesioned together over the length of a lesion, of tracts and of nerves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered, shared
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import SEGMENTS, Anatomy, Array, Population, Run, Slices
from remyelin.nerve.conduction.tables import Internodes, Tables
from remyelin.nerve.settings import NERVE_CLASS_SPAN, NERVE_LINES_KEPT, NERVE_QUANTILE_POINTS


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
            {name: ledger[f"nerve.lesion_length.{name}"] for name in ("central", "peripheral")},
        )

    def lesions_at(self, slices: Slices) -> Array:
        """Return the length (mm) of a lesion along a fibre in each slice; a run shorter than a lesion has one."""
        compartments = [SEGMENTS[place].compartment for place in slices.segment]
        whole = {
            name: sum(
                size for size, own in zip(slices.length.tolist(), compartments, strict=True) if own == name
            )
            for name in set(compartments)
        }
        return np.array([min(self.lesion[name], whole[name]) for name in compartments])


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
    stretches : (s, k) array
        Of internodes that are lesioned together, in each slice.
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
    stretches: Array
    velocity: Array
    healthy: Array
    row: Array
    column: Array

    @cached_property
    def cost(self) -> Internodes:
        """The tables at every slice and fibre, arrays (s, k, ...)."""
        return self.tables.at(self.diameter, self.slices.temperature[:, None])

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
    run: Run,
    fibres: Fibres,
    person: Person,
    anatomy: Anatomy,
    tables: Tables,
    spread: Spread,
) -> Line:
    """Lay fibres along a run of nerve."""
    return _lesioned(_alone(run, fibres, person, anatomy, tables, spread.internode_scale), spread)


def _alone(
    run: Run, fibres: Fibres, person: Person, anatomy: Anatomy, tables: Tables, internode_scale: float
) -> Line:
    """Lay fibres along a run of nerve, every internode to be lesioned alone."""
    slices = anatomy.cut(run, person)
    diameter = anatomy.diameter(run, fibres.diameter[None, :], slices.middle[:, None])
    found = tables.lay(diameter, slices.length, slices.temperature)
    internodes = found.periods / internode_scale
    return Line(
        run,
        slices,
        fibres,
        tables,
        diameter,
        internodes,
        internodes,
        found.velocity,
        found.time,
        found.row,
        found.column,
    )


def _lesioned(alone: Line, spread: Spread) -> Line:
    """Return a line whose internodes are lesioned together over the length of a lesion."""
    # An internode is lesioned as a whole, however short a lesion.
    along = alone.slices.length / spread.lesions_at(alone.slices)
    return replace(alone, stretches=np.minimum(alone.internodes, along[:, None]))


@remembered(maxsize=NERVE_LINES_KEPT)
def laid(run: Run, count: int, person: Person, tables: Tables, ledger: Ledger) -> Line:
    """Return `count` representative fibres laid along a run; kept, since every date of a person needs the same.

    Tables are told apart by identity, ledgers by their values.
    """
    return _lesioned(_laid_alone(run, count, person, tables, ledger), Spread.from_ledger(ledger))


# The sets of a posterior differ in the length of a lesion, and lay the same fibres.
@shared(maxsize=NERVE_LINES_KEPT)
def _laid_alone(run: Run, count: int, person: Person, tables: Tables, ledger: Ledger) -> Line:
    fibres = _fibres(run.population, count, ledger)
    anatomy = Anatomy.from_ledger(ledger)
    return _alone(run, fibres, person, anatomy, tables, ledger["nerve.internode_population"])


@shared(maxsize=NERVE_LINES_KEPT)
def _fibres(population: str, count: int, ledger: Ledger) -> Fibres:
    anatomy = Anatomy.from_ledger(ledger)
    return representative(anatomy.populations[population], ledger["nerve.fibre_frailty"], count)
