"""Treatments of a record, and the plans that its persons are followed under."""

from __future__ import annotations

from dataclasses import dataclass

from remyelin.base.errors import InputError
from remyelin.cobalamin import Order, read_order
from remyelin.evidence import Ledger
from remyelin.person.record import Record


@dataclass(frozen=True, slots=True)
class Plan:
    """One course of treatment that persons of a record are followed under.

    Attributes
    ----------
    name, label : str
    orders : tuple of Order
    stop : float or None
        Day on which nitrous oxide ends; None where it goes on.
    begin : float, optional
        Day from which an improvement is counted; that of the first dose when omitted.

    What was over before presentation is no part of a plan: :attr:`remyelin.person.inference.people.Setting.earlier`.
    """

    name: str
    label: str
    orders: tuple[Order, ...]
    stop: float | None
    begin: float | None = None


def given(
    record: Record, horizon: float, ledger: Ledger, shift: float = 0.0, *, over: bool = False
) -> tuple[Order, ...]:
    """Return the orders of the treatments of a record, started `shift` days later, or those over before presentation.

    Ends stay where they are: a treatment that would begin after its end is left out.
    """
    orders = []
    for item in record.treatments:
        stop = horizon if item.stop is None else min(item.stop, horizon)
        if item.order is None or item.over != over or item.start + shift >= stop:
            continue
        try:
            orders.append(read_order(item.order, item.start + shift, stop, ledger))
        except InputError as error:
            raise InputError(f"{record.source}: line {item.line}: {error}") from None
    return tuple(orders)


def gas_stop(record: Record) -> float | None:
    """Return the day on which nitrous oxide ends: as stated, else with the first treatment that is not over."""
    if record.cause.ended is not None:
        return record.cause.ended
    return min((item.start for item in record.treatments if not item.over), default=None)
