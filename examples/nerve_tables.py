"""Write the tables of docs/nerve.md on series of patients and on path length.

``python examples/nerve_tables.py`` runs the experiments nerve-series and path-length with the shipped ledger and writes
their tables and findings between the marks of the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from remyelin import Ledger
from remyelin.analysis.experiments import Result, Table, run_experiment

PAGE: Final = Path(__file__).parents[1] / "docs" / "nerve.md"
BEGIN: Final = "<!-- {}: written by python examples/nerve_tables.py -->\n"
END: Final = "<!-- end of table -->"


def cell(value: str | float | None) -> str:
    """Return a cell as the experiment rounds it, without a negative zero; an absent value as a hyphen."""
    return "-" if value is None else value if isinstance(value, str) else f"{value + 0.0:g}"


def table(made: Table, columns: int | None = None) -> str:
    """Return the first columns of a table of an experiment as Markdown, under its title."""
    head = made.columns[:columns]
    lines = [
        list(head),
        ["---"] * len(head),
        *([cell(item) for item in row[:columns]] for row in made.rows),
    ]
    return f"{made.title}:\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def series(result: Result) -> str:
    """Return the abnormal rates of virtual series beside the published ones, and the findings they do not hold."""
    return "\n".join([table(result.tables[0]), *(f"* {finding}" for finding in result.findings[1:])]) + "\n"


def paths(result: Result) -> str:
    """Return the differences of impulses lost, by the first three rules."""
    return table(result.tables[1], 4)


def written(text: str, ledger: Ledger) -> str:
    """Return the page with its tables computed from a ledger."""
    for name, made in (
        ("nerve-series", series(run_experiment("nerve-series", ledger))),
        ("path-length", paths(run_experiment("path-length", ledger))),
    ):
        before, rest = text.split(BEGIN.format(name))
        text = before + BEGIN.format(name) + made + END + rest.split(END, 1)[1]
    return text


def main() -> None:
    """Write the tables into the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), Ledger.shipped()), encoding="utf-8")


if __name__ == "__main__":
    main()
