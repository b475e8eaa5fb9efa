"""The shipped conduction tables: current, what the engine computes, and never used for other numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from remyelin.evidence import Ledger
from remyelin.nerve import Tables, build_tables
from remyelin.nerve.conduction import shipped_tables
from remyelin.nerve.conduction.build_tables import compute_tables, tables_key
from remyelin.nerve.conduction.shipped_tables import (
    as_text,
    internode_arrays,
    shipped_internodes,
    shipped_velocity,
)
from remyelin.nerve.studies.small_fibres import compute_velocity, velocity_key

STALE = "stale: remyelin rebuild tables"


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Have the shipped file read anew before and after."""
    shipped_tables._read.cache_clear()
    yield
    shipped_tables._read.cache_clear()


def test_they_are_what_the_engine_computes_from_the_shipped_ledger() -> None:
    recording = Ledger.shipped().recording()
    computed = compute_tables(recording)
    shipped = shipped_internodes(tables_key(Ledger.shipped()))
    assert shipped is not None, STALE
    for field in fields(Tables):
        # arrivals are kept in single precision: processors may differ in the sixth digit
        expected, found = getattr(computed, field.name), getattr(shipped, field.name)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=5e-6, err_msg=f"{field.name} {STALE}")

    # the key covers every number that was read
    probe = Ledger.shipped().recording()
    tables_key(probe)
    assert {entry.name for entry in recording.used()} <= {entry.name for entry in probe.used()}


def test_the_velocity_of_the_c_fibre_is_what_the_engine_computes() -> None:
    ledger = Ledger.shipped()
    recording = ledger.recording()
    key = velocity_key(ledger)
    for temperature in (24.0, 34.0, 42.0):
        shipped = shipped_velocity(key, temperature)
        assert shipped is not None, STALE
        assert shipped == pytest.approx(compute_velocity(temperature, recording), rel=1e-9), STALE
    assert shipped_velocity(key, 33.3) is None
    probe = ledger.recording()
    velocity_key(probe)
    assert {entry.name for entry in recording.used()} <= {entry.name for entry in probe.used()}


@pytest.mark.parametrize(
    "name", ["mrg.lamella_capacity", "state.vacuolated_lamellae", "mrg.node.naf_density"]
)
def test_other_numbers_are_not_answered_from_the_file(name: str) -> None:
    ledger = Ledger.shipped()
    changed = ledger.replace({name: 1.01 * ledger[name]})
    assert tables_key(changed) != tables_key(ledger)
    assert shipped_internodes(tables_key(changed)) is None
    other = ledger.replace({"small_fibre.diameter": 1.01 * ledger["small_fibre.diameter"]})
    assert shipped_velocity(velocity_key(other), 34.0) is None
    assert tables_key(other) == tables_key(ledger)


def test_every_digit_is_kept() -> None:
    ledger = Ledger.shipped()
    tables = build_tables(ledger)
    key = tables_key(ledger)
    velocities = {"temperature": [34.0], "velocity": [shipped_velocity(velocity_key(ledger), 34.0)]}
    text = as_text({"internodes": (key, internode_arrays(tables)), "c_fibre": ("other", velocities)})
    assert (
        text.splitlines()[: len(fields(Tables)) + 3]
        == (shipped_tables.SHIPPED.read_text(encoding="utf-8").splitlines()[: len(fields(Tables)) + 3])
    )


@pytest.mark.parametrize("content", [None, "", "[1, 2]", '{"internodes": {"inputs": "x"}}', "\0"])
def test_a_missing_or_damaged_file_means_computing(
    content: str | None, forgotten: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "tables.json"
    if content is not None:
        damaged.write_text(content, encoding="utf-8")
    monkeypatch.setattr(shipped_tables, "SHIPPED", damaged)
    ledger = Ledger.shipped()
    assert shipped_internodes(tables_key(ledger)) is None
    assert shipped_velocity(velocity_key(ledger), 34.0) is None
