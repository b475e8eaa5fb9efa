"""The claims of the article, each with the verdict of the evidence and of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from remyelin.base.plain import tree
from remyelin.evidence import load_references
from remyelin.web.pool import Ticket
from remyelin.web.routes.jobs import EVENTS, stream
from remyelin.web.routes.quick import engine_of

router = APIRouter(prefix="/api")


class AskedName(BaseModel):
    """One claim by name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=80)]


@router.get("/claims")
def claims() -> list[dict[str, Any]]:
    """List the claims of the article with the verdict of the evidence."""
    from remyelin.analysis.claims import claims as known_claims

    references = load_references()
    return [
        {
            **tree(asdict(claim)),
            "sentence": claim.sentence,
            "cited": {
                key: references[key].short
                for piece in (*claim.supporting, *claim.against)
                for key in piece.source
            },
        }
        for claim in known_claims().values()
    ]


@router.post("/claim", response_class=StreamingResponse, responses=EVENTS)
async def claim(asked: AskedName, request: Request) -> StreamingResponse:
    """Judge one claim: its evidence, and the run of the model that bears on it."""
    from remyelin.analysis import claims as room

    engine, name = engine_of(request), asked.name
    if name not in room.claims():
        room.judge(name, engine.ledger)  # raises, with the nearest name

    def work(ticket: Ticket, say: Callable[[str], None]) -> Any:
        return engine.remember(("claim", name), lambda: tree(room.judge(name, engine.ledger, say).as_dict()))

    return stream(request, work)
