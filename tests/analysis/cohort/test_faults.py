"""What a killed worker, a killed driver, a full disk or a broken part may not do: lose or double a course.

The short forms run with the suite; the long ones (20 workers killed, the driver 10 times) are marked slow.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from small import TEXT, drive, replace_killed, small

from remyelin.analysis.cohort import Cohort, Processes, Results, Stopped, run_cohort
from remyelin.analysis.cohort.cluster import Dask
from remyelin.analysis.cohort.folder import read_manifest
from remyelin.analysis.cohort.parts import Done, part_folder, read_part
from remyelin.analysis.cohort.run import Progress
from remyelin.base.errors import InputError


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return run_cohort(small(8), tmp_path_factory.mktemp("undisturbed") / "c", chunk=8)


def everyone_once(cohort: Cohort) -> None:
    results = Results(cohort)
    persons = sorted(results.column("person")[results.column("visit") == 0].tolist())
    assert persons == list(range(cohort.population.persons)), "nobody lost, nobody twice"


# Minutes each; what runs always is the shortened form of the same.
long = pytest.mark.skipif(
    not os.environ.get("REMYELIN_LONG"), reason="set REMYELIN_LONG=1 for minutes of faults"
)


def killed(folder: Path, persons: int, kills: int) -> Cohort:
    """Run with two workers and kill one of them, at random, at each of so many moments spread over the run."""
    workers = Processes(2)
    rng = random.Random(5)
    # Counted in finished courses, not in seconds: a quick machine must not be done before the first blow.
    moments = [1 + persons * kill // (2 * kills) for kill in range(kills)]

    def strike(state: Progress) -> None:
        if moments and state.done >= moments[0]:
            with suppress(ProcessLookupError):
                os.kill(rng.choice(workers.pids), signal.SIGKILL)
                moments.pop(0)

    cohort = run_cohort(small(persons), folder, workers, chunk=1, progress=strike)
    assert not moments, "every blow was struck"
    return cohort


def test_a_killed_worker_loses_nothing(tmp_path: Path, undisturbed: Cohort) -> None:
    cohort = killed(tmp_path / "c", 8, 2)
    assert cohort.digest == undisturbed.digest
    everyone_once(cohort)


def interrupted(folder: Path, persons: int, kills: int) -> None:
    """Kill the driver again and again, each time after one more part."""
    for kill in range(kills):
        assert drive(folder, persons, resume=kill > 0) == -signal.SIGKILL
        assert len(list(part_folder(folder).glob("courses-*"))) == kill + 1


def test_a_killed_driver_is_resumed(tmp_path: Path, undisturbed: Cohort) -> None:
    folder = tmp_path / "c"
    interrupted(folder, 8, 1)
    manifest = read_manifest(folder)
    assert manifest is not None
    assert not manifest["finished"]
    (part_folder(folder) / ".courses-draft").write_bytes(b"left by a killed worker")
    with pytest.raises(InputError, match="unfinished cohort; add --resume"):
        run_cohort(small(8), folder)
    cohort = run_cohort(small(8), folder, resume=True)
    assert cohort.resumed >= 1
    assert cohort.digest == undisturbed.digest
    everyone_once(cohort)
    assert not list(part_folder(folder).glob(".*"))


def test_a_finished_cohort_stays_until_the_next_one_is_finished(tmp_path: Path) -> None:
    """Killed before each rename in turn, from the first part to the last manifest."""
    old = run_cohort(small(3), tmp_path / "c", chunk=3)
    new = run_cohort(small(4), tmp_path / "new", chunk=2)
    folder = tmp_path / "c"
    (part_folder(folder) / "mine.txt").write_text("mine")
    for kill in range(20):
        ended = replace_killed(folder, kill)
        following, manifest = read_manifest(folder / "next"), read_manifest(folder)
        assert manifest is not None
        assert manifest["finished"]
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        if manifest["digest"] == old.digest and not (following and following["finished"]):
            assert sorted(part.name for part in part_folder(folder).iterdir()) == [
                "courses-00000000-00000003.parquet",
                "mine.txt",
            ]
        if following is not None and not following["finished"]:
            with pytest.raises(InputError, match="add --resume to go on with that one"):
                run_cohort(small(4), folder)
    assert kill >= 5
    assert read_manifest(folder / "next") is None
    assert (read_manifest(folder) or {})["digest"] == new.digest
    assert (part_folder(folder) / "mine.txt").read_text() == "mine"
    assert len(list(part_folder(folder).iterdir())) == 3


def test_a_cohort_begun_with_other_versions_is_not_mixed(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    interrupted(folder, 8, 1)
    file = folder / "cohort.json"
    file.write_text(file.read_text().replace('"numpy": "', '"numpy": "0.'))
    with pytest.raises(
        InputError, match=r"was begun with numpy 0\.\S+, here \S+: the last digits could differ"
    ):
        run_cohort(small(8), folder, resume=True)
    assert len(parts_of(folder)) == 1
    manifest = json.loads(file.read_text())
    del manifest["made_with"]
    file.write_text(json.dumps(manifest))
    with pytest.raises(
        InputError, match=r"was begun with python not stated, here 3\.\S+; machine not stated"
    ):
        run_cohort(small(8), folder, resume=True)
    assert len(parts_of(folder)) == 1


def test_a_finished_cohort_with_a_lost_part_is_not_mended_by_other_versions(tmp_path: Path) -> None:
    """Its report can be made by any; a part that is missing only where the others were computed."""
    folder = tmp_path / "c"
    whole = run_cohort(small(4), folder, chunk=2)
    file = folder / "cohort.json"
    file.write_text(file.read_text().replace('"scipy": "', '"scipy": "0.'))
    assert run_cohort(small(4), folder, chunk=2, resume=True).digest == whole.digest
    next(part_folder(folder).glob("courses-*")).unlink()
    with pytest.raises(InputError, match=r"was begun with scipy 0\.\S+"):
        run_cohort(small(4), folder, chunk=2, resume=True)


def test_persons_who_fail_stop_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many at the beginning; then everybody."""
    import remyelin.analysis.cohort.run as driver
    import remyelin.analysis.cohort.work as work
    from remyelin.base.errors import SimulationError

    real, failing = driver.follow, 5

    def follow(sampler: Any, number: int, numbers: Any) -> Any:
        if number < failing:
            raise SimulationError("this person cannot be computed")
        return real(sampler, number, numbers)

    monkeypatch.setattr(driver, "follow", follow)
    monkeypatch.setattr(work, "follow", follow)
    cohort = run_cohort(small(8), tmp_path / "c")
    assert [item.person for item in cohort.failures] == [0, 1, 2, 3, 4]
    failing = 8
    with pytest.raises(InputError, match="none of its 8 persons could be computed, mostly: this person"):
        run_cohort(small(8), tmp_path / "d")
    assert not (tmp_path / "d").exists()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a scheduler that is not there half a second and not ten."""
    monkeypatch.setattr(sys.modules[Dask.__module__], "COHORT_ANSWER_SECONDS", 0.5)


@pytest.mark.usefixtures("impatient")
def test_bad_input_leaves_no_folder_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from remyelin.cli.main import main

    good = tmp_path / "small.toml"
    good.write_text(TEXT)
    broken = {
        "share": ("share = 0.75", "share = 0.5"),
        "regimen": ("uk neurological", "cyanocobalamin 1 mg im every 0 d"),
        "unit": ('"60 y"', '"60 kg"'),
        "ledger": ("ledger:spread.store", "ledger:no.such"),
        "cause": ("pernicious anaemia", "no such cause"),
    }
    for name, (old, new) in broken.items():
        (tmp_path / f"{name}.toml").write_text(TEXT.replace(old, new))
    before = sorted(tmp_path.iterdir())
    wrong = [[str(tmp_path / f"{name}.toml")] for name in broken]
    wrong += [
        [str(good), *more.split()] for more in ("--persons 0", "--persons -1", "--draws -1", "--workers 0")
    ]
    wrong += [
        [str(good), *more.split()] for more in ("--set x=1", "--set prior.weight=1", "--set y", "--resume")
    ]
    wrong += [[str(good), "--cluster", at] for at in ("tls://h:1", "nowhere", "local:0", "tcp://127.0.0.1:1")]
    wrong += [["no-such-population"], [str(tmp_path)], [str(good), "--workers", "1", "--cluster", "local:1"]]
    for arguments in wrong:
        with pytest.raises(SystemExit) as left:
            main(["cohort", *arguments, "--out", str(tmp_path / "out")])
        said = capsys.readouterr()
        assert left.value.code == 2, (arguments, said.err)
        assert said.err.count("\n") == 1
        assert sorted(tmp_path.iterdir()) == before, arguments


def alive(mark: str) -> list[str]:
    """Processes whose environment holds a mark."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in place.read_bytes():
                found.append(place.parent.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_a_ctrl_c_says_what_is_kept_and_leaves_nobody_behind(tmp_path: Path) -> None:
    """The command itself, struck by the signal of Ctrl-C when its first part is there."""
    file, out, mark = tmp_path / "small.toml", tmp_path / "out", f"cohort-test-{os.urandom(8).hex()}"
    file.write_text(TEXT.replace("persons = 6", "persons = 40"))
    program = (
        # a job in the background of a script is started with interrupts ignored
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from remyelin.output.terminal import cohort as cohort_text\n"
        "plain = cohort_text.describe\n"
        "def describe(state):\n"
        "    if state.done: os.kill(os.getpid(), signal.SIGINT)\n"
        "    return plain(state)\n"
        "cohort_text.describe = describe\n"
        "from remyelin.cli.main import main\n"
        f"sys.argv = ['remyelin', 'cohort', {str(file)!r}, '--out', {str(out)!r}, '--workers', '2']\n"
        "main()\n"
    )
    struck = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "REMYELIN_TEST_MARK": mark},
    )
    assert struck.returncode == 130, struck.stderr
    assert not struck.stdout
    (sentence,) = struck.stderr.splitlines()
    kept = sum(len(part.chunk) for part in parts_of(out))
    assert kept >= 8, "a part at least"
    assert sentence == (
        f"remyelin: stopped; {kept} of 40 courses are kept: run the same command with --resume to go on."
    )
    assert not alive(mark)
    cohort = run_cohort(small(40), out, resume=True)
    assert cohort.resumed == kept
    assert cohort.digest == run_cohort(small(40), tmp_path / "quiet", chunk=40).digest
    everyone_once(cohort)


def parts_of(folder: Path) -> list[Done]:
    """The parts of a folder that are whole."""
    manifest = read_manifest(folder)
    assert manifest is not None
    found = [read_part(path, manifest["run"]) for path in sorted(part_folder(folder).glob("courses-*"))]
    return [part for part in found if part is not None]


@pytest.mark.parametrize("done", [2] if not os.environ.get("REMYELIN_LONG") else [0, 1, 2, 3, 4, 5, 6, 7])
def test_a_full_disk_is_one_sentence_and_resumable(done: int, tmp_path: Path, undisturbed: Cohort) -> None:
    folder = tmp_path / "c"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(state: Progress) -> None:
        if state.done == done:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))

    try:
        with pytest.raises(Stopped, match=rf"is full; {done} finished parts are kept: make room .* --resume"):
            run_cohort(small(8), folder, chunk=1, progress=fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(list(part_folder(folder).iterdir())) == done, "no draft is left"
    cohort = run_cohort(small(8), folder, resume=True)
    assert (cohort.resumed, cohort.digest) == (done, undisturbed.digest)


def test_a_disk_that_is_full_from_the_beginning_is_nothing_to_resume(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(InputError, match=r"cannot be written: .*; nothing there was changed: make room"):
            run_cohort(small(8), folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not folder.exists()


def test_what_is_replaced_is_said_once_it_is_sure_and_before_it_is_computed(tmp_path: Path) -> None:
    folder, said = tmp_path / "c", list[str]()
    run_cohort(small(2), folder, note=said.append)
    assert not said
    with pytest.raises(InputError, match="can become impossible"):
        run_cohort(small(2, **{'low = "30 y"\n': ""}), folder, note=said.append)
    assert not said
    done: list[int] = []
    run_cohort(
        small(3),
        folder,
        note=lambda sentence: said.append(f"{len(done)} {sentence}"),
        progress=lambda state: done.append(state.done),
    )
    assert len(said) == 1
    assert said[0].startswith(f"0 {folder} holds the finished cohort small of 2 courses")


def flipped(part: Path, whole: bytes, run: str) -> bytes:
    """A copy with one bit flipped that is refused; every other flip tried is refused or harmless."""
    import pyarrow.parquet as pq

    good = pq.read_table(part).to_pandas()
    bad = b""
    for place in range(100, len(whole), len(whole) // 23):
        harmed = whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :]
        part.write_bytes(harmed)
        if read_part(part, run) is None:
            bad = harmed
        else:  # it hit what is no content, as the statistics of a column
            assert pq.read_table(part).to_pandas().equals(good)
    assert bad
    return bad


@pytest.mark.parametrize("harm", ["flipped", "cut short", "empty", "of another run"])
def test_a_broken_part_is_computed_again(harm: str, tmp_path: Path, undisturbed: Cohort) -> None:
    folder = tmp_path / "c"
    first = run_cohort(small(8), folder, chunk=4)
    part, other = sorted(part_folder(folder).iterdir())
    whole = part.read_bytes()
    run = (read_manifest(folder) or {})["run"]
    assert read_part(part, run) is not None
    assert read_part(part, "another") is None
    if harm == "flipped":
        part.write_bytes(flipped(part, whole, run))
    elif harm == "of another run":
        part.write_bytes(other.read_bytes())
    else:
        part.write_bytes(whole[: len(whole) // 2] if harm == "cut short" else b"")
    assert read_part(part, run) is None
    again = run_cohort(small(8), folder, resume=True)
    assert again.resumed == 4
    assert again.digest == first.digest == undisturbed.digest


def reached(address: str) -> Dask:
    """The cluster, once its scheduler answers."""
    for _ in range(120):
        with suppress(InputError):
            return Dask(address)
        time.sleep(0.5)
    pytest.fail("the scheduler does not answer")


def test_both_dask_workers_killed_at_once_keep_what_is_done(
    tmp_path: Path,
    scheduler: tuple[str, list[subprocess.Popen[bytes]]],
    undisturbed: Cohort,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, started = scheduler
    cluster_module = sys.modules[Dask.__module__]
    monkeypatch.setattr(cluster_module, "COHORT_WORKERS_SECONDS", 3)

    def strike(state: Progress) -> None:
        if state.done >= 2:
            for worker in started[1:]:
                worker.kill()

    with pytest.raises(Stopped, match=r"[2-8] finished parts are kept: run the same command with --resume"):
        run_cohort(small(8), tmp_path / "c", reached(address), chunk=1, progress=strike)
    cohort = run_cohort(small(8), tmp_path / "c", resume=True)
    assert cohort.resumed >= 2
    assert cohort.digest == undisturbed.digest


@pytest.mark.parametrize(
    "address",
    [
        "tls://127.0.0.1:8786",
        "ucx://h:1",
        "http://127.0.0.1:80",
        "inproc://1/2",
        "tcp://",
        "tcp://h",
        "tcp://h:99999",
        "",
        "local:",
        "local:0",
        "local:x",
        "tcp://127.0.0.1:1",
        "tcp://[::1]:1",
        "tcp://no.such.host.invalid:8786",
    ],
)
@pytest.mark.usefixtures("impatient")
def test_what_is_no_scheduler_is_one_sentence(address: str) -> None:
    pytest.importorskip("distributed")
    if address == "local:":
        pytest.skip("one worker per processor")
    with pytest.raises(InputError, match=r"^--cluster "):
        Dask(address)


def test_a_killed_dask_worker_loses_nothing(
    tmp_path: Path, scheduler: tuple[str, list[subprocess.Popen[bytes]]], undisturbed: Cohort
) -> None:
    address, started = scheduler
    cluster = reached(address)
    struck = []

    def strike(state: Progress) -> None:
        if state.done >= 2 and not struck:
            started[-1].kill()
            struck.append(state.done)

    cohort = run_cohort(small(8), tmp_path / "c", cluster, chunk=1, progress=strike)
    assert struck
    assert cohort.digest == undisturbed.digest
    everyone_once(cohort)


@long
def test_twenty_killed_workers(tmp_path: Path) -> None:
    quiet = run_cohort(small(400), tmp_path / "quiet", Processes(2))
    cohort = killed(tmp_path / "c", 400, 20)
    assert cohort.digest == quiet.digest
    everyone_once(cohort)


@long
def test_a_driver_killed_ten_times(tmp_path: Path) -> None:
    quiet = run_cohort(small(24), tmp_path / "quiet", Processes(2))
    interrupted(tmp_path / "c", 24, 10)
    cohort = run_cohort(small(24), tmp_path / "c", resume=True)
    assert cohort.resumed >= 10
    assert cohort.digest == quiet.digest
    everyone_once(cohort)
