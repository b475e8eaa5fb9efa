"""Figures drawn as SVG by matplotlib, the same bytes for the same figure."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from remyelin.base.figure import Figure, Heat, Panel, Series

_STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "remyelin",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#777777",
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.2,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}
_WIDTH = 9.2
# Margins of the field of panels and gaps between panels, inches; a panel's own legend begins left of its axis.
_LEFT, _RIGHT, _BOTTOM, _TOP, _BESIDE, _BELOW, _ASIDE = 0.62, 0.12, 0.5, 0.3, 0.72, 0.78, 0.5
# Inches that an entry of a legend takes: without its name, and for each letter of it.
_ENTRY, _LETTER = 0.43, 0.062
_VECTOR_CELLS = 900  # a map of more cells is drawn as an image inside the SVG


def to_svg(figure: Figure) -> str:
    """Return the figure as an ``<svg>`` element with a title for screen readers."""

    columns = min(figure.columns, len(figure.panels))
    rows = -(-len(figure.panels) // columns)
    wide = (_WIDTH - _LEFT - _RIGHT - _BESIDE * (columns - 1)) / columns
    shared = figure.shared if len({name for panel in figure.panels for name in panel.lines}) > 1 else ()
    owned = [[name for name in panel.lines if name not in figure.shared] for panel in figure.panels]
    ncols = _fitting(shared, _WIDTH, 5 if columns > 3 else 3)
    own_ncols = [_fitting(names, wide + _ASIDE, 4) for names in owned]
    legend = _tall(shared, ncols)
    own = [_tall(names, n) for names, n in zip(owned, own_ncols, strict=True)]
    # a row of panels leaves room for the tallest of their legends, all rows but the last alike
    between, last = max(own[: columns * (rows - 1)], default=0.0), max(own[columns * (rows - 1) :])
    height = rows * figure.panel_height + between * (rows - 1) + last + legend + 0.1
    tall = (height - _TOP - (_BELOW + between) * (rows - 1) - _BOTTOM - last - legend) / rows
    with mpl.rc_context(_STYLE):
        canvas = Canvas(figsize=(_WIDTH, height))
        # Fixed margins in inches: laying out by measured text takes most of the time of a drawing.
        axes = canvas.subplots(
            rows,
            columns,
            squeeze=False,
            gridspec_kw={
                "left": _LEFT / _WIDTH,
                "right": 1 - _RIGHT / _WIDTH,
                "bottom": (legend + last + _BOTTOM) / height,
                "top": 1 - _TOP / height,
                "wspace": _BESIDE / wide,
                "hspace": (_BELOW + between) / tall,
            },
        )
        for panel, axis in zip(figure.panels, axes.flat, strict=False):
            _panel(axis, panel)
        for axis in axes.flat[len(figure.panels) :]:
            axis.remove()
        drawn: dict[str, Any] = {}
        for axis, names, n in zip(axes.flat, owned, own_ncols, strict=False):
            here: dict[str, Any] = {}
            for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
                here.setdefault(label, handle)
            drawn = here | drawn
            if names:
                axis.legend(
                    handles=[here[name] for name in names],
                    labels=names,
                    loc="upper left",
                    bbox_to_anchor=(-_ASIDE / wide, -_BOTTOM / tall),
                    borderaxespad=0.0,
                    ncols=n,
                )
        if shared:
            canvas.legend(
                handles=[drawn[name] for name in shared], labels=shared, loc="lower center", ncols=ncols
            )
        stream = io.StringIO()
        canvas.savefig(stream, format="svg", dpi=120, metadata={"Date": None, "Creator": None})
    return _element(stream.getvalue(), figure)


def _fitting(names: Sequence[str], width: float, most: int) -> int:
    """Columns of a legend of these names within a width, guessed from their lengths; no more than its rows need."""
    for columns in range(min(most, len(names)), 1, -1):
        filled = np.array_split([len(name) for name in names], columns)
        if sum(_ENTRY + _LETTER * max(column) for column in filled) <= width:
            rows = -(-len(names) // columns)
            return -(-len(names) // rows)
    return 1


def _tall(names: Sequence[str], columns: int) -> float:
    """Height of a legend, inches."""
    return 0.2 * -(-len(names) // columns) + 0.1 if names else 0.0


def _panel(axis: Any, panel: Panel) -> None:
    axis.set_title(panel.title)
    axis.set_xlabel(panel.x_label)
    axis.set_ylabel(panel.y_label)
    for span, colour in ((panel.normal, "#E3F0E6"), (panel.unsure, "#FBF3DC")):
        if span is not None:
            low, high = span
            bottom = 1e-9 if panel.log else -1e9
            axis.axhspan(
                low if low is not None else bottom, high if high is not None else 1e9, color=colour, lw=0
            )
    if panel.stacked:
        axis.stackplot(
            panel.series[0].x,
            *[series.y for series in panel.series],
            labels=[series.label for series in panel.series],
            colors=[series.colour for series in panel.series],
            lw=0,
        )
    else:
        if panel.heat is not None:
            _heat(axis, panel.heat, panel)
        for series in panel.series:
            _series(axis, series)
    axis.set_ylim(*_limits(panel))
    if panel.log_x:
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(subs=_steps(panel)))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.xaxis.set_minor_formatter(NullFormatter())
    if panel.log:
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.yaxis.set_minor_formatter(NullFormatter())
    if panel.x_range is not None:
        axis.set_xlim(*panel.x_range)
    elif panel.heat is not None:
        edges = _edges(panel.heat.x, panel.log_x)
        axis.set_xlim(edges[0], edges[-1])
    elif panel.heat is None and any(len(series.x) > 1 for series in panel.series):
        low = min(min(series.x) for series in panel.series if series.x)
        high = max(max(series.x) for series in panel.series if series.x)
        # points on the frame would be cut in half
        room = 0.03 * (high - low) if any(s.points for s in panel.series) and not panel.log_x else 0.0
        axis.set_xlim(low - room, high + room)
    for where in panel.marks:
        axis.axvline(where, color="#555555", lw=0.9, ls=":")


def _steps(panel: Panel) -> tuple[float, ...]:
    """Ticks of a decade of a logarithmic x axis: the more decades, the fewer."""
    places = [x for series in panel.series for x in series.x if x > 0]
    wide = bool(places) and max(places) > 100 * min(places)
    return (1.0,) if wide else (1.0, 2.0, 5.0)


def _series(axis: Any, series: Series) -> None:
    """Draw one line with its band, or points with their error bars."""
    y = _numbers(series.y)
    if series.low is not None and series.high is not None:
        low, high = _numbers(series.low), _numbers(series.high)
        if series.points:
            axis.vlines(series.x, low, high, color=series.colour, lw=1.0)
        else:
            axis.fill_between(series.x, low, high, color=series.colour, alpha=0.18, lw=0)
    style = {"ls": "--" if series.dashed else "-", "lw": series.width}
    if series.points:
        style = {"ls": "", "marker": series.marker, "ms": 3.0 * series.width}
        if series.colour.upper() == "#FFFFFF":
            style |= {"mec": "#222222", "mew": 0.8}
    axis.plot(series.x, y, color=series.colour, label=series.label, **style)


def _heat(axis: Any, heat: Heat, panel: Panel) -> None:
    """Draw a map with its scale or legend; the palette reads in grey and for colour-blind eyes."""
    low, high = heat.z_range or (None, None)
    values = np.ma.masked_invalid([_numbers(row) for row in heat.z])
    style: dict[str, Any] = {"cmap": "cividis", "vmin": low, "vmax": high}
    if heat.categories:
        colours = [colour for _, colour in heat.categories]
        style = {"cmap": ListedColormap(colours), "vmin": -0.5, "vmax": len(colours) - 0.5}
    axis.set_facecolor("#F2F2F2")
    mesh = axis.pcolormesh(
        _edges(heat.x, panel.log_x),
        _edges(heat.y, panel.log),
        values,
        shading="flat",
        rasterized=values.size > _VECTOR_CELLS,
        **style,
    )
    axis.grid(visible=False)
    if heat.categories:
        for name, colour in heat.categories:
            axis.scatter([], [], marker="s", s=40, color=colour, edgecolor="#777777", lw=0.4, label=name)
    else:
        axis.figure.colorbar(mesh, ax=axis, label=heat.label, pad=0.02)


def _edges(middles: Sequence[float], logarithmic: bool) -> Any:
    """Edges of the cells of a map: half-way between the middles, on the axis's own scale."""
    at = np.asarray(middles, dtype=float)
    if len(at) < 2:
        return np.array([at[0] - 0.5, at[0] + 0.5])
    scale = np.log(at) if logarithmic else at
    inner = (scale[1:] + scale[:-1]) / 2
    edges = np.concatenate([[2 * scale[0] - inner[0]], inner, [2 * scale[-1] - inner[-1]]])
    return np.exp(edges) if logarithmic else edges


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _limits(panel: Panel) -> tuple[float, float]:
    """The range of y: as asked for, else what holds the lines with a little room."""
    low, high = panel.y_range
    if panel.stacked:
        top = max(map(sum, zip(*(series.y for series in panel.series), strict=True)))
        return low or 0.0, high if high is not None else 1.05 * top
    values = [
        value
        for series in panel.series
        for line in (series.y, series.low or (), series.high or ())
        for value in line
        if value is not None
    ]
    if panel.heat is not None:
        edges = _edges(panel.heat.y, panel.log)
        values = [*values, float(edges[0]), float(edges[-1])]
    if panel.log and panel.heat is not None:
        return low or min(values), high or max(values)
    if panel.log:
        positive = [value for value in values if value > 0] or [1.0]
        return low or min(positive) / 1.5, high or max(positive) * 1.5
    if not values:
        return 0.0, 1.0
    if panel.heat is not None:
        return min(values) if low is None else low, max(values) if high is None else high
    room = 0.06 * (max(values) - min(values)) or 0.1
    return (min(values) - room if low is None else low), (max(values) + room if high is None else high)


def _element(svg: str, figure: Figure) -> str:
    """Cut the XML head and the metadata off, let the width follow the page, and name the picture."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], count=1, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r'\1 width="100%" role="img"', svg, count=1)
    title = figure.title.replace("&", "&amp;").replace("<", "&lt;")
    # ids repeat between figures otherwise, and clip paths of one would cut another
    svg = re.sub(r'id="', f'id="{figure.name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{figure.name}-", svg)
    svg = re.sub(r'href="#', f'href="#{figure.name}-', svg)
    head, rest = svg.split(">", 1)
    return f"{head}><title>{title}</title>{rest}"
