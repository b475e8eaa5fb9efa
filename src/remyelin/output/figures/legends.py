"""Legends of figures drawn as SVG: their entries, the room they take, and the drawing."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.base.figure import Panel
from remyelin.output.figures import shapes

# Inches that an entry of a legend takes: without its name, for each letter of it, and of height.
_ENTRY, _LETTER, _LINE = 0.43, 0.062, 0.2
_HANDLE: Final = 13.6  # pt, length of a line in a legend


@dataclass(frozen=True, slots=True)
class Look:
    """Look of an entry of a legend: a line, points, or an area."""

    colour: str
    width: float = 1.5
    dashed: bool = False
    marker: str = ""
    area: bool = False


def looks_of(panel: Panel) -> dict[str, Look]:
    """Return the entries of the legend of a panel by name."""
    found: dict[str, Look] = {}
    for name, colour in panel.heat.categories if panel.heat is not None else ():
        found.setdefault(name, Look(colour, area=True))
    for series in panel.series:
        marker = series.marker if series.points else ""
        found.setdefault(
            series.label, Look(series.colour, series.width, series.dashed, marker, area=panel.stacked)
        )
    return found


def columns_of(names: Sequence[str], count: int) -> list[float]:
    """Return the widths (inches) of the columns of a legend, filled one after the other."""
    filled = np.array_split([len(name) for name in names], count) if names else []
    return [_ENTRY + _LETTER * max(column, default=0) for column in filled]


def fitting(names: Sequence[str], width: float, most: int) -> int:
    """Columns of a legend of these names within a width, guessed from their lengths; no more than its rows need."""
    for columns in range(min(most, len(names)), 1, -1):
        if sum(columns_of(names, columns)) <= width:
            rows = -(-len(names) // columns)
            return -(-len(names) // rows)
    return 1


def tall_of(names: Sequence[str], columns: int) -> float:
    """Height of a legend, inches."""
    return _LINE * -(-len(names) // columns) + 0.1 if names else 0.0


def legend(looks: Mapping[str, Look], columns: int, left: float, top: float) -> str:
    """Return a legend whose columns are filled one after the other, its corner at a place in pt."""
    names, drawn = list(looks), []
    for part, width in zip(
        np.array_split(np.arange(len(names)), columns) if names else (),
        columns_of(names, columns),
        strict=True,
    ):
        for row, place in enumerate(part.tolist()):
            middle = top + shapes.INCH * _LINE * (row + 0.5)
            drawn.append(_handle(looks[names[place]], left, middle))
            drawn.append(shapes.text(left + _HANDLE + 6.0, middle + 3.0, names[place], fill=shapes.INK))
        left += shapes.INCH * width
    return "".join(drawn)


def narrow_legend(looks: Mapping[str, Look], left: float, top: float, width: float) -> tuple[str, float]:
    """Return a legend of one entry a row, long names broken, and the height (inches) that it takes.

    Its corner lies at `left` (pt) and `top` (inches); `width` is that of the drawing (inches).
    """
    drawn, row = [], 0
    for name, look in looks.items():
        drawn.append(_handle(look, left, shapes.INCH * (top + _LINE * (row + 0.5))))
        for words in textwrap.wrap(name, int((width - _ENTRY) / _LETTER)):
            middle = shapes.INCH * (top + _LINE * (row + 0.5))
            drawn.append(shapes.text(left + _HANDLE + 6.0, middle + 3.0, words, fill=shapes.INK))
            row += 1
    return "".join(drawn), _LINE * row + 0.1 if row else 0.0


def _handle(look: Look, left: float, middle: float) -> str:
    """Return the sample of a line, points or an area that stands before its name in a legend."""
    if look.area:
        return shapes.box(
            left + 2.0,
            middle - 3.0,
            _HANDLE - 4.0,
            6.0,
            fill=look.colour,
            stroke=shapes.PALE,
            stroke_width=0.4,
        )
    if look.marker:
        centre = np.array([left + _HANDLE / 2])
        return shapes.points(centre, np.array([middle]), look.colour, 3.0 * look.width, look.marker)
    ground = ""
    if look.colour.upper() == "#FFFFFF":  # drawn over a map
        ground = shapes.box(left, middle - 3.0, _HANDLE, 6.0, fill=shapes.PALE)
    ends = np.array([left, left + _HANDLE])
    return ground + shapes.line(ends, np.full(2, middle), look.colour, look.width, look.dashed)
