"""Threads of a call: order, how many at once, errors, and the same results."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from remyelin import Ledger
from remyelin.base.errors import InputError
from remyelin.fibre import conduct, lose_lamellae, mrg
from remyelin.fibre.solvers import batches
from remyelin.fibre.solvers.threads import Workers


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("number", [0, 1, 2, 7])
def test_results_come_in_order_whatever_the_threads(count: int, number: int) -> None:
    with Workers(count) as workers:
        found = list(workers.ahead(lambda b: workers.map(lambda x: x * x, range(b, b + 3)), range(number)))
    assert found == [[x * x for x in range(b, b + 3)] for b in range(number)]


def test_batches_are_taken_two_at_a_time() -> None:
    """Memory stays bounded: the source is not read further than one batch ahead."""
    taken: list[int] = []

    def source() -> Iterator[int]:
        for k in range(9):
            taken.append(k)
            yield k

    with Workers(3) as workers:
        for k in workers.ahead(lambda item: item, source()):
            assert len(taken) <= k + 2


def test_no_more_pieces_at_once_than_threads() -> None:
    """Two batches under way share the threads of the call."""
    busy, most, lock = 0, 0, threading.Lock()

    def piece(_: int) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        threading.Event().wait(0.002)
        with lock:
            busy -= 1

    with Workers(2) as workers:
        list(workers.ahead(lambda _: workers.map(piece, range(6)), range(6)))
    assert most == 2


def test_an_error_of_a_batch_reaches_the_caller() -> None:
    def work(batch: int) -> int:
        if batch == 2:
            raise InputError("batch 2 is wrong; give another.")
        return batch

    with pytest.raises(InputError, match="batch 2"), Workers(2) as workers:
        list(workers.ahead(work, range(5)))


def test_conduct_of_many_batches_does_not_depend_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_FIBRES", 24)
    ledger = Ledger.shipped()
    fibres = [mrg(diameter, 15, ledger=ledger) for diameter in (5.7, 10.0)]
    fibres += [lose_lamellae(fibres[1], range(5, 9), left) for left in (0.02, 0.1)]
    chosen = [fibres[k] for k in np.random.default_rng(7).integers(0, len(fibres), 131)]
    alone = conduct(chosen, threads=1)
    assert alone.identical(conduct(iter(chosen), threads=2)), "not even the last bit changes"
    assert alone.identical(conduct(chosen, threads=5))


def test_apart_keeps_the_order_of_first_appearance() -> None:
    a, b, c = object(), object(), object()
    firsts, which = batches.apart([b, a, b, c, a])
    assert firsts == [0, 1, 3]
    assert which.tolist() == [0, 1, 0, 2, 1]
