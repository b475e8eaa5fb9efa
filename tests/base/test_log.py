"""The log: loggers below remyelin, no handlers, lines that a user wants."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from remyelin import Ledger, load_case, run_course, sweep
from remyelin.base.log import Task


def test_the_library_attaches_no_handler() -> None:
    code = (
        "import remyelin, logging; remyelin.run_course; "
        "print(logging.getLogger('remyelin').handlers, logging.root.handlers)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


def test_a_course_tells_its_beginning_its_steps_and_what_it_rests_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []
    with caplog.at_level(logging.DEBUG, logger="remyelin"):
        course = run_course(load_case("replete-control"), Ledger.shipped(), progress=told.append)
    lines = [record for record in caplog.records if record.name == "remyelin.person"]
    infos = [record.getMessage() for record in lines if record.levelno == logging.INFO]
    assert infos[0] == "course of replete-control: begun"
    assumed = sum(entry.kind == "assumed" for entry in course.provenance.used)
    assert infos[-1].endswith(f"{len(course.provenance.used)} numbers of the ledger used, {assumed} assumed")
    steps = [record.getMessage() for record in lines if record.levelno == logging.DEBUG]
    assert steps == [f"course of replete-control: {step}" for step in told]


def test_nothing_is_said_without_a_handler_at_info(capfd: pytest.CaptureFixture[str]) -> None:
    sweep("replete-control", {"person.age": ["40 y"]}, ["b12"])
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_a_step_that_is_told_many_times_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    shares: list[float] = []
    task = Task("person", "fit to %s", "x")

    def progress(step: str, share: float) -> None:
        shares.append(share)

    report = task.steps(progress)
    with caplog.at_level(logging.DEBUG, logger="remyelin"):
        for share in (0.1, 0.2, 0.3):
            report("simulating", share)
    assert shares == [0.1, 0.2, 0.3]
    assert [record.getMessage() for record in caplog.records] == ["fit to x: simulating"]


def test_the_command_line_prints_the_log_on_stderr_harmless() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "remyelin", *arguments], capture_output=True, text=True, check=False
        )

    done = run("--log", "debug", "cases", "--json")
    assert done.returncode == 0
    done = run("--log", "loud", "cases")
    assert done.returncode == 2
    assert done.stderr == "remyelin: --log loud: give one of debug, info, warning.\n"
