"""Deaths of workers over a chunk, and the retries that follow."""

from __future__ import annotations

from collections import Counter

from remyelin.analysis.cohort.parts import Chunk
from remyelin.analysis.cohort.settings import COHORT_DEATHS, COHORT_DEATHS_ALONE


class Deaths:
    """Counts the workers that died over each chunk and decides its fate."""

    def __init__(self) -> None:
        self._count: Counter[Chunk] = Counter()

    def after(self, chunk: Chunk) -> list[Chunk] | None:
        """Return the chunks to compute in its place: itself, its courses one by one, or None to give it up."""
        self._count[chunk] += 1
        if len(chunk) > 1:
            if self._count[chunk] < COHORT_DEATHS:
                return [chunk]
            return [Chunk(index, index + 1) for index in range(chunk.start, chunk.stop)]
        return [chunk] if self._count[chunk] < COHORT_DEATHS_ALONE else None
