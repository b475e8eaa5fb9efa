"""Courses of shipped cases, computed once for all files and processes of a test run: each takes seconds."""

from __future__ import annotations

import fcntl
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from remyelin.evidence import Ledger
from remyelin.person.case import load_case
from remyelin.person.course import Course, run_course
from remyelin.person.inference.resembling import resembling

#: The folder in which a run of the tests keeps them; made by tests/conftest.py, gone when the run ends.
PLACE = "REMYELIN_TEST_COURSES"


#: Persons who resemble the findings of a case, in the short form of a test that judges no number of its band.
FEW = 9


def shipped_course(name: str) -> Course:
    """Return a course of the caller's own: what one file does to it, no other sees."""
    return _kept(name, lambda: run_course(load_case(name), Ledger.shipped()))


def short_course(name: str) -> Course:
    """Return a course with a band of few persons, or the whole one where the long form is asked for."""
    if os.environ.get("REMYELIN_LONG") == "1":
        return shipped_course(name)

    def few() -> Course:
        # in place of what remembers: no other test is given few persons
        alike = lambda asked, ledger: resembling(asked.case, ledger, FEW, progress=asked.progress)  # noqa: E731
        with patch.object(sys.modules[Course.__module__], "_alike", alike):
            return run_course(load_case(name), Ledger.shipped())

    return _kept(f"{name}-few", few)


def _kept(name: str, compute: Callable[[], Course]) -> Course:
    kept = Path(os.environ[PLACE]) / f"{name}.pickle"
    with open(kept.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second process waits for the first and reads
        if not kept.exists():
            draft = kept.with_suffix(".draft")
            draft.write_bytes(pickle.dumps(compute()))
            draft.rename(kept)
    found = pickle.loads(kept.read_bytes())
    assert isinstance(found, Course)
    return found
