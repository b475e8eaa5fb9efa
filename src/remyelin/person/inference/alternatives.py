"""Plans that a person is followed under beside the recorded treatment: later starts, none, published schedules."""

from __future__ import annotations

from typing import Final

from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.causes import gas_causes
from remyelin.cobalamin import REGIMENS, read_order
from remyelin.cobalamin.wording import schedule
from remyelin.person.inference.plan import Plan, gas_stop, given
from remyelin.person.inference.posterior import Posterior
from remyelin.person.record import terms

LATER: Final = (3, 12)  # months by which a start is moved
#: Published schedules that are run beside the recorded one, for comparison only.
SCHEDULES: Final = ("uk neurological", "oral")
FROM_NOW: Final = "from now"  # names of plans
UNTREATED: Final = "untreated"
FIRST: Final = "uk neurological"  # run where no treatment is recorded, so that starts can be compared


def plans_of(posterior: Posterior) -> tuple[Plan, ...]:
    """Return the plans to follow beside the recorded treatment.

    A treatment that began before day 0 and goes on is compared with others from the last entry on.
    """
    record, ledger, horizon = posterior.record, posterior.setting.ledger, posterior.horizon
    now = record.last_day
    known = [item for item in record.treatments if item.order is not None and not item.over]
    stop = gas_stop(record)
    gas = record.cause.kind in gas_causes()
    if not known:
        until = ", nitrous oxide until then" if gas and stop is None else ""
        plans = [
            Plan(
                FROM_NOW if not months else f"{months} months later",
                f"{schedule(FIRST)} started {'now' if not months else f'{months} months later'}{until}",
                (read_order(FIRST, now + months * DAYS_PER_MONTH, horizon, ledger),),
                now + months * DAYS_PER_MONTH if stop is None else stop,
            )
            for months in (0, *LATER)
        ]
        return tuple(plans)
    start = known[0].start
    if start < 0.0:
        return _switches(posterior, stop)
    # gas that ended before presentation is history: no plan moves it
    moves = stop is not None and stop >= 0.0
    exposed = "nitrous oxide goes on" if gas else "the cause goes on"
    none = "no further treatment" if posterior.setting.earlier else "no treatment"
    label = f"{none}, {'the nitrous oxide stays ended' if gas and not moves else exposed}"
    untreated = Plan(UNTREATED, label, (), None if moves else stop)
    plans = []
    for months in LATER:
        shift = months * DAYS_PER_MONTH
        orders = given(record, horizon, ledger, shift)
        if not orders:  # over before it would begin
            continue
        end = stop + shift if moves and stop is not None else stop
        label = f"the same treatment started {months} months later"
        until = ", nitrous oxide until then" if gas and moves else ""
        plans.append(Plan(f"{months} months later", f"{label}{until}", orders, end))
    plans.append(untreated)  # in order of time: never comes last
    used = {terms.fold(item.order or "") for item in known}
    for name in SCHEDULES:
        if name not in used and name in REGIMENS:
            label = f"{schedule(name)} from the same day"
            plans.append(Plan(name, label, (read_order(name, start, horizon, ledger),), stop))
    return tuple(plans)


def _switches(posterior: Posterior, stop: float | None) -> tuple[Plan, ...]:
    """Return plans of a person treated before day 0 and still: the recorded treatment goes on, then another or none."""
    record, ledger, horizon = posterior.record, posterior.setting.ledger, posterior.horizon
    now, plans = record.last_day, []
    for months in (0, *LATER):
        day = now + months * DAYS_PER_MONTH
        when = f"{months} months later, the recorded treatment until then" if months else "from now on"
        orders = (*given(record, day, ledger), read_order(FIRST, day, horizon, ledger))
        name = f"{months} months later" if months else FROM_NOW
        plans.append(Plan(name, f"{schedule(FIRST)} {when}", orders, stop, day))
    cause = "the nitrous oxide stays ended" if record.cause.kind in gas_causes() else "the cause goes on"
    label = f"no treatment from now on, {cause}"
    return (*plans, Plan(UNTREATED, label, given(record, now, ledger), stop, now))
