"""A whole fit: the answer, its reproducibility, refusals, and what a contradiction does to the band."""

from __future__ import annotations

import json

import numpy as np
import pytest

from remyelin.catalogue.causes import UNKNOWN
from remyelin.evidence import Ledger, load_patients
from remyelin.person.forecast_guard import CANNOT_TELL
from remyelin.person.inference import answer, fit_person, forecast
from remyelin.person.inference.answer import as_written
from remyelin.person.inference.posterior import target_of
from remyelin.person.inference.predictive import BAND, path_at, state_of
from remyelin.person.inference.steps import steps
from remyelin.person.inference.unknown_cause import cause_weights
from remyelin.person.record import Entry, parse_csv

LEDGER = Ledger.shipped()
HEAD = "when,kind,name,value,unit,note\n,person,age,68,y\n,person,sex,female\n"
BASE = (
    ",cause,pernicious anaemia\n-5 mo,symptom,paraesthesia,began\n0 d,lab,b12,140,pg/mL\n0 d,lab,mma,900,nmol/L\n"
    "0 d,sign,vibration,reduced\n0 d,sign,babinski,absent\n0 d,treatment,us practice 1 mg,began\n"
)


def read(rows: str):
    return parse_csv(HEAD + rows, "r.csv", LEDGER)


@pytest.fixture(scope="module")
def posterior():
    return fit_person(read(BASE), LEDGER, rough=True, persons=96)


@pytest.mark.parametrize(
    ("text", "value", "factor", "unit"),
    [
        ("140 pg/mL", 103.29, 1.3554, "pg/mL"),
        ("<=50 pmol/L", 50.0, 1.0, "pmol/L"),
        ("> 150 pmol/L", 150.0, 1.0, "pmol/L"),
        ("110", 110.0, 1.0, "fL"),
        ("12.9 g/dL", 129.0, 0.1, "g/dL"),
        ("4.5e3 nmol/L", 4500.0, 1.0, "nmol/L"),
    ],
)
def test_the_unit_of_a_value_is_the_one_written(text: str, value: float, factor: float, unit: str) -> None:
    canonical = "fL" if unit == "fL" else "canonical"
    found, shown = as_written(Entry(1, 0.0, "lab", "b12", value, text=text), canonical)
    assert found == pytest.approx(factor, rel=1e-3)
    assert shown == unit


def test_a_treatment_since_an_unknown_day_refuses_the_forecast() -> None:
    record = read(
        ",cause,pernicious anaemia\n0 d,symptom,paraesthesia,mild\n,treatment,hydroxocobalamin 1 mg im,began\n"
    )
    (left,) = record.not_understood
    assert "has no date; it counts as a treatment of unknown dose" in left.reason
    assert [item.order for item in record.treatments] == [None]
    refused = forecast(fit_person(record, LEDGER, rough=True, persons=24)).refused
    assert refused is not None
    assert "unknown dose or date" in refused


def test_a_prediction_is_read_in_the_unit_of_what_was_written(posterior) -> None:
    entries = {item["name"]: item for item in answer(posterior, forecast(posterior))["entries"]}
    b12, mma = entries["b12"], entries["mma"]
    assert (b12["observed"], b12["unit"], mma["unit"]) == ("140 pg/mL", "pg/mL", "nmol/L")
    (own,) = [item for item in forecast(posterior).compared if item.entry.name == "b12"]
    # 1355.4 g/mol
    assert b12["predicted"]["median"] == pytest.approx(own.median * 1.3554, rel=2e-3)


def test_the_answer_keeps_its_contract(posterior) -> None:
    data = answer(posterior, forecast(posterior))
    json.dumps(data, allow_nan=False)
    # A key that goes or is renamed raises the number of the schema; so does a change of what one means.
    assert data["schema"] == "remyelin-fit/3"
    assert set(data) >= {
        "schema", "caution", "source", "rough", "persons", "effective_sample", "pareto_k", "fits", "causes",
        "disagrees", "not_understood", "notes", "entries", "forecast", "steps", "next_test",
        "next_test_note", "rests_on",
    }  # fmt: skip
    assert set(data["forecast"]) >= {"refused", "caution", "waiting", "plans", "later_starts", "closing"}
    for start in data["forecast"]["later_starts"]:
        assert set(start) >= {"plan", "points_at_end", "points_on_average", "words"}
    assert data["persons"] == len(posterior.sample.draws)
    assert [entry["line"] for entry in data["entries"]] == [5, 6, 7, 8, 9]
    assert set(data["entries"][1]["predicted"]) == {"median", "low", "high"}
    if data["forecast"]["refused"] is None:
        plan = data["forecast"]["plans"][0]
        assert set(plan["scale"]) == {"months", "median", "low", "high"}
        assert set(plan["first_better"]) == {"median", "low", "high"}
        assert len(plan["scale"]["months"]) == len(plan["symptoms"]["gait"]["median"])


def test_the_hidden_course_of_a_forecast_does_not_depend_on_the_days_asked_for(posterior) -> None:
    """The last forecast entry by entry is the forecast itself a year after the last entry."""
    target = np.array([target_of(posterior.record)])
    path = path_at(posterior, posterior.picked, target)
    whole = path_at(posterior, posterior.picked, np.array([-30.0, 0.0, 100.0, *target, 900.0]))
    assert np.allclose(whole[..., 3], path[..., 0], atol=1e-12)
    people = posterior.people.at(posterior.picked.person)
    total = state_of(posterior, people, posterior.picked, target, path).scale["total"]
    last = steps(posterior)[-1]
    assert (last.low, last.median, last.high) == pytest.approx(tuple(np.quantile(total, BAND)))


def test_the_same_seed_gives_the_same_bits_whatever_the_workers(posterior) -> None:
    again = fit_person(read(BASE), LEDGER, rough=True, persons=96, workers=1)
    assert np.array_equal(again.sample.log_weights, posterior.sample.log_weights)
    assert answer(again, forecast(again)) == answer(posterior, forecast(posterior))


def test_an_added_entry_uses_the_persons_again(posterior) -> None:
    more = read(BASE + "3 mo,lab,b12,510,pmol/L\n")
    added = fit_person(more, LEDGER, rough=True, persons=96, earlier=posterior)
    assert len(added.sample.draws) >= len(posterior.sample.draws)
    assert np.array_equal(added.sample.draws.z[: len(posterior.sample.draws)], posterior.sample.draws.z), (
        "the day of the new entry is among those kept"
    )


def test_a_low_value_is_not_read_as_replete(posterior) -> None:
    at = int(np.searchsorted(posterior.people.days, 0.0))
    level = float(posterior.weights @ posterior.people.blood["b12"][:, at])
    assert 60 < level < 180


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (",cause,pernicious anaemia\n", "no result"),
        (BASE + "-2 y,treatment,some injections,began\n", "unknown dose"),
    ],
)
def test_a_refused_forecast_says_why_and_that_treatment_should_not_wait(rows: str, reason: str) -> None:
    posterior = fit_person(read(rows), LEDGER, rough=True, persons=96)
    data = answer(posterior, forecast(posterior))
    assert reason in data["forecast"]["refused"]
    assert data["forecast"]["plans"] == []
    assert data["forecast"]["waiting"] == CANNOT_TELL


def test_a_record_that_nobody_resembles_is_not_forced() -> None:
    absurd = (
        ",cause,pernicious anaemia\n0 d,lab,b12,900,pmol/L\n0 d,lab,mma,90,nmol/L\n0 d,lab,homocysteine,6,umol/L\n"
        "0 d,symptom,gait,unable\n0 d,symptom,weakness,severe\n0 d,sign,vibration,normal\n0 d,sign,ankle jerk,normal\n"
    )
    posterior = fit_person(read(absurd), LEDGER, rough=True, persons=96)
    data = answer(posterior, forecast(posterior))
    assert not data["fits"]
    assert data["forecast"]["refused"]
    assert data["disagrees"]


def test_points_of_the_scale_are_whole_and_within_it() -> None:
    ledger = Ledger.shipped()
    text = "when,kind,name,value,unit\n,person,age,68,y\n,person,sex,female\n0 d,lab,b12,95,pmol/L\n"
    posterior = fit_person(parse_csv(text, "example", ledger), ledger, rough=True)
    plans = forecast(posterior).plans
    assert plans
    for plan in plans:
        assert ((plan.scale >= 0) & (plan.scale <= 16) & (plan.scale == plan.scale.round())).all()


def published_ages() -> dict[str, list[float]]:
    ages: dict[str, list[float]] = {"nitrous_oxide": [], "other": []}
    for patient in load_patients():
        if patient.age.isdigit():
            ages["nitrous_oxide" if patient.cause == "nitrous oxide" else "other"].append(float(patient.age))
    return ages


@pytest.mark.parametrize("age", [22, 30, 57, 78])
def test_an_unknown_cause_is_weighed_by_age(age: int) -> None:
    gas = UNKNOWN.index("nitrous oxide")
    plain, weights = cause_weights(None, LEDGER), cause_weights(float(age), LEDGER)
    assert plain == pytest.approx(LEDGER.vector("record.causes"))
    assert np.delete(weights, gas) == pytest.approx(np.delete(plain, gas))
    near = {
        group: np.exp(-0.5 * ((np.array(ages) - age) / 10.0) ** 2).mean()
        for group, ages in published_ages().items()
    }
    ratio = near["nitrous_oxide"] / near["other"]
    assert np.log(weights[gas] / plain[gas]) == pytest.approx(np.log(ratio), abs=2.5)
    assert (weights[gas] > plain[gas]) == (ratio > 1.0)


def test_the_ages_behind_an_unknown_cause_are_those_of_the_table() -> None:
    for group, ages in published_ages().items():
        assert LEDGER[f"record.ages.{group}"] == pytest.approx(np.exp(np.log(ages).mean()), rel=0.005)
        assert LEDGER[f"record.ages.{group}_spread"] == pytest.approx(np.log(ages).std(ddof=1), rel=0.005)


def test_causes_that_agree_stand_in_their_order() -> None:
    record = read("0 d,lab,b12,95,pmol/L\n0 d,symptom,paraesthesia,mild\n")
    shares = list(fit_person(record, LEDGER, rough=True).causes().values())
    assert len(shares) == len(UNKNOWN)
    assert shares == sorted(shares, reverse=True)
