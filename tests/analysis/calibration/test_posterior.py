"""The shipped posterior: current, within ranges, not piled at an end, and the source of the ledger's own values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from remyelin.analysis.calibration import posterior_people
from remyelin.analysis.calibration.emulator import animals_accept
from remyelin.analysis.calibration.free_people import (
    CALIBRATION,
    END,
    FREE,
    MOST_AT_END,
    RIVALS,
    SIGNS,
    SURE,
    at_ends,
    bounds,
    by_chance,
    certainly_above,
    log_likelihood,
    point_of,
    values_at,
)
from remyelin.analysis.calibration.posterior_people import (
    COLUMNS,
    carried,
    inputs_of_people,
    values_of_ledger,
)
from remyelin.analysis.calibration.rebuild import build_central
from remyelin.analysis.calibration.site_people import animals_of
from remyelin.analysis.validation.myelin import depleted_bat, monkey_shortest
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger, load_published
from remyelin.evidence.posterior import chosen, ledgers, posterior

LEDGER = Ledger.shipped()


def test_it_was_made_from_the_shipped_ledger() -> None:
    assert posterior().made.endswith(inputs_of_people(LEDGER)), "stale: remyelin rebuild people"


def test_what_the_posterior_rests_on_holds_the_numbers_of_animals_and_of_those_at_risk() -> None:
    for name, value in (("animal.noticed", 0.3), ("at_risk.vegan_diet", 0.2)):
        assert inputs_of_people(LEDGER.replace({name: value})) != inputs_of_people(LEDGER), name


def test_at_least_three_hundred_sets_within_their_ranges() -> None:
    assert len(posterior().sets) >= 300
    for member in posterior().sets:
        assert tuple(member) == COLUMNS
        LEDGER.replace(dict(member))  # refuses what lies outside a range


def test_the_ledger_holds_the_central_set() -> None:
    for name, value in values_of_ledger(posterior().sets).items():
        assert LEDGER[name] == pytest.approx(value, rel=2e-3), name


def test_the_central_set_is_carried_to_its_entries_and_no_other() -> None:
    for path, text in build_central(LEDGER).items():
        assert text == path.read_text(encoding="utf-8"), "remyelin rebuild central"
    text = "[seeking.symptom]\nvalue = 0.1\n\n[seeking.symptom_of]\nvalue = 0.1  # another\n"
    low, high = LEDGER.entry("seeking.symptom").range
    asked = {"seeking.symptom": 0.5 * (low + high), "spread.notice": 0.3}
    moved, found = carried(text, asked, LEDGER)
    assert found == {"seeking.symptom"}
    assert moved == text.replace("0.1", repr(float(f"{0.5 * (low + high):.4g}")), 1)
    beyond, _ = carried(text, {"seeking.symptom": 2.0 * high}, LEDGER)
    assert f"value = {high!r}" in beyond


#: Numbers of which more than twice the prior lies at an end of the range: docs/people.md names them, too.
PILED = {"myelin.shared.injury_exponent"}  # beyond the error of so few sets
PERHAPS = {
    "myelin.shared.injury",
    "myelin.shared.stripping",
    "myelin.vulnerability.peripheral_motor",
    "myelin.shared.axon_vacuolated",
    "spread.axons",
    "clinic.paraesthesia.half",
    "clinic.position.half",
    "clinic.pyramidal.half",
    "clinic.weakness.half",
    "seeking.anaemia",
}


def test_every_number_piled_at_an_end_is_named() -> None:
    """A density above twice that of the prior is a finding on the structure, so no fit may hide one."""
    ends = at_ends(np.array([point_of(member) for member in posterior().sets]))
    least = certainly_above(posterior().effective)
    above = {name: density for name, density in zip(FREE, ends, strict=True) if density > MOST_AT_END}
    assert {name for name, density in above.items() if density >= least} == PILED
    assert {name for name, density in above.items() if density < least} == PERHAPS
    page = (Path(__file__).parents[3] / "docs" / "people.md").read_text(encoding="utf-8")
    named = page[page.index("* **Ends of ranges.**") :].partition(":")[0]
    assert all(f"`{name}`" in named for name in above)


def test_the_error_of_a_density_at_an_end_is_that_of_so_few_sets() -> None:
    rng = np.random.default_rng(8)
    effective, numbers = 30.0, 40
    prior = at_ends(rng.random((30, 40_000)))
    chance = by_chance(effective, numbers) / numbers
    assert (prior > MOST_AT_END).mean() == pytest.approx(chance, rel=0.1)
    # of numbers with twice the prior at one end, one in twenty at most looks as high as that
    twice = (rng.random((30, 40_000)) < MOST_AT_END * END).mean(axis=0) / END
    assert (twice >= certainly_above(effective)).mean() < SURE
    assert certainly_above(3000.0) < 2.3


def test_only_calibration_rows_choose() -> None:
    roles = {row.name: row.role for row in load_published()}
    assert {roles[name] for name in (*CALIBRATION, *SIGNS)} == {"calibration"}


def test_animals_accept_the_central_set() -> None:
    (animals,) = animals_of([LEDGER])
    assert animals_accept(animals)
    assert animals == pytest.approx(
        (depleted_bat(LEDGER)["bat_depleted"], monkey_shortest(LEDGER)["monkey_lag_low"])
    )


def test_points_and_values_are_inverse() -> None:
    point = np.linspace(0.1, 0.9, len(FREE))
    assert np.allclose(point_of(values_at(point)), point)


def test_a_row_nobody_meets_counts_against_a_set() -> None:
    rows = {bound.name: bound.value for bound in bounds()} | dict.fromkeys(SIGNS, 1.0)
    best = log_likelihood(rows)
    assert best == pytest.approx(0.0)
    assert log_likelihood(rows | {"fdrs_other_median": 13.0}) < best - 1.0
    assert log_likelihood(rows | {"fdrs_other_median": float("nan")}) < best - 1.0


def test_the_central_set_misses_the_fewest_rows_in_series(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    sets = [
        {"point": rng.random(len(FREE)).tolist(), "repair": 0, "likelihood": float(-i), "rows": {}}
        for i in range(4)
    ]
    held = {row.name: row for row in load_published() if row.role == "calibration"}
    name, row = "duration_median", held["duration_median"]
    inside, other = 0.5 * (row.lower + row.upper), "healton_half"
    both = {name: inside, other: held[other].lower}
    series = [both | {name: 10.0 * row.upper}, both, {name: inside}, both | {other: float("nan")}]
    monkeypatch.setattr(posterior_people, "rows_under", lambda verified: iter(series))
    assert posterior_people.central(sets, LEDGER) == 1
    assert posterior_people.missed_rows(series[0], [name, other]) == [name]
    assert posterior_people.missed_rows(series[2], [name, other]) == [other], "a row that nobody meets"


def test_rivals_hold_numbers_at_the_least_of_their_range() -> None:
    assert len(RIVALS) == 4
    for held in RIVALS.values():
        for name, value in held.items():
            assert value == LEDGER.entry(name).range[0]


def test_sets_are_taken_evenly_and_overrides_stay() -> None:
    assert chosen(2) == (0, len(posterior().sets) // 2)
    own = LEDGER.replace({"spread.central": 0.7})
    assert all(item["spread.central"] == 0.7 for item in ledgers(own, 3))
    with pytest.raises(InputError, match="ask for 1 to"):
        chosen(len(posterior().sets) + 1)
