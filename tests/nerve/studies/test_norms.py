"""Values of nerve studies against their norms."""

from __future__ import annotations

import math

import pytest

from remyelin.evidence import Ledger
from remyelin.nerve import Person
from remyelin.nerve.studies.norms import assess

LEDGER = Ledger.shipped()
USUAL = LEDGER["nerve.reference_height"]


def person(height: float) -> Person:
    return Person(age=50, sex="female", height=height, temperature=33.0)


def test_an_amplitude_is_judged_by_its_logarithm_and_is_abnormal_only_when_low() -> None:
    mean, sd = LEDGER.vector("norm.sural.log_amplitude")
    middle = assess(LEDGER, "sural", "amplitude", math.exp(mean), person(USUAL))
    assert middle is not None
    assert middle.z == pytest.approx(0.0, abs=1e-12)
    assert (middle.flag, middle.unit, middle.logarithmic) == ("normal", "uV", True)
    low = assess(LEDGER, "sural", "amplitude", middle.limit * 0.99, person(USUAL))
    high = assess(LEDGER, "sural", "amplitude", math.exp(mean + 4 * sd), person(USUAL))
    assert low is not None
    assert high is not None
    assert (low.flag, high.flag) == ("low", "normal")


def test_what_is_absent_has_a_flag_and_no_z_and_what_has_no_norm_is_not_assessed() -> None:
    absent = assess(LEDGER, "sural", "amplitude", None, person(USUAL))
    assert absent is not None
    assert (absent.value, absent.z, absent.flag) == (None, None, "absent")
    assert assess(LEDGER, "sural", "no such quantity", 1.0, person(USUAL)) is None


@pytest.mark.parametrize(("key", "grows"), [("p40", True), ("p100", False)])
def test_latencies_from_the_limbs_grow_with_height_and_those_of_the_head_do_not(
    key: str, grows: bool
) -> None:
    short, tall = (assess(LEDGER, key, "latency", 200.0, person(height)) for height in (USUAL, USUAL * 1.1))
    assert short is not None
    assert tall is not None
    assert tall.mean == pytest.approx(short.mean * (1.1 if grows else 1.0))
    assert (short.flag, tall.flag) == ("high", "high")
