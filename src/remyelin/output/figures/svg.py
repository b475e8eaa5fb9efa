"""Figures drawn as SVG, the same bytes for the same figure."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.base.figure import Figure, Heat, Panel, Series
from remyelin.output.figures import legends, shapes
from remyelin.output.figures.axes import Axis, edges, x_limits, y_limits

_FONT, _TITLE = 8.5, 9.5  # pt
_FAMILY: Final = "'DejaVu Sans', Verdana, sans-serif"
_WIDTH = 9.2
_NARROW: Final = 3.9  # inches, of a phone: one panel below the other
# Margins of the field of panels and gaps between panels, inches; a panel's own legend begins left of its axis.
_LEFT, _RIGHT, _BOTTOM, _TOP, _BESIDE, _BELOW, _ASIDE = 0.62, 0.12, 0.5, 0.3, 0.72, 0.78, 0.5
_TICK: Final = 3.5  # pt
_DIGIT: Final = 5.4  # pt, width of a digit of a tick
_VECTOR_CELLS = 900  # a map of more cells is drawn as an image inside the SVG
# Of the width of a panel that a map leaves to its scale; a narrow drawing has no room beside the panel.
_SCALE, _NARROW_SCALE = 0.84, 0.78
_TITLE_LETTER: Final = 0.092  # inches, of a title in bold
_TITLE_LINE: Final = 0.17  # inches


def to_svg(figure: Figure) -> str:
    """Return the figure as an ``<svg>`` element with a title for screen readers, as wide as a page."""
    columns = min(figure.columns, len(figure.panels))
    rows = -(-len(figure.panels) // columns)
    wide = (_WIDTH - _LEFT - _RIGHT - _BESIDE * (columns - 1)) / columns
    shared, owned = _named(figure)
    ncols = legends.fitting(shared, _WIDTH, 5 if columns > 3 else 3)
    own_ncols = [legends.fitting(names, wide + _ASIDE, 4) for names in owned]
    legend = legends.tall_of(shared, ncols)
    own = [legends.tall_of(names, n) for names, n in zip(owned, own_ncols, strict=True)]
    # a row of panels leaves room for the tallest of their legends, all rows but the last alike
    between, last = max(own[: columns * (rows - 1)], default=0.0), max(own[columns * (rows - 1) :])
    titles = [textwrap.wrap(panel.title, int((wide + _ASIDE) / _TITLE_LETTER)) for panel in figure.panels]
    above = _TITLE_LINE * (max(map(len, titles)) - 1) if columns > 1 else 0.0  # room for broken titles
    height = rows * figure.panel_height + between * (rows - 1) + last + legend + 0.1
    tall = (height - _TOP - (_BELOW + between) * (rows - 1) - _BOTTOM - last - legend) / rows
    drawn = []
    looks: dict[str, legends.Look] = {}
    for place, (panel, names, n) in enumerate(zip(figure.panels, owned, own_ncols, strict=True)):
        row, column = divmod(place, columns)
        frame = _Frame(
            shapes.INCH * (_LEFT + column * (wide + _BESIDE)),
            shapes.INCH * (_TOP + above + row * (tall + _BELOW + between + above)),
            shapes.INCH * wide,
            shapes.INCH * tall,
        )
        drawn.append(
            _panel(panel, frame, f"{figure.name}-{place}", title=titles[place] if columns > 1 else None)
        )
        here = legends.looks_of(panel)
        looks = here | looks
        left, top = frame.left - shapes.INCH * _ASIDE, frame.bottom + shapes.INCH * _BOTTOM
        drawn.append(legends.legend({name: here[name] for name in names}, n, left, top))
    if shared:
        left = shapes.INCH * (_WIDTH - sum(legends.columns_of(shared, ncols))) / 2
        top = shapes.INCH * (height + rows * above - legend + 0.05)
        drawn.append(legends.legend({name: looks[name] for name in shared}, ncols, left, top))
    return _sheet(figure, drawn, _WIDTH, height + rows * above)


def to_narrow_svg(figure: Figure) -> str:
    """Return the figure as an ``<svg>`` element for the screen of a phone: panels in one column, long words broken."""
    shared, owned = _named(figure)
    columns = min(figure.columns, len(figure.panels))
    tall = figure.panel_height - (_TOP + _BOTTOM if len(figure.panels) <= columns else _BELOW)
    wide, corner = _NARROW - _LEFT - _RIGHT, shapes.INCH * (_LEFT - _ASIDE)
    drawn = []
    looks: dict[str, legends.Look] = {}
    top = 0.0
    for place, (panel, names) in enumerate(zip(figure.panels, owned, strict=True)):
        title = textwrap.wrap(panel.title, int((_NARROW - _LEFT) / _TITLE_LETTER))
        top += _TOP + _TITLE_LINE * max(len(title) - 1, 0)
        frame = _Frame(shapes.INCH * _LEFT, shapes.INCH * top, shapes.INCH * wide, shapes.INCH * tall)
        drawn.append(_panel(panel, frame, f"{figure.name}-narrow-{place}", _NARROW_SCALE, title))
        here = legends.looks_of(panel)
        looks = here | looks
        own = {name: here[name] for name in names}
        legend, used = legends.narrow_legend(own, corner, top + tall + _BOTTOM, _NARROW)
        drawn.append(legend)
        top += tall + _BOTTOM + used
    every = {name: looks[name] for name in shared}
    legend, used = legends.narrow_legend(every, corner, top + 0.05, _NARROW)
    return _sheet(figure, [*drawn, legend], _NARROW, top + used + 0.1)


def _named(figure: Figure) -> tuple[Sequence[str], list[list[str]]]:
    """Return the names of the legend for all panels, and of that of each."""
    shared = figure.shared if len({name for panel in figure.panels for name in panel.lines}) > 1 else ()
    return shared, [[name for name in panel.lines if name not in figure.shared] for panel in figure.panels]


def _sheet(figure: Figure, drawn: Sequence[str], width: float, height: float) -> str:
    """Return the drawing with its title, of a size in inches."""
    title = shapes.element("title", figure.title.replace("&", "&amp;").replace("<", "&lt;"))
    return shapes.element(
        "svg",
        title + "".join(drawn),
        xmlns="http://www.w3.org/2000/svg",
        width="100%",
        role="img",
        viewBox=f"0 0 {shapes.number(shapes.INCH * width)} {shapes.number(shapes.INCH * height)}",
        font_family=_FAMILY,
        font_size=_FONT,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Place of the axes of a panel, pt."""

    left: float
    top: float
    wide: float
    tall: float

    @property
    def right(self) -> float:
        return self.left + self.wide

    @property
    def bottom(self) -> float:
        return self.top + self.tall


def _panel(
    panel: Panel, frame: _Frame, name: str, share: float = _SCALE, title: Sequence[str] | None = None
) -> str:
    """Return the axes of a panel with all that is drawn in them; `share`: of its width that a map takes."""
    scale = panel.heat is not None and not panel.heat.categories
    if scale:
        frame = _Frame(frame.left, frame.top, share * frame.wide, frame.tall)
    x = Axis(*x_limits(panel), frame.left, frame.right, panel.log_x)
    y = Axis(*y_limits(panel), frame.bottom, frame.top, panel.log)
    # the more decades, the fewer ticks of each
    steps = (1.0,) if panel.log_x and x.high > 100 * x.low else (1.0, 2.0, 5.0)
    across = x.ticks(int(np.clip(frame.wide // (3 * _FONT), 2, 9)), steps)
    if panel.counted:
        across = [(at, f"{at:.0f}") for at, _ in across if at == round(at)]
    down = y.ticks(int(np.clip(frame.tall // (2 * _FONT), 2, 9)))
    inside = [_ground(panel, frame, y)]
    if panel.heat is None:
        inside.append(_grid(x.at([at for at, _ in across]), y.at([at for at, _ in down]), frame))
    else:
        inside.append(_heat(panel.heat, panel, x, y))
    inside += _stack(panel.series, x, y) if panel.stacked else [_series(one, x, y) for one in panel.series]
    inside += [
        shapes.element(
            "path",
            d=f"M{shapes.number(place)} {shapes.number(frame.bottom)}V{shapes.number(frame.top)}",
            stroke="#555555",
            stroke_width=0.9,
            stroke_dasharray="0.9 1.5",
        )
        for place in x.at(panel.marks).tolist()
    ]
    clip = shapes.element(
        "clipPath", shapes.box(frame.left, frame.top, frame.wide, frame.tall), id=f"{name}-clip"
    )
    drawn = [clip, shapes.element("g", "".join(inside), clip_path=f"url(#{name}-clip)")]
    drawn.append(_around(panel, frame, x, y, across, down, [panel.title] if title is None else title))
    if scale and panel.heat is not None:
        drawn.append(_scale(panel.heat, frame))
    return "".join(drawn)


def _ground(panel: Panel, frame: _Frame, y: Axis) -> str:
    """Return the shaded ranges of y behind all else."""
    if panel.heat is not None:
        return shapes.box(frame.left, frame.top, frame.wide, frame.tall, fill="#F2F2F2")
    drawn = ""
    for span, colour in ((panel.normal, "#E3F0E6"), (panel.unsure, "#FBF3DC")):
        if span is not None:
            low = y.low if span[0] is None else max(span[0], y.low)
            high = y.high if span[1] is None else min(span[1], y.high)
            if high > low:
                bottom, top = y.at([low, high]).tolist()
                drawn += shapes.box(frame.left, top, frame.wide, bottom - top, fill=colour)
    return drawn


def _grid(across: shapes.Floats, down: shapes.Floats, frame: _Frame) -> str:
    path = "".join(
        f"M{shapes.number(at)} {shapes.number(frame.top)}V{shapes.number(frame.bottom)}"
        for at in across.tolist()
    ) + "".join(
        f"M{shapes.number(frame.left)} {shapes.number(at)}H{shapes.number(frame.right)}"
        for at in down.tolist()
    )
    return shapes.element("path", d=path, stroke="#E4E4E4", stroke_width=0.6) if path else ""


def _around(
    panel: Panel,
    frame: _Frame,
    x: Axis,
    y: Axis,
    across: list[tuple[float, str]],
    down: list[tuple[float, str]],
    title: Sequence[str],
) -> str:
    """Return axis lines, ticks with their labels, the names of the axes and the lines of the title."""
    left, right, top, bottom = map(shapes.number, (frame.left, frame.right, frame.top, frame.bottom))
    path = f"M{left} {top}V{bottom}H{right}"
    words = []
    for at, (_, label) in zip(x.at([at for at, _ in across]).tolist(), across, strict=True):
        path += f"M{shapes.number(at)} {shapes.number(frame.bottom)}v{_TICK}"
        # a long last label stays inside the figure
        middle = min(at, frame.right + shapes.INCH * _RIGHT - _DIGIT * len(label) / 2)
        words.append(
            shapes.text(
                middle,
                frame.bottom + _TICK + 3.5 + 0.72 * _FONT,
                label,
                text_anchor="middle",
                fill=shapes.GREY,
            )
        )
    for at, (_, label) in zip(y.at([at for at, _ in down]).tolist(), down, strict=True):
        path += f"M{shapes.number(frame.left)} {shapes.number(at)}h-{_TICK}"
        words.append(
            shapes.text(
                frame.left - _TICK - 3.5, at + 0.36 * _FONT, label, text_anchor="end", fill=shapes.GREY
            )
        )
    longest = max((len(label) for _, label in down), default=1)
    beside = max(frame.left - _TICK - 9.5 - _DIGIT * longest, _FONT)
    middle = frame.top + frame.tall / 2
    words += [
        shapes.text(
            frame.left + frame.wide / 2,
            frame.bottom + 27.0,
            panel.x_label,
            text_anchor="middle",
            fill=shapes.INK,
        ),
        shapes.text(
            beside,
            middle,
            panel.y_label,
            text_anchor="middle",
            fill=shapes.INK,
            transform=f"rotate(-90 {shapes.number(beside)} {shapes.number(middle)})",
        ),
    ]
    words += [
        shapes.text(
            frame.left,
            frame.top - 6.0 - shapes.INCH * _TITLE_LINE * above,
            line,
            font_size=_TITLE,
            font_weight="bold",
            fill=shapes.INK,
        )
        for above, line in zip(range(len(title) - 1, -1, -1), title, strict=True)
    ]
    lines = shapes.element("path", d=path, fill="none", stroke=shapes.PALE, stroke_width=0.8)
    return lines + "".join(words)


def _series(series: Series, x: Axis, y: Axis) -> str:
    """Return one line with its band, or points with their error bars."""
    across, drawn = x.at(series.x), ""
    if series.low is not None and series.high is not None:
        low, high = y.at(series.low), y.at(series.high)
        if series.points:
            drawn += shapes.bars(across, low, high, series.colour)
        else:
            drawn += shapes.area(across, low, high, series.colour, 0.18)
    if series.points:
        return drawn + shapes.points(across, y.at(series.y), series.colour, 3.0 * series.width, series.marker)
    return drawn + shapes.line(across, y.at(series.y), series.colour, series.width, series.dashed)


def _stack(stacked: Sequence[Series], x: Axis, y: Axis) -> list[str]:
    """Return the areas of series piled up from zero."""
    below = np.zeros(len(stacked[0].x))
    drawn = []
    for series in stacked:
        above = below + np.array([math.nan if value is None else value for value in series.y])
        drawn.append(shapes.area(x.at(series.x), y.at(below), y.at(above), series.colour))
        below = above
    return drawn


def _heat(heat: Heat, panel: Panel, x: Axis, y: Axis) -> str:
    """Return the cells of a map."""
    values = np.array([[math.nan if value is None else value for value in row] for row in heat.z])
    across, down = x.at(edges(heat.x, panel.log_x)), y.at(edges(heat.y, panel.log))
    if heat.categories:
        palette = [colour for _, colour in heat.categories]
        shade = np.where(np.isfinite(values), np.nan_to_num(values), -1).astype(np.int64)
        return shapes.cells(across, down, shade, palette)
    shade = shapes.shades(values, *_range(heat))
    draw = shapes.image if values.size > _VECTOR_CELLS else shapes.cells
    return draw(across, down, shade, shapes.colours(shapes.PALETTE, 256))


def _range(heat: Heat) -> tuple[float, float]:
    if heat.z_range is not None:
        return heat.z_range
    values = [value for row in heat.z for value in row if value is not None and math.isfinite(value)]
    return min(values, default=0.0), max(values, default=1.0)


def _scale(heat: Heat, frame: _Frame) -> str:
    """Return the scale of a map beside it."""
    left, wide = frame.right + 8.0, 8.0
    axis = Axis(*_range(heat), frame.bottom, frame.top)
    palette = shapes.colours(shapes.PALETTE, 64)
    at = np.linspace(frame.bottom, frame.top, len(palette) + 1)
    drawn = [shapes.cells(np.array([left, left + wide]), at, np.arange(len(palette))[:, None], palette)]
    ticks = axis.ticks(int(np.clip(frame.tall // (2 * _FONT), 2, 9))) if axis.high > axis.low else []
    longest = max((len(label) for _, label in ticks), default=1)
    for place, (_, label) in zip(axis.at([value for value, _ in ticks]).tolist(), ticks, strict=True):
        drawn.append(shapes.text(left + wide + 4.0, place + 0.36 * _FONT, label, fill=shapes.GREY))
    beside, middle = left + wide + 9.0 + _DIGIT * longest + 0.5 * _FONT, frame.top + frame.tall / 2
    turn = f"rotate(-90 {shapes.number(beside)} {shapes.number(middle)})"
    drawn.append(
        shapes.text(beside, middle, heat.label, text_anchor="middle", fill=shapes.INK, transform=turn)
    )
    return "".join(drawn)
