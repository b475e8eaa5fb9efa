"""Write the tables of docs/fit-proof.md from the results that `remyelin rebuild` keeps.

``python examples/fit_proof_tables.py`` writes them between their marks; it computes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "fit-proof.md"
DATA: Final = files("remyelin.analysis.calibration").joinpath("data")
NAMES: Final = {
    "disability": "functional disability",
    "gait": "severity of gait",
    "paraesthesia": "severity of paraesthesia",
    "began": "time since the cause began",
    "store": "store",
    "central": "susceptibility of the cord",
}
REASONS: Final = {
    "the record holds no result": "the table holds no laboratory value or finding of theirs that a record takes",
    "too few simulated persons": "too few simulated persons resemble them",
    "the model does not reproduce": "the model does not reproduce their findings",
}


def read(name: str) -> dict[str, Any]:
    """Return one of the results."""
    found: dict[str, Any] = json.loads(DATA.joinpath(name).read_text(encoding="utf-8"))
    return found


def calibrated(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return a table of coverage with the p value of uniform ranks, by quantity, kind of test and kind of record."""
    parts = [(kind, part) for kind, found in kinds.items() for part in found]
    heads = [f"{kind}, {part['template']}" for kind, part in parts]
    lines = [
        f"| quantity a year later, or of the person | {' | '.join(heads)} |",
        "| --- |" + " --- |" * len(parts),
    ]
    for key, name in NAMES.items():
        own = [part["verdict"][key] for _, part in parts]
        cells = [f"{one['coverage']:.2f} ({one['p_uniform']:.2g})" for one in own]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    counts = [str(part["verdict"]["disability"]["n"]) for _, part in parts]
    sizes = [f"{part['effective_median']:.0f}" for _, part in parts]
    lines += [f"| records | {' | '.join(counts)} |", f"| median effective sample | {' | '.join(sizes)} |"]
    return "\n".join(lines) + "\n"


def scored(found: Mapping[str, Any]) -> str:
    """Return the scores of published patients, and why some have no forecast."""
    names = {
        "fit": "fit; a refusal counts as the base rate",
        "base rate": "base rate of the other patients",
        "typical person": "typical person of the model",
    }
    lines = ["| prediction | Brier score | 90 % by bootstrap |", "| --- | --- | --- |"]
    for key, name in names.items():
        own = found["brier"][key]
        lines.append(f"| {name} | {own['mean']:.2f} | {own['low']:.2f} to {own['high']:.2f} |")
    refused = [row for row in found["rows"] if row["refused"]]
    why = Counter(
        next((text for begin, text in REASONS.items() if row["refused"].startswith(begin)), row["refused"])
        for row in refused
    )
    said = "; ".join(f"{count} because {text}" for text, count in why.most_common())
    share = len(refused) / found["patients"]
    text = (
        f"{found['patients']} of {found['of']} patients were tried; {found['timed_outcomes']} have an outcome at a stated "
        f"time. {len(refused)} ({100 * share:.0f} %) were refused (aim: at most 30 %): {said}."
    )
    return "\n".join([*lines, "", text]) + "\n"


def written(page: str) -> str:
    """Return the page with its tables."""
    calibration, patients = read("fit_calibration.json"), read("fit_patients.json")
    tables = {
        "synthetic": calibrated({"pool": calibration["pool"], "whole fit": calibration["whole"]}),
        "patients": scored(patients),
    }
    for name, text in tables.items():
        begin, end = f"<!-- {name}: examples/fit_proof_tables.py -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}{text}{end}{after}"
    return page


def main() -> None:
    """Write the tables into the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
