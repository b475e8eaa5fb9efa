"""Grades of sight from a measured visual acuity."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

NAMES: Final = ("visual acuity", "acuity", "va", "bcva", "best corrected visual acuity")
#: Least acuity of no, mild and moderate impairment of distance vision, by the International Classification of
#: Diseases (ICD-11, 9D90; recalled). The grades that it allows are beside it: complaints follow acuity roughly.
_LEAST: Final = ((Fraction(6, 12), (0, 1)), (Fraction(6, 18), (1, 2)), (Fraction(6, 60), (2, 3)))
_WORST: Final = (3, 3)
_BELOW_CHART: Final = re.compile(
    r"\b(?:counting fingers|count fingers|finger counting|hand movements?|hand motion|no light perception|"
    r"light perception|cf|hm|nlp|lp|npl|pl|blind)\b"
)
_WRITTEN: Final = re.compile(
    r"^(\d{1,3}(?:\.\d+)?) ?/ ?(\d{1,4}(?:\.\d+)?)\b(?! ?/)|^([01]?\.\d+|[012](?:\.0+)?)\b(?! ?/)"
)


def levels_of_acuity(text: str) -> tuple[int, int] | None:
    """Return the lowest and highest grade of disturbed vision that a visual acuity allows; None for other text.

    Examples
    --------
    >>> levels_of_acuity("20/25"), levels_of_acuity("6/60 both eyes"), levels_of_acuity("0.05")
    ((0, 1), (2, 3), (3, 3))
    >>> levels_of_acuity("counting fingers"), levels_of_acuity("poor")
    ((3, 3), None)
    """
    said = " ".join(text.casefold().split())
    if _BELOW_CHART.search(said):
        return _WORST
    match = _WRITTEN.match(said)
    if match is None or (match[2] is not None and not Fraction(match[2])):
        return None
    acuity = Fraction(match[1]) / Fraction(match[2]) if match[1] else Fraction(match[3])
    return next((grades for least, grades in _LEAST if acuity >= least), _WORST)
