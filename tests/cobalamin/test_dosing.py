"""Doses and orders: what they mean, and what is refused in one sentence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.base.errors import InputError, Renamed
from remyelin.cobalamin import REGIMENS, Dose, in_words, read_order, regimen
from remyelin.cobalamin.dosing import RENAMED
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


def order(text: str, stop: float = 365.0, start: float = 0.0) -> tuple[Dose, ...]:
    return regimen(text, start, stop, LEDGER)


def test_phases_follow_one_another() -> None:
    doses = order("hydroxocobalamin 1 mg im every 2 d for 14 d, then every 60 d", 200)
    assert [d.time for d in doses] == [0, 2, 4, 6, 8, 10, 12, 14, 74, 134, 194]
    assert {(d.amount_ug, d.form, d.route) for d in doses} == {(1000, "hydroxocobalamin", "im")}


def test_later_phase_keeps_what_it_does_not_repeat() -> None:
    doses = order("cyanocobalamin 2 mg oral daily with food for 3 d, then 500 ug weekly", 18)
    assert [(d.time, d.amount_ug) for d in doses] == [
        (0, 2000), (1, 2000), (2, 2000), (3, 500), (10, 500), (17, 500),
    ]  # fmt: skip
    assert all(d.with_food and d.route == "oral" for d in doses)


def test_words_and_micro_signs() -> None:
    assert order("methylcobalamin 500 µg IV once")[0] == Dose(0.0, 500, "methylcobalamin", "iv")
    assert len(order("methylcobalamin 500 mcg im every week for 4 weeks, then once")) == 5
    assert len(order("cyanocobalamin 1mg im every 0.5 d", 2.0)) == 4


@pytest.mark.parametrize("name", sorted(REGIMENS))
def test_named_regimens(name: str) -> None:
    doses = order(name, 400.0, start=10.0)
    assert doses[0].time == 10.0
    assert doses[-1].time < 400.0
    assert all(b.time > a.time for a, b in pairwise(doses))
    assert order(name.replace(" ", "_").upper(), 400.0, start=10.0) == doses
    assert order(name, 10.0, start=10.0) == ()


def test_us_label_counts() -> None:
    doses = order("us label 100 ug", 365.0)
    times = np.array([d.time for d in doses])
    assert (
        (times < 7).sum(),
        ((times >= 7) & (times < 21)).sum(),
        ((times >= 21) & (times < 38.5)).sum(),
    ) == (7, 7, 5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cyanocobalamin 1 mg im every 0 days", "longer than nothing"),
        ("cyanocobalamin -1 mg im daily", "impossible"),
        ("cyanocobalamin 0 mg im daily", "above 0"),
        ("cobalamine 1 mg im daily", "did you mean"),
        ("cyanocobalamin 1 mg im", "no interval"),
        ("cyanocobalamin im daily", "no amount"),
        ("1 mg im daily", "no form"),
        ("cyanocobalamin 1 mg daily", "no route"),
        ("cyanocobalamin 1 mg im oral daily", "two routes"),
        ("cyanocobalamin hydroxocobalamin 1 mg im daily", "two forms"),
        ("cyanocobalamin 1 mg im daily weekly", "cannot read"),
        ("cyanocobalamin 1 mg im every 2 d weekly", "two intervals"),
        ("cyanocobalamin 1 mg im once every 2 d", "contradicts"),
        ("cyanocobalamin 1 mg im daily, then every 60 d", "never ends"),
        ("cyanocobalamin 1 mg im daily for 3 d, then", "not followed"),
        ("cyanocobalamin 1 iu im daily", "units ug, mg"),
        ("cyanocobalamin 900 mg im daily", "impossible"),
        ("cyanocobalamin 1 mg im every 2 fortnights", "units"),
        ("", "empty"),
        ("uk neurologica", "did you mean"),
        ("cyanocobalamin 1 mg im once with folic acid 1 mg", "every day"),
        ("cyanocobalamin 1 mg im daily with folic acid", "cannot read"),
        ("cyanocobalamin 1 mg im daily with folic acid -1 mg", "impossible"),
        ("cyanocobalamin 1 mg im daily with vitamin c 1 mg", "cannot read"),
        ("cyanocobalamin 1 mg im every 0.0001 d", "more than"),
    ],
)
def test_bad_orders_are_refused_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        order(text)
    assert "\n" not in str(error.value)


@given(st.text(max_size=60))
def test_any_text_gives_doses_or_an_input_error(text: str) -> None:
    try:
        doses = order(text, 100.0)
    except InputError:
        return
    assert all(0 <= dose.time < 100 for dose in doses)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_ug": 0},
        {"amount_ug": float("nan")},
        {"time": float("inf")},
        {"form": "b12"},
        {"route": "rectal"},
    ],
    ids=str,
)
def test_impossible_doses_are_refused(change: dict[str, object]) -> None:
    fields = {"time": 0.0, "amount_ug": 1000.0, "form": "cyanocobalamin", "route": "im", **change}
    with pytest.raises(InputError):
        Dose(**fields)  # type: ignore[arg-type]


def test_vitamins_are_part_of_an_order() -> None:
    text = "cyanocobalamin 0.5 mg oral daily with folic acid 0.8 mg and pyridoxine 20 mg for 10 d, then 1 mg weekly"
    found = read_order(text, 5.0, 30.0, LEDGER)
    assert found.vitamins == ((5.0, 0.8, 20.0), (15.0, 0.8, 20.0), (30.0, 0.0, 0.0))
    assert found.doses == regimen(text, 5.0, 30.0, LEDGER)
    assert read_order("b12-b6-folate", 0.0, 9.0, LEDGER).vitamins == ((0.0, 0.8, 20.0), (9.0, 0.0, 0.0))
    assert read_order("oral", 0.0, 9.0, LEDGER).vitamins == ()


@pytest.mark.parametrize("name", sorted(REGIMENS))
def test_the_words_of_a_named_regimen_say_its_dose_and_give_the_same(name: str) -> None:
    text = in_words(name, LEDGER)
    assert text.startswith("published schedule (")
    written = read_order(text.partition("): ")[2], 0.0, 120.0, LEDGER)
    named = read_order(name, 0.0, 120.0, LEDGER)
    assert [dose.amount_ug for dose in written.doses] == [dose.amount_ug for dose in named.doses]
    assert [dose.time for dose in written.doses] == pytest.approx([d.time for d in named.doses], rel=1e-3)
    assert bool(written.vitamins) == bool(named.vitamins)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("cyanocobalamin 1 mg oral daily", "cyanocobalamin 1 mg by mouth, daily"),
        ("cyanocobalamin 1 mg IM once", "cyanocobalamin 1 mg intramuscular, once"),
        (
            "hydroxocobalamin 1 mg sc every 2 d for 1 wk, then every 1 mo",
            "hydroxocobalamin 1 mg subcutaneous, every 2 days for 1 week, then every month",
        ),
        ("cyanocobalamin 1 mg iv every 30 d", "cyanocobalamin 1 mg intravenous, every 30 days"),
        ("cyanocobalamin 1 mg nasal every 7 d", "cyanocobalamin 1 mg into the nose, every 7 days"),
    ],
)
def test_a_written_order_is_spelt_out_and_means_the_same(order: str, words: str) -> None:
    assert in_words(order, LEDGER) == words
    assert regimen(words, 0.0, 120.0, LEDGER) == regimen(order, 0.0, 120.0, LEDGER)


@pytest.mark.parametrize("old", sorted(RENAMED))
def test_an_old_name_loads_with_a_sentence(old: str) -> None:
    with pytest.warns(Renamed, match=f"now named '{RENAMED[old]}'"):
        doses = regimen(old, 0.0, 60.0, LEDGER)
    assert doses == regimen(RENAMED[old], 0.0, 60.0, LEDGER)


def test_every_named_regimen_has_a_name_for_readers() -> None:
    from remyelin.cobalamin.dosing import REGIMENS
    from remyelin.cobalamin.wording import LABELS

    assert set(LABELS) == set(REGIMENS)
    assert len(set(LABELS.values())) == len(LABELS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (
            "1 mg IM on alternate days for 2 wk, then every 2 mo",
            "1 mg im every 2 d for 2 wk, then every 2 mo",
        ),
        ("1 mg intramuscularly every other day for 8 d", "1 mg im every 2 d for 8 d"),
        ("1 mg i.m. 3 times a week for 14 d, then once a month", "1 mg im every 56 h for 14 d, then monthly"),
        ("50 ug by mouth twice daily", "50 ug oral every 12 h"),
        ("50 ug po three times a day", "50 ug oral every 8 h"),
        ("1 mg orally once daily", "1 mg oral daily"),
        ("1 mg sc twice weekly", "1 mg sc every 84 h"),
        ("1 mg im once", "1 mg im once"),
    ],
)
def test_words_of_prescriptions_are_read(written: str, meant: str) -> None:
    assert read_order(f"hydroxocobalamin {written}", 0.0, 100.0, LEDGER) == read_order(
        f"hydroxocobalamin {meant}", 0.0, 100.0, LEDGER
    )


#: A schedule of the United States in the grammar of orders.
US = "1000 ug im daily for 7 d, then weekly for 4 wk, then monthly"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "cyanocobalamin 1000 mcg IM daily x7 then weekly x4 then monthly",
            US,
        ),
        (
            "cyanocobalamin 1 mg im daily for 7 doses, followed by weekly for four weeks, then monthly thereafter",
            US,
        ),
        ("cyanocobalamin 1000 micrograms im daily for one week, then weekly for 4 weeks, then monthly", US),
        (
            "cyanocobalamin 1 mg im 6 injections over two weeks, then every 3 months",
            "1 mg im every 56 h for 14 d, then every 3 mo",
        ),
        ("cyanocobalamin 1 mg im x6 over 2 wk then q3mo", "1 mg im every 56 h for 14 d, then every 3 mo"),
        ("cyanocobalamin 500 ug im 3x/week", "500 ug im every 56 h"),
        ("cyanocobalamin 1000 ug/d oral", "1000 ug oral daily"),
        ("cyanocobalamin 50 ug tablets once a day", "50 ug oral daily"),
        ("cyanocobalamin 1 mg per week im", "1 mg im weekly"),
        ("cyanocobalamin 1 mg im q4w", "1 mg im every 4 wk"),
        ("cyanocobalamin 1 mg im qod for ten days", "1 mg im every 2 d for 10 d"),
        ("cyanocobalamin 1 mg im stat", "1 mg im once"),
        ("cyanocobalamin 1 mg im injection every month", "1 mg im monthly"),
        ("cyanocobalamin 1 mg im 1/week", "1 mg im weekly"),
        ("vitamin B12 (cyanocobalamin) 1 mg im weekly", "1 mg im weekly"),
        ("cyanocobalamin 500 ug nasal spray weekly indefinitely", "500 ug nasal weekly"),
    ],
)
def test_prescriptions_in_other_words_give_the_same_doses(said: str, meant: str) -> None:
    doses, wanted = (read_order(text, 0.0, 200.0, LEDGER).doses for text in (said, f"cyanocobalamin {meant}"))
    assert [dose.time for dose in doses] == pytest.approx([dose.time for dose in wanted])
    assert [(d.amount_ug, d.route, d.form) for d in doses] == [(d.amount_ug, d.route, d.form) for d in wanted]


@pytest.mark.parametrize(
    "said",
    [
        "hydroxocobalamin 1 mg im until better then monthly",
        "hydroxocobalamin 1 mg im x7",
        "hydroxocobalamin 1 mg im daily x0",
        "hydroxocobalamin 1 mg im daily for 3 d x7",
        "hydroxocobalamin 1 mg im 6 injections over 0 weeks",
    ],
)
def test_an_order_without_a_length_or_an_interval_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="regimen"):
        read_order(said, 0.0, 200.0, LEDGER)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "cyanocobalamin 1,000 mcg IM daily x7, weekly x4, then monthly",
            "cyanocobalamin 1 mg im every 1 d for 7 d, then every 1 wk for 4 wk, then every 1 mo",
        ),
        (
            "cyanocobalamin 1000 mcg IM daily for 7 days, weekly for 4 weeks, monthly thereafter",
            "cyanocobalamin 1 mg im every 1 d for 7 d, then every 1 wk for 4 wk, then every 1 mo",
        ),
        ("hydroxocobalamin injections 1 mg im 3 monthly", "hydroxocobalamin 1 mg im every 3 mo"),
        ("hydroxocobalamin 1 mg IM injection 12-weekly", "hydroxocobalamin 1 mg im every 12 wk"),
        ("hydroxocobalamin 1 mg im 3 times weekly", "hydroxocobalamin 1 mg im every 56 h"),
    ],
)
def test_prescriptions_as_they_are_written(said: str, meant: str) -> None:
    found, expected = (read_order(text, 0.0, 400.0, LEDGER).doses for text in (said, meant))
    assert [dose.amount_ug for dose in found] == [dose.amount_ug for dose in expected]
    assert [dose.time for dose in found] == pytest.approx([dose.time for dose in expected])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cyanocobalamin injection 1 mg monthly", "no route"),  # into a muscle, or under the skin
        ("cyanocobalamin 1 mg im 2 weekly", "cannot read"),  # twice a week, or every two weeks
        ("cyanocobalamin 1,250 mg im monthly", "is not a dose"),  # a decimal comma, or a thousand
        ("cyanocobalamin 1,000 mg im monthly", "is not a dose"),
    ],
)
def test_what_may_mean_two_things_is_asked(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_order(text, 0.0, 400.0, LEDGER)
