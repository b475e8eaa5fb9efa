"""Routes that take seconds: reports, the exact engine, experiments. Progress and result as server-sent events.

The client reads the events from the answer itself. When it closes the connection the computation ends at its
next step, and its place in the queue is free.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import tomli_w
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, StreamingResponse

from remyelin.analysis.experiments import EXPERIMENTS, run_experiment
from remyelin.base.errors import RemyelinError
from remyelin.base.files import reason
from remyelin.base.plain import tree
from remyelin.base.units import show
from remyelin.evidence import load_references
from remyelin.person.case import Case, case_of, to_toml_data
from remyelin.web.drawn import refuse_too_long
from remyelin.web.guard import REPORT_POLICY
from remyelin.web.pool import Pool, Ticket
from remyelin.web.routes.quick import Asked, AskedStudies, engine_of, tabled
from remyelin.web.store import TYPES, File, Store

router = APIRouter(prefix="/api")
log = logging.getLogger("remyelin.web")
Work = Callable[[Ticket, Callable[[str], None]], Any]
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "progress, then result or error"}
}
_HEARTBEAT = 5.0


class AskedExperiment(BaseModel):
    """An experiment by name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=80)]


@router.post("/exact", response_class=StreamingResponse, responses=EVENTS)
async def exact(asked: AskedStudies, request: Request) -> StreamingResponse:
    """Study the nerves with drawn fibres, each conducted by the exact engine."""
    case, shift = asked.read()
    engine, day = engine_of(request), asked.day

    def work(ticket: Ticket, say: Callable[[str], None]) -> Any:
        return tabled(engine.studies(case, shift, day, asked.studies, say, exact=True))

    return stream(request, work)


@router.post("/report", response_class=StreamingResponse, responses=EVENTS)
async def report(asked: Asked, request: Request) -> StreamingResponse:
    """Compute the whole course of a case under one plan and keep its report."""
    case, shift = asked.read()
    engine, store = engine_of(request), _store(request)
    given = moved(case, shift)

    def work(ticket: Ticket, say: Callable[[str], None]) -> Any:
        refuse_too_long(given, engine.person(given), 0.0)
        made = store.make(given, engine.ledger, say)
        return {"id": made, "folder": str(store.find(made))}

    return stream(request, work)


@router.post("/case-file")
async def case_file(asked: Asked) -> dict[str, str]:
    """Write the case under one plan as the text of a case file."""
    case, shift = asked.read()
    return {"name": f"{case.name}.toml", "text": tomli_w.dumps(to_toml_data(moved(case, shift)))}


@router.get(
    "/reports/{report}/{file}",
    response_class=FileResponse,
    responses={404: {"description": "no such report"}},
)
async def kept(
    report: Annotated[str, Path(pattern="^[0-9a-f]{24}$")],
    file: File,
    request: Request,
    download: bool = False,
) -> FileResponse:
    """Return one file of a finished report."""
    where = _store(request).find(report) / next(name for name in TYPES if name == file)
    headers = {"content-security-policy": REPORT_POLICY}
    if download:
        headers["content-disposition"] = f'attachment; filename="{where.name}"'
    return FileResponse(where, media_type=TYPES[file], headers=headers)


@router.get("/experiments")
def experiments() -> list[dict[str, str]]:
    """List the experiments, each with its question."""
    return [
        {"name": item.name, "layer": item.layer, "title": item.title, "question": item.question}
        for item in EXPERIMENTS.values()
    ]


@router.post("/experiment", response_class=StreamingResponse, responses=EVENTS)
async def experiment(asked: AskedExperiment, request: Request) -> StreamingResponse:
    """Run an experiment."""
    name = asked.name
    if name not in EXPERIMENTS:
        run_experiment(name, engine_of(request).ledger)  # raises, with the nearest name

    def work(ticket: Ticket, say: Callable[[str], None]) -> Any:
        engine = engine_of(request)
        found = engine.remember(("experiment", name), lambda: run_experiment(name, engine.ledger, say))
        references = load_references()
        return tree({**found.as_dict(), "cited": {key: references[key].short for key in found.sources}})

    return stream(request, work)


def moved(case: Case, shift: float | None) -> Case:
    """Return the case with its treatment, and an exposure that ends with it, moved by so many days.

    Parameters
    ----------
    case : Case
    shift : float or None
        None takes the treatment away.

    Raises
    ------
    InputError
        If the result is no valid case.
    """
    data = to_toml_data(case)
    if shift is None:
        data.pop("treatment", None)
        data["cause"].pop("ended", None)
        return case_of(data, "case")
    if shift == 0:
        return case
    for item, stated in zip(data.get("treatment", []), case.treatment, strict=True):
        item["start"] = show(stated.start + shift, "time")
    if case.cause.ended is not None:
        data["cause"]["ended"] = show(case.cause.ended + shift, "time")
    return case_of(data, "case")


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def stream(request: Request, work: Work) -> StreamingResponse:
    """Queue a computation now, so that a full queue is refused at once, and stream its progress and result."""
    pool: Pool = request.app.state.long
    loop = asyncio.get_running_loop()
    said: asyncio.Queue[str] = asyncio.Queue()
    ticket = Ticket(pool.seconds)

    def say(step: str) -> None:
        ticket.check()
        loop.call_soon_threadsafe(said.put_nowait, step)

    future = pool.submit(ticket, lambda ticket: work(ticket, say))
    return StreamingResponse(
        _events(future, said, ticket), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


async def _events(
    future: asyncio.Future[Any], said: asyncio.Queue[str], ticket: Ticket
) -> AsyncIterator[str]:
    step = asyncio.ensure_future(said.get())
    try:
        yield _event("progress", {"step": "waiting"})
        while True:
            waited: set[asyncio.Future[Any]] = {future, step}
            await asyncio.wait(waited, timeout=_HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if step.done():
                yield _event("progress", {"step": step.result()})
                step = asyncio.ensure_future(said.get())
                continue
            if future.done():
                break
            yield ": still computing\n\n"
        try:
            yield _event("result", future.result())
        except RemyelinError as error:
            yield _event("error", {"error": str(error)})
        except OSError as error:
            yield _event("error", {"error": f"the server cannot read or write: {reason(error)}."})
        except Exception as error:
            log.error("a computation failed", exc_info=error)
            yield _event(
                "error", {"error": f"internal error, {type(error).__name__}; the server has logged it."}
            )
    finally:
        # pending ones would be complained about when the loop ends
        step.cancel()
        ticket.stop()
        future.cancel()


def _event(kind: str, data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=True, allow_nan=False)}\n\n"
