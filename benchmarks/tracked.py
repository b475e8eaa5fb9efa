"""Seconds of one core, tracked from commit to commit: layers by the code of ``remyelin bench``, and a whole run."""

from __future__ import annotations

import time

from remyelin import nerve
from remyelin.bench.cohort import layers
from remyelin.evidence import Ledger
from remyelin.person.case import load_case
from remyelin.person.course import run_course


class Layers:
    """The rows of ``remyelin bench cohort`` on the layers of one person."""

    timeout = 900.0
    unit = "s"
    params = ("everything", "cobalamin", "myelin", "conduction", "symptoms", "six batteries", "one battery")
    param_names = ("row",)

    def setup_cache(self) -> dict[str, float]:
        """Compute the rows once, for all parameters."""
        ledger = Ledger.shipped()
        rows = list(layers(ledger, nerve.build_tables(ledger)))
        return {name: next(row.ours_s for row in rows if name in row.what) for name in self.params}

    def track_row(self, rows: dict[str, float], name: str) -> float:
        """Return one row."""
        return rows[name]


class Course:
    """One case, from cold and again in the same process."""

    timeout = 900.0
    unit = "s"
    params = ("first", "second")
    param_names = ("run",)

    def setup_cache(self) -> dict[str, float]:
        """Run a short case once for the kernels, then another one twice."""
        run_course(load_case("replete-control"), Ledger.shipped())
        case, found = load_case("pernicious-anaemia"), {}
        for name in self.params:
            started = time.process_time()
            run_course(case, Ledger.shipped())
            found[name] = time.process_time() - started
        return found

    def track_run(self, runs: dict[str, float], name: str) -> float:
        """Return one run."""
        return runs[name]
