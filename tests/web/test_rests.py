"""What a read-out rests on is found, not written down, and one number of a study opens its own norm."""

from __future__ import annotations

import math
from typing import Any

import pytest

from remyelin import Ledger, clinic, nerve
from remyelin.base.errors import InputError
from remyelin.web.provenance import read_by
from remyelin.web.routes.rests import answer


@pytest.fixture(scope="module")
def read() -> Any:
    return read_by(Ledger.shipped())


def test_every_symptom_reads_the_numbers_that_bear_its_name(read: Any) -> None:
    assert set(read) == {*clinic.COMPUTED, "disability"}
    for symptom in ("paraesthesia", "numbness", "gait", "lhermitte", "weakness", "vision", "speech"):
        own = {entry for entry in Ledger.shipped() if entry.startswith(f"clinic.{symptom}.")}
        assert own - {"clinic.vision.acuity_exponent"} <= read[symptom]  # acuity is a sign
        assert "clinic.presence" in read[symptom]
    assert "ectopic.stretched" in read["lhermitte"]


def test_what_does_not_bear_on_a_symptom_is_not_read_by_it(read: Any) -> None:
    for other, names in read.items():
        assert ("clinic.speech.half" in names) == (other == "speech")
    assert not {"clinic.scale.rankin", "clinic.scale.power", "clinic.vision.half"} & read["disability"]
    assert {"clinic.scale.gait", "clinic.reflex.knee_share"} <= read["disability"]


def test_every_number_of_the_battery_opens_its_own_norm_first(app: Any, server: str) -> None:
    engine = app.state.engine
    body = nerve.Person.of(engine.ledger, age=50.0)
    studies = nerve.battery(nerve.intact(body, engine.ledger), body, engine.tables(), engine.ledger)
    numbers = [(row, item) for row in studies.rows for item in row.assessed]
    assert numbers
    for row, item in numbers:
        found = answer(f"study.{row.study}", engine, row.site, item.quantity)["entries"]
        norms = [entry for entry in found if entry["name"].startswith("norm.")]
        first = found[0]
        assert first["name"].startswith("norm.")
        assert {entry["name"].rpartition(".")[2].removeprefix("log_") for entry in norms} <= {
            item.quantity,
            f"{item.quantity}_limit",
            "velocity_per_height",
        }
        # the reference height moves the mean of a few; the spread is the entry's own
        spreads = [entry["value"][1] for entry in norms if isinstance(entry["value"], list | tuple)]
        assert any(math.isclose(spread, item.sd) for spread in spreads), (row.study, row.site, item.quantity)
        assert any(entry["name"].startswith("limit.") for entry in found)


def test_a_number_without_a_norm_is_refused(app: Any, server: str) -> None:
    with pytest.raises(InputError, match="has no norm of a amplitude at N22"):
        answer("study.tibial_sep", app.state.engine, "N22", "amplitude")
