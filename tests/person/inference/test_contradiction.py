"""An entry that contradicts the others never narrows the answer; a pool of persons makes the comparison exact."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest

from remyelin.evidence import Ledger
from remyelin.person.inference.likelihood import Likelihood
from remyelin.person.inference.people import setting, simulated
from remyelin.person.inference.plan import Plan, gas_stop, given
from remyelin.person.inference.posterior import pick
from remyelin.person.inference.predictive import continued
from remyelin.person.inference.psis import smoothed
from remyelin.person.record import parse_csv

LEDGER = Ledger.shipped()
BASE = (
    "when,kind,name,value,unit,note\n,person,age,68,y\n,person,sex,female\n,cause,pernicious anaemia\n"
    "-5 mo,symptom,paraesthesia,began\n0 d,lab,b12,140,pg/mL\n0 d,lab,mma,900,nmol/L\n0 d,sign,vibration,reduced\n"
    "0 d,sign,babinski,absent\n0 d,symptom,gait,mild\n0 d,treatment,us practice 1 mg,began\n"
)
CONTRADICTIONS = {
    "replete a week before": "-7 d,lab,b12,900,pmol/L\n",
    "a level of injections": "-7 d,lab,b12,20000,pmol/L\n",
    "normal methylmalonate": "-7 d,lab,mma,100,nmol/L\n",
    "normal homocysteine": "0 d,lab,homocysteine,6,umol/L\n",
    "could not walk": "-14 d,symptom,gait,unable\n",
    "nearly the worst score": "0 d,scale,disability,14\n",
    "severe weakness": "0 d,symptom,weakness,severe\n",
    "a sural of a child": "0 d,study,sural amplitude,60,uV\n",
}
TARGETS = np.array([0.0, 91.3, 365.25])
LONG = os.environ.get("REMYELIN_LONG") == "1"
PERSONS, NESTED, PICKS = 512 if LONG else 256, 64, 2000


@pytest.fixture(scope="module")
def pool():
    records = {name: parse_csv(BASE + row, name, LEDGER) for name, row in {"": "", **CONTRADICTIONS}.items()}
    judges = {name: Likelihood.of(record, setting(record, LEDGER)) for name, record in records.items()}
    days = np.array(sorted(set(TARGETS).union(*[judge.days() for judge in judges.values()])))
    asked = list(dict.fromkeys(item for judge in judges.values() for item in judge.asked()))
    shared = setting(records[""], LEDGER)
    plan = Plan("as given", "", given(records[""], 1100.0, LEDGER), gas_stop(records[""]))
    draws = shared.prior.draw(PERSONS, np.random.default_rng(3))
    return judges, simulated(draws, plan, days, asked, shared)


@pytest.fixture(scope="module")
def before(pool):
    return widths(pool, "")


def widths(pool, name: str) -> np.ndarray:
    """Widths of the 90 % bands of gait and paraesthesia at the target days."""
    judges, people = pool
    judge = judges[name]
    found = judge.judge(people, judge.prepare(people, range(PERSONS), 7, NESTED))
    picked = pick(smoothed(found.total)[0], found, 5, PICKS)
    path = continued(picked.hidden.path[:, 0], judge.finding_days, TARGETS, judge.reporting.time, (1, 9))
    state = judge.state(people.at(picked.person), picked.hidden, TARGETS, path)
    values = np.stack([state.severities["gait"][:, 0], state.severities["paraesthesia"][:, 0]])
    low, high = np.quantile(values, [0.05, 0.95], axis=1)
    return high - low


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_never_narrows_the_band(pool, before, name: str) -> None:
    after = widths(pool, name)
    # 2,000 picks of hidden states fix the ends of a band to about this
    assert (after >= before - 0.04).all(), (before.round(2), after.round(2))


def test_a_fitting_entry_may_narrow_it(pool, before) -> None:
    judges, _people = pool
    base = parse_csv(BASE, "b", LEDGER)
    bare = parse_csv(
        BASE.replace("0 d,sign,vibration,reduced\n", "").replace("0 d,symptom,gait,mild\n", ""), "c", LEDGER
    )
    judges["bare"] = Likelihood.of(bare, setting(base, LEDGER))
    assert before[0, 0] < widths(pool, "bare")[0, 0]


def contradiction(rng: np.random.Generator) -> str:
    """Return a random entry that no person with the findings of the base record would have."""
    kind = int(rng.integers(6))
    day = ("-14 d", "-7 d", "0 d")[int(rng.integers(3))]
    early = ("-14 d", "-7 d")[int(rng.integers(2))]
    return (
        f"{early},lab,b12,{math.exp(rng.uniform(6.5, 10.0)):.0f},pmol/L\n",
        f"{early},lab,mma,{rng.uniform(60.0, 120.0):.0f},nmol/L\n",
        f"{day},lab,homocysteine,{rng.uniform(3.0, 6.0):.1f},umol/L\n",
        f"{early},symptom,gait,unable\n",
        f"0 d,scale,disability,{int(rng.integers(12, 17))}\n",
        f"0 d,study,sural amplitude,{rng.uniform(50.0, 120.0):.0f},uV\n",
    )[kind]


@pytest.mark.parametrize("seed", range(500 if LONG else 8))
def test_a_generated_contradiction_never_narrows_the_band(pool, before, seed: int) -> None:
    judges, _people = pool
    row = contradiction(np.random.default_rng(seed))
    record = parse_csv(BASE + row, "generated", LEDGER)
    judges["generated"] = Likelihood.of(record, setting(record, LEDGER))
    after = widths(pool, "generated")
    assert (after >= before - 0.04).all(), (row, before.round(2), after.round(2))
