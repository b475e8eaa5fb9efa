"""One fibre, three times: healthy, as the sliders have it, and with new sheaths; potentials from the full engine."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Pulse,
    Recording,
    bare,
    lose_lamellae,
    mrg_interpolated,
    open_paranodes,
    pulse_stimulus,
    remyelinate,
    simulate_full,
)
from remyelin.fibre.settings import ARRIVAL_NODES, DEFAULT_STEP_US, WHOLE_LAMELLA_TOLERANCE
from remyelin.web.drawn import as_json, plain
from remyelin.web.pool import Ticket
from remyelin.web.routes.quick import answered, engine_of
from remyelin.web.settings import WEB_WIRE_EVERY, WEB_WIRE_FRAMES, WEB_WIRE_MS, WEB_WIRE_NODES

router = APIRouter(prefix="/api")
#: The node at which an impulse counts as arrived: the last is disturbed by the sealed end.
_LAST = -ARRIVAL_NODES


def _number(low: float, high: float) -> Any:
    return Field(ge=low, le=high, allow_inf_nan=False)


class AskedWire(BaseModel):
    """A fibre as the sliders set it; shares are of the healthy sheath."""

    model_config = ConfigDict(extra="forbid")

    diameter: Annotated[float, _number(4, 16)] = 10.0
    temperature: Annotated[float, _number(25, 42)] = 37.0
    internodes: Annotated[int, Field(ge=1, le=20)] = 4
    lamellae: Annotated[float, _number(0, 1)] = 1.0
    paranode: Annotated[float, _number(1, 200)] = 1.0
    channels: Annotated[float, _number(0, 0.1)] = 0.0
    thickness: Annotated[float, _number(0.1, 1)] = 0.4
    length: Annotated[float, _number(0.2, 1)] = 0.35


@router.post("/wire", response_model=dict[str, Any])
async def wire(asked: AskedWire, request: Request) -> Response:
    """Run one impulse through the three fibres."""
    engine = engine_of(request)
    return await answered(request, lambda ticket: as_json(run(asked, engine.ledger, ticket)))


def run(asked: AskedWire, ledger: Ledger, ticket: Ticket) -> dict[str, Any]:
    """Build the fibres and return the potentials of their nodes, as plain data."""
    nodes = WEB_WIRE_NODES
    healthy = mrg_interpolated(
        asked.diameter, nodes, temperature=asked.temperature, grid="converged", ledger=ledger
    )
    first = (nodes - 1 - asked.internodes) // 2
    where = list(range(first, first + asked.internodes))
    lamellae = float(healthy.lamellae.max())
    fibres = {
        "healthy": (healthy, [1.0] * (nodes - 1)),
        "diseased": _diseased(healthy, where, asked, lamellae),
        "remyelinated": _remyelinated(healthy, where, asked),
    }
    recordings: dict[str, Recording] = {}
    for name, (fibre, _) in fibres.items():
        # What has not arrived after the usual time is waited for longer before it is called blocked.
        for duration in WEB_WIRE_MS:
            ticket.check()
            recordings[name] = _record(fibre, duration)
            if np.isfinite(recordings[name].arrival[_LAST]):
                break
    arrivals = [float(item.arrival[_LAST]) for item in recordings.values()]
    shown = 1.5 * max(arrival for arrival in arrivals if np.isfinite(arrival))
    rows = {}
    for name, recording in recordings.items():
        fibre, sheaths = fibres[name]
        kept = np.linspace(0, int(np.searchsorted(recording.time, shown)), WEB_WIRE_FRAMES)
        kept = np.minimum(kept.round().astype(np.int64), len(recording.time) - 1)
        last = recording.arrival[_LAST]
        rows[name] = {
            "positions": plain(fibre.node_positions),
            "sheaths": sheaths,
            "arrival": plain(recording.arrival),
            "arrives": bool(np.isfinite(last)),
            "time": plain(last)[0],
            "potential": np.round(recording.potential[kept]).astype(int).tolist(),
        }
    return {
        "lamellae": lamellae,
        "first": first,
        "internodes": asked.internodes,
        "frames": plain(np.linspace(0, shown, WEB_WIRE_FRAMES)),
        "length": float(healthy.node_positions[-1]),
        "fibres": rows,
    }


def _record(fibre: Fibre, duration: float) -> Recording:
    return simulate_full(
        fibre,
        (pulse_stimulus(fibre, Pulse()),),
        duration,
        step=DEFAULT_STEP_US,
        record=fibre.nodes,
        every=WEB_WIRE_EVERY,
    )


def _diseased(
    healthy: Fibre, where: list[int], asked: AskedWire, lamellae: float
) -> tuple[Fibre, list[float]]:
    """The fibre as the sliders have it; less than one lamella is a bare internode."""
    sheaths = [1.0] * healthy.n_internodes
    for number in where:
        sheaths[number] = asked.lamellae
    if asked.lamellae * float(healthy.lamellae[healthy.lamellae > 0].min()) < 1 - WHOLE_LAMELLA_TOLERANCE:
        for number in where:
            sheaths[number] = 0.0
        persistent = 0.0 if asked.channels else 1.0
        return bare(healthy, where, channel_share=asked.channels, persistent_sodium=persistent), sheaths
    opened = open_paranodes(healthy, where, asked.paranode)
    return (lose_lamellae(opened, where, asked.lamellae) if asked.lamellae < 1 else opened), sheaths


def _remyelinated(healthy: Fibre, where: list[int], asked: AskedWire) -> tuple[Fibre, list[float]]:
    """The same internodes with new short thin sheaths."""
    sheaths: list[float] = []
    for number in range(healthy.n_internodes):
        if number in where:
            sheaths += [asked.thickness] * max(1, round(1 / asked.length))
        else:
            sheaths.append(1.0)
    return remyelinate(healthy, where, asked.thickness, asked.length), sheaths
