"""The plan without treatment says whether the cause goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from remyelin import Ledger
from remyelin.person.inference.alternatives import plans_of
from remyelin.person.inference.people import setting, simulated
from remyelin.person.inference.plan import Plan, given
from remyelin.person.record import parse_csv

HEAD = "when,kind,name,value,unit,note\n0 d,lab,b12,95,pmol/L\n0 d,treatment,hydroxocobalamin 1 mg im once,began\n"


@pytest.mark.parametrize(
    ("rows", "label"),
    [
        (",cause,nitrous oxide\n", "no treatment, nitrous oxide goes on"),
        (
            ",cause,nitrous oxide\n-10 d,cause,nitrous oxide,ended\n",
            "no treatment, the nitrous oxide stays ended",
        ),
        (",cause,pernicious anaemia\n", "no treatment, the cause goes on"),
    ],
)
def test_gas_that_ended_before_is_not_said_to_go_on(rows: str, label: str) -> None:
    ledger = Ledger.shipped()
    record = parse_csv(HEAD + rows, "example", ledger)
    posterior = SimpleNamespace(
        record=record, setting=SimpleNamespace(ledger=ledger, earlier=()), horizon=1096.0
    )
    plans = {plan.name: plan for plan in plans_of(cast(Any, posterior))}
    assert plans["untreated"].label == label


def test_plans_stand_in_order_of_their_start() -> None:
    ledger = Ledger.shipped()
    record = parse_csv(HEAD + ",cause,pernicious anaemia\n", "example", ledger)
    posterior = SimpleNamespace(
        record=record, setting=SimpleNamespace(ledger=ledger, earlier=()), horizon=1096.0
    )
    names = [plan.name for plan in plans_of(cast(Any, posterior))]
    assert names[:3] == ["3 months later", "12 months later", "untreated"]


@pytest.mark.parametrize("treated", [True, False])
@pytest.mark.parametrize(
    ("ended", "goes_on"), [("", True), ("-10 d,cause,nitrous oxide,ended\n", False), (None, False)]
)
def test_a_later_start_says_whether_the_gas_goes_on_until_then(
    treated: bool, ended: str | None, goes_on: bool
) -> None:
    ledger = Ledger.shipped()
    head = HEAD if treated else HEAD[: HEAD.index("0 d,treatment")]
    cause = ",cause,pernicious anaemia\n" if ended is None else f",cause,nitrous oxide\n{ended}"
    record = parse_csv(head + cause, "example", ledger)
    posterior = SimpleNamespace(
        record=record, setting=SimpleNamespace(ledger=ledger, earlier=()), horizon=1096.0
    )
    plan = {plan.name: plan for plan in plans_of(cast(Any, posterior))}["3 months later"]
    assert plan.label.endswith(", nitrous oxide until then") == goes_on
    if ended:
        assert plan.stop == -10.0, "an exposure that ended does not begin again"


@pytest.mark.parametrize("treated_again", [True, False])
def test_a_treatment_that_was_over_is_history_in_every_plan(treated_again: bool) -> None:
    ledger = Ledger.shipped()
    order = "hydroxocobalamin 1 mg im every 84 d"
    rows = f"-7 y,treatment,{order},began\n-4 y,treatment,{order},ended\n,cause,pernicious anaemia\n"
    head = HEAD if treated_again else HEAD[: HEAD.index("0 d,treatment")]
    record = parse_csv(head + rows, "example", ledger)
    shared = setting(record, ledger)
    assert [len(item.doses) for item in shared.earlier] == [14]
    first = [dose.time for item in given(record, 1096.0, ledger) for dose in item.doses]
    assert first == ([0.0] if treated_again else [])
    posterior = SimpleNamespace(record=record, setting=shared, horizon=1096.0)
    plans = {plan.name: plan for plan in plans_of(cast(Any, posterior))}
    for plan in plans.values():
        assert all(dose.time >= 0.0 for item in plan.orders for dose in item.doses)
    later = plans["3 months later"].orders[0].doses[0].time
    assert later == pytest.approx(3 * 30.4375)
    if treated_again:
        assert plans["untreated"].label == "no further treatment, the cause goes on"


def test_what_was_taken_before_is_in_the_body_of_every_person() -> None:
    ledger = Ledger.shipped()
    order = "hydroxocobalamin 1 mg im every 84 d"
    rows = f"-7 y,treatment,{order},began\n-4 y,treatment,{order},ended\n,cause,pernicious anaemia\n"
    found = []
    for head in (HEAD, HEAD + rows):
        shared = setting(parse_csv(head + "-9 y,cause,pernicious anaemia,began\n", "example", ledger), ledger)
        draws = shared.prior.draw(4, np.random.default_rng(1))
        plan = Plan("as given", "", (), None)
        found.append(simulated(draws, plan, np.array([0.0]), (), shared).blood["b12"][:, 0])
    assert (found[1] > 1.5 * found[0]).all()


def test_whoever_is_treated_already_is_compared_from_now_on() -> None:
    ledger = Ledger.shipped()
    order = "cyanocobalamin 50 ug oral daily"
    rows = f"-90 d,treatment,{order},began\n,cause,pernicious anaemia\n0 d,lab,b12,260,pmol/L\n"
    record = parse_csv(HEAD[: HEAD.index("0 d,lab")] + rows, "example", ledger)
    posterior = SimpleNamespace(record=record, setting=setting(record, ledger), horizon=1096.0)
    plans = {plan.name: plan for plan in plans_of(cast(Any, posterior))}
    assert list(plans) == ["from now", "3 months later", "12 months later", "untreated"]
    for months, name in ((0, "from now"), (3, "3 months later"), (12, "12 months later")):
        taken, injected = plans[name].orders
        assert min(dose.time for dose in taken.doses) == -90.0, "the past is that of the record"
        assert max(dose.time for dose in taken.doses) < months * 30.4375
        assert injected.doses[0].time == plans[name].begin == pytest.approx(months * 30.4375)
    assert plans["3 months later"].label.endswith("3 months later, the recorded treatment until then")
    (stopped,) = plans["untreated"].orders
    assert max(dose.time for dose in stopped.doses) == -1.0
    assert plans["untreated"].label == "no treatment from now on, the cause goes on"
