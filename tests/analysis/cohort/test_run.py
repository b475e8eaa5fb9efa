"""A cohort: the same for any workers, chunk size, order and executor; who cannot be computed is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from program import Done as Ended
from program import call
from small import small

import remyelin
from remyelin.analysis import cohort as room
from remyelin.analysis.cohort import (
    Cohort,
    Processes,
    Results,
    Serial,
    compare,
    load_population,
    run_cohort,
    summary,
)
from remyelin.analysis.cohort import follow as following
from remyelin.analysis.cohort.comparison import wilson
from remyelin.analysis.cohort.deaths import Deaths
from remyelin.analysis.cohort.executors import Lent, executor
from remyelin.analysis.cohort.files import resized
from remyelin.analysis.cohort.measures import check_measure, per_person, together
from remyelin.analysis.cohort.parts import Chunk, Done, cohort_digest, part_folder
from remyelin.analysis.cohort.results import load
from remyelin.analysis.cohort.run import Progress, parameter_sets
from remyelin.analysis.cohort.work import Worker
from remyelin.analysis.cohort.work import load as load_setup
from remyelin.base.errors import InputError, SimulationError
from remyelin.evidence import Ledger
from remyelin.person.presentation import ROADS


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return run_cohort(resized(small(5), draws=1), tmp_path_factory.mktemp("whole") / "c", chunk=64)


class Backwards(Serial):
    """The chunks in the opposite order."""

    def run(self, setup: bytes, chunks: Sequence[Chunk]) -> Iterator[Done]:
        return super().run(setup, list(reversed(chunks)))


@pytest.mark.parametrize(("who", "chunk"), [(Serial, 1), (Backwards, 3)])
def test_bits_do_not_depend_on_who_computes(who, chunk: int, whole: Cohort, tmp_path: Path) -> None:
    states: list[Progress] = []
    found = run_cohort(whole.population, tmp_path / "c", who(), chunk=chunk, progress=states.append)
    assert found.digest == whole.digest
    ours, theirs = load(found.folder), load(whole.folder)
    order = [np.lexsort((t["visit"], t["person"], t["draw"])) for t in (ours, theirs)]
    for name in ours:
        np.testing.assert_array_equal(ours[name][order[0]], theirs[name][order[1]])
    assert states[-1].done == states[-1].total == 10
    assert states[-1].left == 0


def test_lent_workers_serve_the_next_run_with_the_same_bits(whole: Cohort, tmp_path: Path) -> None:
    """Two runs of different content, one of the workers killed while it waits between them."""
    following = resized(small(4), draws=0)
    states: list[Progress] = []
    with closing(Processes(2)) as owned:
        first = run_cohort(whole.population, tmp_path / "a", Lent(owned), chunk=2, progress=states.append)
        waiting = owned.pids
        assert len(waiting) == 2
        os.kill(waiting[0], signal.SIGKILL)
        second = run_cohort(following, tmp_path / "b", Lent(owned), chunk=1)
        assert waiting[1] in owned.pids, "it was not started anew"
    assert not owned.pids
    assert (states[-1].done, states[-1].total, states[-1].left) == (10, 10, 0)
    assert first.digest == whole.digest
    assert second.digest == run_cohort(following, tmp_path / "c").digest


def test_persons_and_parameter_sets_are_kept_apart(whole: Cohort) -> None:
    columns = load(whole.folder)
    assert set(columns["draw"]) == {0, 1}
    own, other = (columns["draw"] == draw for draw in (0, 1))
    # the sets differ in how much the pace of a cause differs between persons, and so in serum B12 as well
    for name in [name for name in columns if name.startswith("covariate.")]:
        np.testing.assert_array_equal(columns[name][own], columns[name][other], err_msg=name)
    assert (columns["severity"][own] != columns["severity"][other]).any()
    members, sets = parameter_sets(whole.population)
    assert members[0] == -1
    assert not sets[0]
    assert sets[1]
    assert parameter_sets(resized(whole.population, persons=50)) == (members, sets)
    assert parameter_sets(resized(whole.population, draws=2))[0][:2] == members


def test_a_course_is_the_course_of_the_layers(whole: Cohort) -> None:
    """One person again by the public functions of the layers, from what the row says of it."""
    from remyelin import cobalamin, myelin, nerve
    from remyelin.cobalamin import causes
    from remyelin.person.traits import exposed, susceptibility

    ledger = Ledger.shipped()
    sampler = room.Sampler.of(whole.population, ledger)
    drawn = next(
        one for one in (sampler.draw(i, 0) for i in range(5)) if one.person.cause == "pernicious anaemia"
    ).with_traits(ledger)
    number = next(i for i in range(5) if sampler.draw(i, 0).normal == drawn.normal)
    columns = load(whole.folder)
    row = (columns["draw"] == 0) & (columns["person"] == number)
    healthy = cobalamin.Exposure(
        age=drawn.person.age,
        food_intake=cobalamin.constant(drawn.person.food_intake),
        meals_per_day=ledger["absorption.meals_per_day"],
    )
    traits = drawn.person.traits
    ill = causes.pernicious_anaemia(exposed(healthy, traits), -drawn.duration, drawn.decline / traits.pace)
    times = np.unique([*np.arange(-drawn.duration - 30, 0, 3.0), 0.0])
    chemistry = cobalamin.simulate(ill, times, cobalamin.Parameters.from_ledger(ledger))
    assert columns["b12"][row][0] == pytest.approx(float(chemistry["b12"][-1]), rel=1e-3)
    body = nerve.Person(
        age=drawn.person.age,
        sex=drawn.person.sex,
        height=drawn.person.height,
        temperature=drawn.person.temperature,
    )
    rates = myelin.Parameters.from_ledger(ledger).of_person(susceptibility(traits))
    states = myelin.simulate(
        chemistry[["methylation"]], nerve.segments(body, ledger), drawn.person.age, rates
    )
    studies = nerve.battery(states.isel(time=-1), body, nerve.build_tables(ledger), ledger)
    # the drive is kept every three weeks in a cohort, every three days here
    present = 0
    for study, site in (("sural", "ankle"), ("median_motor", "wrist"), ("median_sep", "N9"), ("vep", "P100")):
        found, amplitude = columns[f"{study}.{site}.amplitude"][row][0], studies.row(study, site).amplitude
        assert np.isnan(found) == (amplitude is None)
        if amplitude is not None:
            present += 1
            assert found == pytest.approx(amplitude, rel=0.02), (study, site)
    assert present
    assert columns["tibial_sep.P40.absent"][row][0] == studies.row("tibial_sep", "P40").absent


def test_who_cannot_be_computed_is_named_and_loses_nobody_else(
    whole: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = following.follow

    def failing(sampler, number, numbers):  # type: ignore[no-untyped-def]
        if number == 3:
            raise SimulationError("myelin of segment 'x' could not be followed")
        return genuine(sampler, number, numbers)

    monkeypatch.setattr("remyelin.analysis.cohort.work.follow", failing)
    found = run_cohort(whole.population, tmp_path / "c", chunk=2)
    assert [(item.draw, item.person) for item in found.failures] == [(0, 3), (1, 3)]
    assert "could not be followed" in found.failures[0].reason
    assert sorted(set(load(found.folder)["person"])) == [0, 1, 2, 4]
    again = run_cohort(whole.population, tmp_path / "c", resume=True)
    assert (again.resumed, again.digest, again.failures) == (10, found.digest, found.failures)
    assert summary(Results(found))["failures"][0]["person"] == 3


def test_nobody_who_meets_the_criteria_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    strict = small(2, **{'since = "cause"': 'since = "cause"\nb12 = ["1 pmol/L", "2 pmol/L"]\nattempts = 2'})
    with pytest.raises(InputError, match="serum B12 outside 1 to 2 pmol/L"):
        run_cohort(strict, tmp_path / "c")


def test_a_chunk_that_kills_its_worker_is_cut_and_given_up() -> None:
    deaths = Deaths()
    chunk = Chunk(4, 7)
    assert deaths.after(chunk) == [chunk]
    assert deaths.after(chunk) == [chunk]
    assert deaths.after(chunk) == [Chunk(4, 5), Chunk(5, 6), Chunk(6, 7)]
    single = Chunk(5, 6)
    fate = [deaths.after(single) for _ in range(6)]
    assert fate[:5] == [[single]] * 5
    assert fate[5] is None


def test_a_cohort_with_a_gap_or_an_overlap_has_no_digest() -> None:
    parts = [Done(Chunk(0, 2), ("a", "b"), ()), Done(Chunk(3, 4), ("c",), ())]
    with pytest.raises(SimulationError, match="missing or counted twice"):
        cohort_digest(parts)
    joined = [Done(Chunk(0, 3), ("a", "b", "c"), ())]
    cut = [Done(Chunk(2, 3), ("c",), ()), Done(Chunk(0, 2), ("a", "b"), ())]
    assert cohort_digest(joined) == cohort_digest(cut)


def test_folders_are_claimed_before_anything_runs(whole: Cohort, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="files remyelin did not write"):
        run_cohort(whole.population, tmp_path / "notes")
    assert (tmp_path / "notes" / "mine.txt").read_text() == "keep"
    with pytest.raises(InputError, match="is a file"):
        run_cohort(whole.population, tmp_path / "notes" / "mine.txt")
    with pytest.raises(InputError, match="no cohort in"):
        run_cohort(whole.population, tmp_path / "new", resume=True)
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="holds another cohort"):
        run_cohort(small(4), whole.folder, resume=True)


def test_measures_and_their_intervals(whole: Cohort) -> None:
    results = Results(whole)
    now = results.at(0, 0)
    assert set(per_person("abnormal:nerves", now, now)) <= {0.0, 100.0}
    assert together("median:b12", per_person("median:b12", now, now)) == np.median(now["b12"])
    assert (per_person("change:b12", now, now) == 0).all()
    with pytest.raises(InputError, match=r"did you mean 'tibial_sep\.abnormal'"):
        per_person("abnormal:tibial_spe", now, now)
    for bad in ("complte", "complete:1", "noticed", "improved:much"):
        with pytest.raises(ValueError, match="measure"):
            check_measure(bad)
    low, high = wilson(0.5, 100)
    assert (low, high) == pytest.approx((0.404, 0.596), abs=0.001)
    for n in range(1, 300):  # a cohort in which all are, or none is, agrees with a series in which they are
        assert wilson(1.0, n)[1] == 1.0
        assert wilson(0.0, n)[0] == 0.0


def test_published_rows_are_checked_before_anything_runs(tmp_path: Path) -> None:
    healton = load_population("healton-1991")
    broken = healton.published[0].model_copy(update={"measure": "abnormal:tibial_spe"})
    with pytest.raises(InputError, match="published 'complete recovery': measure abnormal:tibial_spe"):
        run_cohort(resized(small(2)).model_copy(update={"published": (broken,)}), tmp_path / "c")


def test_a_series_comes_by_the_event_of_presentation(tmp_path: Path) -> None:
    """Two persons of the largest series: ill at presentation, better after, beside the published rows."""
    found = run_cohort(resized(load_population("healton-1991"), 2, 0), tmp_path / "c")
    columns = load(found.folder)
    first = columns["visit"] == 0
    assert (columns["severity"][first] > 0).all()
    assert (columns["began"][first] < -180).all()
    assert (columns["covariate.duration"] >= 0).all()
    roads = np.sum([columns[f"found.{road}"][first] for road in ROADS], axis=0)
    assert (roads == 1).all()
    assert (columns["severity"][columns["visit"] == 5] < columns["severity"][first]).all()
    rows = compare(Results(found))
    assert [row.source for row in rows] == ["healton1991"] * 4
    assert all(row.model is not None and row.set_low is None for row in rows)


def test_setups_are_of_one_version(whole: Cohort) -> None:
    from dataclasses import replace

    from remyelin import nerve
    from remyelin.analysis.cohort.work import Setup, dump

    tables = nerve.build_tables(Ledger.shipped())
    setup = Setup(whole.population, {}, whole.sets, tables, (), "x", "y")
    again = load_setup(dump(setup))
    assert again.population == whole.population
    with pytest.raises(SimulationError, match="install one version"):
        Worker(replace(setup, version="0.0.0"))


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process as Linux tells it")
def test_the_memory_of_a_worker_is_not_that_of_its_driver() -> None:
    held = bytearray(b"x") * (1 << 30)
    code = "from remyelin.analysis.cohort.work import _memory; print(_memory())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert 0 < int(said) < len(held)


def test_executors_are_chosen_in_words() -> None:
    assert isinstance(executor(2), Processes)
    with pytest.raises(InputError, match="give 1 or more"):
        executor(0)
    with pytest.raises(InputError, match="exclude each other"):
        executor(2, "local")


def test_without_distributed_the_cluster_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'remyelin\[dask\]'"):
        executor(None, "local:2")


def command(*arguments: str) -> Ended:
    return call("cohort", *arguments)


def test_the_command_line(tmp_path: Path) -> None:
    listed = command("--json")
    assert {row["name"] for row in json.loads(listed.stdout)["rows"]} >= {"healton-1991", "open-2015"}
    refused = command("healton-1990")
    assert refused.returncode == 2
    assert "did you mean 'healton-1991'" in refused.stderr
    assert command("healton-1991", "--persons", "-3").returncode == 2
    assert command("healton-1991", "--resume").returncode == 2
    file = tmp_path / "small.toml"
    from small import TEXT

    file.write_text(TEXT)
    out = tmp_path / "out"
    done = command(str(file), "--persons", "3", "--out", str(out), "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text())
    assert json.loads(done.stdout) == {**summary, "version": remyelin.__version__}
    page = (out / "report.html").read_text()
    assert "A small population" in page
    assert "never medical advice" in page
    assert "<svg" in page
    assert len(list(part_folder(out).iterdir())) == 1
