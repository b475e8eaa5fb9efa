"""Axes of a figure: from numbers to places on the drawing, and the ticks that a reader sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.figure import Panel

Floats = NDArray[np.float64]
_NICE: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_DIGITS: Final = 4  # decimals above which a tick is written with a power of ten
_EDGE: Final = 1e-9  # of a span: a tick so near an end of the axis lies on it


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes
    ----------
    low, high : float
        Its ends, above 0 if logarithmic.
    start, stop : float
        Their places on the drawing, pt.
    log : bool
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def at(self, values: Sequence[float | None] | Floats) -> Floats:
        """Return the places (pt) of numbers; NaN for None, and for numbers that a logarithmic axis cannot show."""
        numbers = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
        low, high = self.low, self.high
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                numbers = np.where(numbers > 0.0, np.log(numbers), np.nan)
            low, high = math.log(low), math.log(high)
        found: Floats = self.start + (numbers - low) / (high - low) * (self.stop - self.start)
        return found

    def ticks(self, most: int, steps: Sequence[float] = (1.0, 2.0, 5.0)) -> list[tuple[float, str]]:
        """Return the ticks, no more than so many, with their labels; `steps` are those of a decade."""
        if self.log:
            return [(value, f"{value:g}") for value in _decades(self.low, self.high, most, steps)]
        span = self.high - self.low
        raw = span / max(most, 1)
        scale = 10.0 ** math.floor(math.log10(raw))
        step = next(nice * scale for nice in _NICE if nice * scale >= raw * (1.0 - _EDGE))
        first = math.ceil(self.low / step - _EDGE)
        last = math.floor(self.high / step + _EDGE)
        digits = max(0, -math.floor(math.log10(step) + _EDGE))
        if round(step, digits) != round(step, digits + 1):  # a step of 0.25
            digits += 1
        return [(number * step, _number(number * step, digits)) for number in range(first, last + 1)]


def _number(value: float, digits: int) -> str:
    if digits > _DIGITS:
        return f"{value:.3g}".replace("-", "\u2212") if abs(value) > 0.1 * 10.0**-digits else "0"
    text = f"{value:,.{digits}f}"
    return text.replace("-", "\u2212") if float(text.replace(",", "")) else text.lstrip("-")


def _decades(low: float, high: float, most: int, steps: Sequence[float]) -> list[float]:
    """Return the ticks of a logarithmic axis: those of `steps`, whole decades, or every second, third of them."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)

    def inside(values: Sequence[float]) -> list[float]:
        return [value for value in values if low * (1.0 - _EDGE) <= value <= high * (1.0 + _EDGE)]

    found = inside([step * 10.0**decade for decade in decades for step in steps])
    if len(found) <= most:
        return found
    whole = inside([10.0**decade for decade in decades])
    return whole[:: max(-(-len(whole) // most), 1)]


def edges(middles: Sequence[float], logarithmic: bool) -> Floats:
    """Return the edges of the cells of a map: half-way between the middles, on the axis's own scale."""
    at = np.asarray(middles, dtype=np.float64)
    if len(at) < 2:
        return np.array([at[0] - 0.5, at[0] + 0.5])
    scale = np.log(at) if logarithmic else at
    inner = (scale[1:] + scale[:-1]) / 2
    found = np.concatenate([[2 * scale[0] - inner[0]], inner, [2 * scale[-1] - inner[-1]]])
    return np.exp(found) if logarithmic else found


def x_limits(panel: Panel) -> tuple[float, float]:
    """Return the range of x: as asked for, else from the first to the last number."""
    if panel.x_range is not None:
        return panel.x_range
    if panel.heat is not None:
        ends = edges(panel.heat.x, panel.log_x)
        return float(ends[0]), float(ends[-1])
    places = [x for series in panel.series for x in series.x if not panel.log_x or x > 0.0]
    if not places:
        return (0.1, 1.0) if panel.log_x else (0.0, 1.0)
    low, high = min(places), max(places)
    if low == high:
        return (low / 1.5, high * 1.5) if panel.log_x else (low - 0.5, high + 0.5)
    # points on the frame would be cut in half
    if any(series.points for series in panel.series):
        if panel.log_x:
            room = (high / low) ** 0.03
            return low / room, high * room
        return low - 0.03 * (high - low), high + 0.03 * (high - low)
    return low, high


def y_limits(panel: Panel) -> tuple[float, float]:
    """Return the range of y: as asked for, else that of the lines with a little room."""
    low, high = panel.y_range
    if panel.stacked:
        top = max(map(sum, zip(*(series.y for series in panel.series), strict=True)))
        return low or 0.0, high if high is not None else 1.05 * top
    values = [
        value
        for series in panel.series
        for line in (series.y, series.low or (), series.high or ())
        for value in line
        if value is not None and math.isfinite(value)
    ]
    if panel.heat is not None:
        ends = edges(panel.heat.y, panel.log)
        values = [*values, float(ends[0]), float(ends[-1])]
    if panel.log:
        positive = [value for value in values if value > 0] or [1.0]
        room = 1.0 if panel.heat is not None else 1.5
        return low or min(positive) / room, high or max(positive) * room
    if not values:
        return (0.0 if low is None else low), (1.0 if high is None else high)
    room = 0.0 if panel.heat is not None else 0.06 * (max(values) - min(values)) or 0.1
    return (min(values) - room if low is None else low), (max(values) + room if high is None else high)
