"""Draw docs/figures/cobalamin.png: every row of the layer, and four courses.

Run from the repository: ``python docs/figures/cobalamin.py``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from remyelin.analysis.validation import validate
from remyelin.cobalamin import Exposure, Parameters, causes, constant, regimen, simulate
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
YEAR = 365.25
COLOURS = {"calibration": "#4477aa", "validation": "#cc6677"}


def courses() -> dict[str, Exposure]:
    """Four causes, two treated at presentation."""
    person = Exposure(age=55, food_intake=constant(5.0), meals_per_day=3)
    lost = causes.pernicious_anaemia(person, -4 * YEAR, YEAR)
    return {
        "pernicious anaemia, injected": replace(lost, doses=regimen("uk neurological", 0, 2 * YEAR, LEDGER)),
        "pernicious anaemia, 2 mg by mouth": replace(lost, doses=regimen("oral", 0, 2 * YEAR, LEDGER)),
        "vegan diet": causes.diet(person, -4 * YEAR, 1.0),
        "nitrous oxide for nine months": causes.nitrous_oxide(person, -270, 0, 3, 0.5),
    }


def main() -> None:
    """Write the figure."""
    figure, axes = plt.subplot_mosaic([["rows", "b12"], ["rows", "hcy"], ["rows", "phi"]], figsize=(12, 9))
    rows = [v for v in validate(LEDGER, "cobalamin") if v.unit != "holds" and v.simulated is not None]
    axis = axes["rows"]
    for i, row in enumerate(rows):
        middle, half = 0.5 * (row.lower + row.upper), 0.5 * (row.upper - row.lower)
        place = np.clip((row.simulated - middle) / half, -3.2, 3.2)
        marker = "o" if row.holds else "X"
        axis.plot(place, i, marker, color=COLOURS[row.role], markersize=6 if row.holds else 9)
    axis.axvspan(-1, 1, color="0.92", zorder=0)
    axis.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=7)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlim(-3.5, 3.5)
    axis.set_xlabel("model, in half-widths of the published bounds (cut at 3.2)")
    axis.set_title("rows: blue chose parameters, red did not; crosses miss", fontsize=9)
    days = np.concatenate([np.arange(-4.5 * YEAR, 0, 15), np.linspace(0, 2 * YEAR, 600)])
    for name, exposure in courses().items():
        course = simulate(exposure, days, Parameters.from_ledger(LEDGER))
        axes["b12"].semilogy(days / YEAR, course["b12"], lw=1.2, label=name)
        axes["hcy"].plot(days / YEAR, course["homocysteine"], lw=1.2)
        line = axes["phi"].plot(days / YEAR, course["methylation"].sel(compartment="peripheral"), lw=1.4)
        central = course["methylation"].sel(compartment="central")
        axes["phi"].plot(days / YEAR, central, ":", lw=1.4, color=line[0].get_color())
    axes["b12"].axhspan(133, 258, color="0.92", zorder=0)
    axes["b12"].set_ylabel("serum B12, pmol/L")
    axes["b12"].legend(fontsize=7)
    axes["hcy"].set_ylabel("homocysteine, umol/L")
    axes["phi"].set_ylabel("methylation potential\n(dotted: central)")
    axes["phi"].set_xlabel("years from presentation")
    figure.tight_layout()
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
