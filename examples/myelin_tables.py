"""Write the tables of docs/myelin.md from the experiments of the layer (about a minute).

``python examples/myelin_tables.py`` writes them between the marks of the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr

from remyelin import Ledger
from remyelin.analysis.experiments import Result, run_experiment
from remyelin.myelin import Parameters, simulate

PAGE = Path(__file__).parents[1] / "docs" / "myelin.md"
BEGIN, END = "<!-- {}: written by python examples/myelin_tables.py -->\n", "<!-- end of table -->"
WAITS = ("0", "3", "6", "12", "24")  # months
POTENTIALS = (0.5, 0.4, 0.3, 0.2, 0.1)


@cache
def result(name: str) -> Result:
    """Run an experiment once."""
    return run_experiment(name, Ledger.shipped())


def cell(value: str | float | None) -> str:
    """Return a cell as text."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else f"{value:.3g}"
    return re.sub(r"[\d.]+e-\d+", "0", text)


def table(head: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> str:
    """Return a Markdown table."""
    lines = [list(head), ["---"] * len(head), *([cell(value) for value in row] for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def states() -> str:
    """Return what posterior columns and sensory nerves hold after a year under each potential."""
    segments = xr.Dataset(
        {
            "compartment": ("segment", ["central", "peripheral"]),
            "tract": ("segment", ["posterior_column", "peripheral_sensory"]),
            "distance": ("segment", [300.0, 900.0]),
        },
        coords={"segment": ["gracile", "shin"]},
    )
    drive = xr.Dataset(
        {
            "methylation": (
                ("plan", "time", "compartment"),
                [[[phi, phi]] * 2 for phi in POTENTIALS],
            )
        },
        coords={"time": [0.0, 365.0], "compartment": ["central", "peripheral"]},
    )
    course = simulate(drive, segments, 58.0, Parameters.from_ledger(Ledger.shipped())).isel(time=-1)
    rows = [
        [f"{segment}, {state}, %", *(100.0 * course[state].sel(segment=at).values)]
        for segment, at in (("posterior columns", "gracile"), ("sensory nerve", "shin"))
        for state in ("vacuolated", "bare")
    ]
    return table(["potential", *(f"{phi:g}" for phi in POTENTIALS)], rows)


def waits() -> str:
    """Return what is lost after each wait."""
    one = result("point-of-no-return").tables[0]
    return table(one.columns, [row for row in one.rows if cell(row[0]) in WAITS])


def rests() -> str:
    """Return how many numbers the answers rest on."""
    return f"{result('sensitivity').findings[-2].split(': shares of')[0]}\n"


def main() -> None:
    """Write the tables into the page."""
    np.seterr(all="raise", under="ignore")
    text = PAGE.read_text(encoding="utf-8")
    for name, made in (
        ("states", states()),
        ("waits", waits()),
        ("rests on", rests()),
    ):
        before, rest = text.split(BEGIN.format(name))
        text = before + BEGIN.format(name) + made + END + rest.split(END, 1)[1]
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
