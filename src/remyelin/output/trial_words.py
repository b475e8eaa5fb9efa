"""A trial in sentences: arms with their doses, the answer for every endpoint."""

from __future__ import annotations

from remyelin.analysis.trial import TrialResult
from remyelin.analysis.trial.design import TrialArm
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.cobalamin import in_words
from remyelin.evidence import Ledger


def arm_in_words(arm: TrialArm) -> str:
    """Return what an arm gets, with its dose, and when."""
    return (
        (in_words(arm.regimen, Ledger.shipped()) if arm.regimen else "no treatment")
        + (f", begun after {arm.delay / DAYS_PER_MONTH:.3g} months" if arm.delay else "")
        + (", exposure continues" if arm.exposure else "")
    )


def answers(found: TrialResult) -> list[str]:
    """Return one sentence for each endpoint: the smallest size that reaches the power asked for."""
    design = found.design
    said = []
    for (hypothesis, endpoint), n in found.smallest.items():
        where = f" under \u201c{hypothesis}\u201d" if len(design.hypothesis) > 1 else ""
        few = ", the fewest asked for," if n == min(design.sizes) else ""
        said.append(
            f"{endpoint}{where}: {n} persons per arm{few} reach a power of {design.power:.0%}."
            if n is not None
            else f"{endpoint}{where}: none of the sizes up to {max(design.sizes)} per arm reaches {design.power:.0%}."
        )
    return said


def left_out(found: TrialResult) -> list[str]:
    """Return one sentence for each endpoint in whose models a column said nothing new; none where all columns did."""
    most: dict[str, float] = {}
    for row in found.rows:
        most[row.endpoint] = max(most.get(row.endpoint, 0.0), row.redundant)
    return [
        f"{endpoint}: in up to {share:.1%} of the replicates a column of the model said nothing new, as a visit that "
        "nobody of an arm came to, and was left out; where that was the effect itself, the replicate counts as "
        "without a finding."
        for endpoint, share in most.items()
        if share > 0.0
    ]
