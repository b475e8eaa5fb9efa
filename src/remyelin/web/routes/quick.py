"""Routes answered while a slider moves: cases, trajectories, bands, studies."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from remyelin import clinic, nerve
from remyelin._version import __version__
from remyelin.base.plain import tree
from remyelin.base.units import DAYS_PER_MONTH, per_unit
from remyelin.catalogue import pathways as named
from remyelin.catalogue import plans
from remyelin.catalogue.causes import CAUSES
from remyelin.clinic.association import CLOCKS
from remyelin.cobalamin.doses import FORMS, ROUTES
from remyelin.cobalamin.dosing import INTERVALS, REGIMENS
from remyelin.cobalamin.wording import LABELS, order_of
from remyelin.evidence import load_references
from remyelin.output.answer import told
from remyelin.output.chances import BESIDE
from remyelin.output.symptoms import share
from remyelin.person.case import DISEASES, Case, case_of, load_case, shipped_cases, to_toml_data
from remyelin.person.course import DISCLAIMER
from remyelin.person.forecast_guard import headline
from remyelin.person.plans import Plan
from remyelin.web.drawing import drawing
from remyelin.web.drawn import as_json
from remyelin.web.engine import Engine
from remyelin.web.pool import Pool, Ticket
from remyelin.web.settings import WEB_BAND_MEMBERS

router = APIRouter(prefix="/api")

Months = Annotated[float, Field(ge=-1200, le=1200, allow_inf_nan=False)]


class AskedCase(BaseModel):
    """A case."""

    model_config = ConfigDict(extra="forbid")

    case: dict[str, Any]


class Asked(BaseModel):
    """A case, and by how many months its treatment is moved (null: nothing is done)."""

    model_config = ConfigDict(extra="forbid")

    case: dict[str, Any]
    shift: Months | None = 0.0

    def read(self) -> tuple[Case, float | None]:
        """Validate the case by the schema of case files; give the shift in days."""
        shift = None if self.shift is None else self.shift * DAYS_PER_MONTH
        return case_of(self.case, "case"), shift


class AskedPlan(Asked):
    """A case under one plan with its name and label."""

    name: Annotated[str, Field(max_length=40)]
    label: Annotated[str, Field(max_length=200)] = ""


class AskedAnswer(BaseModel):
    """Plans of one case; the first is the treatment as given."""

    model_config = ConfigDict(extra="forbid")

    plans: Annotated[list[AskedPlan], Field(min_length=1, max_length=8)]

    def read(self) -> list[tuple[Plan, Case]]:
        """Validate every case by the schema of case files."""
        found = []
        for item in self.plans:
            case, shift = item.read()
            found.append((Plan(item.name, item.label or item.name, shift), case))
        return found


class AskedDate(Asked):
    """A case, its plan, and a date in months from presentation."""

    month: Months = 0.0

    @property
    def day(self) -> float:
        """The date in days."""
        return self.month * DAYS_PER_MONTH


class AskedPathway(AskedDate):
    """The fibres of one pathway at a date."""

    pathway: Annotated[str, Field(max_length=40)]


class AskedStudies(AskedDate):
    """Studies at a date; all of the battery when none are named."""

    studies: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=12)] = []


def engine_of(request: Request) -> Engine:
    """Return the engine of the application."""
    engine: Engine = request.app.state.engine
    return engine


def pool_of(request: Request) -> Pool:
    """Return the pool of quick requests."""
    pool: Pool = request.app.state.quick
    return pool


@router.get("/state")
async def state(request: Request) -> dict[str, Any]:
    """Return the data with which the page begins: version, warm or not, names, colours."""
    ledger = engine_of(request).ledger
    return {
        "version": __version__,
        "disclaimer": DISCLAIMER,
        "warm": request.app.state.ready == "warm",
        "warming": request.app.state.ready,
        "causes": list(CAUSES),
        "diseases": list(DISEASES),
        "forms": list(FORMS),
        "routes": list(ROUTES),
        "orders": {name: order_of(name, ledger) for name in REGIMENS},
        "schedules": LABELS,
        "intervals": ["once", *INTERVALS],
        "studies": list(nerve.STUDIES),
        "pathways": list(nerve.PATHWAYS),
        "drawing": drawing(),
        "colours": {
            "pathways": dict(named.COLOURS),
            "states": dict(plans.STATE_COLOURS),
            "plans": dict(plans.COLOURS),
        },
        "limits": {
            "b12": list(ledger.vector("limits.b12")),
            "holotc": list(ledger.vector("limits.holotc")),
            "mma": [ledger["limits.mma"]],
            "homocysteine": [ledger["limits.homocysteine"]],
        },
        "conventional": {
            "b12": ["pg/mL", per_unit("b12", "pg/mL")],
            "mma": ["umol/L", per_unit("mma", "umol/L")],
        },
        "presence": ledger["clinic.presence"],
        "adults_over": ledger["plausible.age_over"],
        "members": WEB_BAND_MEMBERS,
        "most_points": clinic.most_points(clinic.Parameters.from_ledger(ledger)),
        "symptoms": [
            {
                "id": item.id,
                "name": item.name,
                "tier": item.tier,
                "pathways": list(item.pathways),
                "mechanism": item.mechanism,
                "causes": item.causes,
                "everybody": share(item.background) if item.tier == "no evidence" else "",
            }
            for item in clinic.catalogue(ledger)
        ],
        "beside": [{"id": name, "name": BESIDE[name][0]} for name in BESIDE if name in CLOCKS],
    }


@router.get("/cases")
async def cases() -> list[dict[str, Any]]:
    """List the shipped cases and scenarios, each as its case file says."""
    references = load_references()
    found = []
    for name in shipped_cases():
        case = load_case(name)
        citation = str(references[case.citation]) if case.citation in references else ""
        found.append({"name": name, "citation": citation, "case": to_toml_data(case)})
    return found


@router.post("/course", response_model=dict[str, Any])
async def course(asked: Asked, request: Request) -> Response:
    """Follow one person under one plan."""
    case, shift = asked.read()
    engine = engine_of(request)
    return await answered(request, lambda ticket: engine.described(case, shift, ticket.check))


@router.post("/bands", response_model=dict[str, Any])
async def bands(asked: Asked, request: Request) -> Response:
    """Return the spread over myelin rates that lesions and animals cannot tell apart."""
    case, shift = asked.read()
    engine = engine_of(request)
    return await answered(request, lambda ticket: as_json(engine.bands(case, shift, ticket.check)))


@router.post("/forecast", response_model=dict[str, Any])
async def forecast(asked: AskedCase, request: Request) -> Response:
    """Say whether the course of a case may be shown as a forecast, or why it is refused."""
    case = case_of(asked.case, "case")
    engine = engine_of(request)

    def work(ticket: Ticket) -> bytes:
        reason = engine.refused(case, ticket.check)
        return as_json({"refused": reason or None, "headline": headline(reason) if reason else ""})

    return await answered(request, work)


@router.post("/answer", response_model=dict[str, Any])
async def answer(asked: AskedAnswer, request: Request) -> Response:
    """Answer of a case under several plans: state now, first improvement, a year on, residue, cost of a delay."""
    plans = asked.read()
    engine = engine_of(request)

    def work(ticket: Ticket) -> bytes:
        reason = engine.refused(plans[0][1], ticket.check)
        return as_json(told(engine.answer(plans, reason, ticket.check)))

    return await answered(request, work)


@router.post("/studies", response_model=dict[str, Any])
async def studies(asked: AskedStudies, request: Request) -> Response:
    """Study the nerves of the person at a date."""
    case, shift = asked.read()
    engine = engine_of(request)

    def work(ticket: Ticket) -> bytes:
        found = engine.studies(case, shift, asked.day, asked.studies, ticket.check)
        doubt = "" if asked.studies else engine.doubted(case, shift, asked.day, found)
        return as_json({**tabled(found), "doubt": doubt})

    return await answered(request, work)


async def answered(request: Request, work: Callable[[Ticket], bytes]) -> Response:
    """Answer with JSON that the computing thread has written, so that others need not wait while it is."""
    return Response(await pool_of(request).run(request, work), media_type="application/json")


@router.post("/fibres", response_model=list[dict[str, Any]])
async def fibres(asked: AskedPathway, request: Request) -> Response:
    """Return how the representative fibres of a pathway conduct at a date, neuron after neuron."""
    case, shift = asked.read()
    engine = engine_of(request)
    return await answered(
        request,
        lambda ticket: as_json(engine.fibres(case, shift, asked.day, asked.pathway, ticket.check)),
    )


def tabled(found: nerve.Studies) -> dict[str, Any]:
    """Return studies as plain JSON-ready data."""
    return {
        "rows": [tree(row.as_dict()) for row in found.rows],
        "waveforms": {
            name: {
                "time": [round(float(t), 4) for t in wave.time],
                "value": [float(f"{v:.4g}") for v in wave.value],
                "unit": wave.unit,
            }
            for name, wave in found.waveforms.items()
        },
    }


def warm(app: FastAPI) -> None:
    """Compile the kernels and fill the tables, so that the first visitor need not wait for it."""
    engine: Engine = app.state.engine
    app.state.ready = "compiling the kernels and filling the tables"
    case = load_case(next(iter(shipped_cases())))
    engine.trajectory(case, 0.0, lambda step: None)
    engine.studies(case, 0.0, 0.0, [], lambda step: None)
    # Freeze the objects created at start-up so that garbage collection does not delay slider requests by 0.1 s.
    gc.collect()
    gc.freeze()
    app.state.ready = "warm"
