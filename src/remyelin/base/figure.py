"""Figures as plain data: one JSON-ready form, drawn as SVG for the report and by the page for the app."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or points: x and y of equal length; None breaks the line.

    `low` and `high` are the band around a line, or the error bars of points.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float | None]
    colour: str
    width: float = 1.5
    dashed: bool = False
    points: bool = False
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    marker: str = "o"


@dataclass(frozen=True, slots=True)
class Heat:
    """A map: z by row (y) and column (x), regular or not; None is left blank.

    With `categories`, z counts them from 0, each has a colour, and a legend takes the place of the scale.
    """

    x: Sequence[float]
    y: Sequence[float]
    z: Sequence[Sequence[float | None]]
    label: str
    z_range: tuple[float, float] | None = None
    categories: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """One set of axes.

    `normal` and `unsure` are shaded ranges of y (None is open); `marks` are dotted vertical lines; a
    `stacked` panel piles its series up from zero; `heat` is a map under the series; `log` and `log_x` make
    an axis logarithmic.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    stacked: bool = False
    log: bool = False
    y_range: tuple[float | None, float | None] = (None, None)
    normal: tuple[float | None, float | None] | None = None
    unsure: tuple[float, float] | None = None
    marks: tuple[float, ...] = ()
    x_range: tuple[float, float] | None = None
    log_x: bool = False
    heat: Heat | None = None

    @property
    def lines(self) -> dict[str, tuple[Any, ...]]:
        """Names of a legend here, and the look of each."""
        found: dict[str, tuple[Any, ...]] = {}
        for name, colour in self.heat.categories if self.heat is not None else ():
            found.setdefault(name, (colour, "area"))
        for one in self.series:
            found.setdefault(one.label, (one.colour, one.dashed, one.points and one.marker))
        return found


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels side by side, with a caption that states the point to see."""

    name: str
    title: str
    caption: str
    panels: tuple[Panel, ...]
    columns: int = 2
    panel_height: float = 2.1

    @property
    def shared(self) -> tuple[str, ...]:
        """Names one legend gives for all panels: drawn in half of them, in two at least, and nothing else looks alike.

        Every other name belongs to its panel, for the colours of one panel come again in the next.
        """
        # the fullest panel gives the order
        drawn = sorted((panel.lines for panel in self.panels if panel.lines), key=len, reverse=True)
        count = Counter(name for lines in drawn for name in lines)
        alike: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        for lines in drawn:
            for name, look in lines.items():
                alike[look].add(name)
        unclear = {name for names in alike.values() if len(names) > 1 for name in names}
        enough = max(len(drawn) / 2, min(2, len(drawn)))
        return tuple(name for name in count if count[name] >= enough and name not in unclear)

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as JSON-ready data."""
        return asdict(self) | {"shared": list(self.shared)}
