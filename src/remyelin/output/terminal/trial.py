"""A finished trial as text for a terminal."""

from __future__ import annotations

from remyelin.analysis.trial import TrialResult
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.formatting import number, wrapped
from remyelin.person.course import DISCLAIMER


def describe(found: TrialResult) -> str:
    """Return answer, power table, persons needed and what the trial needs to be believed."""
    design = found.design
    lines = [design.title, *wrapped(design.summary).splitlines(), ""]
    for (hypothesis, endpoint), n in found.smallest.items():
        where = f" ({hypothesis})" if len(design.hypothesis) > 1 else ""
        least = ", the fewest asked for,"
        answer = (
            f"{n} per arm{least if n == min(design.sizes) else ''} reach a power of {design.power:.0%}"
            if n is not None
            else f"none of the sizes up to {max(design.sizes)} reaches a power of {design.power:.0%}"
        )
        lines.append(f"{endpoint}{where}: {answer}")
    lines += [
        "",
        "endpoint                          month     n  power      type I  difference (95 % of replicates)",
    ]
    for row in found.rows:
        name = row.endpoint if len(design.hypothesis) == 1 else f"{row.endpoint}, {row.hypothesis}"
        lines.append(
            f"{name[:32]:32} {row.visit / DAYS_PER_MONTH:6.1f} {row.n:5} {row.power:5.1%} "
            f"\u00b1{row.power_error:5.1%}  {row.type_one:5.1%}  {number(row.estimate)} "
            f"({number(row.low)} to {number(row.high)})"
        )
    lines += ["", "Fewest persons per arm, by endpoint and visit:"]
    for need in found.needed[:5]:
        lines.append(
            f"  {need.n if need.n is not None else 'over 100,000':>7}  {need.endpoint} at "
            f"{need.visit / DAYS_PER_MONTH:.0f} month{'s' if need.visit / DAYS_PER_MONTH > 1.5 else ''}"
        )
    if design.needs:
        lines += ["", wrapped(f"Needed to believe it: {design.needs}")]
    lines += [
        "",
        wrapped(f"{DISCLAIMER} Power rests on assumed rates and on the spread between simulated persons."),
    ]
    return "\n".join(lines)
