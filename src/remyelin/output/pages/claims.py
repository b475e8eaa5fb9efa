"""The claims as text and as a page: claim, verdict, evidence for and against, result of the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from remyelin.analysis.claims import VERDICTS, Judged
from remyelin.analysis.claims.registry import BEARINGS, SCHEMA
from remyelin.analysis.claims.run import Row
from remyelin.evidence import load_references
from remyelin.output.formatting import number, wrapped
from remyelin.output.pages.templates import page
from remyelin.person.course import DISCLAIMER

_TOLD: Final = {"partly": "supported in part"}
_MARKS = {"read": "", "read-2nd": ", second hand", "recall": ", from memory"}


def document(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the claims as JSON-ready data."""
    return {
        "schema": SCHEMA,
        "disclaimer": DISCLAIMER,
        "verdicts": VERDICTS,
        "claims": [item.as_dict() for item in judged],
    }


FILES: Final = ("claims.html", "claims.json")


def files_of(judged: Sequence[Judged]) -> dict[str, str]:
    """Return ``claims.html`` and ``claims.json``."""
    data = json.dumps(document(judged), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {"claims.html": render_claims(judged), "claims.json": data}


def render_claims(judged: Sequence[Judged]) -> str:
    """Return the page of the claims as HTML."""
    numbers = _numbers(judged)
    references = load_references()
    return page(
        "claims",
        judged=judged,
        verdicts=VERDICTS,
        bearings=BEARINGS,
        disclaimer=DISCLAIMER,
        marks=_MARKS,
        numbers=numbers,
        sources=[(number_, references[key].printed) for key, number_ in numbers.items()],
        cell=cell,
        held=held,
        counted=counted(judged),
    )


def counted(judged: Sequence[Judged]) -> str:
    """Say how many claims have which verdict."""
    numbers = {word: sum(item.claim.verdict == word for item in judged) for word in VERDICTS}
    parts = [f"{n} {'is' if n == 1 else 'are'} {_TOLD.get(word, word)}" for word, n in numbers.items() if n]
    return f"Of {len(judged)} claims of the article {', '.join(parts)}."


def _numbers(judged: Sequence[Judged]) -> dict[str, int]:
    pieces = [piece for item in judged for piece in (*item.claim.supporting, *item.claim.against)]
    return {key: n for n, key in enumerate(dict.fromkeys(k for piece in pieces for k in piece.source), 1)}


def cell(row: Row) -> str:
    """Write the value of a row."""
    if row.published == "yes":
        return {True: "yes", False: "no", None: "-"}[row.holds]
    return "-" if row.value is None else f"{number(row.value)} {row.unit}".strip()


def held(row: Row) -> str:
    """Write whether a row holds; nothing where it has no bounds."""
    return {True: "holds", False: "misses", None: ""}[row.holds]


def describe(judged: Sequence[Judged]) -> str:
    """Return the claims as text for a terminal."""
    numbers = _numbers(judged)
    references = load_references()
    parts = [wrapped(DISCLAIMER), ""]
    if len(judged) > 1:
        parts += [f"{item.claim.number:2} {item.claim.name:16} {item.claim.verdict}" for item in judged] + [
            ""
        ]
    for item in judged:
        claim, run = item.claim, item.run
        parts += [wrapped(f"{claim.number}. {claim.name.upper()}: {claim.says}", "", "   ")]
        parts += [wrapped(f"Verdict: {claim.verdict}. {item.meaning}", "   ", "   ")]
        for heading, pieces in (("for", claim.supporting), ("against", claim.against)):
            for piece in pieces:
                marks = ",".join(str(numbers[key]) for key in piece.source)
                parts.append(
                    wrapped(f"{heading}: {piece.text} [{marks}{_MARKS[piece.mark]}]", "   ", "     ")
                )
        if run is not None:
            parts.append(wrapped(f"model: {run.what} {BEARINGS[run.bearing]}", "   ", "     "))
            for row in run.rows:
                found = "" if cell(row) == "-" else cell(row)
                stated = row.published and not row.published.startswith("no ")
                beside = f"published {row.published}" if stated else row.published
                # a row without a number of its own says in its note what is to be corrected
                note = row.note.removesuffix(".") if row.value is None else ""
                said = "; ".join(part for part in (found, beside, held(row), note) if part)
                parts.append(wrapped(f"{row.what}: {said}".removesuffix(": "), "     ", "       "))
        parts.append("")
    parts.append("SOURCES")
    parts += [wrapped(f"{n}. {references[key]}.", "  ", "     ") for key, n in numbers.items()]
    return "\n".join(parts)
