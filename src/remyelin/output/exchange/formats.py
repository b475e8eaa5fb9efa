"""A case in the formats of other tools: SBML for cobalamin, NM-TRAN for doses, CSV and FHIR for nerve studies."""

from __future__ import annotations

from itertools import chain
from typing import Final

from remyelin import cobalamin
from remyelin.base.errors import InputError, nearest
from remyelin.cobalamin import Order
from remyelin.cobalamin.exchange.events import to_events
from remyelin.cobalamin.exchange.sbml import to_sbml
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.person import resolve
from remyelin.person.placement import place
from remyelin.person.plans import exposure, orders, plans_of
from remyelin.person.settings import COURSE_LEAD

FORMATS: Final = ("sbml", "nmtran", "csv", "fhir")


def check_format(form: str) -> None:
    """Refuse a format that there is not."""
    if form not in FORMATS:
        raise InputError(f"--to {form}: is no format; {nearest(form, FORMATS)}")


def export_case(case: Case, form: str, ledger: Ledger) -> str:
    """Return a case, treated as given, as the text of another format.

    Parameters
    ----------
    case : Case
    form : {"sbml", "nmtran", "csv", "fhir"}
        The course of cobalamin as an SBML model, placed by the laboratory values of the case; or the doses
        as an event table, with the vitamins given beside cobalamin as infusions; or the
        nerve studies as a table, or in the shape of FHIR R4.
    ledger : Ledger

    Raises
    ------
    InputError
        For an unknown format.
    """
    check_format(form)
    if form in ("csv", "fhir"):
        from remyelin.output.exchange.nerve import to_csv, to_fhir
        from remyelin.person.course import run_course

        course = run_course(case, ledger)
        return to_csv(course) if form == "csv" else to_fhir(course)
    person = place(case, resolve(case, ledger), ledger)
    plan = plans_of(case, person)[0]
    if form == "nmtran":
        given = orders(case, plan, ledger)
        vitamins = sorted(chain.from_iterable(order.vitamins for order in given))
        return to_events(Order(tuple(chain.from_iterable(order.doses for order in given)), tuple(vitamins)))
    start = min(person.began, 0.0) - COURSE_LEAD
    return to_sbml(
        exposure(case, person, plan, ledger),
        start,
        case.plan.horizon,
        cobalamin.Parameters.from_ledger(ledger),
    )
