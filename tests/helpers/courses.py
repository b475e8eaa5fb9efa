"""Courses of shipped cases, computed once for all files and processes of a test run: each takes seconds."""

from __future__ import annotations

import fcntl
import os
import pickle
from pathlib import Path

from remyelin.evidence import Ledger
from remyelin.person.case import load_case
from remyelin.person.course import Course, run_course

#: The folder in which a run of the tests keeps them; made by tests/conftest.py, gone when the run ends.
PLACE = "REMYELIN_TEST_COURSES"


def shipped_course(name: str) -> Course:
    """Return a course of the caller's own: what one file does to it, no other sees."""
    kept = Path(os.environ[PLACE]) / f"{name}.pickle"
    with open(kept.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second process waits for the first and reads
        if not kept.exists():
            draft = kept.with_suffix(".draft")
            draft.write_bytes(pickle.dumps(run_course(load_case(name), Ledger.shipped())))
            draft.rename(kept)
    found = pickle.loads(kept.read_bytes())
    assert isinstance(found, Course)
    return found
