"""A second run of the same case in one process is warm, and equal to the first in everything, provenance too."""

from __future__ import annotations

import time

import numpy as np
import xarray as xr

from remyelin.evidence import Ledger
from remyelin.person.case import load_case
from remyelin.person.course import run_course


def test_a_second_run_takes_under_half_and_gives_the_same() -> None:
    shipped = load_case("mild-deficiency-open")
    # of an age that no other test has, so that nothing of it is remembered yet, whatever ran before
    case = shipped.model_copy(update={"person": shipped.person.model_copy(update={"age": 61.37})})
    run_course(load_case("replete-control"), Ledger.shipped())  # kernels and tables are loaded
    started = time.process_time()
    first = run_course(case, Ledger.shipped())
    between = time.process_time()
    second = run_course(case, Ledger.shipped())
    done = time.process_time()
    assert done - between < 0.5 * (between - started)
    xr.testing.assert_identical(first.data, second.data)
    xr.testing.assert_identical(first.recovery.bands, second.recovery.bands)
    assert first.provenance.used == second.provenance.used
    second.recovery.bands["disability"][:] = np.nan
    assert not run_course(case, Ledger.shipped()).recovery.bands["disability"].isnull().all()
