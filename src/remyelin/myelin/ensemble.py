"""Parameter sets that the calibration rows cannot tell apart, for answers with a spread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


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
