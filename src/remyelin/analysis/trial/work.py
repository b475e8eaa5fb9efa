"""Replicates as chunks of work, for the executors of cohorts: processes of this machine or a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from remyelin._version import __version__
from remyelin.analysis.cohort.observation import Observation
from remyelin.analysis.cohort.parts import Chunk
from remyelin.analysis.cohort.work import made_with, same_software
from remyelin.analysis.trial.design import Design
from remyelin.analysis.trial.kept import Replicates
from remyelin.analysis.trial.pool import Pool
from remyelin.analysis.trial.settings import PROGRESS_EVERY
from remyelin.analysis.trial.simulate import Purpose, replicate
from remyelin.base.errors import SimulationError


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Replicates of one chunk."""

    chunk: Chunk
    found: Replicates


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateSetup:
    """All that a worker needs to compute any replicate.

    Replicate `number` of purpose `place` has the index ``place * design.replicates + number``.
    """

    design: Design
    pool: Pool
    looks: Mapping[str, Observation]
    purposes: tuple[Purpose, ...]
    version: str = __version__
    made_with: Mapping[str, str] = field(default_factory=made_with)

    def worker(self) -> ReplicateWorker:
        """Return the worker."""
        return ReplicateWorker(self)


class ReplicateWorker:
    """Computes replicates; each has random streams of its own, so that nothing depends on which worker it is."""

    def __init__(self, setup: ReplicateSetup) -> None:
        same_software(setup.version, setup.made_with)
        self._setup = setup

    def chunk(self, chunk: Chunk) -> Part:
        """Compute the replicates of a chunk."""
        design = self._setup.design
        found = Replicates.empty(len(chunk), len(design.endpoint))
        for place, index in enumerate(range(chunk.start, chunk.stop)):
            which, number = divmod(index, design.replicates)
            tests, stopped = replicate(
                design, self._setup.pool, self._setup.purposes[which], number, self._setup.looks
            )
            found.p[place] = [one.p for one in tests]
            found.estimate[place] = [one.estimate for one in tests]
            found.redundant[place] = [one.redundant for one in tests]
            found.ended[place] = stopped
        return Part(chunk, found)

    def give_up(self, index: int, reason: str) -> Part:
        """Refuse to leave out a replicate: power is a share of all of them.

        Raises
        ------
        SimulationError
        """
        which, number = divmod(index, self._setup.design.replicates)
        n = self._setup.design.sizes[self._setup.purposes[which].size]
        raise SimulationError(f"replicate {number} with {n} persons per arm cannot be computed: {reason}")


def chunks_of(purposes: Sequence[Purpose], replicates: int) -> list[Chunk]:
    """Return chunks of at most :data:`PROGRESS_EVERY` replicates, none across two purposes."""
    return [
        Chunk(begin + first, begin + min(first + PROGRESS_EVERY, replicates))
        for begin in range(0, len(purposes) * replicates, replicates)
        for first in range(0, replicates, PROGRESS_EVERY)
    ]
