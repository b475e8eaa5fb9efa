"""Trials on a Dask cluster whose workers are killed: nothing is lost, and what is left goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from small_trial import trial_text

from remyelin.analysis.cohort import Stopped
from remyelin.analysis.cohort.cluster import Dask
from remyelin.analysis.cohort.observation import observation_of
from remyelin.analysis.trial import Design, load_design, parse_design, run_trial
from remyelin.analysis.trial.pool import build_pool
from remyelin.analysis.trial.power import power_rows, replicates_of
from remyelin.base.errors import InputError
from remyelin.bench.trial import made_pool
from remyelin.evidence import Ledger

LONG = os.environ.get("REMYELIN_LONG") == "1"
#: Two parts an arm in the short form, four in the long one.
PERSONS = 60 if LONG else 20
Cluster = tuple[str, list["subprocess.Popen[bytes]"]]


@pytest.fixture(scope="module")
def design() -> Design:
    return parse_design(trial_text(PERSONS), "f")


def ready(address: str) -> None:
    """Wait until the scheduler answers."""
    for _ in range(120):
        with suppress(InputError):
            cluster = Dask(address)
            cluster._client.wait_for_workers(2, timeout=60)  # what is handed out must reach both
            cluster.close()
            return
        time.sleep(0.5)
    pytest.fail("the scheduler does not answer")


def test_a_killed_worker_changes_nothing_and_without_workers_the_trial_goes_on_later(
    tmp_path: Path, scheduler: Cluster, design: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, started = scheduler
    ready(address)
    monkeypatch.setattr(sys.modules[Dask.__module__], "COHORT_WORKERS_SECONDS", 3)
    # what goes on later, and what it is compared with, is computed by this process: another takes seconds to start
    monkeypatch.setattr(sys.modules[build_pool.__module__], "COHORT_CHUNK", PERSONS)
    struck: list[str] = []

    def strike(what: str, done: int, total: int) -> None:
        # the first falls in the first arm, when a part is finished; the second in the second arm
        if 0 < done < total and what not in struck and what != "replicates":
            started[1 + len(struck)].kill()
            struck.append(what)

    folder = tmp_path / "pool"
    with pytest.raises(Stopped, match=r"finished parts are kept: run the same command again to go on"):
        run_trial(design, folder, cluster=address, progress=strike)
    assert struck == ["treated", "untreated"]
    said: list[tuple[str, int, int]] = []
    found = run_trial(design, folder, workers=1, progress=lambda *state: said.append(state))
    first = {what: done for what, done, _ in reversed(said)}
    assert first["treated"] == PERSONS, "the first arm was finished by the worker that was left"
    assert first["untreated"] > 0, "what was finished of the second arm is read"
    assert found.as_dict() == run_trial(design, tmp_path / "other", workers=1).as_dict()


@pytest.mark.skipif(not LONG, reason="REMYELIN_LONG=1")
def test_both_workers_killed_at_once_and_others_in_their_place(
    tmp_path: Path, scheduler: Cluster, design: Design
) -> None:
    address, started = scheduler
    ready(address)
    worker = [str(argument) for argument in started[1].args]  # type: ignore[union-attr]
    struck: list[str] = []

    def strike(what: str, done: int, total: int) -> None:
        if 0 < done < total and what not in struck and what != "replicates":
            struck.append(what)
            for process in started[1:]:
                process.kill()
            started.extend(
                subprocess.Popen(worker, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for _ in range(2)
            )

    found = run_trial(design, tmp_path / "pool", cluster=address, progress=strike)
    assert struck == ["treated", "untreated"]
    assert found.as_dict() == run_trial(design, tmp_path / "other", workers=1).as_dict()


def test_replicates_on_a_cluster_are_those_of_one_process(scheduler: Cluster) -> None:
    address, _ = scheduler
    ready(address)
    design = load_design("open").model_copy(update={"sizes": (50,), "replicates": 60})
    ledger = Ledger.shipped()
    looks = {one.column: observation_of(one.column, ledger) for one in design.endpoint}
    pool = made_pool(design)
    there = replicates_of(design, pool, looks, by=lambda replicates: Dask(address))
    assert power_rows(design, there) == power_rows(design, replicates_of(design, pool, looks))


def test_workers_and_a_cluster_exclude_each_other(design: Design, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--workers and --cluster exclude each other"):
        run_trial(design, tmp_path, workers=2, cluster="local:1")
