"""Without deficiency nobody has a symptom by mechanism, and everybody the background rate by association."""

from __future__ import annotations

import numpy as np

from remyelin import clinic
from remyelin.evidence import Ledger
from remyelin.person.case import load_case
from remyelin.person.chain import Chain
from remyelin.person.plans import plans_of
from remyelin.person.subject import exposure_of, placed, subject_of

LEDGER = Ledger.shipped()


def test_the_replete_control_has_no_symptom_and_the_background() -> None:
    case = load_case("replete-control")
    person = placed(case, LEDGER)
    who, chain = subject_of(case, person), Chain(LEDGER)
    chemistry = chain.with_chances(exposure_of(who, plans_of(case, person)[0], LEDGER), who.times)
    states = chain.myelin(chemistry, who.body, chain.rates_of(person.traits))
    pathways = chain.conduction(states, who.body)
    picture = chain.clinical_state(pathways, chemistry["mental"], person.traits, person.age)
    assert float(picture["severity"].max()) < LEDGER["clinic.presence"]
    assert int(picture["disability"].max()) == int(chemistry["mental_high"].max()) == 0
    maps = clinic.Associations.from_ledger(LEDGER)
    sphincter = picture["sphincter"].transpose("time", "bound").to_numpy()
    common = maps.background["sphincter"].at(person.age)
    assert common.tolist() == [0.0, 0.0, 0.02]
    np.testing.assert_allclose(sphincter, np.broadcast_to(common, sphincter.shape), atol=0.01)
    for name in chemistry["association"].to_numpy().tolist():
        expected = maps.background[name].at(person.age)
        found = chemistry["chance"].sel(association=name).to_numpy()
        np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=0.01)
