"""Measures of a cohort at a visit, in words that a population file can use.

A measure is a name, or a name and an argument after a colon: ``complete``, ``noticed:gait``,
``abnormal:tibial_sep``, ``median:b12``. Several studies or symptoms, any of which counts, are parted by ``|``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError, nearest
from remyelin.catalogue.markers import MARKERS
from remyelin.catalogue.studies import GROUPS, PERONEAL_MOTOR, SURAL, TIBIAL_SEP

Columns = Mapping[str, NDArray[np.float64]]
Values = NDArray[np.float64]


def _any(columns: Columns, names: list[str]) -> Values:
    found: Values = 100.0 * np.any([columns[name] > 0.5 for name in names], axis=0)
    return found


def _studies(argument: str) -> list[str]:
    return [study for word in argument.split("|") for study in GROUPS.get(word, (word,))]


def _abnormal(now: Columns, before: Columns, argument: str) -> Values:
    return _any(now, [f"{study}.abnormal" for study in _studies(argument)])


def _beyond(now: Columns, before: Columns, argument: str) -> Values:
    quantity, _, words = argument.partition("@")
    wanted = _studies(words)
    names = [
        name for name in now if name.endswith(f".{quantity}.abnormal") and name.partition(".")[0] in wanted
    ]
    if not names:
        raise InputError(f"measure beyond:{argument}: no norm of {quantity!r} in {words}.")
    return _any(now, names)


def _noticed(now: Columns, before: Columns, argument: str) -> Values:
    return _any(now, [f"noticed.{symptom}" for symptom in argument.split("|")])


def _sign(now: Columns, before: Columns, argument: str) -> Values:
    return _any(now, [f"sign.{sign}" for sign in argument.split("|")])


def _complete(now: Columns, before: Columns, argument: str) -> Values:
    return 100.0 * now["complete"]


def _unlimited(now: Columns, before: Columns, argument: str) -> Values:
    return 100.0 * now["unlimited"]


def _gain(now: Columns, before: Columns) -> Values:
    ill = before["severity"] > 0
    share = 1.0 - now["severity"] / np.where(ill, before["severity"], 1.0)
    gained: Values = np.where(ill, share, np.nan)
    return gained


def _improved(now: Columns, before: Columns, argument: str) -> Values:
    gain = _gain(now, before)
    return np.where(np.isnan(gain), np.nan, 100.0 * (gain >= float(argument)))


def _responded(now: Columns, before: Columns, argument: str) -> Values:
    gain = _gain(now, before)
    return np.where(np.isnan(gain), np.nan, 100.0 * (gain > 0))


def _residual(now: Columns, before: Columns, argument: str) -> Values:
    found: Values = 100.0 * (now["scale.gait"] >= 2).astype(np.float64)
    return found


def _column(now: Columns, before: Columns, argument: str) -> Values:
    return now[argument]


def _change(now: Columns, before: Columns, argument: str) -> Values:
    return now[argument] - before[argument]


#: Name of a measure: what it is per person, how persons are put together, whether it takes an argument.
MEASURES: Final[Mapping[str, tuple[Callable[[Columns, Columns, str], Values], str, bool]]] = {
    "abnormal": (_abnormal, "mean", True),
    "beyond": (_beyond, "mean", True),
    "noticed": (_noticed, "mean", True),
    "sign": (_sign, "mean", True),
    "complete": (_complete, "mean", False),
    "unlimited": (_unlimited, "mean", False),
    "improved": (_improved, "mean", True),
    "responded": (_responded, "mean", False),
    "residual": (_residual, "mean", False),
    "mean": (_column, "mean", True),
    "median": (_column, "median", True),
    "change": (_change, "mean", True),
}


def check_measure(text: str) -> None:
    """Refuse a measure that is none, before anything runs.

    Raises
    ------
    ValueError
        With what would be right.
    """
    name, _, argument = text.partition(":")
    if name not in MEASURES:
        raise ValueError(f"measure: no measure named {name!r}; {nearest(name, MEASURES)}")
    if MEASURES[name][2] != bool(argument):
        raise ValueError(
            f"measure {text!r}: {'give' if MEASURES[name][2] else 'takes no'} argument after a colon."
        )
    if name == "improved":
        try:
            float(argument)
        except ValueError:
            raise ValueError(f"measure {text!r}: give a share, as improved:0.5.") from None


def per_person(text: str, now: Columns, before: Columns) -> Values:
    """Return a measure of every person at a visit; NaN where it cannot be told.

    Parameters
    ----------
    text : str
        The measure.
    now, before : mapping of str to (person,) array
        Columns at the visit, and at the first visit.

    Raises
    ------
    InputError
        For a study, symptom, sign or column that does not exist.
    """
    name, _, argument = text.partition(":")
    try:
        return np.asarray(MEASURES[name][0](now, before, argument), dtype=np.float64)
    except KeyError as error:
        missing = str(error.args[0])
        raise InputError(f"measure {text}: no column {missing!r}; {nearest(missing, now)}") from None


def together(text: str, values: Values) -> float:
    """Return the measure of a group: the mean or median of those in whom it can be told."""
    known = values[np.isfinite(values)]
    if not known.size:
        return float("nan")
    return float(np.median(known) if MEASURES[text.partition(":")[0]][1] == "median" else np.mean(known))


#: Measures in percent of persons.
PERCENT: Final = frozenset(
    {"abnormal", "beyond", "noticed", "sign", "complete", "improved", "responded", "residual"}
)

#: What the table of variation shows: label, measure, unit.
OUTCOMES: Final[tuple[tuple[str, str, str], ...]] = (
    (MARKERS["b12"].label, "median:b12", "pmol/L"),
    (MARKERS["mma"].label, "median:mma", "nmol/L"),
    (MARKERS["homocysteine"].label, "median:homocysteine", "umol/L"),
    ("severity of symptoms (0 to 7)", "mean:severity", "1"),
    ("disability scale (0 to 16)", "mean:scale.total", "points"),
    ("complete recovery", "complete", "%"),
    ("tibial P40 latency", f"median:{TIBIAL_SEP}.P40.latency", "ms"),
    ("sural amplitude", f"median:{SURAL}.ankle.amplitude", "uV"),
    ("peroneal velocity", f"median:{PERONEAL_MOTOR}.knee.velocity", "m/s"),
    ("least axons of a segment", "mean:axons.least", "1"),
)
