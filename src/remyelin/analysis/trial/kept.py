"""Finished replicates on disk, so that a trial that was stopped goes on after the last finished size."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin._version import __version__
from remyelin.analysis.cohort.observation import Observation
from remyelin.analysis.cohort.parts import put
from remyelin.analysis.cohort.work import made_with
from remyelin.analysis.trial.design import Design
from remyelin.analysis.trial.pool import UNREADABLE, Pool
from remyelin.analysis.trial.settings import FEWEST_ANALYSED, LOOK_LEVEL, RANK_TOLERANCE

#: Keys of a design that say something and change no replicate.
WORDS: Final = ("title", "citation", "summary", "needs", "published", "power")


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """The tests of one size.

    Attributes
    ----------
    p, estimate : (replicate, endpoint) array
    ended, redundant : (replicate, endpoint) bool array
        Whether an interim look ended it, and whether a column of its model was left out.
    """

    p: NDArray[np.float64]
    estimate: NDArray[np.float64]
    ended: NDArray[np.bool_]
    redundant: NDArray[np.bool_]

    @classmethod
    def empty(cls, replicates: int, endpoints: int) -> Replicates:
        """Return room for so many replicates."""
        shape = (replicates, endpoints)
        return cls(np.zeros(shape), np.zeros(shape), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_))


@dataclass(frozen=True, slots=True)
class Kept:
    """Replicates of one design, pool and noise of measurement.

    Attributes
    ----------
    folder : Path or None
        Where they stand; nothing is kept when None.
    key : str
        Digest of all that decides a replicate.
    """

    folder: Path | None
    key: str = ""

    @classmethod
    def of(cls, folder: Path | None, design: Design, pool: Pool, looks: Mapping[str, Observation]) -> Kept:
        """Return the replicates of a trial kept in a folder.

        The key holds the noise of measurement, which is the ledger's and not the design's, and the names of arms and
        columns beside their values: the same arrays under other names are another trial.
        """
        if folder is None:
            return cls(None)
        decides: list[Any] = [
            __version__,
            made_with(),
            design.model_dump(mode="json", exclude=set(WORDS)),
            {column: asdict(looks[column]) for column in sorted(looks)},
            [FEWEST_ANALYSED, LOOK_LEVEL, RANK_TOLERANCE],
        ]
        content = hashlib.sha256(json.dumps(decides, sort_keys=True).encode())
        content.update(pool.days.tobytes())
        content.update(pool.strata.tobytes())
        for name in sorted(pool.values):
            for column in sorted(pool.values[name]):
                array = pool.values[name][column]
                content.update(json.dumps([name, column, array.shape]).encode())
                content.update(array.tobytes())
        return cls(folder, content.hexdigest()[:16])

    def read(self, name: str) -> Replicates | None:
        """Return the replicates of one size; None where they are not there."""
        if self.folder is None:
            return None
        try:
            with np.load(self._path(name), allow_pickle=False) as found:
                return Replicates(*(found[one.name] for one in fields(Replicates)))
        except UNREADABLE:
            return None

    def write(self, name: str, found: Replicates) -> None:
        """Keep the replicates of one size."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        np.savez_compressed(content, **{one.name: getattr(found, one.name) for one in fields(Replicates)})
        put(self._path(name), content.getvalue())

    def _path(self, name: str) -> Path:
        return (self.folder or Path()) / f"{self.key}-{name}.npz"
