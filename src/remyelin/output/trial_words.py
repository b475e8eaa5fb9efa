"""A trial in words: arms with their doses, differences in their units, the answer for every endpoint."""

from __future__ import annotations

import math
from typing import Final

from remyelin.analysis.trial import TrialResult
from remyelin.analysis.trial.design import Endpoint, TrialArm, TrialPublished
from remyelin.base.plain import percent, ranged
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.cobalamin import in_words
from remyelin.evidence import Ledger
from remyelin.output.formatting import SEEN, micro, number

UNITS: Final = {
    "b12": "pmol/L",
    "holotc": "pmol/L",
    "mma": "nmol/L",
    "homocysteine": "umol/L",
    "haemoglobin": "g/L",
    "mcv": "fL",
    "scale.total": "points, 0 to 16",
}
NO_SPREAD: Final = (
    "An error of 0 % at every size can arise where everybody of the last arm has one value, as an absent response "
    "without treatment: no test can reject there."
)
OF_QUANTITY: Final = {"latency": "ms", "interval": "ms", "velocity": "m/s"}


def unit_of(column: str) -> str:
    """Return the unit of a column of a cohort; nothing where it has none."""
    study, _, quantity = column.partition(".")
    quantity = quantity.rpartition(".")[2]
    if quantity == "amplitude":
        return "mV" if study.endswith("_motor") else "uV"
    return UNITS.get(column, OF_QUANTITY.get(quantity, ""))


def difference(endpoint: Endpoint, middle: float, low: float | None = None, high: float | None = None) -> str:
    """Return a difference of the arms in its unit, with its range where one is given.

    Of a logarithm it is a ratio, of shares it is in percentage points.
    """

    said = _shown(endpoint, middle)
    if low is not None and high is not None:
        said = ranged(said, _shown(endpoint, low), _shown(endpoint, high))
    return f"{said}{_unit(endpoint)}"


def between(endpoint: Endpoint, low: float, high: float) -> str:
    """Return a range of differences of the arms in its unit, no finer than a hundredth of its width."""
    scale = [math.exp(value) if endpoint.logarithm else value for value in (low, high)]
    if endpoint.kind != "change" or scale[0] == scale[1]:
        return f"{_shown(endpoint, low)} to {_shown(endpoint, high)}{_unit(endpoint)}"
    places = max(0, 1 - math.floor(math.log10(abs(scale[1] - scale[0]))))
    first, last = (f"{value:.{places}f}" if round(value, places) else "0" for value in scale)
    return f"{first} to {last}{_unit(endpoint)}"


def _shown(endpoint: Endpoint, value: float) -> str:
    if endpoint.kind != "change":
        return f"{100.0 * value:.0f}"
    return number(math.exp(value) if endpoint.logarithm else value)


def _unit(endpoint: Endpoint) -> str:
    if endpoint.kind != "change":
        return " percentage points"
    if endpoint.logarithm:
        return " times"
    return f" {micro(unit_of(endpoint.column).partition(',')[0])}".rstrip()


def by_chance(found: TrialResult) -> str:
    """Say how far a type I error of the level asked for strays by chance, and how many rows lie beyond."""
    design = found.design
    error = math.sqrt(design.alpha * (1.0 - design.alpha) / design.replicates)
    low, high = max(design.alpha - 2.0 * error, 0.0), design.alpha + 2.0 * error
    above = sum(row.type_one > high for row in found.rows)
    below = sum(row.type_one < low for row in found.rows)
    most = {
        row.endpoint: max(one.type_one for one in found.rows if one.endpoint == row.endpoint)
        for row in found.rows
    }
    none = 0.0 in most.values()
    return (
        f"With {design.replicates} replicates a true type I error of {percent(design.alpha)} reads {percent(low, 1)} "
        f"to {percent(high, 1)} "
        f"in 95 of 100 rows; of {len(found.rows)} rows {above} lie above and {below} below."
        + (f" {NO_SPREAD}" if none else "")
    )


def repeated(found: TrialResult) -> str:
    """Say at which sizes persons of the pool come more than once in a trial; "" where they never do."""
    sizes = [n for n in found.design.sizes if n * len(found.design.arm) > found.persons]
    if not sizes:
        return ""
    return (
        f"The pool holds {found.persons} persons: with {', '.join(map(str, sizes))} per arm persons come more than "
        "once, with errors of measurement of their own. That makes the spread between replicates slightly too small."
    )


def beside(found: TrialResult, row: TrialPublished) -> dict[str, str]:
    """Return a published difference beside the replicates of the size nearest to that of its trial.

    Returns
    -------
    dict of str to str
        ``endpoint``, ``value`` and ``interval`` as published, each with how it was come by; ``model``, ``null`` (share
        of replicates that find nothing), ``verdict`` and ``note``.
    """
    endpoint = next(one for one in found.design.endpoint if one.name == row.endpoint)
    rows = [item for item in found.rows if item.endpoint == row.endpoint]
    size = min((item.n for item in rows), key=lambda n: abs(n - (row.n or max(item.n for item in rows))))
    model = next(item for item in rows if item.n == size)
    mark = f" ({SEEN[row.mark]})"
    recalled = " as recalled" if row.mark == "recall" else ""
    interval = ""
    if row.low is not None and row.high is not None:
        interval = f"{between(endpoint, row.low, row.high)}{mark}"
        inside = row.low <= model.estimate <= row.high
        verdict = f"the model's median lies {'in' if inside else 'outside'} the published interval{recalled}"
    else:
        inside = model.low <= row.value <= model.high
        verdict = f"the published difference{recalled} lies {'in' if inside else 'outside'} the model's range"
    return {
        "endpoint": row.endpoint,
        "value": f"{difference(endpoint, row.value)}{mark}",
        "interval": interval,
        "model": f"{difference(endpoint, model.estimate, model.low, model.high)}, {size} per arm",
        "null": percent(1.0 - model.power),
        "verdict": verdict if inside else f"{verdict}: a miss",
        "note": row.note,
    }


def arm_in_words(arm: TrialArm) -> str:
    """Return the treatment of an arm, with its dose and days."""
    return (
        (in_words(arm.regimen, Ledger.shipped()) if arm.regimen else "no treatment")
        + (f", begun after {_months(arm.delay)}" if arm.delay else "")
        + (", exposure continues" if arm.exposure else "")
    )


def _months(days: float) -> str:
    months = f"{days / DAYS_PER_MONTH:.3g}"
    return f"{months} month{'' if months == '1' else 's'}"


def answers(found: TrialResult) -> list[str]:
    """Return one sentence for each endpoint: the smallest size that reaches the power asked for.

    A pool of fewer persons than the smallest trial comes first: its power says nothing.
    """
    design = found.design
    said = []
    if found.persons < min(design.sizes) * len(design.arm):
        said.append(
            f"The pool of {found.persons} persons is smaller than the smallest trial: the powers below say nothing of "
            "a trial in people."
        )
    for (hypothesis, endpoint), n in found.smallest.items():
        where = f" under \u201c{hypothesis}\u201d" if len(design.hypothesis) > 1 else ""
        few = ", the smallest size of the design," if n == min(design.sizes) else ""
        said.append(
            f"{endpoint}{where}: {n} persons per arm{few} reach a power of at least {percent(design.power)}."
            if n is not None
            else f"{endpoint}{where}: none of the sizes up to {max(design.sizes)} per arm reaches "
            f"{percent(design.power)}."
        )
    return said


def left_out(found: TrialResult) -> list[str]:
    """Return one sentence for each endpoint in whose models a column said nothing new; none where all columns did."""
    most: dict[str, float] = {}
    for row in found.rows:
        most[row.endpoint] = max(most.get(row.endpoint, 0.0), row.redundant)
    return [
        f"{endpoint}: in up to {percent(share, 1)} of the replicates a column of the model said nothing new, as a "
        "visit that nobody of an arm came to, and was left out; where that was the effect itself, the replicate counts "
        "as without a finding."
        for endpoint, share in most.items()
        if share > 0.0
    ]
