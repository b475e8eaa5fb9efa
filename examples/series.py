"""Write the table of every shipped population beside its published figures into docs/cohort.md.

``python examples/series.py DIR`` reads the cohorts in DIR/NAME, each computed by ``remyelin cohort NAME --draws 0 --out
DIR/NAME``, and refuses where one of them is not there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from remyelin.analysis.cohort import shipped_populations
from remyelin.base.units import DAYS_PER_MONTH

PAGE = Path(__file__).parents[1] / "docs" / "cohort.md"
BEGIN, END = "<!-- series: written by python examples/series.py DIR -->\n", "<!-- end of series -->"
FACTOR = 1.5  # a figure without bounds stands in the table where the model differs by more
HEAD = (
    "| series | what | month | published (allowed) | model (95 % of persons) | within |\n"
    "| --- | --- | --- | --- | --- | --- |\n"
)


def cell(value: float | None) -> str:
    """Return a number as the table shows it."""
    return "-" if value is None else f"{float(f'{value:.3g}'):.10g}"


def shown(row: dict[str, Any]) -> bool:
    """Say whether a figure has bounds, or else differs from the model by more than a factor."""
    if row["holds"] is not None:
        return True
    pair = (row["published"], row["model"])
    return all(value and value > 0.0 for value in pair) and max(pair) > FACTOR * min(pair)


def line(name: str, row: dict[str, Any]) -> str:
    """Return the line of one published figure."""
    allowed = "" if row["low"] is None else f" ({cell(row['low'])} to {cell(row['high'])})"
    persons = (
        "" if row["person_low"] is None else f" ({cell(row['person_low'])} to {cell(row['person_high'])})"
    )
    what = f"{row['what']} ({row['group']})" if row["group"] else row["what"]
    recalled = ", recalled" if row["mark"] == "recall" else ""
    cells = (
        name,
        what,
        cell(row["day"] / DAYS_PER_MONTH),
        f"{cell(row['published'])} {row['unit']}{allowed}{recalled}",
        f"{cell(row['model'])}{persons}",
        {True: "yes", False: "**no**", None: "-"}[row["holds"]],
    )
    return f"| {' | '.join(cells)} |\n"


def main(folder: Path) -> None:
    """Write the table; a series is named in its first row."""
    made = HEAD
    for name in shipped_populations():
        place = folder / name / "summary.json"
        if not place.exists():
            raise SystemExit(f"{place} is not there; remyelin cohort {name} --draws 0 --out {place.parent}")
        rows = json.loads(place.read_text(encoding="utf-8"))["published"]
        for number, row in enumerate(filter(shown, rows)):
            made += line("" if number else name, row)
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + made + END + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
