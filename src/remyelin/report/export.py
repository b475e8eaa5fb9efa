"""A case's cobalamin course in the formats of other tools: SBML for the model, NM-TRAN for the doses."""

from __future__ import annotations

from typing import Final

from remyelin import cobalamin, numerics
from remyelin.case import Case
from remyelin.cobalamin.events import to_events
from remyelin.cobalamin.sbml import to_sbml
from remyelin.errors import InputError, nearest
from remyelin.evidence import Ledger
from remyelin.person import resolve
from remyelin.placing import place
from remyelin.plans import exposure, plans_of

FORMATS: Final = ("sbml", "nmtran")


def export_case(case: Case, form: str, ledger: Ledger) -> str:
    """Return a case, treated as given, as the text of another format.

    Parameters
    ----------
    case : Case
    form : {"sbml", "nmtran"}
        The course of cobalamin as an SBML model, placed by the laboratory values of the case; or the doses
        as an event table (folic acid and pyridoxine, which are no events, are left out).
    ledger : Ledger

    Raises
    ------
    InputError
        For an unknown format.
    """
    if form not in FORMATS:
        raise InputError(f"--to {form}: is no format; {nearest(form, FORMATS)}")
    person = place(case, resolve(case, ledger), ledger)
    given = exposure(case, person, plans_of(case, person)[0], ledger)
    if form == "nmtran":
        return to_events(given.doses)
    start = min(person.began, 0.0) - numerics.COURSE_LEAD
    return to_sbml(given, start, case.plan.horizon, cobalamin.Parameters.from_ledger(ledger))
