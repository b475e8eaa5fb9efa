"""Write docs/cases.md: every shipped case, what the source reports beside what the model says.

python examples/cases_page.py docs/cases.md
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import Any

from remyelin import Ledger, load_case, run_course, shipped_cases
from remyelin.output.reported import AGREES, APART, MISSES, TIMING
from remyelin.output.summary import summarise
from remyelin.output.terminal.cases import WHY, averaged, both, counted, probabilities
from remyelin.person.forecast_guard import CANNOT_TELL, SAME_END

HEAD = f"""# The shipped cases

Written by `python examples/cases_page.py docs/cases.md`. A research and teaching model, never medical advice.

{textwrap.fill(SAME_END, 118)}
Disability is in points of 16. No forecast is shown where the model does not reproduce the report. `remyelin run NAME`
has all else, `--json` the source.
"""
PATIENTS = """## Published patients

Cause, laboratory values and the day of presentation place a patient; computed findings are compared with reported ones.
"At another time" is a duration off by more than a factor of two. Vibration sense reported impaired agrees with any loss
that an examiner finds, reported absent with a loss of at least half; position sense is judged by Romberg's sign. The
forecast is fitted to the findings as well; one that agrees by laboratory values alone may then be missed. `remyelin cases
--compare` prints every value both ways, with its probability.
"""
SCENARIOS = """## Scenarios

Without a published patient. Median (90 % range).
"""
#: The verdicts of a finding by laboratory values alone.
VERDICTS = {"Agree": {AGREES}, "At another time": {TIMING}, "**Missed**": {MISSES, APART}}


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines) + "\n"
    )


def judged(rows: list[dict[str, str]]) -> str:
    """Return the findings by their verdict."""
    named = {
        verdict: [row["what"][0].lower() + row["what"][1:] for row in rows if row["note"] in notes]
        for verdict, notes in VERDICTS.items()
    }
    said = [f"{verdict}: {'; '.join(found)}" for verdict, found in named.items() if found]
    return f"{'. '.join(said)}."


def described(case: dict[str, Any]) -> str:
    """Return the reported outcome of a case and its source."""
    told = [f"Outcome: {case['outcome']}" if case["outcome"] else ""]
    told.append(f"Source: {case['citation']}" if case["citation"] else "")
    return " ".join(text for text in told if text)


def forecast(summary: dict[str, Any]) -> str:
    """Return the forecast without the cost of waiting, or the reason that there is none."""
    headline = summary["forecast"]["headline"]
    if summary["forecast"]["refused"] is None:
        return f"{headline.split('. Cost of waiting')[0].removesuffix('.')}."
    reason = headline.removesuffix(f" {CANNOT_TELL}").removesuffix(
        " The computed person is not the reported one."
    )
    return re.sub(r" \(reported[^()]*\)", "", reason)


def patient(summary: dict[str, Any], rows: list[dict[str, str]]) -> str:
    """Return the section of a published patient."""
    case = summary["case"]
    parts = [f"### {case['name']}: {case['title']}", described(case)]
    parts.append(judged(rows))
    told = re.sub(r" of \d+ points", "", forecast(summary))
    parts.append(f"{WHY[case['name']]} {told}" if case["name"] in WHY else told)
    return "\n\n".join(parts) + "\n"


def scenario(summary: dict[str, Any]) -> list[str]:
    """Return the row of a scenario: its name and title, and the parts of its forecast."""
    parts = [part.partition(": ")[2].rstrip(".") for part in forecast(summary).split("; ")]
    case = summary["case"]
    return [f"`{case['name']}`: {case['title']}", *(re.sub(r" of \d+ points$", "", part) for part in parts)]


def main(path: Path) -> None:
    """Compute every shipped case and write the page."""
    ledger = Ledger.shipped()
    patients, figures, rows, likely = [], [], [], []
    for name in shipped_cases():
        case = load_case(name)
        course = run_course(case, ledger)
        summary = summarise(course)
        if case.kind == "case":
            blind = course if course.resembling is None else run_course(case, ledger, findings=False)
            own = both(blind, course)
            rows += own
            likely.append({"chances": probabilities(course)})
            patients.append(patient(summary, own))
        else:
            figures.append(scenario(summary))
    head = ["scenario", "at diagnosis", "first improvement", "a year later", "3 years after diagnosis"]
    found = [f"{counted(rows)}\n", f"{averaged(likely)}\n", *patients]
    text = [HEAD, PATIENTS, *found, SCENARIOS, table(head, figures)]
    path.write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
