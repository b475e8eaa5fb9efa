"""Memory by the value of a ledger: what is shared, what is recorded, what is thrown away."""

from __future__ import annotations

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered, shared

NAMES = ("prior.weight", "prior.height.female", "prior.height.male", "nerve.reference_height")


def test_ledgers_of_the_same_values_share_a_result_and_keep_their_own_records() -> None:
    calls = []

    @remembered(maxsize=8)
    def total(ledger: Ledger, names: tuple[str, ...]) -> float:
        calls.append(names)
        return sum(ledger[name] for name in names)

    first, second = Ledger.shipped().recording(), Ledger.shipped().recording()
    assert total(first, NAMES[:2]) == total(second, NAMES[:2])
    assert len(calls) == 1
    assert {e.name for e in first.used()} == {e.name for e in second.used()} == set(NAMES[:2])
    other = Ledger.shipped().replace({NAMES[0]: 61.0}).recording()
    assert total(other, NAMES[:2]) != total(first, NAMES[:2])
    assert len(calls) == 2


def test_ledgers_share_what_does_not_rest_on_where_they_differ() -> None:
    calls = []

    @shared(maxsize=2)
    def weight(name: str, ledger: Ledger) -> list[float]:
        calls.append(name)
        return [ledger[name]]

    plain, other = Ledger.shipped().recording(), Ledger.shipped().replace({NAMES[1]: 160.0}).recording()
    assert weight(NAMES[0], plain) is weight(NAMES[0], other)
    assert calls == [NAMES[0]]
    for ledger in (plain, other):
        assert [entry.name for entry in ledger.used()] == [NAMES[0]]
    assert weight(NAMES[1], plain) != weight(NAMES[1], other)
    assert len(calls) == 3
    weight(NAMES[0], plain)  # has made room for the two others
    assert len(calls) == 4


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), min_size=1, max_size=12))
def test_the_record_never_depends_on_earlier_runs(asked: list[tuple[str, bool]]) -> None:
    @remembered(maxsize=2)
    def value(ledger: Ledger, name: str) -> float:
        return ledger[name]

    @remembered(maxsize=2)
    def nested(ledger: Ledger, name: str) -> float:
        return value(ledger, name) + ledger[NAMES[-1]]

    for name, deep in asked:
        ledger = Ledger.shipped().recording()
        found = nested(ledger, name) if deep else value(ledger, name)
        assert found == ledger.recording()[name] + (ledger.recording()[NAMES[-1]] if deep else 0.0)
        assert {entry.name for entry in ledger.used()} == ({name, NAMES[-1]} if deep else {name})


def test_ledger_and_entries_are_pickled_and_copied() -> None:
    ledger = Ledger.shipped().replace({NAMES[0]: 61.0}).recording()
    assert ledger[NAMES[0]] == 61.0
    for other in (pickle.loads(pickle.dumps(ledger)), copy.deepcopy(ledger)):
        assert other.digest() == ledger.digest() != Ledger.shipped().digest()
        assert other.overrides() == ledger.overrides()
        assert other.used() == ledger.used()
