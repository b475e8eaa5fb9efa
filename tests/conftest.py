"""Lanes that need something outside Python: skipped where it is missing, except in continuous integration."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings

# A found counterexample is for the person who searches, not a coin toss for whoever pushes next.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

OPTIONAL_LANES = ("neuron", "browser")
#: Files and folders that take longest, handed out before the others: no process begins one when the rest are done.
FIRST = (
    "web/test_browser.py",
    "web/test_browser_sound.py",
    "web/test_browser_views.py",
    "person/test_course.py",
    "bench/",
    "analysis/trial/",
    "analysis/cohort/test_faults.py",
    "test_docs.py",
    "test_examples.py",
    "person/test_forecast_guard.py",
    "web/",
    "person/inference/",
    "analysis/",
    "generated/",
    "cli/",
    "output/",
    "nerve/",
    "fibre/",
    "check/",
    "clinic/",
    "cobalamin/test_fit.py",
)
#: Folders and files whose tests take seconds together: ``pytest -m quick``.
QUICK = (
    "base/test_files.py",
    "base/test_printing.py",
    "clinic",
    "cobalamin/test_behaviour.py",
    "cobalamin/test_cascade.py",
    "cobalamin/test_causes_and_blood.py",
    "cobalamin/test_dosing.py",
    "cobalamin/test_limits_of_dose.py",
    "cobalamin/test_readouts.py",
    "evidence",
    "fibre/lesions/test_lesion.py",
    "fibre/models/test_anatomy.py",
    "myelin/test_myelin_course.py",
    "nerve/anatomy",
    "output/test_doubt.py",
    "output/test_figures.py",
    "person/record",
    "person/test_case.py",
    "person/test_plans.py",
    "person/test_traits.py",
    "test_house.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in which the processes of this run share the courses of the shipped cases.

    Bytecode is kept, whatever the environment says: each process that a test starts would compile the package again.
    """
    gc.disable()  # reading the tests makes nothing that is garbage; looking for it takes a fifth of the time
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if "REMYELIN_TEST_COURSES" not in os.environ:
        os.environ["REMYELIN_TEST_COURSES"] = folder = mkdtemp(prefix="remyelin-courses-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        config.add_cleanup(lambda: os.environ.pop("REMYELIN_TEST_COURSES", None))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process for each core in a run of the whole suite; none beside pytest's own where files are named.

    Starting a process and importing the package again costs seconds, which a single file does not win back.
    """
    whole = config.args == config.getini("testpaths")
    return (os.cpu_count() or 1) if whole else 0


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the other files unread where the quick lane alone is asked for: reading them takes as long as its tests."""
    if config.getoption("markexpr") != "quick" or not collection_path.is_file():
        return None
    quick = collection_path.relative_to(Path(__file__).parent).as_posix().startswith(QUICK)
    return None if quick else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the quick rooms into the quick lane, and the files that take longest before the others."""
    here = Path(__file__).parent
    for item in items:
        where = item.path.relative_to(here).as_posix()
        slow = any(item.get_closest_marker(lane) for lane in (*OPTIONAL_LANES, "slow"))
        if not slow and where.startswith(QUICK):
            item.add_marker("quick")
    items.sort(key=lambda item: place_of(item.path.relative_to(here).as_posix()))


def pytest_collection_finish() -> None:
    """Look for garbage again, among what the tests make: what was read to this point stays to the end."""
    gc.freeze()
    gc.enable()


def place_of(file: str) -> int:
    """Return the place of a file in the order in which files are handed out."""
    return next((place for place, name in enumerate(FIRST) if file.startswith(name)), len(FIRST))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With CI=true a lane that skips is a failure: nobody would notice that it stopped running."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:
        return
    skipped = [
        report.nodeid
        for report in reporter.stats.get("skipped", [])
        if any(lane in report.keywords for lane in OPTIONAL_LANES)
    ]
    if skipped:
        reporter.write_line(f"CI=true and an optional lane was skipped: {', '.join(skipped)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
