"""Captions that name their panels, which stand below each other on a phone."""

from __future__ import annotations

import re
from dataclasses import replace

from remyelin.base.figure import Figure

_SIDE = re.compile(r"\b(Left|Middle|Right):")
_PLACES = {"Left": 0, "Middle": 1, "Right": -1}


def captioned(figure: Figure) -> Figure:
    """Return a figure of one row whose caption has the titles of the panels in the place of their sides.

    Examples
    --------
    >>> from remyelin.base.figure import Panel
    >>> panels = tuple(Panel(title, "x", "y", ()) for title in ("Speed", "Safety"))
    >>> captioned(Figure("one", "One", "Left: measured. Right: computed.", panels)).caption
    'Speed: measured. Safety: computed.'
    """
    return replace(
        figure, caption=_SIDE.sub(lambda side: f"{figure.panels[_PLACES[side[1]]].title}:", figure.caption)
    )
