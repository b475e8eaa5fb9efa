"""Plans of treatment by name, and the colours of those that are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GIVEN: Final = "as given"
UNTREATED: Final = "none"
SHIFTS_MONTHS: Final = (-24, -12, -6, -3, -1, 1, 3, 6, 12, 24)
#: Colours of the plans drawn.
COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        GIVEN: "#111111",
        UNTREATED: "#D55E00",
        "12 months earlier": "#009E73",
        "3 months earlier": "#56B4E9",
        "3 months later": "#E69F00",
        "12 months later": "#CC79A7",
    }
)
#: Colours that no plan has: an observed result, and the course with the ledger's own rates.
OBSERVED_COLOUR: Final = "#5E3C99"
OWN_RATES_COLOUR: Final = "#8C510A"
#: Colours of the states of an internode.
STATE_COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {"intact": "#3B6FA0", "remyelinated": "#8FBBD9", "vacuolated": "#F2C45A", "bare": "#D55E00"}
)


def shifted(months: int) -> str:
    """Return the name of the plan that begins so many months later, or earlier where negative."""
    span = f"{abs(months)} month{'s' if abs(months) > 1 else ''}"
    return f"{span} {'earlier' if months < 0 else 'later'}"


#: Plans that are drawn over time.
DRAWN: Final = (GIVEN, UNTREATED, shifted(-12), shifted(12))

RECORDED: Final = "treatment as recorded"
NO_TREATMENT: Final = "no treatment recorded"
NONE_SINCE: Final = "no treatment since the recorded one"
"""Labels of the first plan of a fit."""
