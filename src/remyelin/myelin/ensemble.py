"""Parameter sets that the calibration rows cannot tell apart, for answers with a spread."""

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
from remyelin.myelin.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Sets of overrides that meet every calibration row of the layer.

    Attributes
    ----------
    members : tuple of mapping of str to float
        Ledger entry to value: ``ledger.replace(member)`` is the ledger of one member.
    made : str
        Script, seed and hash of the ledger the sets were made from.
    criteria : str
        How many sets were tried, and what each row refused.
    """

    members: tuple[Mapping[str, float], ...]
    made: str
    criteria: str


@cache
def ensemble() -> Ensemble:
    """Return the shipped ensemble; see :mod:`remyelin.analysis.calibration.ensemble` for how it is made."""
    text = files("remyelin.myelin").joinpath("ensemble.csv").read_text(encoding="utf-8")
    made, criteria, header, *rows = text.splitlines()
    names = header.split(",")
    members = tuple(
        MappingProxyType(dict(zip(names, map(float, row.split(",")), strict=True))) for row in rows
    )
    return Ensemble(members, made.lstrip("# "), criteria.lstrip("# "))


AXONAL: Final = (
    "myelin.shared.axon_vacuolated",
    "myelin.central.axon_bare",
    "myelin.peripheral.axon_bare",
    "myelin.shared.axon_trophic",
    "myelin.peripheral.axon_direct",
    "myelin.central.axon_direct",
    "myelin.peripheral.regrowth_share",
)
"""What decides over axons: no row of the layer fixes any of it, and only the recovery of patients chose three."""


def members(ledger: Ledger, count: int | None = None, *, also: Iterable[str] = ()) -> tuple[Parameters, ...]:
    """Return the rates of the ensemble's members, for answers with a spread.

    Parameters
    ----------
    ledger : Ledger
        The numbers of the run; what was overridden in it is kept as it is in every member.
    count : int, optional
        How many members, spread evenly over the ensemble; all when omitted.
    also : iterable of str
        Entries that the rows of the layer say nothing about, as :data:`AXONAL`, to be drawn too: each on
        its own and evenly over its range, in the logarithm where the range is above zero.

    Returns
    -------
    tuple of Parameters
        To be given to :func:`remyelin.myelin.simulate` in place of one. The same call gives the same members.

    Raises
    ------
    InputError
        If there are not so many, or an entry has no range or is one of the ensemble's own.
    """
    sets = ensemble().members
    if count is not None and not 1 <= count <= len(sets):
        raise InputError(f"the ensemble cannot give {count} members; ask for 1 to {len(sets)}.")
    chosen = range(len(sets)) if count is None else [i * len(sets) // count for i in range(count)]
    drawn = {name: _column(ledger, name, len(sets)) for name in also}
    for name in drawn:
        if name in sets[0]:
            raise InputError(f"{name!r} is already one of the numbers of the ensemble; leave it out of also.")
    fixed = ledger.overrides()
    each = [{**sets[i], **{name: float(values[i]) for name, values in drawn.items()}} for i in chosen]
    return tuple(
        Parameters.from_ledger(
            ledger.replace({name: value for name, value in member.items() if name not in fixed})
        )
        for member in each
    )


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
