"""Output folder of a cohort run: ownership check, contents, resume.

It holds ``population.toml`` (resolved), ``cohort.json`` (what is computed and whether it is finished), and
``parts/``. Nothing in it depends on workers, order or time.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomli_w

from remyelin._version import __version__
from remyelin.analysis.cohort.parts import Chunk, Done, part_folder, put, read_part
from remyelin.analysis.cohort.population import Population, to_data
from remyelin.analysis.cohort.work import made_with
from remyelin.base.errors import InputError
from remyelin.base.files import Claimed, claimed

SCHEMA = "remyelin-cohort/1"
MANIFEST = "cohort.json"
POPULATION = "population.toml"
NEXT = "next"
#: What stands beside the parts of a cohort.
WRITTEN = (MANIFEST, POPULATION, "report.html", "summary.json")
_OURS = re.compile(r"courses-\d+-\d+\.parquet|\.courses-.*")


def claim(folder: Path, *, resume: bool) -> Claimed:
    """Hold the folder of a cohort, refusing, before anything is computed, one that is not ours to use.

    An unfinished cohort there is continued with `resume` and never replaced without being asked. A finished one is
    replaced by a new one when that is finished, and not before: until then the new one is computed in a folder
    inside it.

    Raises
    ------
    InputError
        With what would be right.
    """
    where = f"--out {folder}"
    held = claimed(folder, where=where)
    try:
        mend(held.folder)
        _refuse(held.folder, where, resume)
    except BaseException:
        held.held.close()
        raise
    return held


def _refuse(folder: Path, where: str, resume: bool) -> None:
    manifest, following = read_manifest(folder), read_manifest(folder / NEXT)
    if manifest is None and any(folder.iterdir()):
        raise InputError(
            f"{where}: holds files remyelin did not write as a cohort; give an empty or a new folder."
        )
    if manifest is None and resume:
        raise InputError(
            f"--resume: there is no cohort in {folder} to go on with; leave --resume out to begin one."
        )
    if manifest is not None and not manifest.get("finished") and not resume:
        raise InputError(
            f"{where}: holds an unfinished cohort; add --resume to go on with it, or remove the folder."
        )
    if following is not None and not resume:
        raise InputError(
            f"{where}: holds a finished cohort and an unfinished one that is to replace it; add --resume to go on with "
            f"that one, or remove the folder {NEXT} in it."
        )


def replaced(folder: Path) -> str:
    """Return a notice of the finished cohort that a new one in this folder will replace; empty where none is."""
    manifest = read_manifest(folder)
    if manifest is None or not manifest.get("finished"):
        return ""
    return (
        f"{folder} holds the finished cohort {manifest.get('name')} of {manifest.get('courses')} courses, which stays "
        "until this one is finished and is then replaced."
    )


def workplace(folder: Path, run: str, resume: bool) -> Path:
    """Return the folder in which a run is computed: its own, or one inside where a finished cohort stays until then.

    Parameters
    ----------
    folder : Path
        The folder of the cohort.
    run : str
        Digest of what is to be computed.
    resume : bool

    Raises
    ------
    InputError
        If there is nothing of this run to go on with.
    """
    manifest = read_manifest(folder)
    if manifest is None or not manifest.get("finished") or (resume and manifest.get("run") == run):
        return folder
    if resume and read_manifest(folder / NEXT) is None:
        _refuse_another(folder, manifest, run)
    return folder / NEXT


def mend(folder: Path) -> None:
    """Put a finished cohort from inside a folder in the place of the one there; do nothing where there is none.

    What is moved last is the manifest, so that a kill in between leaves the work to the next call. A file in the
    folder of parts that is none of remyelin's stays.
    """
    work = folder / NEXT
    manifest = read_manifest(work)
    if manifest is None or not manifest.get("finished"):
        return
    parts, new = part_folder(folder), part_folder(work)
    parts.mkdir(exist_ok=True)
    if new.is_dir():
        fresh = {path.name for path in new.iterdir()}
        for name in fresh:
            os.replace(new / name, parts / name)
        with suppress(OSError):
            new.rmdir()
    _sweep(parts, set(manifest["parts"]))
    for name in (POPULATION, MANIFEST):
        with suppress(FileNotFoundError):
            os.replace(work / name, folder / name)
    with suppress(OSError):
        work.rmdir()


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the description that a cohort's folder holds of itself, None if it is no cohort's."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("schema") == SCHEMA else None


def begin(
    folder: Path,
    population: Population,
    settings: Mapping[str, float | str],
    run: str,
    total: int,
    chunk: int,
    columns: Sequence[str],
    resume: bool,
) -> tuple[list[Done], list[Chunk]]:
    """Return the valid parts of an earlier run and the chunks still to compute; set the folder up."""
    parts = part_folder(folder)
    finished: list[Done] = []
    old = read_manifest(folder) if resume else None
    if old is not None:
        _refuse_another(folder, old, run)
    covered = 0
    if old is not None:
        for path in sorted(parts.glob("courses-*.parquet")):
            part = read_part(path, run)
            if part is not None and part.chunk.start >= covered and part.chunk.stop <= total:
                finished.append(part)
                covered = part.chunk.stop
    chunks: list[Chunk] = []
    place = 0
    for part in [*finished, None]:
        stop = total if part is None else part.chunk.start
        chunks += [Chunk(start, min(start + chunk, stop)) for start in range(place, stop, chunk)]
        place = stop if part is None else part.chunk.stop
    if old is not None and old.get("finished") and not chunks:
        return finished, chunks  # it stays finished, whatever happens to this run
    if old is not None and finished and chunks:
        _refuse_other_versions(folder, old)
    if parts.exists():
        _sweep(parts, {part.chunk.file for part in finished})
    folder.mkdir(parents=True, exist_ok=True)
    # first, so that a run killed here leaves nothing that looks like somebody else's
    _write_json(
        folder / MANIFEST,
        {
            "schema": SCHEMA,
            "remyelin": __version__,
            "run": run,
            "finished": False,
            "name": population.name,
            "persons": population.persons,
            "draws": population.parameters.draws,
            "courses": total,
            "settings": dict(settings),
            "columns": list(columns),
            "made_with": made_with(),
        },
    )
    put(folder / POPULATION, tomli_w.dumps(to_data(population)).encode())
    parts.mkdir(exist_ok=True)
    return finished, chunks


def _refuse_another(folder: Path, old: Mapping[str, Any], run: str) -> None:
    """Refuse to go on with another cohort.

    Raises
    ------
    InputError
    """
    if old.get("run") != run:
        raise InputError(
            f"--resume: {folder} holds another cohort (other population, persons, numbers or version); "
            "give the same file and options, or another folder."
        )


def _refuse_other_versions(folder: Path, old: Mapping[str, Any]) -> None:
    """Refuse to add courses to those that were computed where the last digits come out differently.

    Raises
    ------
    InputError
    """
    stated = old.get("made_with")
    before, now = stated if isinstance(stated, dict) else {}, made_with()
    other = [
        f"{name} {before.get(name, 'not stated')}, here {now[name]}"
        for name in now
        if before.get(name) != now[name]
    ]
    if other:
        raise InputError(
            f"--resume: {folder} was begun with {'; '.join(other)}: the last digits could differ between courses; "
            "go on with the same versions, or give another folder."
        )


def finish(folder: Path, parts: set[str], found: Mapping[str, Any]) -> None:
    """Delete files that are none of the `parts`, and write that the run is finished and the figures `found`."""
    _sweep(part_folder(folder), parts)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    _write_json(folder / MANIFEST, {**manifest, "finished": True, "parts": sorted(parts), **found})


def full(folder: Path, again: str) -> str:
    """Return the message for a full disk."""
    return f"the disk of {folder} is full; {_kept(folder)} are kept: make room there and run {again}."


def broken_off(folder: Path, why: str, again: str) -> str:
    """Return the message for a run that nobody could go on with."""
    return f"{why.rstrip('.')}; {_kept(folder)} are kept: run {again} to go on."


def _kept(folder: Path) -> str:
    return f"{len(list(part_folder(folder).glob('courses-*.parquet')))} finished parts"


def stopped(folder: Path) -> str:
    """Return the message for a run stopped by hand: the parts kept, and how it goes on."""
    work = folder / NEXT if read_manifest(folder / NEXT) else folder
    manifest, folder = read_manifest(work), work
    if manifest is None:
        return "stopped before anything was computed; nothing was written."
    if manifest["finished"]:
        return (
            "stopped; all courses are finished and kept: run the same command with --resume for the report."
        )
    names = [path.stem.split("-") for path in part_folder(folder).glob("courses-*.parquet")]
    kept = sum(int(stop) - int(start) for _, start, stop in names)
    return f"stopped; {kept} of {manifest['courses']} courses are kept: run the same command with --resume to go on."


def _sweep(parts: Path, keep: set[str]) -> None:
    """Remove drafts of killed workers and parts that are not of this run."""
    for path in parts.iterdir():
        if path.name not in keep and _OURS.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    put(path, (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
