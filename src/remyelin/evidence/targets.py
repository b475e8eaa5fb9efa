"""Published numbers the model is held against; roles and bounds are fixed before any fit."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Target:
    """One row of ``targets.csv``.

    A row holds when ``lower <= simulated <= upper``. ``role`` is ``calibration`` (may choose
    parameters) or ``validation`` (may not).
    """

    name: str
    layer: str
    role: str
    quantity: str
    published: str
    lower: float
    upper: float
    unit: str
    source: str
    mark: str
    note: str

    def holds(self, simulated: float) -> bool:
        """Whether a simulated value lies within the bounds of the row."""
        return self.lower <= simulated <= self.upper


@cache
def load_targets() -> tuple[Target, ...]:
    """Return every row of the shipped ``targets.csv`` in file order."""
    text = files("remyelin.evidence").joinpath("data", "targets.csv").read_text(encoding="utf-8")
    rows = []
    for row in csv.DictReader(io.StringIO(text)):
        lower, upper = float(row.pop("lower")), float(row.pop("upper"))
        rows.append(Target(**row, lower=lower, upper=upper))
    return tuple(rows)
