"""Named criteria: each is met where it says, by the numbers it says, and by nothing in health."""

from __future__ import annotations

from dataclasses import replace

import pytest
from states_for_tests import uniform

from remyelin.evidence import Ledger
from remyelin.nerve import Person, Studies, Tables, battery, classify, intact

MOTOR = ("median_motor", "ulnar_motor", "tibial_motor", "peroneal_motor")


@pytest.fixture(scope="module")
def healthy(ledger: Ledger, tables: Tables, person: Person) -> Studies:
    return battery(intact(person, ledger), person, tables, ledger)


def changed(
    studies: Studies, ledger: Ledger, where: dict[tuple[str, str], dict[str, float | None]]
) -> Studies:
    """Studies in which rows have other values; assessments follow for those that have a norm."""
    rows = []
    for row in studies.rows:
        new = where.get((row.study, row.site))
        if new is None:
            rows.append(row)
            continue
        items = tuple(
            replace(
                item,
                value=new[item.quantity],
                flag="absent" if new[item.quantity] is None
                else "low" if item.quantity in ("amplitude", "velocity") and new[item.quantity] < item.limit
                else "high" if item.quantity not in ("amplitude", "velocity") and new[item.quantity] > item.limit
                else "normal",
            )
            if item.quantity in new
            else item
            for item in row.assessed
        )  # fmt: skip
        rows.append(replace(row, assessed=items, **new))
    return replace(studies, rows=tuple(rows))


@pytest.mark.parametrize("height", [150.0, 170.0, 190.0])
def test_health_meets_no_criterion(ledger: Ledger, tables: Tables, height: float) -> None:
    person = Person.of(ledger, age=40.0, height=height)
    found = battery(intact(person, ledger), person, tables, ledger).classification
    assert (found.pattern, found.certainty, found.low, found.evoked) == ("normal", "", (), ())


@pytest.mark.parametrize(
    ("criterion", "site", "values"),
    [
        ("I-A", "wrist", {"latency": 7.1}),
        ("I-B", "elbow", {"velocity": 32.0}),
        ("I-C", "wrist", {"f_latency": 40.0}),
        ("I-D", "wrist", {"f_latency": None}),
        ("I-E", "elbow", {"amplitude": 2.0}),
        ("I-F", "elbow", {"duration": 9.0}),
        ("I-G", "wrist", {"duration": 7.0}),
        ("II", "elbow", {"amplitude": 6.5}),
    ],
)
def test_each_criterion_alone(
    ledger: Ledger, healthy: Studies, criterion: str, site: str, values: dict[str, float | None]
) -> None:
    found = classify(changed(healthy, ledger, {("median_motor", site): values}), ledger)
    assert [(item.criterion, item.study) for item in found.met] == [(criterion, "median_motor")]
    assert found.met[0].sentence
    assert found.pattern == "one nerve only"
    assert found.certainty == ("" if criterion == "II" else "possible")


def test_just_short_of_a_criterion(ledger: Ledger, healthy: Studies) -> None:
    upper = next(
        item for item in healthy.row("median_motor", "wrist").assessed if item.quantity == "latency"
    ).limit
    for factor, met in ((1.49, 0), (1.51, 1)):
        found = classify(
            changed(healthy, ledger, {("median_motor", "wrist"): {"latency": factor * upper}}), ledger
        )
        assert len(found.met) == met


def test_two_nerves_are_definite_and_low_amplitudes_make_it_mixed(ledger: Ledger, healthy: Studies) -> None:
    slow = {(name, site): {"velocity": 30.0 if site == "elbow" else 24.0}
            for name, site in (("median_motor", "elbow"), ("tibial_motor", "knee"))}  # fmt: skip
    found = classify(changed(healthy, ledger, slow), ledger)
    assert (found.pattern, found.certainty) == ("demyelinating", "definite")
    assert "I-B" in found.rule
    low = {("sural", "ankle"): {"amplitude": 1.5}, ("median_sensory", "wrist"): {"amplitude": None}}
    assert classify(changed(healthy, ledger, slow | low), ledger).pattern == "mixed"
    axonal = classify(changed(healthy, ledger, low), ledger)
    assert (axonal.pattern, axonal.certainty) == ("axonal", "")
    assert set(axonal.low) == {"sural", "median_sensory"}


def test_block_counts_only_with_enough_of_a_response(ledger: Ledger, healthy: Studies) -> None:
    tiny = {("median_motor", "wrist"): {"amplitude": 0.4}, ("median_motor", "elbow"): {"amplitude": 0.1}}
    assert classify(changed(healthy, ledger, tiny), ledger).met == ()


def test_the_tibial_nerve_is_excepted_from_probable_block(ledger: Ledger, healthy: Studies) -> None:
    half = {
        (name, "knee"): {"amplitude": 0.6 * healthy.row(name, "ankle").amplitude}
        for name in ("tibial_motor", "peroneal_motor")
    }
    assert [(m.criterion, m.study) for m in classify(changed(healthy, ledger, half), ledger).met] == [
        ("II", "peroneal_motor")
    ]


def test_what_was_not_studied_is_not_called_normal(ledger: Ledger, tables: Tables, person: Person) -> None:
    found = battery(intact(person, ledger), person, tables, ledger, ["vep"]).classification
    assert found.pattern == "not studied"


def test_everything_lost_reads_as_axonal(ledger: Ledger, tables: Tables, person: Person) -> None:
    found = battery(uniform(bare=1.0), person, tables, ledger).classification
    assert found.pattern == "axonal", "no response, so no demyelinating criterion can be met"
    assert set(MOTOR) <= set(found.low)
