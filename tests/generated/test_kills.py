"""Kills and full disks at many points of time: what was there before is there after, and nothing strange is left.

Moments are counted in events, not in seconds. Cohorts have theirs in ``tests/analysis/cohort/test_faults.py``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import shipped_course

from remyelin.base.errors import InputError
from remyelin.output.run_folder import claim, write_folder
from remyelin.person.course import Course

LONG = bool(os.environ.get("REMYELIN_LONG"))
NAMES = {".remyelin.json", "report.html", "course.nc", "case.toml", "summary.json"}

#: `remyelin run`, killed at the n-th event: a step of the computation, a write to the disk, or a rename.
STRUCK = """
import os, signal, sys
left = int(sys.argv[1])
def event(*_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
from remyelin.output.terminal import course
course.Progress.__call__ = lambda self, step: event()
for name in ("fsync", "replace"):
    def call(*arguments, real=getattr(os, name)):
        event()
        return real(*arguments)
    setattr(os, name, call)
from remyelin.cli.main import main
main(["run", "replete-control", "--out", sys.argv[2]])
"""


@pytest.fixture(scope="module")
def course() -> Course:
    return shipped_course("replete-control")


@pytest.fixture(scope="module")
def finished(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run; to be copied, since writing takes seconds."""
    out = tmp_path_factory.mktemp("finished") / "out"
    write_folder(course, out)
    return out


def whole(out: Path) -> bool:
    """Whether a folder holds one whole run and nothing else, once the next run has looked at it."""
    with claim(out):
        found = {path.name for path in out.iterdir()}
    return found == NAMES


def test_a_killed_run_leaves_a_whole_one(tmp_path: Path, finished: Path) -> None:
    out = tmp_path / "out"
    moments = range(24) if LONG else (12, 18)
    ended = []
    for moment in moments:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(finished, out)
        done = subprocess.run(
            [sys.executable, "-c", STRUCK, str(moment), str(out)], capture_output=True, text=True, check=False
        )
        ended.append(done.returncode)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        assert whole(out), moment
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out"], moment
    assert ended.count(-signal.SIGKILL) >= min(4, len(ended) - 1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_full_at_ten_points_of_time(small: Path, course: Course, finished: Path) -> None:
    """A finished run is there, and less and less room for the next one."""
    out = small / "out"
    shutil.copytree(finished, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    size = sum(map(len, before.values()))
    refused = 0
    tenths = range(10) if LONG else (5, 9)
    for tenth in tenths:
        free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
        ballast = small / "ballast"
        ballast.write_bytes(b"x" * max(free - int(1.1 * size * tenth / 9), 0))
        try:
            write_folder(course, out)
        except InputError as error:
            refused += 1
            said = str(error)
        else:
            said = ""
        assert not said or "No space left on device" in said
        now = {path.name: path.read_bytes() for path in out.iterdir()}
        assert set(now) == NAMES
        assert {name: now[name] for name in NAMES - {".remyelin.json"}} == {
            name: before[name] for name in NAMES - {".remyelin.json"}
        }
        ballast.unlink()
        assert [path.name for path in small.iterdir()] == ["out"]
    assert 0 < refused < len(tenths)
