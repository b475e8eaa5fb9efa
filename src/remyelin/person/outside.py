"""Persons of whom the model knows nothing, and why they have no forecast."""

from __future__ import annotations

from typing import Final

from remyelin.evidence import Ledger

CHILD: Final = "A child with symptoms or a low value should see a doctor who treats children, soon."
PREGNANCY: Final = "pregnancy and breastfeeding"


def too_young(age: float | None) -> str:
    """Say why there is no forecast for a child; empty for an adult, and where no age is stated.

    Parameters
    ----------
    age : float or None
        Years.

    Examples
    --------
    >>> too_young(17.0), too_young(9.0)[:36]
    ('', 'this person is 9 years old, and the ')
    """
    # a limit of the model as shipped, and no number of a run
    over = Ledger.shipped()["plausible.age_over"]
    if age is None or age > over:
        return ""
    return (
        f"this person is {age:.3g} years old, and the model is for persons over {over:g}: it was not fitted to "
        f"children. {CHILD}"
    )


def beyond(state: str) -> str:
    """Say why there is no forecast for somebody in a state that the model does not know.

    Examples
    --------
    >>> beyond(PREGNANCY)[:36]
    'the model knows nothing of pregnancy'
    """
    child = " What a value means for mother and child is for a doctor, soon." if state == PREGNANCY else ""
    return f"the model knows nothing of {state}: no number in it was fitted to that.{child}"
