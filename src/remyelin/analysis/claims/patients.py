"""Runs of deficient people from cobalamin to symptoms: loss, recovery, the cost of waiting."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Final

from remyelin import clinic
from remyelin.analysis.claims.planned import planned, said
from remyelin.analysis.claims.run import Progress, Row, Run, direction, held, targets
from remyelin.base.plain import ranged
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.pathways import TIBIAL_SEP
from remyelin.evidence import Entry, Ledger, load_references
from remyelin.person.case import load_case
from remyelin.person.course import Course, run_course
from remyelin.person.forecast_guard import CANNOT, points, told_apart

CASE: Final = "pernicious-anaemia"
#: Quantiles of a band in the order of a sentence.
RANGE: Final = ("median", "low", "high")
#: In the place of an end that is not told apart from that of treatment now.
UNKNOWN: Final = "a score that the model cannot tell from this one"


def maintenance(ledger: Ledger, progress: Progress) -> Run:
    """Methylation lost with and without cobalamin; homocysteine raised without either."""
    rows = targets(
        ledger,
        "neg_folate",
        "neg_renal",
        "neg_mutase",
        "pos_methylation",
        "vacuole_before_axon",
        progress=progress,
    )
    return Run(
        "Ten years of raised homocysteine or methylmalonic acid for other reasons (controls: the cord must stay "
        "whole), and a lack of the enzyme that needs B12 with B12 itself normal.",
        rows,
        # Homocysteine and methylmalonate do not affect myelin by construction, so this is not evidence.
        "built in" if direction(rows) == "agrees" else direction(rows),
        held(rows),
    )


@lru_cache(maxsize=2)
def _course(ledger: Ledger) -> Course:
    return run_course(load_case(CASE), ledger)


def _title() -> str:
    return load_case(CASE).title


def _score(course: Course, plan: str, day: float) -> tuple[float, str]:
    """Return disability on a day in the median of the sets of rates, and the same in words with its range."""
    here = course.recovery.bands["disability"].sel(plan=plan).sel(time=day, method="nearest")
    low, middle, high = (float(here.sel(quantile=q)) for q in ("low", "median", "high"))
    return middle, points(middle, low, high, course.recovery.most)


def gradual(ledger: Ledger, progress: Progress) -> Run:
    """Severity by duration, and the lasting loss."""
    rows = targets(ledger, "severity_duration", "delay_monotone", progress=progress)
    progress("one course")
    course = _course(ledger)
    # of the sets of the posterior: one person with the default set would be quoted as if typical
    ends = course.recovery.bands["conducted"].sel(pathway=TIBIAL_SEP).isel(time=-1)
    starts = {"as given": "when found", "12 months later": "a year later"}
    kept = {name: [100 * float(ends.sel(plan=name, quantile=q)) for q in RANGE] for name in starts}
    words = {name: ranged(f"{at[0]:.0f} %", f"{at[1]:.0f}", f"{at[2]:.0f}") for name, at in kept.items()}
    rows += tuple(
        Row(
            f"fibres of the leg's path in the cord that conduct after three years, treated {label}",
            kept[name][0],
            "%",
            note=f"median and 90 % of {course.recovery.members} sets of rates: {words[name]}",
        )
        for name, label in starts.items()
    )
    lost = kept["12 months later"][0] < kept["as given"][0] < 100
    return Run(
        f"200 virtual patients with pernicious anaemia, and the case {_title()!r} treated when found or a year later. "
        "That fibres lost in the cord do not grow again is built in; how many are lost, and when, is not.",
        rows,
        "agrees" if lost and direction(rows) == "agrees" else "mixed",
        {"early": words["as given"], "late": words["12 months later"]},
    )


def _frequency(entry: Entry | None) -> str:
    """Write a published frequency with whom it comes from."""
    if entry is None:
        return "no frequency found"
    named = [load_references()[key].fields for key in entry.source]
    who = "; ".join(
        " ".join((get.get("author") or get.get("note", "").split(";")[0], get.get("year", ""))).strip()
        for get in named
    )
    memory = ", from memory" if entry.mark == "recall" else ""
    return f"{entry.value:g} % ({who}{memory})"


def symptoms(ledger: Ledger, progress: Progress) -> Run:
    """The tier of each of the nineteen, and its frequency in published series."""
    listed = clinic.catalogue(ledger)
    rows = tuple(
        Row(
            f"{item.number}. {item.name} ({item.tier})",
            None,
            "",
            _frequency(item.frequency),
            note=item.correction,
        )
        for item in listed
    )
    checked = targets(ledger, "first_symptom", "gait_scd", "babinski_scd", "lhermitte_n2o", progress=progress)
    of_tier = Counter(item.tier for item in listed)
    return Run(
        "The symptoms of the article with their published frequency among patients with neurological disease, and "
        "four rows in which virtual patients are compared with series.",
        rows + checked,
        "mixed",
        {
            "count": str(len(listed)),
            "mechanism": str(of_tier["mechanism"]),
            "association": str(of_tier["association"]),
            "none": str(of_tier["no evidence"]),
            "corrected": str(sum(bool(item.correction) for item in listed)),
            **held(checked),
        },
    )


def recovery(ledger: Ledger, progress: Progress) -> Run:
    """Complete recovery in series of patients."""
    rows = targets(
        ledger,
        "healton_complete",
        "respond_3_months",
        "vasconcelos_complete",
        "n2o_complete",
        "misra_complete_3m",
        "plateau",
        progress=progress,
    )
    found = {row.what: row for row in rows}
    values = [row.value or 0.0 for row in found.values()]
    tested = tuple(row for row in rows if "(validation)" in row.what)

    def few(value: float) -> str:
        return f"{value:.{0 if value >= 10 else 1}f}"

    return Run(
        "Series of virtual patients treated for a year. Rows marked calibration were used to set the model and "
        "are no test of it; the others are predictions.",
        rows,
        direction(tested),
        {
            "cord": few(values[2]),
            "gas": few(values[3]),
            "three": few(values[4]),
            "plateau": few(values[5]),
            **held(tested),
        },
    )


def waiting(ledger: Ledger, progress: Progress) -> Run:
    """Compare treatment now, later or never in one person."""
    progress("one course under several starts")
    course = _course(ledger)
    plans = {plan.name: plan.label for plan in course.plans}
    kept = ("as given", "3 months later", "12 months later", "none")
    years = float(course.data["time"][-1]) / DAYS_PER_YEAR
    # at the end, when the latest start has had its time to work: after a year it could not have done anything
    ends = [_score(course, name, float(course.data["time"][-1])) for name in kept]
    values = [value for value, _ in ends]
    # an equal end would read as if waiting were free, where the model cannot tell
    told = {kept[0], *told_apart(course)}
    shown = [words if name in told else UNKNOWN for name, (_, words) in zip(kept, ends, strict=True)]
    rows = tuple(
        Row(
            f"disability {years:.0f} years from now (0 to 16), {plans[name]}",
            value if name in told else None,
            "points",
            note=f"median and 90 % of the sets of rates: {words}"
            if name in told
            else f"{CANNOT}: not told apart from treatment now; it may still cost much",
        )
        for name, (value, words) in zip(kept, ends, strict=True)
    )
    worse = values[0] < values[1] < values[2] < values[3]
    delay, route = planned("waiting", progress), planned("oral-neurological", progress)
    return Run(
        f"The shipped case {_title()!r}, the same published schedule started when found, later, or never; and two "
        "virtual trials.",
        (*rows, *delay, *route),
        "agrees" if worse else "mixed" if values[0] < values[3] else "disagrees",
        {
            "today": _score(course, "as given", 0.0)[1],
            **dict(zip(("now", "quarter", "year", "never"), shown, strict=True)),
            "years": f"{years:.0f}",
            "delay": said(delay[0]),
            "route": said(route[0]),
        },
    )
