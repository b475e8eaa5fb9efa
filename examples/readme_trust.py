"""Write the three lines *How far to trust it* of the README from docs/people.md and the ledger.

``python examples/readme_trust.py`` writes them between the two marks of README.md.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from remyelin import Ledger

ROOT = Path(__file__).parents[1]
VERDICT = 4  # column of the tables of docs/people.md, counted from the empty one before the first bar
BEGIN, END = "<!-- trust: written by python examples/readme_trust.py -->\n", "<!-- end of trust -->"


def counts(text: str, heading: str) -> tuple[int, int]:
    """Return how many rows of the first table under a heading hold, and how many there are."""
    part = text.split(f"{heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    rows = [] if table is None else table[0].splitlines()[2:]
    return sum(row.split("|")[VERDICT].strip() == "holds" for row in rows), len(rows)


def lines() -> str:
    """Return the three lines."""
    people = (ROOT / "docs" / "people.md").read_text(encoding="utf-8")
    fitted, blind = counts(people, "### Calibration rows"), counts(people, "## Predictions")
    interval = re.search(r"Of \d+ numeric validation rows [^(]*\(\d+ %", people)
    if interval is None:
        raise SystemExit("docs/people.md does not say how many rows the 90 % interval holds.")
    ledger = Ledger.shipped()
    kinds = Counter(ledger.entry(name).kind for name in ledger)
    return (
        f"- Of {fitted[1]} published rows on patients that chose its numbers {fitted[0]} hold; of {blind[1]} that "
        f"chose none {blind[0]} hold. {interval[0]}).\n"
        "  Every miss is printed: [docs/people.md](docs/people.md).\n"
        f"- Of {sum(kinds.values())} biological numbers {kinds['measured']} are measured, {kinds['derived']} derived, "
        f"{kinds['calibrated']} calibrated and {kinds['assumed']} assumed, each with its\n"
        "  range and, where there is one, its source.\n"
        "- What a later start costs it prints only where most of its parameter sets end worse, with rates that are\n"
        "  mostly assumed; elsewhere it says that it cannot tell. It makes no diagnosis, and misses most abnormal\n"
        "  visual evoked potentials: [docs/limits.md](docs/limits.md).\n"
    )


def main() -> None:
    """Write the lines into the README."""
    path = ROOT / "README.md"
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    path.write_text(before + BEGIN + lines() + END + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
