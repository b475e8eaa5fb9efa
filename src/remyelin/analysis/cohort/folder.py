"""The folder of a run: whose it is, what is in it, and what is left of an earlier run.

It holds ``population.toml`` (resolved), ``cohort.json`` (what is computed and whether it is finished), and
``parts/``. Nothing in it depends on workers, order or time.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from remyelin._version import __version__
from remyelin.analysis.cohort.executors import part_folder
from remyelin.analysis.cohort.parts import Chunk, Done, put, read_part
from remyelin.analysis.cohort.population import Population, to_data
from remyelin.base.errors import InputError

SCHEMA = "remyelin-cohort/1"
MANIFEST = "cohort.json"


def claim(folder: Path, *, resume: bool) -> None:
    """Refuse, before anything is computed, a folder that is not ours to use.

    A finished cohort there is replaced, an unfinished one is continued with `resume` and never replaced
    without being asked.

    Raises
    ------
    InputError
        With what would be right.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out {folder}: is a file; give a folder.")
    manifest = read_manifest(folder)
    if folder.exists() and any(folder.iterdir()) and manifest is None:
        raise InputError(
            f"--out {folder}: holds files remyelin did not write as a cohort; give an empty or a new folder."
        )
    if manifest is None:
        if resume:
            raise InputError(
                f"--resume: there is no cohort in {folder} to go on with; leave --resume out to begin one."
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"--out {folder}: cannot be made: {error.strerror}.") from None
    elif not manifest.get("finished") and not resume:
        raise InputError(
            f"--out {folder}: holds an unfinished cohort; add --resume to go on with it, or remove the folder."
        )


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return what a cohort's folder says of itself, None if it is no cohort's."""
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
    if old is not None and old.get("run") != run:
        raise InputError(
            f"--resume: {folder} holds another cohort (other population, persons, numbers or version); "
            "give the same file and options, or another folder."
        )
    if old is None and parts.exists():
        shutil.rmtree(parts)
    parts.mkdir(exist_ok=True)
    covered = 0
    if old is not None:
        for path in sorted(parts.glob("courses-*.parquet")):
            part = read_part(path, run)
            if part is not None and part.chunk.start >= covered and part.chunk.stop <= total:
                finished.append(part)
                covered = part.chunk.stop
    _sweep(parts, {part.chunk.file for part in finished})
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
        },
    )
    put(folder / "population.toml", tomli_w.dumps(to_data(population)).encode())
    chunks: list[Chunk] = []
    place = 0
    for part in [*finished, None]:
        stop = total if part is None else part.chunk.start
        chunks += [Chunk(start, min(start + chunk, stop)) for start in range(place, stop, chunk)]
        place = stop if part is None else part.chunk.stop
    return finished, chunks


def finish(folder: Path, parts: set[str], found: Mapping[str, Any]) -> None:
    """Sweep away what is none of the `parts`, and write that the run is finished and what was `found`."""
    _sweep(part_folder(folder), parts)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    _write_json(folder / MANIFEST, {**manifest, "finished": True, **found})


def full(folder: Path) -> str:
    """Return what to say when the disk is full."""
    kept = len(list(part_folder(folder).glob("courses-*.parquet")))
    return (
        f"the disk of {folder} is full; {kept} finished parts are kept: make room there and run the same command "
        "with --resume."
    )


def stopped(folder: Path) -> str:
    """Return what to say of a run that was stopped by hand: what is kept, and how it goes on."""
    manifest = read_manifest(folder)
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
        if path.name not in keep:
            path.unlink(missing_ok=True)


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    put(path, (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
