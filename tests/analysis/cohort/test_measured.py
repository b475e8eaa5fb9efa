"""Blocks of covariates, arms of a given size, measured values, long tables, names known beforehand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from small import TEXT

from remyelin.analysis.cohort import Cohort, Results, Sampler, parse_population, run_cohort
from remyelin.analysis.cohort.blocks import shipped_blocks
from remyelin.analysis.cohort.columns import known_columns
from remyelin.analysis.cohort.files import resized
from remyelin.analysis.cohort.measured import Measured, write_long
from remyelin.analysis.cohort.overview import summary
from remyelin.analysis.cohort.population import to_data
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
SHORT = """
name = "short"
title = "Fifteen lines are a population"
persons = 9
visits = ["0 d", "12 mo"]
use = ["heights", "mixed-diet", "three-in-five-women", "adults"]
[presentation]
since = "found"
[[cause]]
kind = "pernicious anaemia"
source = "assumed"
[[arm]]
name = "treated"
regimen = "uk neurological"
source = "assumed"
"""
HEALTHY = """
name = "healthy"
title = "Healthy persons"
persons = 60
seed = 8
visits = ["0 d", "6 mo", "12 mo"]
use = ["heights", "half-women", "adults"]
[presentation]
since = "cause"
[measurement]
window = "20 d"
dropout = 0.5
[[cause]]
kind = "none"
source = "assumed"
[[arm]]
name = "observed"
source = "assumed"
[covariate]
duration = { distribution = "uniform", low = "1 y", high = "2 y", source = "assumed" }
"""


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return run_cohort(parse_population(HEALTHY, "f"), tmp_path_factory.mktemp("healthy") / "c", chunk=64)


def test_a_population_is_fifteen_lines() -> None:
    assert len(SHORT.strip().splitlines()) <= 15
    population = parse_population(SHORT, "f")
    assert list(population.covariate) == ["age", "sex", "height", "intake"]
    assert type(population).model_validate(to_data(population)) == population


def test_the_own_covariate_comes_before_that_of_a_block() -> None:
    own = SHORT + '[covariate]\nage = { distribution = "constant", value = "50 y", source = "assumed" }\n'
    sampler = Sampler.of(parse_population(own, "f"), LEDGER)
    assert {sampler.draw(i, 0).person.age for i in range(4)} == {50.0}


def test_the_order_of_the_file_draws_nobody_else() -> None:
    head, rest = TEXT.split("[covariate.sex]")
    before, age = head.split("[covariate.age]")
    swapped = f"{before}[covariate.sex]{rest}\n[covariate.age]{age}"
    ours, theirs = (Sampler.of(parse_population(text, "f"), LEDGER).draw(2, 0) for text in (TEXT, swapped))
    assert ours.person == theirs.person


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"heights"', '"height"', "use: no block 'height'; did you mean 'heights'"),
        ('"adults"', '"adults", "young-adults"', "blocks 'adults' and 'young-adults' both give 'age'"),
        ('"adults"', '"adults", "nitrous-oxide"', "only nitrous oxide has it"),
        ("use = [", "use = 5 #", 'use: must be a list of blocks, as ["heights"], not 5.'),
        ("persons = 9", 'persons = 9\n[measurement]\nwindow = "200 d"\n', "windows of neighbouring visits"),
    ],
)
def test_blocks_are_refused_in_one_sentence(old: str, new: str, message: str) -> None:
    text = SHORT.replace(old, new, 1)
    if "[measurement]" in new:  # a table ends the keys before it
        text = SHORT + '[measurement]\nwindow = "200 d"\n'
    with pytest.raises(InputError) as refused:
        parse_population(text, "f")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_block_says_what_it_is_and_serves_a_population() -> None:
    for name, block in shipped_blocks().items():
        assert block["what"], name
        for spread in block["covariate"].values():
            for one in spread.values() if "female" in spread else (spread,):
                assert one["source"]


ARMS = SHORT.replace("persons = 9\n", "").replace('name = "treated"', 'name = "treated"\nn = 7') + (
    '[[arm]]\nname = "untreated"\nn = 5\nsource = "assumed"\n'
)


def test_arms_have_the_size_that_they_say() -> None:
    population = parse_population(ARMS, "f")
    assert population.persons == 12
    assert type(population).model_validate(to_data(population)) == population
    sampler = Sampler.of(population, LEDGER)
    arms = [sampler.draw(i, attempt).arm.name for i in range(12) for attempt in (0, 1)]
    assert arms[::2] == arms[1::2], "who is drawn again stays in the arm"
    assert arms[::2].count("treated") == 7
    assert arms[::2] != sorted(arms[::2]), "in an order by chance"
    with pytest.raises(InputError, match="change n in the file"):
        resized(population, 20)
    for text, message in (
        (ARMS.replace("n = 5\n", ""), "give n for every arm"),
        (ARMS.replace("n = 5", "n = 5\nshare = 0.5"), "n or share, not both"),
        (ARMS.replace('title = "', 'persons = 13\ntitle = "'), "persons: 13 is not the 12 of the arms"),
    ):
        with pytest.raises(InputError, match=message):
            parse_population(text, "f")


def test_names_are_known_before_anything_is_computed(healthy: Cohort) -> None:
    text = {"draw", "person", "sex", "cause", "arm"}
    assert set(known_columns()) == set(Results(healthy).names) - text


def test_every_study_with_a_norm_varies_as_its_norm(healthy: Cohort) -> None:
    seen = Measured(Results(healthy))
    judged = [name.removesuffix(".abnormal") for name in known_columns() if name.endswith(".abnormal")]
    judged = [name for name in judged if name.count(".") == 2]
    assert len(judged) > 30
    assert [name for name in judged if not seen.observation(name).between > 0.0] == []
    norm = LEDGER.vector("norm.p40.amplitude")[1]
    model = Results(healthy).column("tibial_sep.P40.amplitude")[::3]
    measured = seen.visit("tibial_sep.P40.amplitude", 0)
    assert model.std() < norm / 5
    assert 0.7 * norm < measured.std() < 1.3 * norm


def test_a_person_keeps_what_is_his_own(healthy: Cohort) -> None:
    seen = Measured(Results(healthy))
    first, last = (seen.visit("tibial_motor.ankle.amplitude", visit) for visit in (0, 2))
    there = np.isfinite(last)
    assert 10 < there.sum() < 50, "half are lost"
    assert np.isfinite(first).all()
    assert 0.3 < np.corrcoef(first[there], last[there])[0, 1] < 0.999
    again = Measured(Results(healthy)).visit("tibial_motor.ankle.amplitude", 0)
    np.testing.assert_array_equal(first, again)


def test_visits_are_off_their_dates(healthy: Cohort) -> None:
    results = Results(healthy)
    day, visit = results.column("day"), results.column("visit")
    assert (day[visit == 0] == 0.0).all()
    off = day[visit == 2] - healthy.population.visits[2]
    assert -20 <= off.min() < -5
    assert 5 < off.max() <= 20


def test_long_tables_hold_a_row_for_each_value(healthy: Cohort, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    results = Results(healthy)
    names = ("b12", "sural.ankle.amplitude", "scale.total")
    count = write_long(results, tmp_path / "long.csv", names)
    with (tmp_path / "long.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == count
    assert {row["variable"] for row in rows} == set(names)
    assert {"person", "arm", "sex", "age", "visit", "planned", "day", "model", "measured"} <= set(rows[0])
    b12 = [row for row in rows if row["variable"] == "b12"]
    assert sum(row["visit"] == "0" for row in b12) == 60
    assert len(b12) < 180, "who is lost has no row"
    whole = write_long(results, tmp_path / "long.parquet")
    assert pq.read_table(tmp_path / "long.parquet").num_rows == whole > 50 * 60
    for bad in ("long.xlsx", "nowhere/long.csv"):
        with pytest.raises(InputError, match="--long"):
            write_long(results, tmp_path / bad)


def test_the_report_shows_what_is_measured(healthy: Cohort) -> None:
    rows = summary(Results(healthy))["variation"]["0 d"]
    latency = next(row for row in rows if row["what"] == "tibial P40 latency")
    wide, narrow = (latency[key][1] - latency[key][0] for key in ("measured", "persons"))
    assert wide > narrow


def test_the_report_shows_all_nineteen(healthy: Cohort) -> None:
    rows = summary(Results(healthy))["symptoms"]
    assert [row["number"] for row in rows] == list(range(1, 20))
    for row in rows:
        if row["tier"] == "mechanism":
            assert row["first"] == row["last"] == 0.0, f"nobody healthy has {row['name']} by mechanism"
    assert any(row["first"] > 0.0 for row in rows if row["tier"] == "no evidence"), "the background is there"


def test_a_person_is_the_same_before_any_treatment(tmp_path: Path) -> None:
    """What is drawn of a person does not depend on how many doses another arm would have left out."""
    found = {}
    for regimen in ("cyanocobalamin 1 mg oral daily", "cyanocobalamin 1 mg im every 30 d"):
        text = SHORT.replace("uk neurological", regimen).replace("persons = 9", "persons = 3")
        text = text.replace('"adults"]', '"adults", "most-doses"]')
        found[regimen] = run_cohort(parse_population(text, "f"), tmp_path / str(len(found)), chunk=64)
    ours, theirs = (Results(cohort) for cohort in found.values())
    first = ours.column("visit") == 0
    for name in set(ours.names) - {"sex", "cause", "arm"}:
        np.testing.assert_array_equal(ours.column(name)[first], theirs.column(name)[first], err_msg=name)
