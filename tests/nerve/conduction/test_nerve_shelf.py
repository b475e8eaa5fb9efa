"""Stretches of lesions, crossed once and looked up afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.evidence import Ledger
from remyelin.fibre import Pulse, conduct_assembled
from remyelin.nerve.conduction.sampled import INTACT, Ints
from remyelin.nerve.conduction.stretches import Makers, Shelf, intact, kind_of
from remyelin.nerve.conduction.volley import LESIONS
from remyelin.nerve.settings import NERVE_EXACT_CODE, NERVE_EXACT_DIAMETER_UM

DIAMETER = 45  # in steps of the rounding: 9 um


def code(state: int, thin: int = 0, pieces: int = 0) -> int:
    of_diameter, of_state, of_thickness = NERVE_EXACT_CODE
    return DIAMETER * of_diameter + state * of_state + thin * of_thickness + pieces


PLAIN = code(INTACT)
VACUOLATED = code(LESIONS.index("vacuolated"))
REMYELINATED = code(LESIONS.index("remyelinated"), thin=5, pieces=3)
CODES = np.array([VACUOLATED, PLAIN, REMYELINATED, PLAIN, VACUOLATED, VACUOLATED], dtype=np.int64)
FIRST, LENGTH = np.array([0, 2, 4]), np.array([6, 1, 2])


@pytest.fixture(scope="module")
def makers() -> Makers:
    made = Makers(Ledger.shipped())
    made.numbers(np.array([PLAIN, VACUOLATED, REMYELINATED]))
    return made


def crossed(shelf: Shelf, makers: Makers, first: Ints, length: Ints) -> list[bytes]:
    numbers, plain = makers.numbers(CODES), makers.numbers(intact(CODES))
    at = shelf.cross(numbers, plain, first, length)
    return [shelf.time[a : a + n].tobytes() for a, n in zip(at.tolist(), length.tolist(), strict=True)]


def test_codes_stand_for_kinds() -> None:
    diameter, state, thickness, length = kind_of(REMYELINATED)
    assert (diameter, state) == (
        pytest.approx(DIAMETER * NERVE_EXACT_DIAMETER_UM),
        LESIONS.index("remyelinated"),
    )
    assert 0 < thickness < 1
    assert length == pytest.approx(1 / 3)
    assert intact(np.array([REMYELINATED])).tolist() == [PLAIN]


def test_a_stretch_does_not_depend_on_those_crossed_with_it(makers: Makers) -> None:
    together = crossed(Shelf(34.0, makers), makers, FIRST, LENGTH)
    one_by_one = Shelf(34.0, makers)
    alone = [crossed(one_by_one, makers, FIRST[k : k + 1], LENGTH[k : k + 1])[0] for k in (2, 1, 0)]
    assert together == alone[::-1]


def test_a_stretch_is_crossed_once(makers: Makers) -> None:
    shelf = Shelf(34.0, makers)
    before = crossed(shelf, makers, FIRST, LENGTH)
    held = shelf.time
    assert crossed(shelf, makers, FIRST, LENGTH) == before
    assert shelf.time is held


def test_times_are_those_of_a_long_fibre(makers: Makers) -> None:
    shelf = Shelf(34.0, makers)
    numbers, plain = makers.numbers(CODES), makers.numbers(intact(CODES))
    shelf.cross(numbers, plain, FIRST[:1], LENGTH[:1])
    around = np.full(20, plain[0])
    fibres = np.array([np.concatenate([around, row, around]) for row in (plain, numbers)])
    arrival = conduct_assembled(makers.library(34.0), fibres, pulse=Pulse(duration=0.2))["arrival"].to_numpy()
    late = float(np.diff(arrival[:, -10])[0])
    delay = float(shelf.time.sum() - len(CODES) * shelf.intact_times(plain[:1])[0])
    assert not shelf.failed.any()
    assert late > 0.02
    assert delay == pytest.approx(late, abs=0.002)
