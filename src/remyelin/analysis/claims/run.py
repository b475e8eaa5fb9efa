"""Result of a run for one claim, and rows of published targets beside the model's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from remyelin.analysis.validation import validate
from remyelin.evidence import Ledger, load_published

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a run, beside the published bounds where it has any."""

    what: str
    value: float | None
    unit: str
    published: str = ""
    holds: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Answer of the model to a claim.

    Attributes
    ----------
    what : str
        What was computed, in one sentence.
    rows : tuple of Row
    bearing : str
        ``agrees``, ``disagrees``, ``mixed``, ``built in`` or ``silent``.
    words : mapping of str to str
        Numbers of the run as text, for the sentence of the verdict.
    """

    what: str
    rows: tuple[Row, ...]
    bearing: str
    words: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the run as plain data."""
        return {
            "what": self.what,
            "bearing": self.bearing,
            "rows": [asdict(row) for row in self.rows],
            "words": dict(self.words),
        }


def targets(ledger: Ledger, *names: str, progress: Progress) -> tuple[Row, ...]:
    """Compute rows of the published targets, each with whether it holds."""
    quantity = {target.name: target.quantity for target in load_published()}
    rows = []
    for name in names:
        progress(name)
        for found in validate(ledger, name):
            rows.append(
                Row(
                    f"{quantity[name]} ({found.role})",
                    found.simulated,
                    "" if found.unit in ("holds", "-") else found.unit,
                    "yes"
                    if found.unit == "holds"
                    else f"{found.published} ({found.lower:g} to {found.upper:g})",
                    found.holds,
                    found.note,
                )
            )
    return tuple(rows)


def direction(rows: tuple[Row, ...]) -> str:
    """Say whether all, none or some of the rows hold."""
    held = [bool(row.holds) for row in rows if row.holds is not None]
    return "agrees" if held and all(held) else "mixed" if any(held) else "disagrees"


def held(rows: tuple[Row, ...]) -> dict[str, str]:
    """Return how many rows hold, and of how many, as words of a verdict."""
    return {"held": str(sum(row.holds is True for row in rows)), "rows": str(len(rows))}
