"""The check of what is known of a person and the claims of the article, where this installation has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from remyelin.base.errors import InputError
from remyelin.base.plain import tree
from remyelin.person.case import parse_case, to_toml_data
from remyelin.web.pool import Ticket
from remyelin.web.routes.jobs import EVENTS, stream
from remyelin.web.routes.quick import ROOMS, engine_of, pool_of

router = APIRouter(prefix="/api")


class AskedText(BaseModel):
    """The text of a case or check file (TOML), or of a FHIR bundle (JSON)."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=100_000)]


Short = Annotated[str, Field(max_length=80)]


class AskedAnswers(BaseModel):
    """Answers to the questions of the check, each as typed, with its unit; what is left out is empty."""

    model_config = ConfigDict(extra="forbid")

    age: Short = ""
    sex: Short = ""
    words: Annotated[dict[Short, Annotated[list[Short], Field(max_length=60)]], Field(max_length=8)] = {}
    labs: Annotated[dict[Short, Short], Field(max_length=20)] = {}
    confirmed: Annotated[list[Short], Field(max_length=20)] = []


class AskedName(BaseModel):
    """One claim by name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=80)]


def there(room: str) -> bool:
    """Return whether this installation has a room of :data:`remyelin.web.routes.quick.ROOMS`."""
    return find_spec(ROOMS[room]) is not None


@router.post("/read")
async def read(asked: AskedText, request: Request) -> dict[str, Any]:
    """Read a case file; its one sentence when it cannot be read."""
    case = parse_case(_text(asked.text), "the file")
    return to_toml_data(case)


@router.post("/check")
async def check(asked: AskedText, request: Request) -> dict[str, Any]:
    """Say what published guidance says of what was entered."""
    if not there("check"):
        raise InputError("this installation has no check.")
    text, ledger = _text(asked.text), engine_of(request).ledger

    def work(ticket: Ticket) -> dict[str, Any]:
        room = import_module("remyelin.check")
        known = import_module("remyelin.check.reading").parse_text(text, "the file", ledger, ())
        found: dict[str, Any] = tree(room.answer(known, ledger).as_dict())
        return found

    return await pool_of(request).run(request, work)


@router.get("/questions")
def questions() -> dict[str, Any]:
    """Return the questions of the check: words by kind, laboratory values with their units."""
    if not there("check"):
        return {"words": [], "labs": []}
    asked: dict[str, Any] = import_module("remyelin.check.form").questions()
    return asked


@router.post("/answers")
async def answers(asked: AskedAnswers, request: Request) -> dict[str, Any]:
    """Say what published guidance says of the answers, or which answers cannot be read, each in a sentence."""
    if not there("check"):
        raise InputError("this installation has no check.")
    ledger = engine_of(request).ledger

    def work(ticket: Ticket) -> dict[str, Any]:
        known, refused = import_module("remyelin.check.form").read_form(
            asked.age, asked.sex, asked.words, asked.labs, ledger, asked.confirmed
        )
        if refused:
            return {"refused": refused}
        answer = import_module("remyelin.check").answer(known, ledger)
        found: dict[str, Any] = tree(answer.as_dict())
        return found

    return await pool_of(request).run(request, work)


@router.get("/claims")
def claims() -> list[dict[str, Any]]:
    """List the claims of the article with the verdict of the evidence."""
    if not there("claims"):
        return []
    known = import_module("remyelin.analysis.claims").claims()
    return [{**tree(asdict(claim)), "sentence": claim.sentence} for claim in known.values()]


@router.post("/claim", response_class=StreamingResponse, responses=EVENTS)
async def claim(asked: AskedName, request: Request) -> StreamingResponse:
    """Judge one claim: its evidence, and the run of the model that bears on it."""
    if not there("claims"):
        raise InputError("this installation has no claims.")
    room = import_module("remyelin.analysis.claims")
    engine, name = engine_of(request), asked.name
    if name not in room.claims():
        room.judge(name, engine.ledger)  # raises, with the nearest name

    def work(ticket: Ticket, say: Callable[[str], None]) -> Any:
        return engine.remember(("claim", name), lambda: tree(room.judge(name, engine.ledger, say).as_dict()))

    return stream(request, work)


def _text(text: str) -> str:
    """Refuse what no file in UTF-8 could hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("the file: is not text in UTF-8.") from None
    return text
