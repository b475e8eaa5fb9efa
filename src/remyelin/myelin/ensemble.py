"""Parameter sets that the calibration rows cannot tell apart, for answers with a spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from remyelin.errors import InputError
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
    """Return the shipped ensemble; see :mod:`remyelin.validation.ensemble` for how it is made."""
    text = files("remyelin.myelin").joinpath("ensemble.csv").read_text(encoding="utf-8")
    made, criteria, header, *rows = text.splitlines()
    names = header.split(",")
    members = tuple(
        MappingProxyType(dict(zip(names, map(float, row.split(",")), strict=True))) for row in rows
    )
    return Ensemble(members, made.lstrip("# "), criteria.lstrip("# "))


def members(ledger: Ledger, count: int | None = None) -> tuple[Parameters, ...]:
    """Return the rates of the ensemble's members, for answers with a spread.

    Parameters
    ----------
    ledger : Ledger
        The numbers of the run; what was overridden in it is kept as it is in every member.
    count : int, optional
        How many members, spread evenly over the ensemble; all when omitted.

    Returns
    -------
    tuple of Parameters
        To be given to :func:`remyelin.myelin.simulate` in place of one.

    Raises
    ------
    InputError
        If there are not so many.
    """
    sets = ensemble().members
    if count is not None and not 1 <= count <= len(sets):
        raise InputError(f"the ensemble cannot give {count} members; ask for 1 to {len(sets)}.")
    chosen = sets if count is None else [sets[i * len(sets) // count] for i in range(count)]
    fixed = ledger.overrides()
    return tuple(
        Parameters.from_ledger(
            ledger.replace({name: value for name, value in member.items() if name not in fixed})
        )
        for member in chosen
    )
