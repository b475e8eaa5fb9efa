"""Checks of the fit of one person: the committed results, and a short form that runs here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import remyelin
from remyelin.analysis.personal.calibration import pooled, rank, verdict
from remyelin.analysis.personal.patients import chosen, record_of
from remyelin.evidence import Ledger, load_patients

LEDGER = Ledger.shipped()
DATA = Path(remyelin.__file__).parent / "analysis" / "calibration" / "data"


def test_synthetic_persons_are_covered() -> None:
    found = pooled("sparse", 40, 128, LEDGER, seed=2)
    said = verdict(found["ranks"])
    assert set(said) == {"disability", "gait", "paraesthesia", "began", "store", "central"}
    # 40 records: a right interval holds fewer than 30 of them once in 10,000 times
    assert all(item["coverage"] >= 0.7 for item in said.values() if item["n"] >= 30), said


def test_a_rank_places_equal_values_at_random() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    ranks = [rank(np.zeros(10), 0.0, rng) for _ in range(200)]
    assert 0.4 < float(np.mean(ranks)) < 0.6
    assert rank(np.arange(10.0), 4.5, rng) == pytest.approx(0.5)


def test_the_committed_calibration_covers() -> None:
    data = json.loads((DATA / "fit_calibration.json").read_text(encoding="utf-8"))
    sparse = next(item for item in data["pool"] if item["template"] == "sparse")
    assert sparse["records"] == 200
    assert all(0.85 <= item["coverage"] <= 0.95 for item in sparse["verdict"].values())


def test_the_committed_patients_claim_nothing() -> None:
    data = json.loads((DATA / "fit_patients.json").read_text(encoding="utf-8"))
    assert data["timed_outcomes"] < 50
    assert data["superiority_claimed"] is False
    assert set(data["brier"]) == {"fit", "base rate", "typical person"}


def test_every_published_patient_becomes_a_record() -> None:
    records = [record_of(patient, LEDGER) for patient in load_patients()]
    assert len(records) == 80
    assert sum(bool(record.entries) for record in records) >= 70
    assert len(chosen(load_patients(), 3)) < 80
