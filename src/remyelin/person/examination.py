"""Examination of a case for impossible statements: before birth, in the wrong unit, against itself.

What is impossible is refused, what looks like a mistake of the unit is asked about, and a contradiction is named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.evidence.ledger import Ledger
from remyelin.evidence.limits import MARKERS, interpret
from remyelin.evidence.plausible import refuse_implausible, unit_of

if TYPE_CHECKING:
    from remyelin.person.case import Case


def examine(case: Case, written: Mapping[str, Any] | None = None, confirmed: Collection[str] = ()) -> None:
    """Refuse a case that cannot be, or that contradicts itself.

    Parameters
    ----------
    case : Case
    written : mapping, optional
        Its laboratory values as they were written, with their units.
    confirmed : collection of str
        Laboratory values to take as written, beside those that the case itself confirms.

    Raises
    ------
    InputError
        With the key, what is wrong, and what would be right.
    """
    ledger = Ledger.shipped()
    _refuse_before_birth(case)
    sure = {*confirmed, *(case.labs.confirmed or ())}
    for marker in (*MARKERS, "haemoglobin", "mcv"):
        value = getattr(case.labs, marker)
        if value is None:
            continue
        if value <= 0:
            raise InputError(
                f"labs.{marker}: nothing is no laboratory value; leave out values that were not measured."
            )
        if marker not in sure:
            unit = unit_of(marker, (written or {}).get(marker, ""))
            refuse_implausible(
                marker, value, unit, ledger, confirm=f'add confirmed = ["{marker}"] below [labs]'
            )
    _refuse_deficiency_without_cause(case, ledger)


def _refuse_before_birth(case: Case) -> None:
    birth = -case.person.age * DAYS_PER_YEAR
    dated = [("cause.began", case.cause.began)]
    dated += [(f"symptom[{i}].began", item.began) for i, item in enumerate(case.symptom)]
    dated += [(f"sign[{i}].began", item.began) for i, item in enumerate(case.sign)]
    for key, began in dated:
        if began is not None and began < birth - 1:  # a day, for ages rounded as they are written
            raise InputError(
                f"{key}: {-began / DAYS_PER_YEAR:.3g} years ago is before the birth of a person of "
                f"{case.person.age:g} years; correct one of the two."
            )


def _refuse_deficiency_without_cause(case: Case, ledger: Ledger) -> None:
    """A body that lacks nothing has no such values; a low total B12 with normal metabolites is no deficiency."""
    if case.cause.kind != "none":
        return
    verdicts = {
        marker: interpret(marker, value, ledger).verdict
        for marker in MARKERS
        if (value := getattr(case.labs, marker)) is not None
    }
    renal = (
        case.person.filtration is not None
        and case.person.filtration < (ledger.entry("renal.reference_filtration").range or (0.0,))[0]
    )
    explained = [marker for marker in ("mma", "homocysteine") if renal and verdicts.get(marker) == "raised"]
    sound = "normal" in (verdicts.get("mma"), verdicts.get("homocysteine"))
    for marker, verdict in verdicts.items():
        contradicts = verdict == "raised" and marker not in explained
        contradicts |= verdict == "low" and not (sound and "raised" not in verdicts.values())
        if contradicts:
            raise InputError(
                f'labs.{marker}: the value is {verdict}, and cause.kind = "none" gives nothing that could have made it '
                'so; name a cause, as "pernicious anaemia", or leave the value out.'
            )
