"""Rows of a claim from a virtual trial: the persons per arm needed to detect the effect claimed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from remyelin.analysis.claims.run import Progress, Row
from remyelin.analysis.cohort.observation import observation_of
from remyelin.analysis.trial import Design, load_design
from remyelin.analysis.trial.pool import build_pool
from remyelin.analysis.trial.settings import SEARCH_LIMIT
from remyelin.analysis.trial.sizing import Needed, needed
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.evidence import Ledger

PERSONS: Final = 12  # of a claim's pool: seconds, and only the order of magnitude is said
MANY: Final = f"more than {SEARCH_LIMIT:,}"


def planned(name: str, progress: Progress) -> tuple[Row, ...]:
    """Return the fewest persons per arm of a shipped trial, over its endpoints and visits, under every hypothesis.

    The ledger's own values are used: a trial has hypotheses of its own.
    """
    progress(f"virtual trial {name!r}")
    design, found = _needed(name)
    first, last = (design.arm[place].name.replace("-", " ") for place in (0, -1))
    rows = []
    for hypothesis in design.hypothesis:
        best = next(row for row in found if row.hypothesis == hypothesis.name)
        what = (
            "any endpoint" if best.n is None else f"{best.endpoint}, {best.visit / DAYS_PER_MONTH:.0f} months"
        )
        under = f", {hypothesis.name}" if len(design.hypothesis) > 1 else ""
        rows.append(
            Row(
                f"persons per arm to tell {first} from {last} by {what}{under}",
                None if best.n is None else float(best.n),
                "persons",
                note=MANY if best.n is None else "",
            )
        )
    return tuple(rows)


def said(row: Row) -> str:
    """Return the number of a row of :func:`planned` as text."""
    return MANY if row.value is None else f"{row.value:,.0f}"


def under(hypothesis: str, rows: Sequence[Row]) -> Row:
    """Return the row of :func:`planned` of one hypothesis."""
    return next(row for row in rows if row.what.endswith(f", {hypothesis}"))


@lru_cache(maxsize=8)
def _needed(name: str) -> tuple[Design, tuple[Needed, ...]]:
    """Return the design with the two arms that are compared, and the persons it needs, fewest first."""
    shipped = load_design(name)
    small = shipped.model_copy(update={"pool": PERSONS, "sets": 0, "arm": (shipped.arm[0], shipped.arm[-1])})
    with TemporaryDirectory(prefix="remyelin-claim-") as folder:
        pool = build_pool(small, Path(folder))
    ledger = Ledger.shipped()
    looks = {one.column: observation_of(one.column, ledger) for one in small.endpoint}
    return small, tuple(needed(small, pool, looks))
