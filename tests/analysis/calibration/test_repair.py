"""The shipped sets of the rates of repair: current, diverse, and met by the rows they claim."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.analysis.calibration.repair import EXPERIMENTS, build, inputs_of_repair, rows
from remyelin.evidence import Ledger
from remyelin.myelin.ensemble import REPAIR, repair

LEDGER = Ledger.shipped()


def test_they_were_made_from_the_shipped_ledger():
    assert repair().made.endswith(inputs_of_repair(LEDGER)), "stale: remyelin rebuild repair"


def test_criteria_and_rejections_are_kept():
    assert len(rows()) == 4
    assert all(row.role == "calibration" for row in rows().values())
    for row in rows().values():
        assert f"{row.name} {row.lower:g} to {row.upper:g}" in repair().criteria
    assert "refused by" in repair().criteria


def test_two_hundred_sets_within_their_ranges():
    assert len(repair().sets) == 200
    for member in repair().sets:
        assert set(member) == {*REPAIR}
        LEDGER.replace(dict(member))  # refuses what lies outside a range
    for name in REPAIR:
        assert np.std([member[name] for member in repair().sets]) > 0.0


@pytest.mark.parametrize("index", [0, 57, 199])
def test_a_set_meets_every_row_of_toxin_lesions(index):
    ledger = LEDGER.replace(dict(repair().sets[index]))
    checked = 0
    for experiment in EXPERIMENTS:
        for name, value in experiment(ledger).items():
            if name in rows():
                # Values are shipped to five digits: a row met on its bound may miss it by as little.
                slack = 1e-3 * (rows()[name].upper - rows()[name].lower)
                assert rows()[name].lower - slack <= value <= rows()[name].upper + slack
                checked += 1
    assert checked == 4


def test_making_them_again_gives_the_same_sets():
    head = build(LEDGER, sets=2).splitlines()[3:]
    shipped = [[f"{member[name]:.5g}" for name in REPAIR] for member in repair().sets[:2]]
    assert [row.split(",") for row in head] == shipped
