"""Many persons in one batch: what it costs and that persons stay apart."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from remyelin.bench.cobalamin import MONTHS, ORDERS, batch, person
from remyelin.cobalamin import Dose, Parameters, simulate
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


def test_memory_does_not_grow_with_doses() -> None:
    """What a course holds beside its doses; ten times as many injections, the same working memory."""
    parameters = Parameters.from_ledger(LEDGER)
    peaks = []
    for order in ("cyanocobalamin 1 mg im every 4 d", "cyanocobalamin 1 mg im every 0.4 d"):
        given = person(0, order, LEDGER)
        simulate(given, MONTHS, parameters)
        tracemalloc.start()
        simulate(given, MONTHS, parameters)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
    assert peaks[1] < 8e6


def test_blocks_carry_a_course_on_to_the_last_bit_of_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many events a block holds, the same course."""
    given = person(1, "hydroxocobalamin 1 mg im every 2 d", LEDGER)
    tablets = tuple(Dose(0.3 + 11.0 * i, 500.0, "cyanocobalamin", "oral") for i in range(300))
    drip = tuple(Dose(7.0 * i, 100.0, "methylcobalamin", "iv") for i in range(500))
    given = replace(given, doses=(*given.doses, *tablets, *drip))
    times = np.unique([*MONTHS, 0.0, 2.0, 7.0, 128.0, 3652.0])
    courses = []
    for block in (1, 7, 64, 10**6):
        monkeypatch.setattr("remyelin.cobalamin.timeline.CASCADE_BLOCK", block)
        courses.append(simulate(given, times, Parameters.from_ledger(LEDGER)))
    for course in courses[:-1]:
        for name in course:
            np.testing.assert_allclose(
                course[name], courses[-1][name], rtol=1e-11, atol=1e-9, err_msg=str(name)
            )
