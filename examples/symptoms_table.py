"""Write the table of docs/symptoms.md: published frequencies of symptoms beside those of the virtual series.

``python examples/symptoms_table.py`` computes the rows of the layer ``clinic``, half a minute, and writes the table
between its marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from remyelin import Ledger
from remyelin.analysis.validation import Verdict, validate
from remyelin.evidence import Target, load_published
from remyelin.evidence.posterior import posterior

PAGE: Final = Path(__file__).parents[1] / "docs" / "symptoms.md"
BEGIN, END = "<!-- frequencies:", "<!-- end of frequencies -->"
#: Rows of both tables by tier, symptom (or sign beside the list) and name.
ROWS: Final = (
    ("mechanism", "pins and needles", "paraesthesia_zhang"),
    ("mechanism", "numbness", "numbness_zhou"),
    ("mechanism", "gait", "gait_scd"),
    ("mechanism", "taste and smell", "hyposmia_derin"),
    ("mechanism", "vision", "optic_clinical"),
    ("mechanism", "perception of pain", "superficial_scd20"),
    ("mechanism", "speech", "speech_karachi"),
    ("mechanism", "reflexes (ankle jerk after gas)", "ankle_jerk_n2o"),
    ("mechanism", "reflexes (Babinski sign)", "babinski_scd"),
    ("mechanism", "electric shocks", "lhermitte_cases"),
    ("mechanism", "electric shocks", "lhermitte_n2o"),
    ("mechanism", "weakness", "weakness_cord"),
    ("association", "memory", "assoc_memory"),
    ("association", "dementia", "assoc_dementia"),
    ("association", "memory or dementia", "assoc_organic_shorvon"),
    ("association", "mood", "assoc_mood"),
    ("association", "mood after gas", "assoc_depression_n2o"),
    ("association", "any mental sign", "assoc_mental_zhang"),
    ("association", "any mental sign", "assoc_mental_scd20"),
    ("association", "any mental sign", "assoc_neuropsychiatric_aaron"),
    ("association", "dizziness", "assoc_confusion"),
    ("association", "tiredness", "assoc_tiredness"),
    ("association", "nystagmus", "assoc_nystagmus"),
    ("association", "sphincters", "assoc_sphincter"),
    ("association", "sphincters", "assoc_sphincter_scd20"),
    ("association", "sphincters after gas", "assoc_sphincter_n2o"),
)


def stamp() -> str:
    """Return the posterior that the table was computed with: a test knows an outdated table by it."""
    return posterior().made.rpartition(" ")[2]


def figure(row: Target) -> str:
    """Return a published figure with its bounds, and whether it is from memory."""
    memory = ", recalled" if row.mark == "recall" else ""
    return f"{float(row.published):g} ({row.lower:g} to {row.upper:g}){memory}"


def table(found: Sequence[Verdict]) -> str:
    """Return the table, and how many rows of each tier and role hold."""
    of = {row.name: row for row in found}
    known = {row.name: row for row in load_published()}
    lines = [
        "| tier | symptom | row | role | published, % | model, % | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    held: dict[tuple[str, str], list[bool]] = {}
    for tier, what, name in ROWS:
        row = of[name]
        held.setdefault((tier, row.role), []).append(bool(row.holds))
        model = "-" if row.simulated is None else f"{row.simulated:.0f}"
        published = figure(known[name])
        lines.append(
            f"| {tier} | {what} | `{name}` | {row.role} | {published} | {model} | {'' if row.holds else 'miss'} |"
        )
    counts = [f"{tier}, {role}: {sum(rows)} of {len(rows)} hold" for (tier, role), rows in held.items()]
    return "\n".join([*lines, "", "; ".join(counts) + "."]) + "\n"


def main() -> None:
    """Write the table into the page."""
    found = list(validate(Ledger.shipped(), "clinic"))
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    made = f"{BEGIN} posterior {stamp()}, by python examples/symptoms_table.py -->\n{table(found)}{END}"
    PAGE.write_text(before + made + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
