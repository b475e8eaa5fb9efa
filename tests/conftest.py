"""Lanes that need something outside Python: skipped where it is missing, except in continuous integration."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A found counterexample is for the person who searches, not a coin toss for whoever pushes next.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

OPTIONAL_LANES = ("neuron", "browser")


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
