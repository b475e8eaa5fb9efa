"""One person's own results: read a record, fit the model to it, forecast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from remyelin.base.errors import InputError
from remyelin.base.plain import percent, tree
from remyelin.check.bundle_record import parse_bundle
from remyelin.evidence import Ledger
from remyelin.person.case import Case, case_of
from remyelin.person.record import Record, parse_csv, parse_record_toml, record_of_case, to_csv
from remyelin.person.record import template as record_template
from remyelin.web.pool import Ticket
from remyelin.web.routes.jobs import EVENTS, stream
from remyelin.web.routes.quick import engine_of

router = APIRouter(prefix="/api")


class AskedRecord(BaseModel):
    """The text of a record (CSV or TOML) or of a FHIR bundle (JSON), and whether a rough answer will do."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=100_000)]
    rough: bool = False


class AskedCase(BaseModel):
    """A case as plain data."""

    model_config = ConfigDict(extra="forbid")

    case: dict[str, Any]


@router.get("/record-template")
def template() -> dict[str, str]:
    """Return a commented record to begin from."""
    return {"text": record_template()}


@router.post("/record")
async def record_of(asked: AskedCase, request: Request) -> dict[str, str]:
    """Write a case as a record."""
    case: Case = case_of(asked.case, "case")
    return {"text": to_csv(record_of_case(case, "the case", engine_of(request).ledger))}


@router.post("/fit", response_class=StreamingResponse, responses=EVENTS)
async def fit(asked: AskedRecord, request: Request) -> StreamingResponse:
    """Fit the model to a record and forecast; a record that cannot be read is refused at once."""
    engine = engine_of(request)
    record = read(asked.text, engine.ledger)

    def work(ticket: Ticket, say: Callable[[str], None]) -> Any:
        # Heavy to import and needed only here.
        from remyelin.output.figures.fit import figures_of
        from remyelin.output.fit_answer import answered
        from remyelin.person.inference import fit_person, forecast

        def step(name: str, share: float) -> None:
            say(f"{name}, {percent(share)}")

        # persons of another record would be another sample: the same record must give the same answer. Untreated
        # histories, most of the work, are remembered whatever the entries.
        posterior = engine.fitted
        if asked.rough or posterior is None or posterior.record != record:
            posterior = fit_person(record, engine.ledger, rough=asked.rough, progress=step)
        if not asked.rough:
            engine.fitted = posterior
        found = forecast(posterior, progress=step)
        said = answered(posterior, found)
        figures = [figure.as_dict() for figure in figures_of(found)]
        return tree({**said, "figures": figures})

    return stream(request, work)


def read(text: str, ledger: Ledger) -> Record:
    """Return the record of a text in any of the formats.

    Raises
    ------
    InputError
        If it is none of them, or a row contradicts another.
    """
    begin = text.lstrip("\ufeff \t\r\n")
    if not begin:
        raise InputError("the record is empty; type rows into the table, paste them or open a file.")
    if begin.startswith(("{", "<")):
        return parse_bundle(text, "the record", ledger)
    first = next(
        (line for line in begin.splitlines() if line.strip() and not line.lstrip().startswith("#")), ""
    )
    if first.lstrip().startswith("[") or ("=" in first and "," not in first.split("=")[0]):
        return parse_record_toml(text, "the record", ledger)
    return parse_csv(text, "the record", ledger)
