"""Write docs/cases.md: every shipped case, what the source reports beside what the model says.

python examples/cases_page.py docs/cases.md
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from remyelin import Ledger, load_case, run_course, shipped_cases
from remyelin.report.formatting import number
from remyelin.report.summary import summarise

HEAD = """# The shipped cases

Written by `python examples/cases_page.py docs/cases.md`. A research and teaching model, never medical advice.

Laboratory values place a published patient on the model's curve (how long the cause has run, and what differs between
persons), so their agreement is no test. Symptoms, signs and their beginnings are not used: there the model can be
wrong, and is. Severities run from 0 (none) to 1; the disability scale from 0 to 16, its mental item not computed.
"""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines) + "\n"
    )


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
    dates = [date["label"] for date in summary["dates"]]
    computed = [row for row in summary["symptoms"] if row["status"] == "computed"]
    rows = [[row["label"], *(number(v) for v in row["values"]), row["unit"]] for row in summary["biomarkers"]]
    rows += [[row["label"], *(f"{v:.2f}" for v in row["values"]), "severity"] for row in computed]
    rows += [[row["label"], *row["shown"], ""] for row in summary["signs"]]
    parts.append(table(["model, treated as given", *dates, ""], rows))
    abnormal = [
        f"{row['label']} {'absent' if row['values'][0]['flag'] == 'absent' else number(row['values'][0]['value'])}"
        for row in summary["studies"]
        if row["values"][0]["flag"]
    ]
    parts.append(f"Outside the normal limit at presentation: {'; '.join(abnormal) or 'nothing'}.\n")
    plans = [
        [
            plan["label"],
            number(plan["disability_at_presentation"]),
            number(plan["disability_at_horizon"]),
            f"{plan['axons_at_horizon']:.0%}",
        ]
        for plan in summary["recovery"]["plans"]
    ]
    horizon = summary["recovery"]["horizon"]
    parts.append(
        table(["plan", "disability at presentation", f"at {horizon}", "leg sensory axons left"], plans)
    )
    return "\n".join(parts)


def main(path: Path) -> None:
    """Compute every shipped case and write the page."""
    ledger = Ledger.shipped()
    sections = [page(summarise(run_course(load_case(name), ledger))) for name in shipped_cases()]
    path.write_text("\n".join([HEAD, *sections]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
