"""The spread of healthy people in virtual series: as wide as the norms, alarms as rare as limits promise."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from states_for_tests import uniform

from remyelin.analysis.experiments import run_experiment
from remyelin.analysis.validation import nerve_series as virtual
from remyelin.evidence import Ledger
from remyelin.nerve import battery, intact

PEOPLE = 40


@pytest.fixture(scope="module")
def healthy(ledger: Ledger) -> virtual.Found:
    state = intact(virtual.BODY, ledger)
    return virtual.studied(ledger, xr.concat([state] * PEOPLE, "patient"))


def test_healthy_people_spread_as_the_norms_say(healthy: virtual.Found) -> None:
    for study, site, quantity in (
        ("median_motor", "elbow", "velocity"),
        ("tibial_sep", "P40", "latency"),
        ("sural", "ankle", "amplitude"),
    ):
        z = [
            item.z
            for found in healthy.patients
            for item in found.row(study, site).assessed
            if item.quantity == quantity
        ]
        assert np.mean(z) == pytest.approx(0, abs=0.5)
        assert np.std(z) == pytest.approx(1, abs=0.35)


def test_false_alarms_are_rare(healthy: virtual.Found) -> None:
    rates = virtual.cord_rates(healthy)
    assert rates["vep"] <= 5
    assert rates["tibial_sep"] <= 8
    assert rates["conduction"] <= 20
    assert rates["demyelinating"] <= 5


def test_a_person_is_slow_throughout(healthy: virtual.Found) -> None:
    pairs = [
        [found.row(name, "P100" if name == "vep" else "P40").latency for name in ("vep", "tibial_sep")]
        for found in healthy.patients
    ]
    assert np.corrcoef(np.transpose(pairs))[0, 1] > 0.2


def test_draws_do_not_depend_on_what_was_found(ledger: Ledger, tables) -> None:
    well = battery(intact(virtual.BODY, ledger), virtual.BODY, tables, ledger, virtual.STUDIED)
    ill = battery(uniform(axons=0.0), virtual.BODY, tables, ledger, virtual.STUDIED)
    states = [np.random.default_rng(3), np.random.default_rng(3)]
    gone = virtual.spread(ill, well, ledger, states[0])
    virtual.spread(well, well, ledger, states[1])
    assert states[0].random() == states[1].random()
    assert all(row.absent and row.latency is None for row in gone.rows if row.assessed)
    assert gone.classification.pattern == "axonal"
    assert virtual.sep_abnormal(gone, "tibial_sep")


def test_path_length_explains_a_part(ledger: Ledger) -> None:
    result = run_experiment("path-length", ledger)
    rules = result.tables[1].columns[1:]
    contrasts = {row[0]: dict(zip(rules, row[1:], strict=True)) for row in result.tables[1].rows}
    leg = contrasts["leg SEP less sural"]
    assert leg["by vulnerability"] > leg["equal share"] > 3 * abs(leg["equal number"])
    assert abs(contrasts["leg less arm SEP"]["equal number"]) < 2
    rows = {row[0]: row[1] for row in result.tables[0].rows}
    assert rows["tibial SEP"] > 1.5 * rows["median SEP"], "internodes in series"


def test_the_tables_of_the_page_are_those_of_the_shipped_ledger(ledger: Ledger) -> None:
    root = Path(__file__).parents[2]
    script = runpy.run_path(str(root / "examples" / "nerve_tables.py"))
    page = (root / "docs" / "nerve.md").read_text(encoding="utf-8")
    assert script["written"](page, ledger) == page, "python examples/nerve_tables.py"
