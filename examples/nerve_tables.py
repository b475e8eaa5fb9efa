"""Write the table of docs/nerve.md on series of patients.

``python examples/nerve_tables.py`` runs the experiment nerve-series with the shipped ledger and writes its first table
between the marks of the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from remyelin import Ledger
from remyelin.analysis.experiments import Table, run_experiment

PAGE: Final = Path(__file__).parents[1] / "docs" / "nerve.md"
BEGIN: Final = "<!-- {}: written by python examples/nerve_tables.py -->\n"
END: Final = "<!-- end of table -->"


def cell(value: str | float | None) -> str:
    """Return a cell as the experiment rounds it, without a negative zero; an absent value as a hyphen."""
    return "-" if value is None else value if isinstance(value, str) else f"{value + 0.0:g}"


def table(made: Table) -> str:
    """Return a table of an experiment as Markdown, under its title."""
    lines = [
        list(made.columns),
        ["---"] * len(made.columns),
        *([cell(item) for item in row] for row in made.rows),
    ]
    return f"{made.title}:\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def written(text: str, ledger: Ledger) -> str:
    """Return the page with its table computed from a ledger."""
    begin = BEGIN.format("nerve-series")
    before, rest = text.split(begin)
    made = table(run_experiment("nerve-series", ledger).tables[0])
    return before + begin + made + END + rest.split(END, 1)[1]


def main() -> None:
    """Write the table into the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), Ledger.shipped()), encoding="utf-8")


if __name__ == "__main__":
    main()
