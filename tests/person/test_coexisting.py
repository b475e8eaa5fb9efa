"""Coexisting diseases: switched on they take their share, off they change nothing, cobalamin does not bring it back."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin import nerve
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.person.case import DISEASES, case_of, to_toml_data
from remyelin.person.coexisting import TUNNEL, at_the_wrist, beside, entrapment, taken
from remyelin.person.course import run_course

LEDGER = Ledger.shipped()
BODY = nerve.Person.of(LEDGER, age=60.0)
RAW = {
    "name": "one",
    "title": "One",
    "kind": "scenario",
    "person": {"age": "60 y", "sex": "female"},
    "cause": {"kind": "none"},
}


def conducted(*diseases: str):
    states = beside(nerve.intact(BODY, LEDGER), diseases, LEDGER)
    found = nerve.conduction(states, BODY, nerve.build_tables(LEDGER), LEDGER)
    return {str(name): found.sel(pathway=name) for name in found["pathway"].to_numpy()}


def test_off_nothing_changes() -> None:
    intact = nerve.intact(BODY, LEDGER)
    assert beside(intact, (), LEDGER) is intact


OF_TISSUE = tuple(one for one in DISEASES if one != TUNNEL)


@pytest.mark.parametrize("disease", OF_TISSUE)
def test_each_takes_shares_that_leave_whole_states(disease: str) -> None:
    found = beside(nerve.intact(BODY, LEDGER), [disease], LEDGER)
    sheaths = found["intact"] + found["vacuolated"] + found["bare"] + found["remyelinated"]
    np.testing.assert_allclose(sheaths, 1.0)
    assert float(found["axons"].min()) == pytest.approx(
        1.0 - max(v for k, v in taken(disease, LEDGER).items() if k[1] == "axons")
    )
    assert all(LEDGER.entry(name).source for name in LEDGER if name.startswith("coexisting."))


def test_the_pattern_of_each_is_its_own() -> None:
    health, sugar, drink, copper, neck = (conducted(*names) for names in ((), *([one] for one in OF_TISSUE)))

    def lost(found, name: str) -> float:
        return float(health[name]["conducted"] - found[name]["conducted"])

    for nerves in (sugar, drink):  # legs before arms, sensory before motor, the cord spared
        assert lost(nerves, "sural") > lost(nerves, "median_sensory") > 0.0
        assert lost(nerves, "sural") > lost(nerves, "tibial_motor")
        assert lost(nerves, "corticospinal_leg") == 0.0
    assert float(sugar["sural"]["delay"]) > float(drink["sural"]["delay"]) == pytest.approx(0.0, abs=1e-9)
    assert lost(copper, "tibial_sep") > 0.3
    assert lost(copper, "corticospinal_leg") > 0.1
    assert lost(copper, "visual") == lost(neck, "visual") == 0.0
    assert float(neck["corticospinal_leg"]["delay"]) > 0.5
    assert lost(neck, "sural") == 0.0


def test_several_add_up() -> None:
    both = beside(nerve.intact(BODY, LEDGER), ["diabetic neuropathy", "alcohol neuropathy"], LEDGER)
    kept = [1.0 - taken(one, LEDGER)["leg_sensory_distal", "axons"] for one in OF_TISSUE[:2]]
    assert float(both["axons"].sel(segment="leg_sensory_distal")) == pytest.approx(np.prod(kept))


def test_a_case_names_them_and_reads_back() -> None:
    case = case_of({**RAW, "coexisting": ["copper deficiency"]}, "case")
    assert case.coexisting == ("copper deficiency",)
    assert case_of(to_toml_data(case), "case") == case


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (["gout"], "coexisting"),
        (["copper deficiency"] * 2, "named twice"),
        ("copper deficiency", "coexisting"),
    ],
)
def test_an_unknown_or_repeated_disease_is_refused(named, message: str) -> None:
    with pytest.raises(InputError, match=message):
        case_of({**RAW, "coexisting": named}, "case")


def test_the_carpal_tunnel_delays_the_median_nerve_alone() -> None:
    tables, intact = nerve.build_tables(LEDGER), nerve.intact(BODY, LEDGER)
    trapped = entrapment([TUNNEL], LEDGER)
    assert trapped is not None
    names = ("median_motor", "median_sensory", "ulnar_motor", "ulnar_sensory", "median_sep")
    before = nerve.battery(intact, BODY, tables, LEDGER, names)
    after = nerve.battery(intact, BODY, tables, LEDGER, names, entrapment=trapped)
    for old, new in zip(before.rows, after.rows, strict=True):
        if old.study == "median_motor":
            assert new.latency == pytest.approx(old.latency + trapped.motor_delay, abs=0.05)
            assert new.amplitude == pytest.approx(trapped.motor_kept * old.amplitude, rel=0.02)
        elif old.study == "median_sensory":
            assert new.latency == pytest.approx(old.latency + trapped.sensory_delay, abs=0.05)
            assert new.amplitude == pytest.approx(trapped.sensory_kept * old.amplitude, rel=0.02)
        else:
            assert (new.latency, new.amplitude, new.velocity) == (old.latency, old.amplitude, old.velocity)
    forearm = [rows.row("median_motor", "elbow").velocity for rows in (before, after)]
    assert forearm[1] == pytest.approx(forearm[0], rel=0.02), "the forearm conducts as before"
    assert after.abnormal("median_motor")


def test_the_carpal_tunnel_numbs_the_hand_and_not_the_foot() -> None:
    pathways = nerve.conduction(nerve.intact(BODY, LEDGER), BODY, nerve.build_tables(LEDGER), LEDGER)
    found = at_the_wrist(pathways, [TUNNEL], LEDGER)
    lost = (pathways["conducted"] - found["conducted"]).to_series()
    assert set(lost[lost > 0.0].index) == {"median_motor", "median_sensory"}
    assert at_the_wrist(pathways, ["copper deficiency"], LEDGER) is pathways


def test_a_person_with_findings_has_them_in_the_band_as_well() -> None:
    raw = {
        **RAW,
        "cause": {"kind": "pernicious anaemia", "began": "-5 y"},
        "labs": {"b12": "120 pg/mL"},
        "symptom": [{"name": "paraesthesia", "began": "-6 mo"}],
        "plan": {"studies": ["0 d"], "horizon": "1 mo"},
    }
    alone, beside_it = (
        run_course(case_of({**raw, "coexisting": named}, "case"), LEDGER).recovery.presentation
        for named in ((), ["cervical stenosis", TUNNEL])
    )
    for name in ("median", "low"):
        lost = [found["severity"].sel(symptom="weakness", quantile=name) for found in (alone, beside_it)]
        assert float(lost[1]) > float(lost[0])
