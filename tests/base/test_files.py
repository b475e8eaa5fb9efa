"""Files and folders: what was there before a full disk, a kill or a second run is there after it."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from remyelin.base import files
from remyelin.base.errors import InputError
from remyelin.base.files import DRAFT, MANIFEST, claimed, write_new, write_whole

NAMES = ("report.html", "summary.json")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refusal(held: files.Claimed, data: dict[str, bytes | str]) -> str:
    """What a write was refused with; nothing where it was not."""
    try:
        held.write(data)
    except InputError as error:
        return str(error)
    return ""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB; a limit on the size of files where none can be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full at every write in turn."""
    out = tmp_path / "out"
    with claimed(out, names=NAMES, alone=True) as held:
        held.write({name: "old" for name in NAMES})
    before = content(out)
    real = os.fsync
    for failing in itertools.count():
        left = [failing]

        def sync(handle: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
            real(handle)

        monkeypatch.setattr(files.os, "fsync", sync)
        with claimed(out, names=NAMES, alone=True) as held:
            said = refusal(held, {name: "new" for name in NAMES})
        if not said:
            break
        assert "No space left on device; nothing there was changed" in said
        assert content(out) == before
    assert failing == len(NAMES) + 1, "every file and the manifest were refused once"
    assert content(out)["report.html"] == b"new"


def test_a_full_file_system_keeps_what_was_there(small: Path) -> None:
    for size in (0, 1000, 20_000, 30_000, 60_000, 200_000, 2_000_000):
        out = small / "out"
        with claimed(out, names=NAMES, alone=True) as held:
            held.write({"report.html": b"old", "summary.json": b"old"})
            before = content(out)
            said = refusal(held, {name: os.urandom(size) for name in NAMES})
            assert bool(said) == (size >= 30_000)
            assert not said or content(out) == before
        with pytest.raises((InputError, OSError)):
            write_new(small / "model.xml", "x" * 100_000, "--out model.xml")
        assert [path.name for path in small.iterdir()] == ["out"]


KILLED = """
import os, signal, sys
from pathlib import Path
from remyelin.base import files
left = int(sys.argv[2])
def struck(real):
    def call(*arguments):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)
    return call
os.fsync, os.replace = struck(os.fsync), struck(os.replace)
with files.claimed(Path(sys.argv[1]), names=("report.html", "summary.json"), alone=True) as held:
    held.write({"report.html": "new", "summary.json": "new"})
"""


def test_a_kill_between_any_two_steps_loses_nothing(tmp_path: Path) -> None:
    for struck in range(20):
        out = tmp_path / f"out{struck}"
        with claimed(out, names=NAMES) as held:
            held.write({name: "old" for name in NAMES})
        done = subprocess.run([sys.executable, "-c", KILLED, str(out), str(struck)], check=False)
        with claimed(out, names=NAMES, alone=True):
            found = content(out)
        assert set(found) == {*NAMES, MANIFEST}, "drafts are swept"
        assert {found[name] for name in NAMES} in ({b"old"}, {b"new"}), "all of one run"
        if done.returncode == 0:
            assert struck >= 6
            return
    pytest.fail("it was never let finish")


def test_two_runs_into_one_folder_are_told_at_once(tmp_path: Path) -> None:
    with claimed(tmp_path / "out"), pytest.raises(InputError, match="another run is writing there"):
        claimed(tmp_path / "out")


@pytest.mark.parametrize("deep", ["out", "a/b/out"])
def test_a_folder_made_for_nothing_is_removed(tmp_path: Path, deep: str) -> None:
    with claimed(tmp_path / deep):
        assert (tmp_path / deep).is_dir()
    assert list(tmp_path.iterdir()) == []


def test_the_shells_own_folder_is_written_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for out in (".", "./", "../" + tmp_path.name):
        with claimed(Path(out), names=NAMES, alone=True) as held:
            held.write({name: out for name in NAMES})
        assert Path("report.html").read_text() == out
    link = tmp_path.parent / f"link-{tmp_path.name}"
    link.symlink_to(tmp_path)
    with claimed(link, names=NAMES, alone=True) as held:
        held.write({name: "through a link" for name in NAMES})
    assert link.is_symlink()
    assert (tmp_path / "report.html").read_text() == "through a link"


def refused(out: Path) -> None:
    with pytest.raises(InputError, match=r"^--out "):
        claimed(out, names=NAMES, alone=True)


def test_places_that_cannot_be_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    before = sorted(tmp_path.iterdir())
    places = ["file", "file/out", "dangling", "dangling/out", "circle", "x" * 256, "y/" + "x" * 300, "a\0b"]
    places += ["/".join(["x" * 200] * 40), "/proc/new", "/sys/new"]
    for name in places:
        refused(tmp_path / name)
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_not_ours_is_refused_and_stays(tmp_path: Path) -> None:
    """Random folders of other people's things."""
    rng = random.Random(3)
    for number in range(60):
        out = tmp_path / str(number)
        with claimed(out, names=NAMES) as held:
            held.write({name: "ours" for name in NAMES})
        harm = rng.choice(
            ["added", "changed", "a folder of the name", "no manifest", "broken manifest", "hidden"]
        )
        victim = out / rng.choice(NAMES)
        if harm == "added":
            (out / rng.choice(["mine.txt", "a b", "x.nc"])).write_text("mine")
        elif harm == "changed":
            victim.write_text("mine")
        elif harm == "a folder of the name":
            victim.unlink()
            victim.mkdir()
        elif harm == "no manifest":
            (out / MANIFEST).unlink()
        elif harm == "broken manifest":
            (out / MANIFEST).write_text(rng.choice(["", "[]", "{" * 9000, '{"schema": 1}', "null"]))
        else:
            (out / ".mine").write_text("mine")
        before = content(out)
        refused(out)
        assert content(out) == before, harm


def test_a_manifest_names_no_path_out_of_its_folder(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    for name, draft in (("../victim", f"{DRAFT}1"), ("report.html", "../victim")):
        (out / f"{DRAFT}1").write_text("theirs")
        manifest = f'{{"schema": "{files.SCHEMA}", "files": {{}}, "drafts": {{"{name}": "{draft}"}}}}'
        (out / MANIFEST).write_text(manifest)
        with claimed(out):
            assert victim.read_text() == "mine"


def test_a_file_of_its_own_replaces_nothing(tmp_path: Path) -> None:
    file = tmp_path / "model.xml"
    write_new(file, "first", "--out")
    for place in (file, tmp_path, tmp_path / "none" / "x", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(InputError, match=r"^--out: "):
            write_new(place, "second", "--out")
    assert file.read_text() == "first"
    write_whole(file, "third")
    assert file.read_text() == "third"
    assert [path.name for path in tmp_path.iterdir()] == ["model.xml"]
