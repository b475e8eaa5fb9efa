"""Elements of an SVG drawing: lines, areas, markers, texts and maps, in points from the upper left."""

from __future__ import annotations

import base64
import itertools
import struct
import zlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
INCH: Final = 72.0  # pt
INK, GREY, PALE = "#222222", "#444444", "#777777"
#: Colours of a map from low to high, after cividis: they read in grey and for colour-blind eyes.
PALETTE: Final = (
    "#00224e",
    "#1a386f",
    "#434e6c",
    "#61656f",
    "#7d7c78",
    "#9a9376",
    "#bbad6d",
    "#ddc858",
    "#fee838",
)
_CROWDED: Final = 400  # numbers of a line above which only those that show are drawn
_COLUMN: Final = 0.35  # pt within which the first, least, greatest and last of a crowded line are kept
_PIXELS: Final = 2.0  # of an image of a map, to the point
_MARKERS: Final = {
    # about a centre, for a half width of 1
    "D": "M0-1.2L1.2 0L0 1.2L-1.2 0Z",
    "v": "M-1-.8L1-.8L0 1Z",
    "P": "M-.35-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z",
    "X": "M-1-.5L-.5-1L0-.5L.5-1L1-.5L.5 0L1 .5L.5 1L0 .5L-.5 1L-1 .5L-.5 0Z",
    "s": "M-.9-.9H.9V.9H-.9Z",
}


def number(value: float) -> str:
    """Return a place on the drawing with two decimals at the most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, content: str = "", **attributes: Any) -> str:
    """Return an element; ``_`` in the name of an attribute stands for ``-``."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, float) else escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}>{content}</{name}>" if content else f"<{name}{said}/>"


def text(x: float, y: float, words: str, **attributes: Any) -> str:
    """Return words at a place."""
    return element("text", escape(words, quote=False), x=x, y=y, **attributes) if words else ""


def line(x: Floats, y: Floats, colour: str, width: float, dashed: bool) -> str:
    """Return a line, broken where a number is missing."""
    path = "".join(
        _path(*_thinned(x[part], y[part])) if part.stop - part.start > 1 else _dot(x[part], y[part])
        for part in _whole(np.isfinite(x) & np.isfinite(y))
    )
    return element(
        "path",
        d=path,
        fill="none",
        stroke=colour,
        stroke_width=width,
        stroke_linejoin="round",
        stroke_linecap="butt" if dashed else "round",
        stroke_dasharray=f"{number(3.7 * width)} {number(1.6 * width)}" if dashed else None,
    )


def area(x: Floats, low: Floats, high: Floats, colour: str, opacity: float | None = None) -> str:
    """Return the area between two lines, broken where a number is missing."""
    path = "".join(
        _path(np.concatenate([x[part], x[part][::-1]]), np.concatenate([low[part], high[part][::-1]])) + "Z"
        for part in _whole(np.isfinite(x) & np.isfinite(low) & np.isfinite(high))
    )
    return element("path", d=path, fill=colour, fill_opacity=opacity)


def points(x: Floats, y: Floats, colour: str, size: float, marker: str) -> str:
    """Return markers of a width; white ones have an edge."""
    edge: dict[str, Any] = {"stroke": INK, "stroke_width": 0.8} if colour.upper() == "#FFFFFF" else {}
    drawn = []
    for across, down in zip(x.tolist(), y.tolist(), strict=True):
        if not np.isfinite(across + down):
            continue
        if marker in _MARKERS:
            place = f"translate({number(across)} {number(down)}) scale({number(size / 2)})"
            # the edge is scaled with its marker
            own: dict[str, Any] = {**edge, "stroke_width": 1.6 / size} if edge else {}
            drawn.append(element("path", d=_MARKERS[marker], transform=place, fill=colour, **own))
        else:
            drawn.append(element("circle", cx=across, cy=down, r=size / 2, fill=colour, **edge))
    return "".join(drawn)


def bars(x: Floats, low: Floats, high: Floats, colour: str) -> str:
    """Return upright bars of error."""
    path = "".join(
        f"M{number(a)} {number(b)}V{number(c)}"
        for a, b, c in zip(x.tolist(), low.tolist(), high.tolist(), strict=True)
        if np.isfinite(a + b + c)
    )
    return element("path", d=path, stroke=colour, stroke_width=1.0)


def box(x: float, y: float, width: float, height: float, **attributes: Any) -> str:
    """Return a rectangle."""
    return element("rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), **attributes)


def shades(values: NDArray[Any], low: float, high: float) -> NDArray[np.int64]:
    """Return the number of the colour, 0 to 255, of the values of a map; -1 where there is none."""
    share = (values - low) / (high - low) if high > low else np.zeros_like(values)
    found = np.clip(np.nan_to_num(share) * 256.0, 0, 255).astype(np.int64)
    return np.where(np.isfinite(values), found, -1)


def colours(palette: Sequence[str], count: int) -> list[str]:
    """Return so many colours evenly along a palette."""
    given = np.array([[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in palette])
    at = np.linspace(0.0, len(palette) - 1.0, count)
    mixed = np.stack([np.interp(at, np.arange(len(palette)), given[:, k]) for k in range(3)], axis=1)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.rint(mixed).astype(int).tolist()]


def cells(x: Floats, y: Floats, shade: NDArray[np.int64], palette: Sequence[str]) -> str:
    """Return the cells of a map as rectangles, neighbours of one colour in a row together; `x`, `y` are edges."""
    drawn = []
    for row, (top, bottom) in enumerate(zip(y[:-1].tolist(), y[1:].tolist(), strict=True)):
        own = shade[row]
        starts = [0, *(np.flatnonzero(np.diff(own)) + 1).tolist(), len(own)]
        for begin, end in itertools.pairwise(starts):
            if own[begin] >= 0:
                left, right = float(x[begin]), float(x[end])
                drawn.append(
                    box(
                        min(left, right),
                        min(top, bottom),
                        abs(right - left),
                        abs(bottom - top),
                        fill=palette[own[begin]],
                    )
                )
    return element("g", "".join(drawn), shape_rendering="crispEdges")


def image(x: Floats, y: Floats, shade: NDArray[np.int64], palette: Sequence[str]) -> str:
    """Return a map of many cells as an image inside the drawing; `x`, `y` are edges, rising or falling."""
    left, right, top, bottom = float(x.min()), float(x.max()), float(y.min()), float(y.max())
    wide, tall = int(_PIXELS * (right - left)), int(_PIXELS * (bottom - top))
    across = left + (np.arange(wide) + 0.5) / _PIXELS
    down = top + (np.arange(tall) + 0.5) / _PIXELS
    shown = shade[np.ix_(_cell(y, down), _cell(x, across))]
    data = base64.b64encode(_png(shown, palette)).decode()
    return element(
        "image",
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        preserveAspectRatio="none",
        href=f"data:image/png;base64,{data}",
    )


def _cell(at: Floats, places: NDArray[Any]) -> NDArray[np.int64]:
    """Return the cell between edges in which each place lies."""
    if at[0] > at[-1]:
        return len(at) - 2 - _cell(at[::-1], places)
    return np.clip(np.searchsorted(at, places, side="right") - 1, 0, len(at) - 2)


def _png(shade: NDArray[np.int64], palette: Sequence[str]) -> bytes:
    """Return an image of 256 colours at the most; -1 is transparent, and takes the place of the least colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    tall, wide = shade.shape
    # one number stands for nothing: the palette is shortened by its least colour
    numbers = np.where(shade < 0, 0, np.maximum(shade, 1)).astype(np.uint8)
    rows = np.concatenate([np.zeros((tall, 1), dtype=np.uint8), numbers], axis=1).tobytes()
    table = b"".join(bytes.fromhex(one[1:]) for one in palette)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", wide, tall, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", table)
        + chunk(b"tRNS", b"\x00")
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _whole(there: NDArray[np.bool_]) -> Iterator[slice]:
    """Yield the stretches without a gap."""
    change = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    for begin, end in zip(change[::2].tolist(), change[1::2].tolist(), strict=True):
        yield slice(begin, end)


def _thinned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the visible points of a line of very many numbers."""
    if len(x) <= _CROWDED or (np.diff(x) < 0.0).any():
        return x, y
    column = np.floor((x - x[0]) / _COLUMN).astype(np.int64)
    new = np.diff(column, prepend=-1) != 0
    starts, which = np.flatnonzero(new), np.cumsum(new) - 1
    kept = [starts, np.append(starts[1:], len(x)) - 1]
    for extreme in (np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)):
        hits = np.flatnonzero(y == extreme[which])
        kept.append(hits[np.unique(which[hits], return_index=True)[1]])  # the first of each column
    at = np.unique(np.concatenate(kept))
    return x[at], y[at]


def _path(x: Floats, y: Floats) -> str:
    # a tenth of a point is less than a reader sees
    across, down = np.rint(10.0 * x), np.rint(10.0 * y)
    moved = np.append(True, (np.diff(across) != 0.0) | (np.diff(down) != 0.0))
    across, down = across[moved], down[moved]
    needed = np.ones(len(across), dtype=bool)
    # the middle of three on one straight line says nothing, unless the line turns back
    first, second = np.diff(across), np.diff(down)
    turned = first[:-1] * second[1:] - second[:-1] * first[1:]
    back = first[:-1] * first[1:] + second[:-1] * second[1:] < 0.0
    needed[1:-1] = (turned != 0.0) | back
    places = zip((across[needed] / 10.0).tolist(), (down[needed] / 10.0).tolist(), strict=True)
    return "M" + "L".join(f"{number(a)} {number(b)}" for a, b in places)


def _dot(x: Floats, y: Floats) -> str:
    return f"M{number(float(x[0]))} {number(float(y[0]))}h0"
