"""The plan without treatment says whether the cause goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from remyelin import Ledger
from remyelin.person.inference.forecast import plans_of
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
    posterior = SimpleNamespace(record=record, setting=SimpleNamespace(ledger=ledger), horizon=1096.0)
    plans = {plan.name: plan for plan in plans_of(cast(Any, posterior))}
    assert plans["untreated"].label == label


def test_plans_stand_in_order_of_their_start() -> None:
    ledger = Ledger.shipped()
    record = parse_csv(HEAD + ",cause,pernicious anaemia\n", "example", ledger)
    posterior = SimpleNamespace(record=record, setting=SimpleNamespace(ledger=ledger), horizon=1096.0)
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
    posterior = SimpleNamespace(record=record, setting=SimpleNamespace(ledger=ledger), horizon=1096.0)
    plan = {plan.name: plan for plan in plans_of(cast(Any, posterior))}["3 months later"]
    assert plan.label.endswith(", nitrous oxide until then") == goes_on
    if ended:
        assert plan.stop == -10.0, "an exposure that ended does not begin again"
