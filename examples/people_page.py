"""Write docs/people.md: traits, presentation, the fit to patients, predictions, what the data do not determine.

python examples/people_page.py docs/people.md
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import numpy as np

from remyelin import Ledger
from remyelin.analysis.calibration.chains_people import CHAINS
from remyelin.analysis.calibration.fit_people import OTHERS, PERSONS, READINGS
from remyelin.analysis.calibration.free_people import (
    FREE,
    MAPS,
    MOST_AT_END,
    SIGNS,
    at_ends,
    by_chance,
    certainly_above,
    point_of,
)
from remyelin.analysis.calibration.posterior_people import CENTRAL
from remyelin.analysis.calibration.site_people import TREATED
from remyelin.analysis.protocols.pool import at_risk
from remyelin.analysis.validation.clinic import THREE, YEAR, percent, series_of
from remyelin.evidence import Target, load_published
from remyelin.evidence.posterior import posterior
from remyelin.person.traits import CORRELATED, NAMES, SLOW

LEDGER = Ledger.shipped()
DATA = files("remyelin.analysis.calibration").joinpath("data")
#: Units of a number without one.
WITHOUT = {"-", "1", "", "ratio"}
NONE: Mapping[str, float] = MappingProxyType({})
WORDS = {
    "store": "body store in balance on the same diet",
    "pace": "speed of the cause",
    "central": "cord and brain: divides the deficit of half harm",
    "peripheral": "nerves of the limbs: the same",
    "optic": "optic nerve: the same, and multiplies its rate of injury",
    "motor_n2o": "hazard of motor axons under nitrous oxide",
    "repair": "speed of repair: healing, remyelination, clearance",
    "axons": "hazard of axons whose sheaths are injured or that lack methylation",
    "plasma": "haptocorrin-bound cobalamin at the same store",
    "mma": "methylmalonate at the same status",
    "homocysteine": "homocysteine at the same status",
    "marrow": "anaemia at the same enzyme activity",
    "reserve": "loss of fibres at which a function is half lost (odds)",
    "notice": "severity from which a symptom is noticed",
}


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines) + "\n"
    )


def show(value: float | None) -> str:
    """Return a number in three digits, a large one in whole numbers."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{float(f'{value:.3g}'):.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def answered(value: float | None) -> str:
    """Return whether a statement holds."""
    return "-" if value is None or not math.isfinite(value) else "yes" if value == 1 else "no"


def traits() -> str:
    """Return the table of traits."""
    rows = []
    for name in NAMES:
        entry = LEDGER.entry(f"spread.{name}")
        rows.append(
            [
                name,
                WORDS[name],
                "slow" if name in SLOW else "fast",
                show(LEDGER[f"spread.{name}"]),
                entry.kind,
            ]
        )
    pairs = ", ".join(f"{a} with {b} {LEDGER[f'correlation.{a}.{b}']:.2g}" for a, b in CORRELATED)
    head = ["trait", "relative to the typical person (1)", "speed", "log SD", "kind"]
    return table(head, rows) + f"\nCorrelations of the logarithms: {pairs}; all others are independent.\n"


def unit_of(name: str) -> str:
    """Return the unit of a number, empty without one."""
    unit = LEDGER.entry(name).unit
    return "" if unit in WITHOUT else unit


def marginals() -> str:
    """Return the posterior of every fitted number."""
    sets = posterior().sets
    points = np.array([point_of(member) for member in sets])
    ends = at_ends(points)
    rows = []
    for column, name in enumerate(FREE):
        values = np.array([member[name] for member in sets])
        low, high = np.quantile(values, [0.05, 0.95])
        narrower = 1.0 - float(np.ptp(np.quantile(points[:, column], [0.05, 0.95]))) / 0.9
        rows.append(
            [
                f"`{name}`",
                f"{show(sets[0][name])} ({show(low)} to {show(high)}) {unit_of(name)}".rstrip(),
                f"{100 * narrower:.0f}",
                f"{ends[column]:.1f}",
            ]
        )
        head = [
            "number",
            "central set (90 % of the sets)",
            "narrower than the range by, %",
            "density at an end",
        ]
    return table(head, rows)


def piled(certain: bool) -> str:
    """Return the numbers with more than twice the prior at an end of the range, beyond the error or within it."""
    ends = at_ends(np.array([point_of(member) for member in posterior().sets]))
    least = certainly_above(posterior().effective)
    named = [
        f"`{name}`"
        for name, density in zip(FREE, ends, strict=True)
        if density > MOST_AT_END and (density >= least) == certain
    ]
    return ", ".join(named) or "none"


def misses(predictions: dict[str, list[float]]) -> str:
    """Return the rows that the central set misses, calibration first, with the structure of the model behind each.

    Of the structure the first clause is given; ``remyelin validate ROW`` prints the whole.
    """
    reasons: dict[str, list[str]] = {}
    for role in ("calibration", "validation"):
        for row in load_published():
            if row.name not in predictions or row.role != role:
                continue
            value = predictions[row.name][0]
            if value is None or not math.isfinite(value):
                why = "No virtual patient meets the criteria of the series."
            elif row.holds(value):
                continue
            else:
                why = row.explanation(value) or "No explanation is known."
            reasons.setdefault(re.split(r"[;.](?= |$)", why)[0], []).append(row.name)
    return "\n".join(
        f"* {', '.join(f'`{name}`' for name in names)}: {why}." for why, names in reasons.items()
    )


def inside(row: Target, value: float | None) -> str:
    """Return whether a value lies within the bounds of a row."""
    if value is None or not math.isfinite(value):
        return "**no value**"
    return "holds" if row.lower <= value <= row.upper else "**miss**"


def rows_of(
    predictions: dict[str, list[float]],
    roles: str,
    names: list[str] | None = None,
    alone: Mapping[str, float] = NONE,
) -> str:
    """Return the rows of a role: published, predicted, interval, and the reading nearest to each row alone."""
    found = []
    for row in load_published():
        if row.name not in predictions or row.role != roles or (names is not None and row.name not in names):
            continue
        value, low, high = predictions[row.name]
        stated = row.unit == "holds"
        said = answered if stated else show
        unit = "" if row.unit in WITHOUT else f" {row.unit}"
        found.append(
            [
                row.name,
                said(float(row.published))
                if stated
                else f"{row.published} ({row.lower:g} to {row.upper:g}){unit}",
                said(value)
                if stated and value == low == high
                else f"{said(value)} ({said(low)} to {said(high)})",
                inside(row, value),
                *([show(alone.get(row.name))] if alone else []),
            ]
        )
    head = [
        "row",
        "published (bounds)",
        "central set (90 % interval)",
        "verdict",
        *(["alone"] if alone else []),
    ]
    return table(head, found)


def coverage(data: dict) -> str:
    """Return how often intervals of numeric validation rows hold the published value, and their interval scores.

    Rows of one series depend on each other, so both are given with each whole series left out in turn as well.
    """
    judged: list[
        tuple[str, bool, float, float]
    ] = []  # series, held, score, score of the prior (NaN without one)
    for row in load_published():
        if row.name not in data["predictions"] or row.role != "validation" or row.unit == "holds":
            continue
        try:
            published = float(row.published)
        except ValueError:
            continue
        _, low, high = (math.nan if item is None else item for item in data["predictions"][row.name])
        if not (math.isfinite(low) and math.isfinite(high)):
            continue
        wide = data["prior"].get(row.name) or [math.nan, math.nan]
        scores = [
            interval_score(*ends, published) / (row.upper - row.lower)
            for ends in ((low, high), (math.nan if end is None else end for end in wide))
        ]
        judged.append((paper_of(row.source), low <= published <= high, *scores))

    def shares(chosen: list[tuple[str, bool, float, float]]) -> tuple[float, float, float]:
        both = [item for item in chosen if math.isfinite(item[3])]
        held = sum(item[1] for item in chosen) / len(chosen)
        return held, *(sum(item[place] for item in both) / len(both) for place in (2, 3))

    held, score, before = shares(judged)
    left = [shares([item for item in judged if item[0] != name]) for name in {item[0] for item in judged}]
    both = sum(math.isfinite(item[3]) for item in judged)
    places = (
        f"{100 * min(item[0] for item in left):.0f} to {100 * max(item[0] for item in left):.0f} %",
        *(f"{min(item[k] for item in left):.2f} to {max(item[k] for item in left):.2f}" for k in (1, 2)),
    )
    return (
        f"Of {len(judged)} numeric validation rows the 90 % interval holds the published value in "
        f"{sum(item[1] for item in judged)} ({100 * held:.0f} %; the aim was 85 to 95 %). Over the {both} rows for "
        f"which a prior predictive was computed, the interval score (width and penalties, over the width of the "
        f"bounds; smaller is better) is {score:.2f} in the mean, that of the prior {before:.2f}. The rows come from "
        f"{len(left)} series; with any one of them left out whole, the intervals hold {places[0]}, the score is "
        f"{places[1]}, that of the prior {places[2]}."
    )


def paper_of(source: str) -> str:
    """Return the series a row comes from: the first paper of its source, or all case reports together."""
    if "patients.csv" in source:
        return "case reports"
    return re.split(r"[;(,]", source)[0].strip()


def interval_score(low: float, high: float, value: float, alpha: float = 0.1) -> float:
    """Return the interval score of a central interval of probability 1 - alpha."""
    return (high - low) + 2.0 / alpha * (max(low - value, 0.0) + max(value - high, 0.0))


def rivals(data: dict) -> str:
    """Return the comparison of what persons may differ in."""
    rows = []
    for name, item in data["rivals"].items():
        waiting = item["rows"]["waiting_points"]
        rows.append(
            [
                name,
                show(item["best"]),
                show(item["tenth"]),
                str(len(item["outside"])),
                # in whole points of few persons: a difference of none is no finding
                f"{show(waiting[1])} ({show(waiting[0])} to {show(waiting[2])})"
                if waiting[0] and waiting[0] > 0.0
                else "cannot tell",
            ]
        )
    head = [
        "persons differ in",
        "best log-likelihood",
        "tenth best",
        "rows outside their bounds",
        "points that a delay of one month costs at one year, median (ten readings)",
    ]
    return table(head, rows)


def complete() -> str:
    """Return both definitions of complete recovery under the central set."""
    rows = []
    for name, kind in (
        ("largest series (deficiency)", "healton"),
        ("cord disease", "cord"),
        ("nitrous oxide", "gas"),
    ):
        series = series_of(LEDGER, kind)
        cells = [
            f"{percent(found(month)):.0f}"
            for month in (THREE, YEAR)
            for found in (series.complete, series.unlimited)
        ]
        rows.append([f"{name}, {len(series.draws)} virtual patients", *cells])
    head = ["%", "no sign, 3 months", "no limit, 3 months", "no sign, 12 months", "no limit, 12 months"]
    return table(head, rows)


def main(path: str) -> None:
    """Write the page."""
    template = Path(__file__).with_name("people_page.md").read_text(encoding="utf-8")
    data = json.loads(DATA.joinpath("people_predictions.json").read_text(encoding="utf-8"))
    compared = json.loads(DATA.joinpath("people_rivals.json").read_text(encoding="utf-8"))
    parts = {
        "TRAITS": traits(),
        "MARGINALS": marginals(),
        "CALIBRATION": rows_of(data["predictions"], "calibration", alone=compared["alone"]),
        "MISSES": misses(data["predictions"]),
        "VALIDATION": rows_of(data["predictions"], "validation"),
        "COVERAGE": coverage(data),
        "RIVALS": rivals(compared),
        "CRITERIA": posterior().criteria.split(";")[0],
        "COMPLETE": complete(),
        "PILED": piled(certain=True),
        "PERHAPS": piled(certain=False),
        "EFFECTIVE": f"{posterior().effective:.0f}",
        "CERTAIN": f"{certainly_above(posterior().effective):.1f}",
        "BYCHANCE": f"{by_chance(posterior().effective, len(FREE)):.0f}",
        "PREDICTED": str(data["sets"]),
        "RIVALDESIGNS": str(sum(compared["waves"])),
        "SIGNS": ", ".join(SIGNS),
        "AFTERWARDS": str(sum(name in MAPS for name in FREE)),
        "POOL": str(sum(PERSONS)),
        **{name: str(count) for name, count in zip(("DEFICIENT", "USERS", "SCREENED"), PERSONS, strict=True)},
        "TREATED": str(TREATED),
        "RISK": ", ".join(f"{name} ({100 * share:.0f} %)" for name, share in at_risk(LEDGER).items()),
        "READ": str(READINGS + 1),
        "CHAINS": str(CHAINS),
        "OTHERS": str(OTHERS),
        "FRAILTY": show(LEDGER["nerve.fibre_frailty"]),
        "LIKELIEST": str(CENTRAL),
        "NOTICED": f"{100 * LEDGER['animal.noticed']:.0f} %",
        "LAMELLAE": f"{100 * LEDGER['state.vacuolated_lamellae']:.0f} %",
    }
    for key, text in parts.items():
        template = template.replace("{{" + key + "}}", text)
    Path(path).write_text(template, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
