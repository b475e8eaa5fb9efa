"""Routes of the check: files read, questions asked, guidance given."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from remyelin.base.errors import InputError
from remyelin.base.plain import tree
from remyelin.evidence import load_references
from remyelin.person.case import parse_case, to_toml_data
from remyelin.web.pool import Ticket
from remyelin.web.routes.quick import engine_of, pool_of

if TYPE_CHECKING:
    from remyelin.check.answer import Answer

router = APIRouter(prefix="/api")


class AskedText(BaseModel):
    """The text of a case or check file (TOML), or of a FHIR bundle (JSON)."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=100_000)]


Short = Annotated[str, Field(max_length=80)]


class AskedAnswers(BaseModel):
    """Answers to the questions of the check, each as typed, with its unit; one left out is empty."""

    model_config = ConfigDict(extra="forbid")

    age: Short = ""
    sex: Short = ""
    words: Annotated[dict[Short, Annotated[list[Short], Field(max_length=60)]], Field(max_length=8)] = {}
    labs: Annotated[dict[Short, Short], Field(max_length=20)] = {}
    confirmed: Annotated[list[Short], Field(max_length=20)] = []


class AskedHandover(AskedAnswers):
    """The same answers, with since when each symptom, cause or treatment has been there, by ``kind.name``."""

    since: Annotated[dict[Short, Short], Field(max_length=60)] = {}


@router.post("/read")
async def read(asked: AskedText, request: Request) -> dict[str, Any]:
    """Read a case file; its one sentence when it cannot be read."""
    case = parse_case(_text(asked.text), "the file")
    return to_toml_data(case)


@router.post("/check")
async def check(asked: AskedText, request: Request) -> dict[str, Any]:
    """Return published guidance on the entries."""
    text, ledger = _text(asked.text), engine_of(request).ledger

    def work(ticket: Ticket) -> dict[str, Any]:
        from remyelin.check import answer
        from remyelin.check.reading import parse_text

        return _shown(answer(parse_text(text, "the file", ledger, ()), ledger))

    return await pool_of(request).run(request, work)


@router.get("/questions")
def questions() -> dict[str, Any]:
    """Return the questions of the check: words by kind, laboratory values with their units."""
    from remyelin.check.form import questions as asked

    return asked()


@router.post("/answers")
async def answers(asked: AskedAnswers, request: Request) -> dict[str, Any]:
    """Return published guidance on the answers, or a sentence for each answer that cannot be read."""
    ledger = engine_of(request).ledger

    def work(ticket: Ticket) -> dict[str, Any]:
        from remyelin.check import answer
        from remyelin.check.form import read_form

        known, refused = read_form(asked.age, asked.sex, asked.words, asked.labs, ledger, asked.confirmed)
        if refused:
            return {"refused": refused}
        return _shown(answer(known, ledger))

    return await pool_of(request).run(request, work)


@router.post("/handover")
async def handover(asked: AskedHandover, request: Request) -> dict[str, Any]:
    """Return the answers as a case and as a record, or which answers cannot be read, each in a sentence."""
    ledger = engine_of(request).ledger

    def work(ticket: Ticket) -> dict[str, Any]:
        from remyelin.check.form import read_form, read_since
        from remyelin.check.handover import hand_over

        known, refused = read_form(asked.age, asked.sex, asked.words, asked.labs, ledger, asked.confirmed)
        days, unread = read_since(asked.since, known)
        if refused or unread:
            return {"refused": {**refused, **unread}}
        made: dict[str, Any] = tree(asdict(hand_over(known, ledger, days, asked.confirmed)))
        needs = made.pop("refused")
        return {**made, "needs": needs}

    return await pool_of(request).run(request, work)


def _shown(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain data; the page prints sources without the working notes on how they were seen."""
    data = answer.as_dict()
    references = load_references()
    data["sources"] = {
        key: references[key].printed if key in references else said for key, said in data["sources"].items()
    }
    found: dict[str, Any] = tree(data)
    return found


def _text(text: str) -> str:
    """Refuse text that no file in UTF-8 could hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("the file: is not text in UTF-8.") from None
    return text
