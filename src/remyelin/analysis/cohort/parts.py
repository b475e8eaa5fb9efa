"""The Parquet parts of a cohort: written whole or not at all, each with a checksum of its content.

A part holds the courses ``start`` to ``stop - 1``. A course is one person under one parameter set; its number
is ``draw * persons + person``, with draw 0 the ledger's own values. A part's footer carries a digest of
each course (of its decoded values, not of the bytes on disk), so that a part which was cut short or altered is
told from a good one, and the digest of a whole cohort does not depend on how it was cut into parts.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import SimulationError

WORDS = ("sex", "cause", "arm")
_KEY = b"remyelin"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Courses `start` to `stop` - 1, the unit of work."""

    start: int
    stop: int

    @property
    def file(self) -> str:
        """Name of its part."""
        return f"courses-{self.start:08d}-{self.stop:08d}.parquet"

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Failure:
    """A course that could not be computed, and why."""

    draw: int
    person: int
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """Receipt of a part that a worker has written.

    Attributes
    ----------
    chunk : Chunk
    digests : tuple of str
        One per course, failed ones included.
    failures : tuple of Failure
    seconds : float
        Processor seconds it took; 0 for a part found finished.
    memory : int
        Largest resident size of the worker so far, bytes.
    """

    chunk: Chunk
    digests: tuple[str, ...]
    failures: tuple[Failure, ...]
    seconds: float = 0.0
    memory: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """One finished or failed course."""

    draw: int
    person: int
    words: Mapping[str, str]
    rows: Sequence[Mapping[str, float]]
    reason: str = ""


def write_part(
    folder: Path, chunk: Chunk, courses: Sequence[Course], columns: Sequence[str], run: str
) -> Done:
    """Write the part of a chunk beside its place and put it there by one rename.

    Parameters
    ----------
    folder : Path
        Where parts go.
    chunk : Chunk
    courses : sequence of Course
        In order.
    columns : sequence of str
        Names of the numbers of a row, in order.
    run : str
        Digest of what is being computed; a part of another run is no part of this one.

    Raises
    ------
    OSError
        If the disk is full or cannot be written; nothing is left behind then.
    """
    # Heavy to import and needed only where parts are handled.
    import pyarrow as pa
    import pyarrow.parquet as pq

    of_row = [course for course in courses for _ in course.rows]
    values = [_values(course, columns) for course in courses]
    whole = np.concatenate(values)
    table: dict[str, Any] = {
        "draw": pa.array([course.draw for course in of_row], pa.int32()),
        "person": pa.array([course.person for course in of_row], pa.int32()),
    }
    for word in WORDS:
        table[word] = pa.array([course.words[word] for course in of_row], pa.string())
    for number, name in enumerate(columns):
        table[name] = pa.array(np.ascontiguousarray(whole[:, number]))
    names = json.dumps(list(columns))
    digests = tuple(_digest(*item, names) for item in zip(courses, values, strict=True))
    failures = tuple(Failure(c.draw, c.person, c.reason) for c in courses if c.reason)
    footer = {
        "run": run,
        "start": chunk.start,
        "stop": chunk.stop,
        "digests": digests,
        "failures": [[item.draw, item.person, item.reason] for item in failures],
    }
    arrow = pa.table(table).replace_schema_metadata({_KEY: json.dumps(footer)})
    sink = pa.BufferOutputStream()
    # Column statistics and dictionaries would be larger than these short columns.
    pq.write_table(arrow, sink, compression="zstd", use_dictionary=list(WORDS), write_statistics=False)
    put(folder / chunk.file, sink.getvalue())
    return Done(chunk, digests, failures)


def put(path: Path, content: Any) -> None:
    """Write a file whole or not at all: beside its place, to the disk, then one rename."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_part(path: Path, run: str) -> Done | None:
    """Return the content of a part if it is whole and of this run, None otherwise."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pq.read_table(path, memory_map=False)
        footer = json.loads((arrow.schema.metadata or {})[_KEY])
        if footer["run"] != run:
            return None
        chunk = Chunk(footer["start"], footer["stop"])
        failures = tuple(Failure(*item) for item in footer["failures"])
        digests = tuple(footer["digests"])
        if chunk.file != path.name or len(digests) != len(chunk):
            return None
        found = [
            _digest(course, _values(course, names), json.dumps(names))
            for course, names in _courses(arrow, failures)
        ]
        return Done(chunk, digests, failures) if tuple(found) == digests else None
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None


def _courses(arrow: Any, failures: Sequence[Failure]) -> Iterator[tuple[Course, list[str]]]:
    """The courses of a part as written, failed ones in their places."""
    names = [name for name in arrow.column_names if name not in ("draw", "person", *WORDS)]
    words = {word: arrow[word].to_pylist() for word in WORDS}
    draws, persons = arrow["draw"].to_pylist(), arrow["person"].to_pylist()
    values = {name: arrow[name].to_numpy() for name in names}
    found: dict[tuple[int, int], Course] = {
        (item.draw, item.person): Course(item.draw, item.person, {}, (), item.reason) for item in failures
    }
    where: dict[tuple[int, int], list[int]] = {}
    for index, key in enumerate(zip(draws, persons, strict=True)):
        where.setdefault(key, []).append(index)
    for (draw, person), indices in where.items():
        rows = [{name: float(values[name][i]) for name in names} for i in indices]
        found[draw, person] = Course(draw, person, {word: words[word][indices[0]] for word in WORDS}, rows)
    for key in sorted(found):
        yield found[key], names


def _values(course: Course, columns: Sequence[str]) -> NDArray[np.float64]:
    """The numbers of a course (row, column)."""
    rows = [[row[name] for name in columns] for row in course.rows]
    return np.array(rows, dtype="<f8").reshape(len(rows), len(columns))


def _digest(course: Course, values: NDArray[np.float64], names: str) -> str:
    """Digest of a course's words and numbers; `names` are those of its columns, as JSON."""
    content = hashlib.sha256()
    words = [course.words.get(word, "") for word in WORDS]
    head = json.dumps([course.draw, course.person, *words, course.reason])
    content.update(f"{head[:-1]}, {names}]".encode())
    content.update(values.tobytes())
    return content.hexdigest()[:16]


def cohort_digest(parts: Sequence[Done]) -> str:
    """Return the digest of a whole cohort, the same however it was cut into parts.

    Raises
    ------
    SimulationError
        If a course is missing or counted twice.
    """
    content = hashlib.sha256()
    expected = 0
    for part in sorted(parts, key=lambda part: part.chunk.start):
        if part.chunk.start != expected:
            raise SimulationError(f"courses {expected} to {part.chunk.start} are missing or counted twice.")
        expected = part.chunk.stop
        for digest in part.digests:
            content.update(digest.encode())
    return content.hexdigest()[:16]


def part_folder(folder: Path) -> Path:
    """Return where the parts of a run's folder are."""
    return folder / "parts"
