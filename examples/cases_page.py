"""Write docs/cases.md: every shipped case, what the source reports beside what the model says.

python examples/cases_page.py docs/cases.md
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

from remyelin import Ledger, load_case, run_course, shipped_cases
from remyelin.output.formatting import number
from remyelin.output.summary import summarise
from remyelin.output.terminal.cases import WHY, averaged, both, counted, probabilities
from remyelin.person.forecast_guard import CANNOT, NOT_DELAYED, SAME_END, points

HEAD = f"""# The shipped cases

Written by `python examples/cases_page.py docs/cases.md`. A research and teaching model, never medical advice.

A published patient stands here twice. **Placed by laboratory values alone**: cause, values and the day of
presentation find the person; symptoms, signs and their beginnings are not used. There the model can be wrong, and is:
"miss" marks it, "agrees, not in time" a duration off by more than a factor of two. **With the findings at
presentation**: they are used as well, by the likelihood of `remyelin fit`, and the curves, bands and headline are of
persons who resemble them. How well these meet the findings is no test and no prediction; the course afterwards is.
The agreement of laboratory values is no test in either. What the excerpt at hand does not say of a published case is
not said here; without laboratory values the prior for the time since the cause began stands. Severities run from 0
(none) to 1; the disability scale from 0 to 16. `remyelin cases --compare` prints the comparison alone.

Vibration sense reported impaired agrees where the model's examination finds a loss, reported absent only from half of
it lost on. Of position sense the model has no share to compare: Romberg's sign stands for it, impaired or absent.

{textwrap.fill(f"{SAME_END} {NOT_DELAYED.split(';')[0]}.", 118)} Where the model does not reproduce what a case
reports, neither a forecast nor a comparison of delays is shown.
"""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines) + "\n"
    )


def misses(name: str, rows: list[dict[str, str]]) -> str:
    """Return in plain words where the model differs from the report, why, and where it is silent."""

    def listed(note: str) -> str:
        return "; ".join(
            f"{row['what']} ("
            + ("" if row["reported"] == "present" else f"reported {row['reported']}; ")
            + f"model: {row['model']})"
            for row in rows
            if row["note"] == note
        )

    wrong, late = listed("miss"), listed("agrees, not in time")
    silent = [row["what"] for row in rows if row["note"] == "no verdict"]
    start = "By laboratory values alone the model misses"
    parts = [f"{start}: {wrong}." if wrong else f"{start} nothing of what it can judge."]
    if late:
        parts.append(f"Another time course: {late}.")
    if silent:
        parts.append(f"It says nothing of {', '.join(silent)}.")
    parts.append(WHY.get(name, ""))
    return " ".join(parts) + "\n"


def page(summary: dict[str, Any], rows_of: list[dict[str, str]], likely: list[dict[str, Any]]) -> str:
    """Return the section of one case."""
    case = summary["case"]
    parts = [f"## {case['name']}: {case['title']}\n"]
    if case["citation"]:
        parts.append(f"Source: {case['citation']}\n")
    if case["summary"]:
        parts.append(case["summary"] + "\n")
    if case["outcome"]:
        parts.append(f"Reported outcome: {case['outcome']}\n")
    if rows_of:
        rows = [[row["what"], row["reported"], row["model"], row["note"], *fitted(row)] for row in rows_of]
        head = [
            "at presentation",
            "source",
            "by laboratory values alone",
            "",
            "with the findings (fitted)",
            "",
        ]
        parts.append(table(head, rows))
        parts.append(misses(case["name"], rows_of))
    if likely:
        rows = [[item["what"], f"{item['before']:.2f}", f"{item['after']:.2f}"] for item in likely]
        parts.append(table(["probability of what is reported", "by laboratory values alone", "fitted"], rows))
    # a course that is no forecast is shown as it is computed at presentation, and no further
    count = 1 if summary["forecast"]["refused"] is not None else len(summary["dates"])
    dates = [date["label"] for date in summary["dates"]][:count]
    computed = [row for row in summary["symptoms"] if row["tier"] == "mechanism"]
    rows = [
        [row["label"], *(number(v) for v in row["values"][:count]), row["unit"]]
        for row in summary["biomarkers"]
    ]
    rows += [[row["label"], *(f"{v:.2f}" for v in row["values"][:count]), "severity"] for row in computed]
    rows += [[row["label"], *row["shown"][:count], ""] for row in summary["signs"]]
    parts.append(table(["model, treated as given", *dates, ""], rows))
    abnormal = [
        f"{row['label']} {'absent' if row['values'][0]['flag'] == 'absent' else number(row['values'][0]['value'])}"
        for row in summary["studies"]
        if row["values"][0]["flag"]
    ]
    parts.append(f"Outside the normal limit at presentation: {'; '.join(abnormal) or 'nothing'}.\n")
    parts.append(summary["forecast"]["headline"] + "\n")
    if summary["forecast"]["refused"] is not None:
        return "\n".join(parts)
    most = summary["recovery"]["most_points"]
    plans = [
        [
            plan["label"],
            number(plan["disability_at_presentation"]),
            CANNOT
            if plan["told_apart"] is False
            else points(plan["median"], plan["low"], plan["high"], most),
            "" if plan["told_apart"] is False else f"{plan['axons_at_horizon']:.0%}",
        ]
        for plan in summary["recovery"]["plans"]
        if plan["shown"]
    ]
    horizon = summary["recovery"]["horizon"]
    parts.append(
        table(
            [
                "plan",
                "disability at presentation",
                f"at {horizon}, median (90 %)",
                "leg sensory axons left",
            ],
            plans,
        )
    )
    return "\n".join(parts)


def fitted(row: dict[str, str]) -> list[str]:
    """Return the cells of a row with the findings used; empty where they are not."""
    return [row["fitted"], row["met"]] if row["met"].startswith("used") else ["", ""]


def main(path: Path) -> None:
    """Compute every shipped case and write the page."""
    ledger = Ledger.shipped()
    sections, rows, likely = [], [], []
    for name in shipped_cases():
        case = load_case(name)
        course = run_course(case, ledger)
        blind = course if course.resembling is None else run_course(case, ledger, findings=False)
        own, chance = both(blind, course), probabilities(course)
        if case.kind == "case":
            rows += own
            likely.append({"chances": chance})
        sections.append(page(summarise(course), own, chance))
    text = [HEAD, counted(rows) + "\n", averaged(likely) + "\n", *sections]
    path.write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
