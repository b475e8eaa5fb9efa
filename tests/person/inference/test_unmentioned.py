"""A history that names symptoms and leaves a grave one out speaks against its severe forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin import Ledger
from remyelin.check.bundle_record import parse_bundle
from remyelin.person.inference import answer, findings, fit_person, forecast
from remyelin.person.inference.likelihood import Likelihood
from remyelin.person.inference.people import setting, simulated
from remyelin.person.inference.plan import Plan
from remyelin.person.inference.steps import steps
from remyelin.person.record import parse_csv, to_csv
from remyelin.person.record.terms import SYMPTOMS

LEDGER = Ledger.shipped()
HEAD = "when,kind,name,value,unit,note\n,person,age,62,y\n,person,sex,female\n,cause,pernicious anaemia\n"
TINGLING = "0 d,symptom,paraesthesia,moderate\n0 d,lab,b12,60,pmol/L\n"
PARTIAL = ",presentation,history,partial\n"


def record_of(rows: str):
    return parse_csv(HEAD + rows, "example", LEDGER)


@pytest.mark.parametrize(
    ("rows", "left_out"),
    [
        (TINGLING, ("gait", "weakness", "vision")),
        ("0 d,symptom,memory,present\n", ("gait", "weakness", "vision")),
        (TINGLING + "0 d,symptom,gait,none\n", ("weakness", "vision")),
        (TINGLING + "6 mo,symptom,gait,mild\n", ("weakness", "vision")),
        (TINGLING + "0 d,sign,power leg,4\n", ("gait", "vision")),
        (TINGLING + "0 d,sign,power arm,4\n", ("gait", "vision")),
        (TINGLING + "0 d,scale,disability,3\n", ("vision",)),
        (TINGLING + PARTIAL, ()),
        (TINGLING + ",presentation,history,complete\n", ("gait", "weakness", "vision")),
        ("0 d,lab,b12,60,pmol/L\n0 d,sign,vibration,reduced\n", ()),
        ("3 mo,symptom,paraesthesia,mild\n", ()),
    ],
)
def test_what_a_history_leaves_out(rows: str, left_out: tuple[str, ...]) -> None:
    record = record_of(rows)
    assert record.not_understood == ()
    assert record.unmentioned == left_out


def test_a_partial_history_is_written_and_read_again() -> None:
    record = record_of(TINGLING + PARTIAL)
    assert parse_csv(to_csv(record), "example", LEDGER).partial
    assert not parse_csv(to_csv(record_of(TINGLING)), "example", LEDGER).partial


def test_another_word_for_the_history_is_listed_with_its_reason() -> None:
    (left,) = record_of(TINGLING + ",presentation,history,perhaps\n").not_understood
    assert left.reason == "history must be one of complete, partial"


def test_coded_conditions_are_no_history() -> None:
    bundle = (
        '{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Condition", '
        '"code": {"text": "paresthesia"}, "recordedDate": "2025-03-01"}}]}'
    )
    record = parse_bundle(bundle, "bundle", LEDGER)
    assert record.partial
    assert record.unmentioned == ()


@pytest.fixture(scope="module")
def persons():
    """A few untreated persons of different severity, with their hidden states, and the setting they share."""
    record = record_of(TINGLING)
    shared = setting(record, LEDGER)
    likelihood = Likelihood.of(record, shared)
    draws = shared.prior.draw(24, np.random.default_rng(3))
    people = simulated(draws, Plan("untreated", "", (), None), np.array(likelihood.days()), (), shared)
    return shared, people, likelihood.prepare(people, range(24), 1, 16)


def logs_of(rows: str, persons):
    shared, people, ready = persons
    record = record_of(rows)
    own = type(shared)(
        **{name: getattr(shared, name) for name in shared.__dataclass_fields__} | {"record": record}
    )
    return Likelihood.of(record, own).judge(people, ready).draws


@pytest.mark.parametrize("name", ["gait", "weakness", "vision"])
def test_the_chance_of_leaving_out_is_a_sum_over_what_might_have_been_written(name: str, persons) -> None:
    others = [item for item in ("gait", "weakness", "vision") if item != name]
    rest = TINGLING + "".join(f"0 d,symptom,{item},none\n" for item in others)
    grades = ("none", "mild", "moderate", "severe")
    silent = 1.0 - np.array(LEDGER.vector("record.told"))
    each = [logs_of(f"{rest}0 d,symptom,{name},{grade}\n", persons) for grade in grades]
    summed = np.logaddexp.reduce([np.log(one) + logs for one, logs in zip(silent, each, strict=True)], axis=0)
    np.testing.assert_allclose(logs_of(rest, persons), summed, rtol=1e-9, atol=1e-9)


def test_a_complete_history_speaks_against_the_worst_and_a_partial_one_does_not(persons) -> None:
    shared, _, ready = persons
    told, partial = logs_of(TINGLING, persons), logs_of(TINGLING + PARTIAL, persons)
    likelihood = Likelihood.of(record_of(TINGLING), shared)
    assert ready.state is not None
    at = int(np.searchsorted(likelihood.finding_days, 0.0))
    gait = findings.written(
        SYMPTOMS["gait"], ready.state, at, ready.hidden.examiner[..., at], 0.0, likelihood.reporting
    )
    np.testing.assert_allclose(gait.sum(axis=0), 1.0, rtol=1e-9)
    severe, well = gait[3] > 0.8, gait[0] > 0.95
    assert severe.any()
    assert well.any()
    assert (told <= partial).all()
    assert (told - partial)[severe].max() < np.log(0.4)
    assert (told - partial)[well].max() > np.log(0.8)


def test_a_woman_who_says_nothing_of_walking_is_not_put_in_a_wheelchair() -> None:
    rows = (
        "-8 mo,symptom,paraesthesia,began\n0 d,symptom,paraesthesia,moderate\n0 d,symptom,tremor,present\n"
        "0 d,symptom,lhermitte,present\n0 d,lab,b12,60,pmol/L\n"
    )
    found = {
        name: fit_person(record_of(rows + extra), rough=True)
        for name, extra in {"whole": "", "partial": PARTIAL}.items()
    }
    severe = {}
    for name, fit in found.items():
        given = forecast(fit, workers=1).plans[0]
        gait = given.symptoms["gait"][:, int(np.argmin(np.abs(given.days)))]
        severe[name] = float(np.mean(gait >= LEDGER.vector("record.grades")[-1]))
    assert severe["partial"] > 0.4
    assert severe["whole"] < 0.6 * severe["partial"]


def test_the_answer_says_what_it_takes_from_silence() -> None:
    text = "not whether there is trouble with walking, power or sight"
    for extra, said in (("", True), (PARTIAL, False)):
        posterior = fit_person(record_of(TINGLING + extra), rough=True)
        notes = answer(posterior, forecast(posterior, workers=1))["notes"]
        assert any(text in note for note in notes) is said


def test_steps_take_no_silence_from_what_is_named_later(monkeypatch: pytest.MonkeyPatch) -> None:
    posterior = fit_person(record_of(TINGLING + "0 d,symptom,gait,aid\n"), rough=True)
    assert posterior.likelihood.unmentioned == ("weakness", "vision")
    judged: list[tuple[str, ...]] = []
    real = Likelihood.judge

    def spy(self, *given):
        judged.append(self.unmentioned)
        return real(self, *given)

    monkeypatch.setattr(Likelihood, "judge", spy)
    found = steps(posterior)
    assert [item.entries for item in found] == [1, 2, 3]
    assert judged == [("weakness", "vision")] * 3


def test_the_end_of_the_gas_is_said_where_it_is_assumed() -> None:
    def notes(rows: str) -> str:
        text = (
            "when,kind,name,value,unit,note\n,cause,nitrous oxide\n0 d,symptom,paraesthesia,moderate\n" + rows
        )
        posterior = fit_person(parse_csv(text, "example", LEDGER), LEDGER, rough=True, persons=24)
        return " ".join(answer(posterior, forecast(posterior, others=False))["notes"])

    treated = "0 d,treatment,hydroxocobalamin 1 mg im once,began\n"
    assert "ends on the day treatment starts" in notes(treated)
    assert "ends on the day treatment starts" not in notes(treated + "-3 d,cause,nitrous oxide,ended\n")


def test_a_course_of_persons_who_cannot_walk_is_refused_where_the_history_says_nothing_of_walking() -> None:
    rows = "0 d,symptom,gait,severe\n0 d,symptom,numbness,severe\n0 d,lab,b12,45,pmol/L\n"
    posterior = fit_person(record_of(rows), LEDGER, rough=True)
    assert forecast(posterior, workers=1).refused is None
    silent = replace(posterior, likelihood=replace(posterior.likelihood, unmentioned=("gait", "vision")))
    found = forecast(silent, workers=1)
    assert found.refused is not None
    assert not found.plans
    assert "trouble with walking, of which the history says nothing" in found.refused
    assert not any("takes it as improbable" in note for note in answer(silent, found)["notes"])
