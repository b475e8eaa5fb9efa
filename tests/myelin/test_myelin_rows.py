"""The rows of the layer: calibration rows hold, controls are controls, signs do not hang on the drug's size."""

from __future__ import annotations

import pytest

from remyelin.analysis.protocols.animals import toxin_lesion
from remyelin.analysis.validation import validate
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


@pytest.fixture(scope="module")
def verdicts():
    return {verdict.name: verdict for verdict in validate(LEDGER, "myelin")}


def test_calibration_rows_hold(verdicts):
    rows = [verdict for verdict in verdicts.values() if verdict.role == "calibration"]
    assert len(rows) == 6
    assert [row.name for row in rows if not row.holds] == []


@pytest.mark.parametrize(
    "name", ["neg_folate", "neg_renal", "neg_mutase", "pos_methylation", "vacuole_before_axon"]
)
def test_controls_hold(verdicts, name):
    assert verdicts[name].holds


def test_a_lesion_of_a_deficient_animal_heals_more_slowly():
    day = {"time": 20.0}
    replete = toxin_lesion(LEDGER, "peripheral_motor").interp(day)
    deficient = toxin_lesion(LEDGER, "peripheral_motor", methylation=0.4).interp(day)
    assert float(deficient["remyelinated"]) < float(replete["remyelinated"])
    assert float(deficient["thickness"]) < float(replete["thickness"])


def test_a_focal_lesion_of_a_nerve_costs_next_to_no_axons():
    assert float(toxin_lesion(LEDGER, "peripheral_motor")["axons"].min()) > 0.98


def test_very_strong_suppression_of_erk_may_delay_the_end():
    strong = LEDGER.replace({"myelin.peripheral.drug_effect": 5.0})
    plain, treated = (
        toxin_lesion(ledger, "peripheral_motor", methylcobalamin=dose)
        for ledger, dose in ((LEDGER, 0.0), (strong, 1.0))
    )
    assert float(treated["supply"].max()) < float(plain["supply"].max())
    assert float(treated["remyelinated"].sel(time=6.0, method="nearest")) > float(
        plain["remyelinated"].sel(time=6.0, method="nearest")
    )
