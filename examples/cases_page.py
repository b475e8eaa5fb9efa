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
from remyelin.output.reported import MISSES, PLACED, SILENT, TIMING, UNUSED
from remyelin.output.summary import summarise
from remyelin.output.terminal.cases import WHY, averaged, both, counted, probabilities
from remyelin.person.forecast_guard import CANNOT, CANNOT_TELL, NOT_DELAYED, SAME_END, points

HEAD = f"""# The shipped cases

Written by `python examples/cases_page.py docs/cases.md`. A research and teaching model, never medical advice.

A published patient, as the excerpt at hand describes him or her, is computed twice:

* **By laboratory values alone**: cause, values marked "used" and the day of presentation place the person. This is the
  test: "**miss**" is a finding that is not reproduced, "other time" a duration off by more than a factor of two.
* **Fitted**: the findings at presentation are used as well, as in `remyelin fit`. Their agreement is no test; the
  course afterwards is a prediction.

Symptoms have a severity from 0 to 1. Vibration sense reported impaired agrees with any loss that an examiner finds,
reported absent with a loss of at least half; position sense is judged by Romberg's sign. `remyelin cases --compare`
adds the probability of every finding, `remyelin run NAME` all markers, studies and plans. A section without a table is
a scenario without a published patient.

{textwrap.fill(f"{SAME_END} {NOT_DELAYED.split(';')[0]}.", 118)} Neither a forecast nor a comparison of delays is
shown where the model does not reproduce the report.
"""
#: Markers of the line that says how the person is at presentation.
MARKERS = ("Serum B12", "Methylmalonate", "Homocysteine", "Haemoglobin")
#: Earlier and later starts shown beside the treatment as given; `remyelin run` has more.
STARTS = tuple(
    f"started {start}"
    for start in ("12 months earlier", "3 months later", "12 months later", "24 months later")
)
#: Severity from which a computed symptom is named there.
NAMED = 0.05
SHORT = {
    "severity ": "",
    "power of the leg ": "leg ",
    ", of the arm ": ", arm ",
    " of the vibration sense of the legs lost": " lost",
    "outside the model": "not computed",
}


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines) + "\n"
    )


def cell(text: str, note: str) -> str:
    """Return what the model says and the verdict as one cell."""
    for long, short in SHORT.items():
        text = text.replace(long, short)
    if note == PLACED:
        return f"{text} (used)"
    verdict = {MISSES: "**miss**", TIMING: "other time", SILENT: "", UNUSED: ""}.get(note, note)
    return f"{text}: {verdict.removeprefix('used, and ').removeprefix('used, ')}" if verdict else text


def compared(rows: list[dict[str, str]]) -> str:
    """Return a case's report beside the model, by laboratory values alone and with the findings used."""
    return table(
        ["at presentation", "reported", "by laboratory values alone", "fitted"],
        [
            [
                row["what"],
                row["reported"],
                cell(row["model"], row["note"]),
                cell(row["fitted"], row["met"]) if row["met"].startswith("used") else "",
            ]
            for row in rows
        ],
    )


def computed(summary: dict[str, Any], reported: set[str]) -> str:
    """Return the computed markers, symptoms and abnormal studies at presentation that the table does not hold."""
    values = [
        f"{row['label'].lower().replace('b12', 'B12')} {number(row['values'][0])} {row['unit']}"
        for row in summary["biomarkers"]
        if row["label"] in MARKERS and row["label"] not in reported
    ]
    values += [
        f"{row['label'].lower()} {row['values'][0]:.2f}"
        for row in summary["symptoms"]
        if row["tier"] == "mechanism" and row["values"][0] >= NAMED and row["label"] not in reported
    ]
    # a row is labelled "study, site: quantity"
    abnormal = dict.fromkeys(
        row["label"].partition(",")[0] for row in summary["studies"] if row["values"][0]["flag"]
    )
    besides = f"Computed besides: {', '.join(values)}. " if values else ""
    return f"{besides}Abnormal studies: {', '.join(abnormal) or 'none'}.\n"


def plans(recovery: dict[str, Any]) -> str:
    """Return the plans beside each other; neighbours that cannot be told apart share a row."""
    rows: list[list[str]] = []
    for plan in recovery["plans"]:
        if not plan["shown"] or (
            plan["label"].startswith("started") and not plan["label"].startswith(STARTS)
        ):
            continue
        now = number(plan["disability_at_presentation"])
        if plan["told_apart"] is not False:
            end = points(plan["median"], plan["low"], plan["high"], recovery["most_points"])
            rows.append([plan["label"], now, end, f"{plan['axons_at_horizon']:.0%}"])
        elif rows and rows[-1][1:] == [now, CANNOT, ""]:
            rows[-1][0] += f"; {plan['label']}"
        else:
            rows.append([plan["label"], now, CANNOT, ""])
    end = f"disability {recovery['horizon']} on, median (90 %)"
    return table(["plan", "at presentation, the person drawn", end, "leg sensory axons left"], rows)


def page(summary: dict[str, Any], rows_of: list[dict[str, str]]) -> str:
    """Return the section of one case."""
    case = summary["case"]
    parts = [f"## {case['name']}: {case['title']}\n"]
    told = [case["summary"], f"Outcome: {case['outcome']}" if case["outcome"] else ""]
    told.append(f"Source: {case['citation']}" if case["citation"] else "")
    parts.append(" ".join(text for text in told if text) + "\n")
    if rows_of:
        why = [f"{WHY[case['name']]}\n"] if case["name"] in WHY else []
        parts += [compared(rows_of), *why, computed(summary, {row["what"] for row in rows_of})]
    headline = summary["forecast"]["headline"]
    if summary["forecast"]["refused"] is not None:
        reason = headline.removesuffix(f" {CANNOT_TELL}").removesuffix(
            " The computed person is not the reported one."
        )
        parts.append(f"{reason} Treatment should not be delayed.\n")
    else:
        # of a published case the table below has the remaining disability and the cost of waiting
        said = headline.split("; remaining disability" if rows_of else ". Cost of waiting")[0]
        parts.append(f"{said.removesuffix('.')}. Treatment should not be delayed.\n")
        if rows_of:
            parts.append(plans(summary["recovery"]))
    return "\n".join(parts)


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
        sections.append(page(summarise(course), own))
    text = [HEAD, counted(rows) + "\n", averaged(likely) + "\n", *sections]
    path.write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
