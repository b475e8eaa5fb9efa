"""Routes on the origin of every number; the checks and the claims."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from remyelin.evidence import load_references
from remyelin.evidence.entry_names import entry_name
from remyelin.output.terminal import ledger as sources
from remyelin.web.routes.quick import engine_of

router = APIRouter(prefix="/api")


@router.get("/evidence")
def evidence(request: Request) -> dict[str, Any]:
    """Return every entry of the ledger and the bibliography."""
    references = load_references()
    entries = [entry.as_dict() for entry in engine_of(request).ledger.entries()]
    for entry in entries:
        entry.pop("columns", None)
        entry.pop("units", None)
        entry["label"] = entry_name(entry["name"])
    cited = {key for entry in entries for key in entry["source"]}
    return {
        "entries": entries,
        "references": {key: str(references[key]) for key in sorted(cited) if key in references},
    }


@router.get("/evidence/entry", responses={422: {"description": "no such entry"}})
def entry(name: Annotated[str, Query(max_length=120)]) -> list[dict[str, Any]]:
    """Explain one entry, with its alternatives and, of a table, its columns."""
    return [found.as_dict() for found in sources.explain(name)]
