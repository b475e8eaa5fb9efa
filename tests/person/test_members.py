"""Members of a band: each is followed by all the numbers of its own set, and notices what it notices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from courses import shipped_course

from remyelin import InputError, Ledger, load_case, nerve, run_course
from remyelin.cobalamin import Dose
from remyelin.evidence.posterior import ledgers
from remyelin.person import course as courses
from remyelin.person.chain import Chain
from remyelin.person.chain_people import simulate_people
from remyelin.person.inference.people import setting, simulated
from remyelin.person.inference.plan import Plan
from remyelin.person.inference.sampler import Draws
from remyelin.person.inference.studies import Asked
from remyelin.person.members import first_better, members
from remyelin.person.person import resolve
from remyelin.person.plans import caused
from remyelin.person.record import parse_csv

LEDGER = Ledger.shipped()
LENGTH = "nerve.lesion_length.central"
BODY = nerve.Person(age=60.0, sex="female", height=163.0, temperature=33.0)


def states_of_a_sick_cord(count: int):
    """Return the states of so many members, all alike: one of 200 internodes bare."""
    intact = nerve.intact(BODY, LEDGER)
    sick = intact.assign(bare=intact["bare"] + 0.005, intact=intact["intact"] - 0.005)
    return sick.expand_dims(member=count)


def test_members_conduct_with_the_length_of_a_lesion_of_their_set() -> None:
    chain = Chain(LEDGER)
    found = members(resolve(load_case("pernicious-anaemia"), LEDGER), chain, 6)
    assert [own.ledger[LENGTH] for own in found.sets] == [own[LENGTH] for own in ledgers(LEDGER, 6)]
    paths = found.conduction(states_of_a_sick_cord(6), BODY, ["tibial_sep", "sural"])["conducted"]
    cord, limb = paths.sel(pathway="tibial_sep").to_numpy(), paths.sel(pathway="sural").to_numpy()
    # the longer a lesion, the fewer of them lie in series on a fibre of the cord
    order = np.argsort([own.ledger[LENGTH] for own in found.sets])
    assert (np.diff(cord[order]) >= 0.0).all()
    assert cord[order[0]] < cord[order[-1]]
    assert len(set(limb.tolist())) == 1


def test_sets_lay_the_same_fibres_and_differ_in_their_lesions() -> None:
    from remyelin.nerve.anatomy.pathways import runs
    from remyelin.nerve.conduction.lines import laid, lesion_lengths

    tables = nerve.build_tables(LEDGER)
    run = runs("tibial_sep", BODY, LEDGER)[1]
    one, other = (LEDGER.replace({LENGTH: size}) for size in (2.0, 20.0))
    line = laid(run, 32, BODY, tables, one)
    assert laid(run, 32, BODY, tables, other) is line
    short, long = (line.stretches(lesion_lengths(ledger)) for ledger in (one, other))
    assert (short >= long).all()
    assert (short > long).any()
    assert (short <= line.internodes).all()


@pytest.mark.parametrize("threads", [1, 3])
def test_states_of_several_sets_conduct_as_each_by_itself(threads: int) -> None:
    tables = nerve.build_tables(LEDGER)
    # two differ in the length of a lesion, one in the fibres as well
    sets = [
        LEDGER,
        LEDGER.replace({LENGTH: 2.0}),
        LEDGER.replace({"nerve.fibre_frailty": 0.7}),
        LEDGER.replace({LENGTH: 30.0}),
    ]
    rng = np.random.default_rng(5)
    whole = nerve.states_of(nerve.intact(BODY, LEDGER).expand_dims(member=len(sets), time=5))
    arrays = {name: values.copy() for name, values in whole.items()}
    arrays["bare"] = 0.02 * rng.random(arrays["bare"].shape)
    arrays["vacuolated"] = 0.2 * rng.random(arrays["bare"].shape)
    arrays["axons"] = 1.0 - 0.3 * rng.random(arrays["bare"].shape)
    for values in arrays.values():
        values[:, 3] = values[:1, 1]  # equal states, in one set and in several
    found = nerve.conducted(arrays, BODY, tables, sets, ["tibial_sep", "sural"], threads=threads)
    for index, ledger in enumerate(sets):
        own = {name: values[index] for name, values in arrays.items()}
        alone = nerve.conducted(own, BODY, tables, ledger, ["tibial_sep", "sural"])
        for name, values in alone.items():
            np.testing.assert_array_equal(found[name][index], values)
    assert len({tuple(row) for row in found["conducted"][:, 3].tolist()}) == len(sets)


def test_rows_of_one_person_are_those_of_each_by_itself() -> None:
    chain = Chain(LEDGER)
    person = resolve(load_case("pernicious-anaemia"), LEDGER)
    untreated = caused(person, 1e6, LEDGER)
    treated = replace(untreated, doses=(Dose(200.0, 1000.0, "hydroxocobalamin", "im"),))
    other = person.traits.with_values(central=2.0 * person.traits.central)
    times, keep = np.linspace(-4000.0, 600.0, 120), np.linspace(-4000.0, 600.0, 120)[[60, 100, 110, 119]]
    exposures = [untreated, treated, untreated]
    traits = [person.traits, person.traits, other]
    given = (exposures, [BODY] * 3, [times] * 3, [keep] * 3, traits, [chain])
    for threads in (1, 2):
        together = simulate_people(*given, threads=threads)
        for row in range(3):
            alone = simulate_people(*(part[row : row + 1] for part in given[:5]), [chain])
            for name, values in alone.pathways.items():
                np.testing.assert_array_equal(together.pathways[name][row], values[0])
            for name, values in alone.states.items():
                np.testing.assert_array_equal(together.states[name][row], values[0])
            for name, values in alone.blood.items():
                np.testing.assert_array_equal(together.blood[name][row], values[0])
    assert (together.states["axons"][0, 3] <= together.states["axons"][1, 3]).all()
    assert (together.states["bare"][0, 3] != together.states["bare"][1, 3]).any()


def test_persons_of_a_fit_are_followed_and_examined_by_their_set() -> None:
    head = "when,kind,name,value,unit\n,person,age,60,y\n,person,sex,female\n"
    record = parse_csv(f"{head},cause,pernicious anaemia\n0 d,lab,b12,90,pmol/L\n", "example", LEDGER)
    shared = setting(record, LEDGER)
    for own, ledger in zip(shared.numbers, ledgers(LEDGER, len(shared.numbers) - 1), strict=False):
        assert own.ledger[LENGTH] == ledger[LENGTH]
    assert shared.numbers[-1].ledger.digest() == LEDGER.digest()
    days = np.array([-730.0, -365.0, -180.0, 0.0])
    asked = [Asked("tibial sep p40", day) for day in days]
    # one person under two sets whose rates are made alike: lesions alone tell them apart
    numbers = list(shared.numbers)
    lengths = [own.ledger[LENGTH] for own in numbers[:-1]]
    low, high = int(np.argmin(lengths)), int(np.argmax(lengths))
    rates, judge = numbers[-1].rates, numbers[-1].judge
    numbers[low], numbers[high] = (numbers[i].having(rates=rates, judge=judge) for i in (low, high))
    spreads = [shared.spreads[-1]] * len(numbers)
    alike = type(shared)(
        **{
            **{name: getattr(shared, name) for name in shared.__dataclass_fields__},
            "numbers": tuple(numbers),
            "spreads": tuple(spreads),
        }
    )
    draws = Draws(np.zeros((2, shared.prior.coordinates)), np.zeros(2, dtype=np.int64), np.array([low, high]))
    found = simulated(draws, Plan("untreated", "", (), None), days, asked, alike)
    conducted = found.pathways["conducted"]
    assert (conducted[1] >= conducted[0]).all()
    assert (conducted[1] > conducted[0]).any()
    assert any(found.studies[one][0] != found.studies[one][1] for one in asked)


def test_each_member_notices_what_it_notices() -> None:
    days = np.array([-10.0, 0.0, 30.0, 60.0])
    course = np.array([0.4, 0.4, 0.25, 0.1])[None, :, None]
    severity = np.repeat(course, 4, axis=0)
    first = first_better(severity, days, 0.0, np.array([0.1, 0.2, 0.35, 0.5]))
    assert first[:2].tolist() == [30.0, 60.0]
    assert np.isinf(first[2])  # noticed, and never noticeably better
    assert np.isnan(first[3])  # not noticed
    assert np.isnan(first_better(severity, days, None, np.full(4, 0.1))).all()


def test_a_case_with_findings_is_not_placed_beside_its_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    course = shipped_course("stabler-2013")
    assert course.resembling is not None
    assert course.person == course.resembling.person
    assert (course.resembling.presence > 0.0).all()
    assert len(set(course.resembling.presence.tolist())) > 1

    def never(*_: object) -> None:
        raise AssertionError("placed although the findings say who it is")

    monkeypatch.setattr(courses, "placed", never)
    case = load_case("stabler-2013")
    # too long a course is refused once it is known who it is of, before anything is followed
    endless = case.model_copy(update={"plan": case.plan.model_copy(update={"horizon": 365.25 * 500})})
    with pytest.raises(InputError, match=r"plan\.horizon"):
        run_course(endless, LEDGER)
