"""A small real population, and drivers in processes of their own, for the tests."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from remyelin.analysis.cohort import Population, parse_population, run_cohort
from remyelin.analysis.cohort.folder import read_manifest
from remyelin.analysis.cohort.run import Progress

TEXT = """
name = "small"
title = "A small population"
persons = 6
seed = 3
visits = ["0 d"]

[presentation]
since = "cause"

[[cause]]
kind = "pernicious anaemia"
share = 0.75
source = "assumed"

[[cause]]
kind = "none"
share = 0.25
source = "assumed"

[[arm]]
name = "treated"
regimen = "uk neurological"
source = "assumed"

[covariate.age]
distribution = "normal"
mean = "60 y"
sd = "10 y"
low = "30 y"
high = "90 y"
source = "assumed"

[covariate.sex]
distribution = "choice"
values = ["female", "male"]
shares = [0.5, 0.5]
source = "assumed"

[covariate.duration]
distribution = "uniform"
low = "2 y"
high = "5 y"
source = "assumed"

[covariate.store]
distribution = "lognormal"
median = 1
spread = "ledger:spread.store"
low = 0.3
high = 3
source = "assumed"
"""


def small(persons: int = 6, **changes: str) -> Population:
    """Return the population, some of its text replaced."""
    text = TEXT.replace("persons = 6", f"persons = {persons}")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return parse_population(text, "small")


#: Forks a process that has imported the package and computed nothing: importing takes longer than these cohorts.
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["remyelin.analysis.cohort.run", "remyelin.person.chain", "pyarrow.parquet"])


def _ended(target: Callable[..., None], *arguments: object) -> int:
    process = _FORKED.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _strike_after_a_part(folder: Path, persons: int, resume: bool) -> None:
    found: list[int] = []

    def strike(state: Progress) -> None:
        found.append(state.done)
        if state.done > found[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    run_cohort(small(persons), folder, resume=resume, chunk=1, progress=strike)


def drive(folder: Path, persons: int, *, resume: bool) -> int:
    """Run a driver in a process of its own that is killed after its next part; return how it ended.

    It strikes itself: killed from outside, a quick machine would be done before the blow.
    """
    return _ended(_strike_after_a_part, folder, persons, resume)


def _strike_at_a_rename(folder: Path, left: int) -> None:
    real = os.replace

    def replace(*arguments: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        real(*arguments)

    os.replace = replace  # type: ignore[assignment]
    Path.replace = lambda self, target: replace(self, target)  # type: ignore[assignment, method-assign]
    run_cohort(small(4), folder, chunk=2, resume=read_manifest(folder / "next") is not None)


def replace_killed(folder: Path, kill: int) -> int:
    """Replace the cohort in a folder in a process that is killed at a rename, from 0; return how it ended."""
    return _ended(_strike_at_a_rename, folder, kill)
