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
from remyelin.output.terminal.cases import WHY, counted
from remyelin.person.forecast_guard import CANNOT, NOT_DELAYED, SAME_END, points

HEAD = f"""# The shipped cases

Written by `python examples/cases_page.py docs/cases.md`. A research and teaching model, never medical advice.

Laboratory values place a published patient on the model's curve (how long the cause has run, and what differs between
persons), so their agreement is no test. Symptoms, signs and their beginnings are not used: there the model can be
wrong, and is: "miss" marks it, "agrees, not in time" a duration off by more than a factor of two. What the excerpt at
hand does not say of a published case is not said here either; without laboratory values the prior for the time since
the cause began stands, and a duration is then compared with that prior. Severities run from 0 (none) to 1; the
disability scale from 0 to 16. `remyelin cases --compare` prints the comparison alone.

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
    parts = [f"The model misses: {wrong}." if wrong else "The model misses nothing of what it can judge."]
    if late:
        parts.append(f"Another time course: {late}.")
    if silent:
        parts.append(f"It says nothing of {', '.join(silent)}.")
    parts.append(WHY.get(name, ""))
    return " ".join(parts) + "\n"


def page(summary: dict[str, Any]) -> str:
    """Return the section of one case."""
    case = summary["case"]
    parts = [f"## {case['name']}: {case['title']}\n"]
    if case["citation"]:
        parts.append(f"Source: {case['citation']}\n")
    if case["summary"]:
        parts.append(case["summary"] + "\n")
    if case["outcome"]:
        parts.append(f"Reported outcome: {case['outcome']}\n")
    if summary["reported"]:
        rows = [[row["what"], row["reported"], row["model"], row["note"]] for row in summary["reported"]]
        parts.append(table(["at presentation", "source", "model", ""], rows))
        parts.append(misses(case["name"], summary["reported"]))
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
                f"at {horizon}, median (90 % of sets)",
                "leg sensory axons left",
            ],
            plans,
        )
    )
    return "\n".join(parts)


def main(path: Path) -> None:
    """Compute every shipped case and write the page."""
    ledger = Ledger.shipped()
    summaries = [summarise(run_course(load_case(name), ledger)) for name in shipped_cases()]
    rows = [row for item in summaries if item["case"]["kind"] == "case" for row in item["reported"]]
    path.write_text("\n".join([HEAD, counted(rows) + "\n", *map(page, summaries)]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
