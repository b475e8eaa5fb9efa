"""Many persons in one batch: what it costs and that persons stay apart."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from remyelin.bench.cobalamin import MONTHS, ORDERS, batch, person
from remyelin.cobalamin import Parameters, simulate
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


def test_a_batch_is_its_persons() -> None:
    many = batch(3, ORDERS["every 60 d"], LEDGER)
    one = simulate(person(2, ORDERS["every 60 d"], LEDGER), MONTHS, Parameters.from_ledger(LEDGER))
    np.testing.assert_array_equal(many[2], one["methylation"])
    assert not np.array_equal(many[1], many[2])


@pytest.mark.parametrize("order", ORDERS.values())
def test_memory_does_not_grow_with_persons(order: str) -> None:
    peaks = []
    for persons in (1, 4):
        batch(1, order, LEDGER)
        tracemalloc.start()
        batch(persons, order, LEDGER)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[0] < 60e6
