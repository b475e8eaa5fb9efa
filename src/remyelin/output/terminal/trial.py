"""A finished trial as text for a terminal."""

from __future__ import annotations

from remyelin.analysis.trial import TrialResult
from remyelin.base.plain import percent
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.output.formatting import wrapped
from remyelin.output.trial_words import (
    answers,
    arm_in_words,
    beside,
    by_chance,
    difference,
    left_out,
    repeated,
)
from remyelin.person.course import DISCLAIMER


def describe(found: TrialResult) -> str:
    """Return answer, power table, persons needed and the evidence the trial would need."""
    design = found.design
    of = {one.name: one for one in design.endpoint}
    lines = [design.title, *wrapped(design.summary).splitlines(), ""]
    lines += [wrapped(f"{arm.name}: {arm_in_words(arm)}", rest="  ") for arm in design.arm]
    lines += ["", *(wrapped(answer, rest="  ") for answer in answers(found))]
    lines += [
        "",
        "endpoint                          month     n  power      type I  first less last, or over it (95 %)",
    ]
    for row in found.rows:
        name = row.endpoint if len(design.hypothesis) == 1 else f"{row.endpoint}, {row.hypothesis}"
        lines.append(
            f"{name[:32]:32} {row.visit / DAYS_PER_MONTH:6.1f} {row.n:5} {percent(row.power, 1):>6} "
            f"\u00b1{percent(row.power_error, 1):>6}  {percent(row.type_one, 1):>6}  "
            f"{difference(of[row.endpoint], row.estimate, row.low, row.high)}"
        )
    sentences = (by_chance(found), *left_out(found), *filter(None, [repeated(found)]))
    lines += ["", *(wrapped(sentence, rest="  ") for sentence in sentences)]
    if design.published:
        lines += ["", "Beside the published result:"]
        for told in (beside(found, one) for one in design.published):
            interval = f", interval {told['interval']}" if told["interval"] else ""
            text = f"{told['endpoint']}: published {told['value']}{interval}; model {told['model']}; {told['verdict']}."
            lines.append(wrapped(text, rest="  "))
    lines += [
        "",
        "Fewest persons per arm, by endpoint and visit (a closed form, which promises too much below some ten):",
    ]
    for need in found.needed:
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
