"""Write the table of docs/symptoms.md: published frequencies of symptoms beside those of the virtual series.

``python examples/symptoms_table.py`` computes the rows of the table, some twenty seconds, and writes it between its
marks. Every published figure of the catalogue has a row; rows beside the catalogue are named below.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from remyelin import Ledger
from remyelin.analysis.validation import validate
from remyelin.evidence import Target, load_published
from remyelin.evidence.catalogue import TIERS, catalogue
from remyelin.evidence.posterior import posterior

PAGE: Final = Path(__file__).parents[1] / "docs" / "symptoms.md"
BEGIN, END = "<!-- frequencies:", "<!-- end of frequencies -->"
#: Rows that hold no figure of the catalogue, by tier: pooled series, and those of what stands beside the nineteen.
BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "mechanism": ("ankle_jerk_n2o", "babinski_scd", "weakness_cord"),
    "association": (
        "assoc_tiredness",
        "assoc_nystagmus",
        "assoc_sphincter",
        "assoc_sphincter_scd20",
        "assoc_sphincter_n2o",
    ),
}


def rows() -> dict[str, str]:
    """Return the tier of every row of the table, by name of the row."""
    found: dict[str, str] = {}
    for tier in TIERS:
        for symptom in catalogue(Ledger.shipped()):
            if symptom.tier == tier:
                for _, row in symptom.figures:
                    found.setdefault(row.name, tier)
        found |= dict.fromkeys(BESIDE.get(tier, ()), tier)
    return found


def stamp() -> str:
    """Return the posterior that the table was computed with: a test knows an outdated table by it."""
    return posterior().made.rpartition(" ")[2]


def figure(row: Target) -> str:
    """Return a published figure with its bounds, and whether it is from memory."""
    memory = ", recalled" if row.mark == "recall" else ""
    return f"{float(row.published):g} ({row.lower:g} to {row.upper:g}){memory}"


def table(simulated: Mapping[str, float | None]) -> str:
    """Return the table of the rows that miss, the rows that hold in a line a role, and the count of each tier."""
    known = {row.name: row for row in load_published()}
    lines = ["| counted | row | role | published, % | model, % |", "| --- | --- | --- | --- | --- |"]
    held: dict[tuple[str, str], list[bool]] = {}
    holding: dict[str, list[str]] = {"calibration": [], "validation": []}
    for name, tier in rows().items():
        row, value = known[name], simulated[name]
        holds = value is not None and row.holds(value)
        held.setdefault((tier, row.role), []).append(holds)
        model = "not computed" if value is None else f"{value:.0f}"
        if holds:
            holding[row.role].append(f"`{name}` {float(row.published):g}, {model}")
        else:
            lines.append(f"| {row.quantity} | `{name}` | {row.role} | {figure(row)} | {model} |")
    counts = [f"{tier} {role} {sum(of)} of {len(of)}" for (tier, role), of in sorted(held.items())]
    said = [f"Holds, {role} (published, model, %): {'; '.join(found)}." for role, found in holding.items()]
    return "\n".join([*lines, "", "\n\n".join(said), "", f"Rows that hold: {'; '.join(counts)}."]) + "\n"


def main() -> None:
    """Write the table into the page."""
    ledger = Ledger.shipped()
    # the series of patients are remembered, so that one row after the other costs no more than all together
    simulated = {name: next(iter(validate(ledger, name))).simulated for name in rows()}
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    made = f"{BEGIN} posterior {stamp()}, by python examples/symptoms_table.py -->\n{table(simulated)}{END}"
    PAGE.write_text(before + made + rest.split(END, 1)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
