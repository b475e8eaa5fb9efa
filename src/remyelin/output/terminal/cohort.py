"""A cohort on the terminal: its progress and its results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from remyelin.analysis.cohort.run import Progress
from remyelin.base.printing import console as plain_console
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.formatting import number
from remyelin.output.terminal.course import _table, tell


def describe(state: Progress) -> str:
    """Say how far a cohort is and how long it will take."""
    text = f"{state.done:,} of {state.total:,} courses"
    if state.failed:
        text += f", {state.failed} not computable"
    if state.left is not None and state.done < state.total:
        minutes, seconds = divmod(round(state.left), 60)
        text += f", {minutes} min {seconds} s left" if minutes else f", {seconds} s left"
    return text


def print_cohort(summary: dict[str, Any], out: Path | None) -> None:
    """Print a cohort's figures beside the published ones, in one screen."""
    console = plain_console()
    sets = len(summary["parameter_sets"]) - 1
    tell(console, summary["title"], "bold")
    tell(
        console,
        f"{summary['persons']} persons{f', each under {sets} further parameter sets' if sets else ''}; "
        f"{summary['excluded']} drawn and excluded, {len(summary['failures'])} courses not computable\n",
    )
    verdict = {True: "within", False: "OUTSIDE", None: ""}
    if summary["published"]:
        columns = (
            "",
            "months",
            "published",
            "allowed",
            "model",
            "persons, 95 %",
            "parameter sets",
            "unit",
            "n",
            "",
        )
        rows = [
            (
                row["what"] + (f" ({row['group']})" if row["group"] else ""),
                f"{row['day'] / DAYS_PER_MONTH:.3g}",
                number(row["published"]),
                span(row["low"], row["high"]),
                number(row["model"]),
                span(row["person_low"], row["person_high"]),
                span(row["set_low"], row["set_high"]),
                row["unit"],
                row["n"],
                verdict[row["holds"]],
            )
            for row in summary["published"]
        ]
        console.print(_table("Beside the published series", columns, rows))
    console.print(
        _table(
            "\nThe nineteen symptoms, % of persons",
            ("", "answer rests on", "first visit", "last visit", "published", "95 %", "of"),
            [
                (
                    row["label"],
                    row["tier"],
                    number(row["first"]),
                    number(row["last"]),
                    "-"
                    if row["published"] is None
                    else f"{number(row['published'])} ({span(row['low'], row['high'])})",
                    row["population"],
                )
                for row in summary["symptoms"]
            ],
        )
    )
    for when, outcomes in summary["variation"].items():
        cells = [
            (
                row["what"],
                number(row["value"]),
                span(*(row["persons"] or (None, None))),
                span(*(row["measured"] or (None, None))),
                span(*(row["sets"] or (None, None))),
                row["unit"],
            )
            for row in outcomes
        ]
        heads = (
            "",
            "cohort",
            "between persons, 10 to 90 %",
            "as measured, 10 to 90 %",
            "between parameter sets",
            "unit",
        )
        console.print(_table(f"\nTwo kinds of spread, at {when}", heads, cells))
    for item in summary["failures"][:10]:
        tell(
            console, f"Not computed: person {item['person']}, parameter set {item['draw']}: {item['reason']}"
        )
    if len(summary["failures"]) > 10:
        tell(console, f"... and {len(summary['failures']) - 10} more; all are in summary.json")
    if out is not None:
        tell(console, f"\nWrote {out}/report.html, summary.json, parts/*.parquet, population.toml")


def span(low: float | None, high: float | None) -> str:
    """Write a range, or a dash."""
    return "-" if low is None or high is None else f"{number(low)} to {number(high)}"
