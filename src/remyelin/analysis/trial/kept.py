"""Finished replicates on disk, so that a trial that was stopped goes on after the last finished size."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin._version import __version__
from remyelin.analysis.cohort.parts import put
from remyelin.analysis.trial.design import Design
from remyelin.analysis.trial.pool import Pool

#: Keys of a design that say something and change no replicate.
WORDS: Final = ("title", "citation", "summary", "needs", "published", "power")
Arrays = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Replicates of one design and pool.

    Attributes
    ----------
    folder : Path or None
        Where they stand; nothing is kept when None.
    key : str
        Digest of the design and of the values of the pool.
    """

    folder: Path | None
    key: str = ""

    @classmethod
    def of(cls, folder: Path | None, design: Design, pool: Pool) -> Kept:
        """Return what is kept of a trial in a folder."""
        if folder is None:
            return cls(None)
        decides = design.model_dump(mode="json", exclude=set(WORDS))
        content = hashlib.sha256(json.dumps([__version__, decides], sort_keys=True).encode())
        content.update(pool.strata.tobytes())
        for name in sorted(pool.values):
            for column in sorted(pool.values[name]):
                content.update(pool.values[name][column].tobytes())
        return cls(folder, content.hexdigest()[:16])

    def read(self, name: str) -> Arrays | None:
        """Return p, estimates and early ends of replicates (replicate, endpoint); None where they are not there."""
        if self.folder is None:
            return None
        try:
            with np.load(self._path(name), allow_pickle=False) as found:
                return found["p"], found["estimate"], found["ended"]
        except (OSError, ValueError, KeyError):
            return None

    def write(self, name: str, arrays: Arrays) -> None:
        """Keep the replicates of one size."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        np.savez_compressed(content, p=arrays[0], estimate=arrays[1], ended=arrays[2])
        put(self._path(name), content.getvalue())

    def _path(self, name: str) -> Path:
        return (self.folder or Path()) / f"{self.key}-{name}.npz"
