"""Write the table of docs/trial.md from the shipped trials as they were run.

``remyelin trial all --out DIR`` runs them; ``python examples/trials_table.py DIR`` writes the table between its marks.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path
from typing import Any

from remyelin import Ledger
from remyelin.analysis.trial import Design, load_design, shipped_trials
from remyelin.analysis.trial.kept import WORDS
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.trial_words import difference

PAGE = Path(__file__).parents[1] / "docs" / "trial.md"
END = "<!-- end of {} -->"


def digest() -> str:
    """Return the digest of all shipped designs without their words: a test knows an outdated table by it."""
    designs = [load_design(name).model_dump(mode="json", exclude=set(WORDS)) for name in shipped_trials()]
    return hashlib.sha256(json.dumps(designs, sort_keys=True).encode()).hexdigest()[:12]


def figures(folder: Path) -> str:
    """Return what was found at the largest size: a row for each endpoint under each hypothesis."""
    lines = [
        f"Ledger {Ledger.shipped().digest()[:12]}, full size. Power, assurance and difference are at "
        "the largest size.",
        "",
        "| trial | endpoint | month | smallest n | power, % (n) | assurance, % | first arm less, or over, the "
        "last (95 % of replicates) |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in shipped_trials():
        design = load_design(name)
        found = json.loads((folder / name / f"{name}.json").read_text(encoding="utf-8"))
        if found["design"]["replicates"] != design.replicates or found["design"]["pool"] != design.pool:
            raise SystemExit(
                f"{name}: {folder} holds a run of another size; run remyelin trial all --out {folder}."
            )
        lines += [_row(design, found, least) for least in found["smallest"]]
    return "\n".join(lines) + "\n"


def _row(design: Design, found: dict[str, Any], least: dict[str, Any]) -> str:
    def of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        key = ("hypothesis", "endpoint")
        return [row for row in rows if all(row[part] == least[part] for part in key)]

    rows, assured = of(found["rows"]), of(found["assurance"])
    last = rows[-1]
    endpoint = next(one for one in design.endpoint if one.name == least["endpoint"])
    under = f" ({least['hypothesis']})" if len(design.hypothesis) > 1 else ""
    cells = (
        f"`{design.name}`",
        endpoint.name + under,
        f"{endpoint.visit / DAYS_PER_MONTH:.0f}",
        "none" if least["n"] is None else str(least["n"]),
        f"{100 * last['power']:.0f} ({last['n']})",
        f"{100 * assured[-1]['assurance']:.0f}" if assured else "",
        difference(endpoint, last["estimate"], last["low"], last["high"]),
    )
    return f"| {' | '.join(cells)} |"


def type_one(folder: Path) -> tuple[int, int, int]:
    """Return the rows whose type I error lies above, below and within what chance explains in 95 of 100."""
    above = below = rows = 0
    for name in shipped_trials():
        found = json.loads((folder / name / f"{name}.json").read_text(encoding="utf-8"))
        alpha, replicates = found["design"]["alpha"], found["design"]["replicates"]
        slack = 2.0 * math.sqrt(alpha * (1.0 - alpha) / replicates)
        rows += len(found["rows"])
        above += sum(row["type_one"] > alpha + slack for row in found["rows"])
        below += sum(row["type_one"] < alpha - slack for row in found["rows"])
    return above, below, rows


def written(text: str, what: str, begin: str, content: str) -> str:
    """Return the page with the table between its marks replaced."""
    end = END.format(what)
    before, rest = text.split(f"<!-- {what}:", 1)
    return f"{before}<!-- {what}: {begin} -->\n{content}{end}{rest.split(end, 1)[1]}"


def main(folder: Path) -> None:
    """Write the table into the page."""
    above, below, rows = type_one(folder)
    said = (
        f"\nOf {rows} type I errors {above} lie above and {below} below what chance explains in 95 of 100 rows. An error "
        "of 0 % can arise where everybody of the last arm has one value, as a P40 absent without treatment: no test "
        "can reject there.\n"
    )
    text = PAGE.read_text(encoding="utf-8")
    by = "by python examples/trials_table.py DIR"
    text = written(text, "figures", f"designs {digest()}, {by}", figures(folder) + said)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
