"""The posterior of the fit to patients: parameter sets that the calibration rows cannot tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from remyelin.base.errors import InputError
from remyelin.evidence.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Posterior:
    """Sets of numbers, and how they were made.

    Attributes
    ----------
    sets : tuple of mapping of str to float
        Ledger entry to value: ``ledger.replace(set)`` is the ledger of one set. The entries ``patient.*`` of a set are
        the traits of one person who is found ill under it.
    made : str
        Command, seed and hash of what the sets rest on.
    criteria : str
        How many sets were tried and what they were held against.
    """

    sets: tuple[Mapping[str, float], ...]
    made: str
    criteria: str

    @property
    def effective(self) -> float:
        """Number of independent sets that tell as much, at most, as the criteria state it."""
        return float(self.criteria.partition("an effective ")[2].partition(")")[0])


@cache
def posterior() -> Posterior:
    """Return the shipped posterior; ``remyelin rebuild people`` makes it."""
    text = files("remyelin.evidence").joinpath("data", "posterior.csv").read_text(encoding="utf-8")
    made, criteria, header, *rows = text.splitlines()
    names = header.split(",")
    sets = tuple(MappingProxyType(dict(zip(names, map(float, row.split(",")), strict=True))) for row in rows)
    return Posterior(sets, made.lstrip("# "), criteria.lstrip("# "))


def chosen(count: int | None = None) -> tuple[int, ...]:
    """Return the places of so many sets, spread evenly over the posterior; all when omitted.

    Raises
    ------
    InputError
        If there are not so many.
    """
    whole = len(posterior().sets)
    if count is not None and not 1 <= count <= whole:
        raise InputError(f"the posterior cannot give {count} sets; ask for 1 to {whole}.")
    return tuple(range(whole)) if count is None else tuple(i * whole // count for i in range(count))


def ledgers(ledger: Ledger, count: int | None = None) -> tuple[Ledger, ...]:
    """Return the ledger of each of so many sets; overridden entries stay as they are.

    Parameters
    ----------
    ledger : Ledger
        The numbers of the run.
    count : int, optional
        How many; all when omitted.

    Raises
    ------
    InputError
        If there are not so many.
    """
    fixed = ledger.overrides()
    sets = posterior().sets
    return tuple(
        ledger.replace({name: value for name, value in sets[i].items() if name not in fixed})
        for i in chosen(count)
    )
