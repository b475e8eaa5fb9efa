"""Write the published figures that the shipped populations miss into docs/cohort.md, and how many hold.

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
HEAD = (
    "| series | what | month | published (allowed) | model (95 % interval) |\n"
    "| --- | --- | --- | --- | --- |\n"
)


def cell(value: float | None) -> str:
    """Return a number as the table shows it."""
    return "-" if value is None else f"{float(f'{value:.3g}'):.10g}"


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
    )
    return f"| {' | '.join(cells)} |\n"


def main(folder: Path) -> None:
    """Write the table; a series is named in its first row."""
    made, bounded, held = HEAD, 0, 0
    for name in shipped_populations():
        place = folder / name / "summary.json"
        if not place.exists():
            raise SystemExit(f"{place} is not there; remyelin cohort {name} --draws 0 --out {place.parent}")
        rows = json.loads(place.read_text(encoding="utf-8"))["published"]
        bounded += sum(row["holds"] is not None for row in rows)
        held += sum(row["holds"] is True for row in rows)
        for number, row in enumerate(row for row in rows if row["holds"] is False):
            made += line("" if number else name, row)
    made = f"Of {bounded} figures with bounds {held} hold. These miss:\n\n{made}"
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + made + END + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
