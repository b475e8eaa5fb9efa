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


def calibrated(parts: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of coverage and of the p value of uniform ranks, by quantity and kind of record."""
    heads = [f"{part['template']}: coverage | p of uniform ranks" for part in parts]
    lines = [
        f"| quantity, a year on or of the person | {' | '.join(heads)} |",
        "| --- |" + " --- | --- |" * len(parts),
    ]
    for key, name in NAMES.items():
        cells = []
        for part in parts:
            own = part["verdict"][key]
            cells.append(f"{own['coverage']:.2f} | {own['p_uniform']:.2g}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    sizes = []
    for part in parts:
        count, effective = part["verdict"]["disability"]["n"], part["effective_median"]
        sizes.append(f"{part['template']}: {count} records, median effective sample {effective:.0f}")
    return "\n".join([*lines, "", f"{'; '.join(sizes)}."]) + "\n"


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
        f"{found['patients']} of {found['of']} patients were fitted and {found['timed_outcomes']} have an outcome at a "
        f"stated time. {len(refused)} ({share:.0%}) were refused (aim: at most 30 %): {said}."
    )
    return "\n".join([*lines, "", text]) + "\n"


def written(page: str) -> str:
    """Return the page with its tables."""
    calibration, patients = read("fit_calibration.json"), read("fit_patients.json")
    tables = {
        "pool": calibrated(calibration["pool"]),
        "whole": calibrated(calibration["whole"]),
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
