r"""Expected conduction of a population of fibres along a run of nerve, in closed form.

Per slice of nerve with :math:`n` internodes of a fibre, internodes are independently vacuolated, bare or
remyelinated with the shares :math:`p` of the myelin layer. In a run of neighbours in one state the first
costs :math:`e_1` and each further one :math:`e_2`, so that the expected excess per internode is
:math:`p (1 - p) e_1 + p^2 e_2`. With :math:`b` the share of internodes that block, by themselves or in a run,
the fibre conducts with probability :math:`\exp(-\Lambda)`, :math:`\Lambda = -\sum n \ln(1 - b)`.

Fibres of one nerve are not equally hit: the shares of a fibre are those of the segment times a gamma
variable of mean 1 and coefficient of variation :math:`c`. Then the conducted share is
:math:`(1 + c^2 \Lambda)^{-1/c^2}`, and the mean and variance of that variable among the fibres that conduct
are :math:`1 / (1 + c^2 \Lambda)` and :math:`c^2 / (1 + c^2 \Lambda)^2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import xarray as xr

from remyelin.errors import InputError
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy import SEGMENTS, Anatomy, Array, Population, Slices
from remyelin.nerve.person import Person
from remyelin.nerve.tables import Internodes, Tables, columns
from remyelin.numerics import (
    NERVE_CLASS_SPAN,
    NERVE_CLASSES,
    NERVE_MAX_SHARE,
    NERVE_SHARE_SLACK,
    NERVE_THICKNESS_QUANTILES,
)

STATES = (
    "vacuolated",
    "bare",
    "remyelinated",
    "thickness",
    "internode_length",
    "channel_redistribution",
    "axons",
)


@dataclass(frozen=True, slots=True)
class Spread:
    """How lesions differ between fibres and sheaths: coefficients of variation; internodes per length."""

    frailty: float
    thickness: float
    internode_scale: float

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Spread:
        """Read the spread from a ledger."""
        return cls(
            ledger["nerve.fibre_frailty"],
            ledger["nerve.thickness_variation"],
            ledger["nerve.internode_population"],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A run of one population: diameters in classes (k), slices (s), and what an internode costs there.

    Attributes
    ----------
    diameter, weight : (k,) arrays
        Class at the level of the population, um; share of the fibres.
    local : (s, k) array
        Diameter in each slice, um.
    internodes : (s, k) array
        Internodes of a fibre in each slice.
    healthy : (k,) array
        Conduction time of the healthy run, ms.
    """

    slices: Slices
    diameter: Array
    weight: Array
    local: Array
    internodes: Array
    healthy: Array
    cost: Internodes

    @property
    def velocity(self) -> Array:
        """Healthy velocity in each slice, (s, k), m/s."""
        velocity: Array = self.cost.length / self.cost.time
        return velocity


@dataclass(frozen=True, slots=True, eq=False)
class Volley:
    """What arrives of a volley along a line, by class (..., k).

    Attributes
    ----------
    line : Line
    conducted : array
        Share of the original fibres whose impulse arrives.
    excess : array
        Mean delay over the healthy run of those that arrive, ms.
    variance : array
        Of that delay, ms2.
    axons : (...) array
        Surviving share.
    ectopic : (...) array
        Share of internodes, on surviving axons, that can fire by themselves.
    """

    line: Line
    conducted: Array
    excess: Array
    variance: Array
    axons: Array
    ectopic: Array

    @property
    def arrival(self) -> Array:
        """Mean conduction time of the classes, ms, shape (..., k)."""
        return self.line.healthy + self.excess


def classes(population: Population) -> tuple[Array, Array]:
    """Return diameters (um) that stand for a population, and their shares, both (k,)."""
    diameters, weights = [], []
    parts = len(population.mode)
    for mode, deviation, share in zip(population.mode, population.deviation, population.share, strict=True):
        steps = np.linspace(-NERVE_CLASS_SPAN, NERVE_CLASS_SPAN, NERVE_CLASSES // parts)
        density = np.exp(-0.5 * steps**2)
        diameters.append(mode + deviation * steps)
        weights.append(share * density / density.sum())
    return np.concatenate(diameters), np.concatenate(weights)


def line(
    branch: str,
    population: str,
    start: float,
    stop: float,
    person: Person,
    anatomy: Anatomy,
    tables: Tables,
    spread: Spread,
    diameters: tuple[Array, Array] | None = None,
) -> Line:
    """Lay a population of fibres along a branch, from `start` to `stop` mm from its cell bodies.

    `diameters`, with weights, replace the classes of the population (sampled fibres).
    """
    slices = anatomy.cut(branch, start, stop, person)
    diameter, weight = diameters or classes(anatomy.populations[population])
    local = anatomy.diameter(branch, population, diameter[None, :], slices.middle[:, None])
    cost = tables.at(local, np.broadcast_to(slices.temperature[:, None], local.shape))
    periods = slices.length[:, None] / cost.length
    return Line(
        slices,
        diameter,
        weight,
        local,
        periods / spread.internode_scale,
        (periods * cost.time).sum(axis=0),
        cost,
    )


def states_of(states: xr.Dataset) -> Mapping[str, Array]:
    """Return the myelin state as arrays (..., segment) in the order of the anatomy.

    Raises
    ------
    InputError
        If a segment or variable is missing, or a share is not between 0 and 1.
    """
    wanted = [part.segment for part in SEGMENTS]
    if "segment" not in states.coords:
        raise InputError("the myelin state has no segments; give the result of remyelin.myelin.simulate.")
    known = [str(name) for name in states["segment"].to_numpy()]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise InputError(f"the myelin state lacks the segment {missing[0]!r}; see remyelin.nerve.segments.")
    order = [known.index(name) for name in wanted]
    arrays = {}
    for name in STATES:
        if name not in states:
            raise InputError(f"the myelin state lacks {name!r}; give the result of remyelin.myelin.simulate.")
        array = states[name].transpose(..., "segment").to_numpy()[..., order]
        if not np.all((array >= -NERVE_SHARE_SLACK) & (array <= 1 + NERVE_SHARE_SLACK)):
            raise InputError(f"{name} of the myelin state must lie between 0 and 1 in every segment.")
        arrays[name] = np.clip(array, 0, 1)
    return arrays


def volley(line: Line, states: Mapping[str, Array], tables: Tables, spread: Spread) -> Volley:
    """Return what arrives of a synchronous volley along a line, given the state of its segments.

    Parameters
    ----------
    line : Line
    states : mapping of str to (..., segment) array
        See :func:`states_of`.
    tables : Tables
    spread : Spread

    Returns
    -------
    Volley
    """
    here = {name: array[..., line.slices.segment] for name, array in states.items()}
    redistributed = here["channel_redistribution"][..., None]
    repaired = _repaired(line, here["thickness"], here["internode_length"], tables, spread)
    blocked = mean = square = np.zeros(())
    for name, cost in (
        ("vacuolated", line.cost.vacuolated),
        ("bare", line.cost.bare),
        ("remyelinated", repaired),
    ):
        p = here[name][..., None]
        first, further, alone, in_run = columns(cost)
        if name == "bare":  # only those whose channels have spread carry the impulse on
            alone, in_run = redistributed * alone, redistributed * in_run
        blocked = blocked + p * (1 - p) * (1 - alone) + p**2 * (1 - in_run)
        passing = p * (1 - p) * alone, p**2 * in_run
        mean = mean + passing[0] * first + passing[1] * further
        square = square + passing[0] * first**2 + passing[1] * further**2
    hazard = -(line.internodes * np.log1p(-np.minimum(blocked, NERVE_MAX_SHARE))).sum(axis=-2)
    excess = (line.internodes * mean).sum(axis=-2)
    scatter = (line.internodes * np.clip(square - mean**2, 0, None)).sum(axis=-2)

    # Among the fibres that conduct the lesser hit ones are over-represented.
    c2 = spread.frailty**2
    tilt = 1 / (1 + c2 * hazard)
    survive = tilt ** (1 / c2) if c2 > 0 else np.exp(-hazard)
    axons = here["axons"].min(axis=-1)
    count = line.internodes @ line.weight
    ectopic = (here["bare"] * here["channel_redistribution"] * count).sum(axis=-1) / count.sum()
    return Volley(
        line,
        axons[..., None] * survive,
        excess * tilt,
        scatter * tilt + excess**2 * c2 * tilt**2,
        axons,
        axons * ectopic,
    )


def _repaired(line: Line, thickness: Array, length: Array, tables: Tables, spread: Spread) -> Array:
    """First, further, alone and in a run (..., s, k, 4) of remyelinated internodes whose thickness varies."""
    width = np.sqrt(np.log1p(spread.thickness**2))
    normal = NormalDist()
    points = [normal.inv_cdf((i + 0.5) / NERVE_THICKNESS_QUANTILES) for i in range(NERVE_THICKNESS_QUANTILES)]
    factor = np.exp(width * np.array(points) - width**2 / 2)
    weights = tables.weights(thickness[..., None] * factor, length[..., None]).mean(axis=-2)
    lead = weights.shape[:-2]
    s, k, g, _ = line.cost.remyelinated.shape
    by_slice = np.swapaxes(weights.reshape(-1, s, g), 0, 1)
    costs = np.swapaxes(line.cost.remyelinated, 1, 2).reshape(s, g, -1)
    repaired: Array = np.swapaxes(by_slice @ costs, 0, 1).reshape(*lead, s, k, -1)
    return repaired
