"""What is said on the terminal: progress on stderr, results on stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from remyelin.output.formatting import number

if TYPE_CHECKING:
    from remyelin.analysis.validation import Verdict
    from remyelin.person.course import Course


class Progress:
    """Say on stderr what is being done, where stderr is a terminal; silent elsewhere."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._status = self._console.status("starting") if self._console.is_terminal else None
        self._began = time.monotonic()

    def __enter__(self) -> Progress:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def say(self, sentence: str) -> None:
        """Leave a line that stays."""
        if self._status:
            self._console.print(sentence)

    def __call__(self, step: str) -> None:
        """Name the step now under way."""
        if self._status:
            self._status.update(f"{step} ({time.monotonic() - self._began:.0f} s)")


def _console() -> Console:
    # A pipe gets full lines, a terminal its own width.
    return Console(width=None if sys.stdout.isatty() else 140, highlight=False)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    return table


def print_verdicts(rows: Sequence[Verdict]) -> None:
    """Print each table of published against simulated, then the misses with their explanation, then the tally."""
    console = _console()
    columns = ("row", "role", "published", "bounds", "simulated", "90 % interval", "unit", "verdict")
    for table, title in _TABLES.items():
        of_table = [row for row in rows if row.table == table]
        if of_table:
            console.print(f"\n{title}")
            console.print(_table("", columns, [_verdict_cells(row) for row in of_table]))
    misses = [row for row in rows if row.holds is False]
    if misses:
        console.print("\nMisses, as computed and explained:")
        for row in misses:
            console.print(f"  {row.name} ({row.role}): {row.note}")
    console.print()
    for table in _TABLES:
        for role in ("calibration", "validation"):
            of_role = [row for row in rows if row.table == table and row.role == role]
            computed = sum(row.computed for row in of_role)
            hold = sum(bool(row.holds) for row in of_role)
            if of_role:
                console.print(f"{table}, {role}: {len(of_role)} rows, {computed} computed, {hold} hold")


_TABLES = {
    "targets": "Mechanisms, measurements and trials (targets.csv)",
    "population": "How patients are (population.csv)",
}
_VERDICTS = {True: "holds", False: "MISS", None: "not computed yet"}


def _verdict_cells(row: Verdict) -> tuple[str, ...]:
    return (
        row.name,
        row.role,
        row.published,
        f"{row.lower:g} to {row.upper:g}",
        number(row.simulated, 4) if row.simulated is not None or not row.computed else "never",
        "" if row.low is None or row.high is None else f"{number(row.low)} to {number(row.high)}",
        row.unit,
        _VERDICTS[row.holds],
    )


def print_benchmark(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one line per comparison."""
    columns = ("what", "rival", "ours_s", "rival_s", "ratio", "ours_error", "rival_error")
    cells = [[row[key] if isinstance(row[key], str) else number(row[key]) for key in columns] for row in rows]
    _console().print(_table("", columns, cells))


def print_summary(course: Course, out: Path | None) -> None:
    """Print the course in one screen."""
    from remyelin.output.summary import summarise

    console = _console()
    summary = summarise(course)
    console.print(f"[bold]{course.case.title}[/bold]")
    console.print(f"{summary['disclaimer']}\n")
    dates = summary["dates"]
    labels = [entry["label"] for entry in dates]
    console.print(
        _table(
            "Biomarkers (treatment as given)",
            ("", *labels, "unit"),
            [
                (item["label"], *(number(value) for value in item["values"]), item["unit"])
                for item in summary["biomarkers"]
            ],
        )
    )
    console.print(
        _table(
            "\nNerve studies (flag: outside the normal limit)",
            ("", *labels, "normal", "unit"),
            [
                (
                    item["label"],
                    *(
                        "absent"
                        if cell["flag"] == "absent"
                        else number(cell["value"]) + ("*" if cell["flag"] else "")
                        for cell in item["values"]
                    ),
                    item["normal"],
                    item["unit"],
                )
                for item in summary["studies"]
            ],
        )
    )
    for found in summary["nerve_report"]["dates"]:
        pattern = f"Conduction studies, {found['label']}: {found['pattern']} ({found['rule']})."
        if found["evoked"]:
            pattern += f" Evoked potentials abnormal: {', '.join(found['evoked'])}."
        console.print(pattern)
    console.print(
        _table(
            "\nSymptoms (0 none, 1 complete)",
            ("", *labels),
            [
                (item["label"], *(f"{value:.2f}" for value in item["values"]))
                for item in summary["symptoms"]
                if item["status"] == "computed"
            ],
        )
    )
    console.print(
        _table(
            "\nWhat waiting costs: functional disability (0 to 16) and surviving axons",
            (
                "plan",
                "at presentation",
                f"at {summary['recovery']['horizon']}",
                "median (90 % of sets)",
                "better after, months",
                "leg sensory axons",
            ),
            [
                (
                    item["label"],
                    f"{item['disability_at_presentation']:.0f}",
                    f"{item['disability_at_horizon']:.0f}",
                    f"{item['median']:.0f} ({item['low']:.0f} to {item['high']:.0f})",
                    item["first_improvement"],
                    f"{item['axons_at_horizon']:.0%}",
                )
                for item in summary["recovery"]["plans"]
            ],
        )
    )
    if summary["recovery"]["waiting"]:
        console.print(summary["recovery"]["waiting"])
    console.print(summary["recovery"]["sentence"])
    rests = summary["rests_on"]
    kinds = ", ".join(f"{count} {kind}" for kind, count in rests["kinds"].items())
    console.print(f"\nThe answer rests on {rests['entries']} numbers: {kinds}.")
    for line in summary["not_stated"]:
        console.print(f"Not stated by the source: {line}")
    if out is not None:
        console.print(f"\nWrote {out}/report.html, course.nc, summary.json, case.toml")
