"""Write the tables of docs/cobalamin.md from the shipped fit and the published rows that miss.

``python examples/cobalamin_tables.py`` writes them between the marks of the page.
"""

from __future__ import annotations

import math
from pathlib import Path

from remyelin.analysis.calibration.rebuild import cobalamin_fit
from remyelin.evidence import Ledger, load_population, load_targets

PAGE = Path(__file__).parents[1] / "docs" / "cobalamin.md"
BEGIN = "<!-- {}: written by python examples/cobalamin_tables.py -->\n"
END = "<!-- end of table -->"


def show(value: float, digits: int = 3) -> str:
    """Return a number in so many significant digits or to the nearest integer, without an exponent."""
    if not math.isfinite(value) or abs(value) < 1e-9:
        return "0" if math.isfinite(value) else "never"  # an event that did not happen within the run
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{round(value, places):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def fitted() -> str:
    """Return the fitted parameters, with what bounds each."""
    rows = []
    for name, found in cobalamin_fit()["parameters"].items():
        low, high = ("open" if end is None else show(end) for end in (found["low"], found["high"]))
        prior = f"{100 * found['prior_share']:.0f}"
        unit = Ledger.shipped().entry(name).unit.strip("-")
        rows.append([name, show(found["value"], 4), f"{found['log_sd']:.2f}", prior, f"{low} to {high}", unit])
    return table(["parameter", "value", "log SD", "prior, %", "95 % by profile", "unit"], rows)


def misses() -> str:
    """Return the published rows that the shipped numbers miss, with the interval over parameter sets."""
    predicted = cobalamin_fit()["predictions"]
    rows = []
    for row in (*load_targets(), *load_population()):
        if row.name not in predicted:
            continue
        value, low, high = (math.nan if item is None else item for item in predicted[row.name])
        if not row.lower <= value <= row.upper:
            cells = [row.name, f"{row.published} {row.unit}".removesuffix(" ratio"), f"{row.lower:g} to {row.upper:g}", show(value)]
            rows.append([*cells, f"{show(low)} to {show(high)}", row.role])
    return table(["row", "published", "bounds", "model, same unit", "5 to 95 %", "role"], rows)


def main() -> None:
    """Write the tables into the page."""
    text = PAGE.read_text(encoding="utf-8")
    for name, made in (("fit", fitted()), ("misses", misses())):
        before, rest = text.split(BEGIN.format(name))
        text = before + BEGIN.format(name) + made + END + rest.split(END, 1)[1]
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
