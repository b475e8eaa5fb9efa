"""A small real population, and drivers in processes of their own, for the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from remyelin.analysis.cohort import Population, parse_population

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


def drive(folder: Path, persons: int, *, resume: bool) -> int:
    """Run a driver in a process of its own that is killed after its next part; return how it ended.

    It strikes itself: killed from outside, a quick machine would be done before the blow.
    """
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from small import small\nfrom remyelin.analysis.cohort import run_cohort\n"
        "found = []\n"
        "def strike(state):\n"
        "    found.append(state.done)\n"
        "    if state.done > found[0]: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"run_cohort(small({persons}), Path({str(folder)!r}), resume={resume}, chunk=1, progress=strike)\n"
    )
    return subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL, check=False).returncode
