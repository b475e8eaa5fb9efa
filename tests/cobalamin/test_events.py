"""Event tables: what is written reads back, what is wrong is named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.cobalamin import REGIMENS, Dose, Exposure, Order, constant, read_order, treated
from remyelin.cobalamin.doses import FORMS, ROUTES
from remyelin.cobalamin.exchange.events import from_events, to_events
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
PERSON = Exposure(age=60, food_intake=constant(4.0), meals_per_day=3)
HEAD = "ID,TIME,AMT,EVID,CMT,FORM,FOOD,II,ADDL\n"
RATED = "ID,TIME,AMT,RATE,EVID,CMT,FORM\n"


@pytest.mark.parametrize("name", sorted(REGIMENS))
def test_regimens_round_trip(name: str) -> None:
    order = read_order(name, 3.0, 800.0, LEDGER)
    text = to_events(order, subject=7)
    back = from_events(text)[7]
    assert len(back.doses) == len(order.doses)
    assert len(text.splitlines()) < 12
    for one, other in zip(order.doses, back.doses, strict=True):
        assert one.time == pytest.approx(other.time, abs=1e-6)
        assert (one.amount_ug, one.form, one.route) == (other.amount_ug, other.form, other.route)


@given(
    st.lists(
        st.builds(
            Dose,
            time=st.floats(-1e4, 1e4),
            amount_ug=st.floats(0.01, 1e5),
            form=st.sampled_from(FORMS),
            route=st.sampled_from(ROUTES),
            with_food=st.booleans(),
        ),
        max_size=6,
    ).map(tuple)
)
def test_any_doses_round_trip(doses: tuple[Dose, ...]) -> None:
    back = from_events(to_events(Order(doses))).get(1, Order(())).doses
    key = lambda d: (d.amount_ug, d.form, d.route, d.with_food, d.time)  # noqa: E731
    assert len(back) == len(doses)
    for one, other in zip(sorted(doses, key=key), sorted(back, key=key), strict=True):
        assert key(one)[:-1] == key(other)[:-1]
        assert one.time == pytest.approx(other.time, abs=1e-5)


def test_observations_are_skipped_and_dots_are_zero() -> None:
    text = HEAD + "1,0,1000,1,3,2,.,2,6\n1,5,.,0,1,1,.,.,.\n2,0,50,1,1,1,1,.,.\n"
    found = from_events(text)
    assert [d.time for d in found[1].doses] == [0, 2, 4, 6, 8, 10, 12]
    assert found[2].doses[0].with_food


@pytest.mark.parametrize(
    "order",
    [
        "b12 b6 folate",
        "cyanocobalamin 1 mg oral daily with folic acid 0.8 mg for 50 d, then with pyridoxine 20 mg daily for 10 d",
        "cyanocobalamin 1 mg oral daily for 30 d, then 1 mg daily with folic acid 5 mg and pyridoxine 2 mg",
    ],
)
def test_vitamins_given_beside_cobalamin_round_trip(order: str) -> None:
    given = read_order(order, -3.0, 123.4, LEDGER)
    back = from_events(to_events(given))[1]
    assert any(folic or b6 for _, folic, b6 in given.vitamins)
    day = np.arange(-5.0, 125.0, 0.1)
    for name in ("folic_acid", "pyridoxine"):
        first, second = (getattr(treated(PERSON, one), name).at(day + 0.037) for one in (given, back))
        np.testing.assert_allclose(first, second, rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "column TIME is missing"),
        ("ID,TIME,EVID,CMT\n", "column AMT is missing"),
        (HEAD.replace("ADDL", "ADL"), "did you mean 'ADDL'"),
        (HEAD + "1,0,x,1,3,2,0,0,0\n", "line 2: AMT 'x' is not a number"),
        (HEAD + "1,0,100,1,9,2,0,0,0\n", "CMT 9 must be"),
        (HEAD + "1,0,100,1,3,2.5,0,0,0\n", "FORM 2.5 must be"),
        (HEAD + "1,0,100,1,3,2,0,0,4\n", "interval II"),
        (HEAD + "1,0,-5,1,3,2,0,0,0\n", "line 2: dose: amount"),
        (HEAD + "1,nan,5,1,3,2,0,0,0\n", "line 2: dose: time"),
        (HEAD + "1,0,5,nan,3,2,0,0,0\n", "EVID nan"),
        (RATED + "1,0,800,0,1,6,0\n", "line 2: folic acid needs"),
        (RATED + "1,0,800,nan,1,7,0\n", "pyridoxine needs"),
        (RATED + "1,0,1000,5,1,3,1\n", "leave RATE at 0"),
    ],
)
def test_bad_tables_are_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        from_events(text)
