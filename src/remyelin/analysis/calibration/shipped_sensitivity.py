"""The shipped sensitivity analysis, read back: the share of an answer that rests on each unmeasured number.

Made by :mod:`remyelin.analysis.calibration.sensitivity`; nothing is simulated here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.plain import percent
from remyelin.evidence.entry_names import entry_name
from remyelin.person.case import load_case

_SHOWN: Final = 3  # numbers named in one sentence


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect of one number on one answer, in the unit of the answer.

    Attributes
    ----------
    mean, spread : float
        Mean size and standard deviation of Morris' elementary effects over the whole range of the number.
    first, total, error : float or None
        Sobol indices: shares of the answer's variance from the number alone, and with all that it
        interacts with, and the half width of the 95 % interval of the latter; None where the number was
        not among the few that were taken further.
    ends : float
        Largest change with the number at an end of its range, all else as shipped.
    """

    mean: float
    spread: float
    first: float | None
    total: float | None
    error: float | None
    ends: float


@dataclass(frozen=True, slots=True)
class Influence:
    """One number that the answers read: entry, kind, the value and range it was tried over, its effects.

    ``method`` is ``morris``, ``ends`` (only the ends of its range were tried) or empty where the number was
    not varied.
    """

    entry: str
    kind: str
    value: str
    low: float | None
    high: float | None
    method: str
    effects: Mapping[str, Effect]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The whole analysis: how it was made, the answers looked at, and every number they read."""

    made: str
    answers: tuple[str, ...]
    numbers: tuple[Influence, ...]

    def ranked(self, answer: str) -> tuple[Influence, ...]:
        """Return the numbers that were varied, the most influential first.

        Raises
        ------
        InputError
            For an answer that was not looked at.
        """
        if answer not in self.answers:
            raise InputError(f"no sensitivity of {answer!r}; {nearest(answer, self.answers)}")
        varied = [number for number in self.numbers if number.method]
        return tuple(
            sorted(
                varied,
                key=lambda n: (
                    n.effects[answer].total or 0.0,
                    max(n.effects[answer].mean, n.effects[answer].ends),
                ),
                reverse=True,
            )
        )


@cache
def sensitivity() -> Sensitivity:
    """Return the shipped analysis."""
    path = files("remyelin.analysis.calibration").joinpath("data", "sensitivity.csv")
    made, *lines = path.read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(lines))
    head = rows[0]
    answers = tuple(name.removesuffix(" mean") for name in head if name.endswith(" mean"))
    numbers = []
    for row in rows[1:]:
        cells = dict(zip(head, row, strict=True))

        def number(name: str, cells: Mapping[str, str] = cells) -> float | None:
            return float(cells[name]) if cells[name] else None

        effects = {
            answer: Effect(
                number(f"{answer} mean") or 0.0,
                number(f"{answer} spread") or 0.0,
                number(f"{answer} first"),
                number(f"{answer} total"),
                number(f"{answer} error"),
                number(f"{answer} ends") or 0.0,
            )
            for answer in answers
        }
        numbers.append(
            Influence(
                cells["entry"],
                cells["kind"],
                cells["value"],
                number("low"),
                number("high"),
                cells["method"],
                MappingProxyType(effects),
            )
        )
    return Sensitivity(made.lstrip("# "), answers, tuple(numbers))


def heaviest_of(answer: str) -> list[Influence]:
    """Return the few numbers that an answer rests most on, as :func:`rests_on` names them."""
    ranked = sensitivity().ranked(answer)
    return [number for number in ranked[:_SHOWN] if number.effects[answer].total]


def titled(answer: str) -> str:
    """Name an answer for a reader: that of the case by its title.

    Examples
    --------
    >>> titled("vegan-diet: disability at presentation")
    'Disability at presentation of the shipped case “Vegan diet without a supplement for ten years”'
    """
    case, _, what = answer.partition(": ")
    return f"{what[0].upper()}{what[1:]} of the shipped case \u201c{load_case(case).title}\u201d"


def rests_on(answer: str) -> str:
    """Say in one sentence on which unmeasured numbers an answer rests most.

    Parameters
    ----------
    answer : str
        One of ``sensitivity().answers``, as ``"pernicious-anaemia: disability after 12 months"``.

    Returns
    -------
    str

    Raises
    ------
    InputError
        For an answer that was not looked at.
    """
    found = sensitivity()
    ranked = found.ranked(answer)
    moving = sum(number.effects[answer].ends >= 1.0 for number in ranked)
    named = [
        f"\u201c{entry_name(number.entry)}\u201d ({number.kind}, "
        f"{percent(min(number.effects[answer].total or 0.0, 1.0))})"
        for number in heaviest_of(answer)
    ]
    return (
        f"{titled(answer)} rests most on {', '.join(named)}. These are shares of the variance over their "
        f"ranges, each with its interactions; {moving} of {len(ranked)} assumed or calibrated "
        "numbers move it by a point or more when put to an end of their range alone."
    )
