"""A course on the terminal: progress on stderr, results on stdout."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from remyelin.base.plain import percent, ranged, unbroken
from remyelin.base.printing import console as plain_console
from remyelin.base.printing import printable
from remyelin.output.formatting import number, wrapped
from remyelin.output.symptoms import severity_word

if TYPE_CHECKING:
    from remyelin.analysis.validation import Verdict
    from remyelin.output.records import Recovery, Summary


class Progress:
    """Print the current step on stderr, where stderr is a terminal; silent elsewhere."""

    def __init__(self) -> None:
        self._console = plain_console(stderr=True)
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
            tell(self._console, sentence)

    def __call__(self, step: str) -> None:
        """Name the step now under way."""
        if self._status:
            # a string would be read as markup
            self._status.update(Text(printable(f"{step} ({time.monotonic() - self._began:.0f} s)")))


def tell(console: Console, text: object, style: str = "") -> None:
    """Print a text, which may come from outside, on a console."""
    console.print(Text(unbroken(printable(text)), style=style))


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else printable(cell) for cell in row))
    return table


def print_verdicts(rows: Sequence[Verdict]) -> None:
    """Print each table of published against simulated, then the misses with their explanation, then the tally."""
    console = plain_console()
    columns = ("row", "role", "published", "bounds", "simulated", "90 % interval", "unit", "verdict")
    for table, title in _TABLES.items():
        of_table = [row for row in rows if row.table == table]
        if of_table:
            tell(console, f"\n{title}")
            console.print(_table("", columns, [_verdict_cells(row) for row in of_table]))
    misses = [row for row in rows if row.holds is False]
    if misses:
        tell(console, "\nMisses, as computed and explained:")
        for row in misses:
            tell(console, f"  {row.name} ({row.role}): {row.note}")
    console.print()
    for table in _TABLES:
        for role in ("calibration", "validation"):
            of_role = [row for row in rows if row.table == table and row.role == role]
            computed = sum(row.computed for row in of_role)
            hold = sum(bool(row.holds) for row in of_role)
            if of_role:
                tell(console, f"{table}, {role}: {len(of_role)} rows, {computed} computed, {hold} hold")


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
    plain_console().print(_table("", columns, cells))


def _print_chances(console: Console, summary: Summary, labels: Sequence[str]) -> None:
    """Print the symptoms without a mechanism: probabilities with intervals, and frequencies without deficiency."""
    columns = ("", *labels, "without deficiency")
    for tier, title in (
        ("association", "Probability of symptoms without a mechanism here (interval of the counts)"),
        ("no evidence", "No evidence that deficiency causes these: as common as in everybody"),
    ):
        rows = [item for item in summary["symptoms"] if item["tier"] == tier]
        beside = summary["beside"] if tier == "association" else []
        cells = [
            (item["label"], *item["shown"][: len(labels)], item["background"]) for item in (*rows, *beside)
        ]
        console.print(_table(f"\n{title}", columns, cells))


def print_summary(summary: Summary, out: Path | None, *, tables: bool = False) -> None:
    """Print the answer and all symptoms in words; the tables where they are asked for."""
    from remyelin.output.answer import lines
    from remyelin.output.reported import unanswered

    console = plain_console()
    tell(console, summary["case"]["title"], "bold")
    tell(console, f"{summary['disclaimer']}\n")
    for line in lines(summary["answer"]):
        tell(console, wrapped(line, rest="  "))
    if left := unanswered(summary["reported"]):
        tell(console, wrapped(left, rest="  "))
    if summary["case"]["coexisting"]:
        tell(console, f"Beside deficiency: {', '.join(summary['case']['coexisting'])} (sizes assumed).")
    console.print()
    for line in symptom_lines(summary):
        tell(console, wrapped(line, rest="  "))
    if tables:
        _print_tables(console, summary)
    rests = summary["rests_on"]
    kinds = ", ".join(f"{count} {kind}" for kind, count in rests["kinds"].items())
    tell(console, f"\nThe answer rests on {rests['entries']} numbers: {kinds}.")
    if not tables:
        tell(
            console,
            "Biomarkers, nerve studies and every start of treatment: --tables. The report: --out DIR.",
        )
    if out is not None:
        tell(console, f"\nWrote {out}/report.html, course.nc, summary.json, case.toml")


def symptom_lines(summary: Summary) -> list[str]:
    """Return all nineteen symptoms at the first date as sentences: noticed, not noticed, probable, without evidence."""
    when = summary["dates"][0]["label"]
    of_tier = {
        tier: [item for item in summary["symptoms"] if item["tier"] == tier]
        for tier in ("mechanism", "association", "no evidence")
    }
    felt = [item for item in of_tier["mechanism"] if item["values"][0] >= summary["presence"]]
    noticed = [
        f"{item['label']} ({severity_word(item['values'][0], summary['presence'])})"
        for item in sorted(felt, key=lambda item: -item["values"][0])
    ]
    unfelt = [item["label"] for item in of_tier["mechanism"] if item not in felt]
    chances = [f"{item['label']} {item['shown'][0]}" for item in of_tier["association"]]
    everybody = [f"{item['label']} {item['background']}" for item in of_tier["no evidence"]]
    beside = [f"{item['label']} {item['shown'][0]}" for item in summary["beside"]]
    return [
        f"Symptoms at {when}, by mechanism: {'; '.join(noticed) or 'none that would be noticed, in this model'}.",
        f"By mechanism, computed and not noticed: {'; '.join(unfelt) or 'none'}.",
        f"By association, a probability and no mechanism: {'; '.join(chances)}. Beside the list: {'; '.join(beside)}.",
        f"No evidence that deficiency causes these, as common as in everybody: {'; '.join(everybody)}.",
    ]


def _print_tables(console: Console, summary: Summary) -> None:
    """Print biomarkers, nerve studies, severities, probabilities and every start of treatment."""
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
        tell(console, pattern)
    # a course that is no forecast is shown as it is computed at presentation, and no further
    refused = summary["forecast"]["refused"] is not None
    shown = labels[:1] if refused else labels
    console.print(
        _table(
            "\nSymptoms (0 none, 1 complete)",
            ("", *shown),
            [
                (item["label"], *(f"{value:.2f}" for value in item["values"][: len(shown)]))
                for item in summary["symptoms"]
                if item["tier"] == "mechanism"
            ],
        )
    )
    _print_chances(console, summary, shown)
    if not refused:
        _print_recovery(console, summary["recovery"])
    for line in summary["not_stated"]:
        tell(console, f"Not stated by the source: {line}")


def _print_recovery(console: Console, recovery: Recovery) -> None:
    """Print every plan with its range, and the basis of the curve."""
    console.print(
        _table(
            "\nEvery start of treatment: functional disability (0 to 16, at most "
            f"{recovery['most_points']} in this model) and surviving axons",
            (
                "plan",
                "at presentation",
                f"at {recovery['horizon']}",
                "median (90 % of sets)",
                "better after, months",
                "leg sensory axons",
            ),
            [
                (
                    item["label"],
                    f"{item['disability_at_presentation']:.0f}",
                    *(
                        ("", "cannot tell", "", "")
                        if item["told_apart"] is False
                        else (
                            f"{item['disability_at_horizon']:.0f}",
                            ranged(*(f"{item[key]:.0f}" for key in ("median", "low", "high"))),
                            item["first_improvement"],
                            "" if (axons := item["axons_at_horizon"]) is None else percent(axons),
                        )
                    ),
                )
                for item in recovery["plans"]
                if item["shown"]
            ],
        )
    )
    if recovery["waiting"]:
        tell(console, recovery["waiting"])
    tell(console, recovery["sentence"])
