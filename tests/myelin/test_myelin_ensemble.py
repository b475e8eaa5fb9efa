"""The shipped ensemble: current, diverse, and met by the rows it claims."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.analysis.calibration.ensemble import INJURY, REPAIR, STAGES, build, inputs_of_ensemble
from remyelin.evidence import Ledger, load_targets
from remyelin.myelin import ensemble

LEDGER = Ledger.shipped()


def test_it_was_made_from_the_shipped_ledger():
    assert ensemble().made.endswith(inputs_of_ensemble(LEDGER)), "stale: remyelin rebuild myelin"


def test_criteria_and_rejections_are_kept():
    criteria = ensemble().criteria
    rows = [row for row in load_targets() if row.layer == "myelin" and row.role == "calibration"]
    assert len(rows) == 6
    for row in rows:
        assert f"{row.name} {row.lower:g} to {row.upper:g}" in criteria
    assert "refused by" in criteria


def test_two_hundred_sets_within_their_ranges():
    members = ensemble().members
    assert len(members) == 200
    for member in members:
        assert set(member) == {*REPAIR, *INJURY}
        LEDGER.replace(dict(member))  # refuses what lies outside a range
    for name in (*REPAIR, *INJURY):
        assert np.std([member[name] for member in members]) > 0.0


@pytest.mark.parametrize("index", [0, 57, 199])
def test_a_member_meets_every_calibration_row(index):
    ledger = LEDGER.replace(dict(ensemble().members[index]))
    rows = {row.name: row for row in load_targets() if row.role == "calibration"}
    checked = 0
    for _, experiments in STAGES:
        for experiment in experiments:
            for name, value in experiment(ledger).items():
                if name in rows:
                    # Values are shipped to five digits: a row met on its bound may miss it by as little.
                    slack = 1e-3 * (rows[name].upper - rows[name].lower)
                    assert rows[name].lower - slack <= value <= rows[name].upper + slack
                    checked += 1
    assert checked == 6


def test_making_it_again_gives_the_same_sets():
    head = build(LEDGER, members=2).splitlines()[3:]
    names = (*REPAIR, *INJURY)
    shipped = [[f"{member[name]:.5g}" for name in names] for member in ensemble().members[:2]]
    assert [row.split(",") for row in head] == shipped
