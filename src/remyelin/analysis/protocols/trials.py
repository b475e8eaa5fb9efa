"""Trials of homocysteine lowering and the brain: the null the model reproduces, and the one it contradicts.

They are shown beside the rows of the layer and take no part in choosing parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from remyelin.analysis.protocols.people import adult, at, with_b12
from remyelin.cobalamin import read_order, treated
from remyelin.evidence import Ledger

TWO_YEARS = 730.5


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial beside the model.

    Attributes
    ----------
    name : str
        Citation key.
    outcome, unit : str
        What was compared between treated and untreated.
    published, model : float
        The difference found, and that of the model.
    homocysteine_change : float
        Change of homocysteine in the model under the treatment, %.
    verdict : {"holds", "conflict"}
    """

    name: str
    outcome: str
    unit: str
    published: float
    model: float
    homocysteine_change: float
    verdict: Literal["holds", "conflict"]


def trials(ledger: Ledger) -> tuple[Trial, ...]:
    """Run the treated arm of both kinds of trial: 70 and 75 years, serum B12 230 pmol/L, two years."""
    found = []
    for key, age, homocysteine in (("clarke2014", 70, 12.0), ("smith2010", 75, 13.0)):
        person = with_b12(adult(ledger, age=age), 230, ledger, by="food_release")
        before = float(at(person, [0.0], ledger)["homocysteine"][0])
        person = replace(person, metabolite_scale_hcy=homocysteine / before)
        given = treated(person, read_order("b12 b6 folate", 0.0, TWO_YEARS, ledger))
        course = at(given, [-1.0, TWO_YEARS - 1], ledger)
        level = course["homocysteine"].to_numpy()
        change = 100 * float(level[1] / level[0] - 1)
        if key == "clarke2014":
            published = ledger.table("cognition.clarke")["cognition_change"][0]
            gained = float(course["cognition"][1] - course["cognition"][0])
            found.append(
                Trial(key, "cognition", "SD", published, gained, change, _agrees(gained, published, 0.1))
            )
        else:
            rates = ledger.table("cognition.vitacog")
            published = rates["treated"][0] - rates["placebo"][0]
            # Brain volume is no state of the model: treatment changes it not at all.
            found.append(
                Trial(
                    key, "shrinkage of the brain", "%/y", published, 0.0, change, _agrees(0.0, published, 0.1)
                )
            )
    return tuple(found)


def _agrees(model: float, published: float, margin: float) -> Literal["holds", "conflict"]:
    return "holds" if abs(model - published) <= margin else "conflict"
