"""Every shipped population beside its published figures, as one Markdown table.

``python examples/series.py DIR`` prints the table of the cohorts in DIR/NAME, each computed by
``remyelin cohort NAME --out DIR/NAME``; those that are not there are left out and named.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from remyelin.analysis.cohort import shipped_populations
from remyelin.base.units import DAYS_PER_MONTH


def cell(value: float | None) -> str:
    """Return a number as the table shows it."""
    return "-" if value is None else f"{value:.3g}"


def line(name: str, row: dict[str, Any]) -> str:
    """Return the line of one published figure."""
    allowed = "-" if row["low"] is None else f"{cell(row['low'])} to {cell(row['high'])}"
    persons = "-" if row["person_low"] is None else f"{cell(row['person_low'])} to {cell(row['person_high'])}"
    holds = {True: "yes", False: "**no**", None: "-"}[row["holds"]]
    what = f"{row['what']} ({row['group']})" if row["group"] else row["what"]
    cells = (
        name,
        what,
        cell(row["day"] / DAYS_PER_MONTH),
        f"{cell(row['published'])} {row['unit']}",
        allowed,
        cell(row["model"]),
        persons,
        holds,
        row["mark"],
    )
    return f"| {' | '.join(cells)} |"


def main(folder: Path) -> None:
    """Print the table."""
    print("| series | what | month | published | allowed | model | 95 % of persons | within | mark |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    missing = []
    for name in shipped_populations():
        place = folder / name / "summary.json"
        if not place.exists():
            missing.append(name)
            continue
        for row in json.loads(place.read_text(encoding="utf-8"))["published"]:
            print(line(name, row))
    if missing:
        print(f"\nNot computed in {folder}: {', '.join(missing)}.", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
