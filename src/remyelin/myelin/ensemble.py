"""Sets of rates for answers with a spread: repair from the lesions of animals, all rates from the posterior."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.evidence.posterior import chosen, ledgers, posterior
from remyelin.myelin.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Repair:
    """Sets of the rates of repair that meet the rows of toxin lesions.

    Attributes
    ----------
    sets : tuple of mapping of str to float
        Ledger entry to value, by :data:`REPAIR`.
    made : str
        Command, seed and hash of the ledger the sets were made from.
    criteria : str
        How many sets were tried, and what each row refused.
    """

    sets: tuple[Mapping[str, float], ...]
    made: str
    criteria: str


@cache
def repair() -> Repair:
    """Return the shipped sets; see :mod:`remyelin.analysis.calibration.ensemble` for how they are made."""
    text = files("remyelin.myelin").joinpath("repair.csv").read_text(encoding="utf-8")
    made, criteria, header, *rows = text.splitlines()
    names = header.split(",")
    sets = tuple(MappingProxyType(dict(zip(names, map(float, row.split(",")), strict=True))) for row in rows)
    return Repair(sets, made.lstrip("# "), criteria.lstrip("# "))


REPAIR: Final = (
    "myelin.peripheral.remyelination",
    "myelin.central.remyelination",
    "myelin.peripheral.clearance",
    "myelin.central.clearance",
    "myelin.shared.differentiation_exponent",
    "myelin.shared.debris_signal",
    "myelin.shared.debris_block",
    "myelin.shared.thickening",
    "myelin.peripheral.thickness_limit",
)
"""Rates of repair, which toxin lesions of animals decide."""


AXONAL: Final = (
    "myelin.shared.axon_vacuolated",
    "myelin.central.axon_bare",
    "myelin.peripheral.axon_bare",
    "myelin.shared.axon_trophic",
    "myelin.peripheral.axon_direct",
    "myelin.central.axon_direct",
    "myelin.peripheral.regrowth_share",
)
"""Rates that decide over axons, which no row of the layer fixes; the posterior holds some of them."""


def members(ledger: Ledger, count: int | None = None, *, also: Iterable[str] = ()) -> tuple[Parameters, ...]:
    """Return the rates of sets of the posterior, for answers with a spread.

    Parameters
    ----------
    ledger : Ledger
        The numbers of the run; what was overridden in it is kept as it is in every member.
    count : int, optional
        How many members, spread evenly over the posterior; all when omitted.
    also : iterable of str
        Entries that the rows say nothing about, as :data:`AXONAL`, to be drawn too, where the posterior does not hold
        them: each on its own and evenly over its range, in the logarithm where the range is above zero.

    Returns
    -------
    tuple of Parameters
        To be given to :func:`remyelin.myelin.simulate` in place of one. The same call gives the same members.

    Raises
    ------
    InputError
        If there are not so many, or an entry has no range.

    Examples
    --------
    >>> from remyelin import Ledger, myelin
    >>> len(myelin.members(Ledger.shipped(), 3))
    3
    """
    sets = posterior().sets
    drawn = {name: _column(ledger, name, len(sets)) for name in also if name not in sets[0]}
    fixed = ledger.overrides()
    found = []
    for place, own in zip(chosen(count), ledgers(ledger, count), strict=True):
        extra = {name: float(values[place]) for name, values in drawn.items() if name not in fixed}
        found.append(Parameters.from_ledger(own.replace(extra)))
    return tuple(found)


def _column(ledger: Ledger, name: str, count: int) -> NDArray[np.float64]:
    """Draw a value per member, one from each of `count` equal parts of the range, the same at every call."""
    bounds = ledger.entry(name).range
    if bounds is None:
        raise InputError(f"{name!r} has no range to be drawn from.")
    low, high = bounds
    rng = np.random.default_rng([*name.encode()])
    share = (rng.permutation(count) + rng.random(count)) / count
    if low > 0.0:
        return np.asarray(np.clip(low * (high / low) ** share, low, high))
    return np.asarray(low + share * (high - low))
