"""NumPy emulation of the GPU kernel ``warp.cu``: the same arithmetic, many fibres at once, lane by lane.

It is the reference of that kernel and runs in the tests beside the CPU's kernels. Lane L holds rows 2 L and 2 L + 1; a
shuffle is a shift along the axis of lanes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.fibre.settings import WARP_LANES, WARP_ROWS
from remyelin.fibre.solvers.gating import GATES
from remyelin.fibre.solvers.kernel_parts import GateTable, field, state_fields

Block = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class WarpTasks:
    """Runs as the GPU takes them.

    Attributes
    ----------
    values : (fibres, fields, 64) float32
        Rows of every fibre, padded with empty ones; see :func:`lay_out`.
    fibre, stimulated, wave, steps : (tasks,) int32
    amplitude : (tasks,) float32
        nA.
    waves : (waves, first steps) float32
    ends : (tasks, 2) int32
        Rows at which an impulse has arrived.
    skew : bool
        Whether any internode is not its own mirror image.
    """

    values: Block
    fibre: NDArray[np.int32]
    stimulated: NDArray[np.int32]
    amplitude: Block
    wave: NDArray[np.int32]
    waves: Block
    ends: NDArray[np.int32]
    steps: NDArray[np.int32]
    skew: bool


def lay_out(values: Block, start: NDArray[np.int64]) -> Block:
    """Return rows of fibres, one fibre behind the other, as [fibre][field][row] with empty rows behind.

    Parameters
    ----------
    values : (rows, fields) float
    start : (fibres + 1,) int
        Where the rows of each fibre begin.
    """
    count, fields = len(start) - 1, values.shape[1]
    laid = np.zeros((count, fields, WARP_ROWS), dtype=np.float32)
    laid[:, field("diagonal")] = 1.0
    length = np.diff(start)
    owner = np.repeat(np.arange(count), length)
    row = np.arange(len(values)) - np.repeat(start[:-1], length)
    laid[owner, :, row] = values
    return laid


def run_twin(
    tasks: WarpTasks,
    states: int,
    table: GateTable,
    firing: float,
    step_ms: float,
    *,
    until_arrival: bool,
    every: int,
) -> tuple[Block, Block]:
    """Return arrivals (ms, NaN where a row never fired) and highest potentials above rest (mV), (tasks, 64)."""
    one = np.float32(1.0)
    laid = tasks.values[tasks.fibre].transpose(1, 0, 2)
    names = (
        "v", *GATES, "change", "pull", "carry", "best", "before", "after", "last", "when", "done", "fired", "peak",
        "origin", "sodium", "potassium", "leak", "constant", "naf", "nap", "ks", "diagonal", "off",
        "to_left", "across", "to_right",
    )  # fmt: skip
    r: dict[str, Any] = {name: laid[field(name)].copy() for name in names}
    x, keep, gain, left, right = (
        laid[state_fields(name, states)].copy() for name in ("x", "keep", "gain", "left", "right")
    )
    lines = table.rows.reshape(-1, 2 * 2 * len(GATES))
    count = len(tasks.fibre)
    who = np.arange(count)
    drive = np.zeros((count, WARP_ROWS), dtype=np.float32)
    drive[who, tasks.stimulated] = tasks.amplitude
    behind = _up(r["off"][:, 1::2], 1)
    behind[:, 0] = 0.0
    running = np.ones(count, dtype=bool)
    on = tasks.waves.shape[1]
    kept: list[NDArray[Any]] = []
    for t in range(int(tasks.steps.max())):
        now = np.float32(t)
        running &= t < tasks.steps
        if not np.any(running):
            break
        old = [array.copy() for array in r.values()], x.copy()
        flows = tasks.waves[tasks.wave, t][:, None] if t < on else np.zeros((count, 1), dtype=np.float32)
        g_na, g_k = _conductances(r)
        g = g_na + g_k
        current = (
            r["pull"] + r["carry"] + drive * flows + r["constant"]
            - g_na * r["sodium"] - g_k * r["potassium"] - (g + r["leak"]) * r["v"]
        )  # fmt: skip
        increment = solve(r["diagonal"] + g, r["off"], behind, current)
        new = r["v"] + increment + increment
        place = (new + table.lead * (increment - r["change"])) * table.per_mv + r["origin"]
        position = np.minimum(np.maximum(place, np.float32(0.0)), table.end)
        r["change"], r["v"] = increment, new
        r["peak"] = np.maximum(r["peak"], new)
        midway = r["v"] - r["change"]
        far, beyond = _next(r["v"]), _next(midway)
        x = keep * x + gain * (left * midway + right * beyond)
        r["pull"] = (left * x).sum(axis=0) - r["to_left"] * r["v"] - r["across"] * far
        sent = (right * x).sum(axis=0) - r["across"] * r["v"] - r["to_right"] * far
        r["carry"] = np.concatenate([np.zeros((count, 1), dtype=np.float32), sent[:, :-1]], axis=1)
        _track(r, midway, now, np.float32(firing), one)
        line = position.astype(np.int32)
        share = (position - line)[..., None]
        entry = lines[line]
        of = len(GATES)
        at = entry[..., : 2 * of] + share * entry[..., 2 * of :]
        for k, name in enumerate(GATES):
            r[name] = at[..., k] + at[..., of + k] * r[name]
        # A fibre that has arrived stays as it is, as its warp has left.
        for name, before in zip(r, old[0], strict=True):
            r[name] = np.where(running[:, None], r[name], before)
        x = np.where(running[None, :, None], x, old[1])
        if until_arrival and (t + 1) % every == 0:
            kept = [
                (r["fired"][who, tasks.ends[:, k]] != 0) & (r["done"][who, tasks.ends[:, k]] != 0)
                for k in (0, 1)
            ]
            running &= ~(kept[0] & kept[1])
    bend = r["before"] - 2 * r["best"] + r["after"]
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend < 0, np.float32(0.5) * (r["before"] - r["after"]) / bend, np.float32(0.0))
    arrival = (r["when"] + np.float32(0.5) + np.clip(shift, -0.5, 0.5)) * np.float32(step_ms)
    return np.where(r["fired"] != 0, arrival, np.nan), r["peak"]


def solve(diagonal: Block, off: Block, behind: Block, right: Block) -> Block:
    """Solve symmetric tridiagonal systems as a warp does: odd rows eliminated, then cyclic reduction.

    Parameters
    ----------
    diagonal, off, right : (systems, 64) float
        `off` links a row with the next.
    behind : (systems, 32) float
        Link of every even row with the row before, 0 for the first.
    """
    inverse_o = 1 / diagonal[:, 1::2]
    r_o = right[:, 1::2] * inverse_o
    a_o, c_o = off[:, ::2] * inverse_o, off[:, 1::2] * inverse_o
    link = off[:, ::2]
    pivot = 1 / (diagonal[:, ::2] - behind * _up(c_o, 1) - link * a_o)
    a, c = -behind * _up(a_o, 1) * pivot, -link * c_o * pivot
    r = (right[:, ::2] - behind * _up(r_o, 1) - link * r_o) * pivot
    reach = 1
    while reach < WARP_LANES:
        inverse = 1 / (1 - a * _up(c, reach) - c * _down(a, reach))
        r, a, c = (
            (r - a * _up(r, reach) - c * _down(r, reach)) * inverse,
            -a * _up(a, reach) * inverse,
            -c * _down(c, reach) * inverse,
        )
        reach *= 2
    found = np.empty_like(right)
    found[:, ::2] = r
    found[:, 1::2] = r_o - a_o * r - c_o * _down(r, 1)
    return found


def _conductances(r: dict[str, Any]) -> tuple[Block, Block]:
    m, h, p, s = (r[name] for name in GATES)
    return r["naf"] * m * m * m * h + r["nap"] * p * p * p, r["ks"] * s


def _track(r: dict[str, Any], midway: Block, now: np.float32, firing: np.float32, one: np.float32) -> None:
    """Follow the first impulse at rows that are depolarised by more than half of the firing threshold."""
    followed = r["v"] > np.float32(0.5) * firing
    g_na, g_k = _conductances(r)
    inward = (
        r["constant"] - g_na * (midway + r["sodium"]) - g_k * (midway + r["potassium"]) - r["leak"] * midway
    )
    larger = followed & (inward > r["best"] * (one + r["done"]))
    r["after"] = np.where(larger | (followed & (r["when"] == now - one)), inward, r["after"])
    r["before"] = np.where(larger, r["last"], r["before"])
    r["when"] = np.where(larger, now, r["when"])
    r["best"] = np.where(larger, inward, r["best"])
    r["fired"] = np.where(larger, (r["v"] > firing).astype(np.float32), r["fired"])
    r["done"] = np.where(larger, np.float32(0.0), r["done"])
    r["done"] = np.where(followed & (inward < 0), one, r["done"])
    r["last"] = np.where(followed, inward, r["last"])


def _next(rows: Block) -> Block:
    """Return the value of the next row; the last lane reads its own even row, as a shuffle does, times links of 0."""
    return np.concatenate([rows[:, 1:], rows[:, -2:-1]], axis=1)


def _up(lanes: Block, reach: int) -> Block:
    """Return the value of the lane that lies so many before each; its own where there is none."""
    return np.concatenate([lanes[:, :reach], lanes[:, :-reach]], axis=1)


def _down(lanes: Block, reach: int) -> Block:
    """Return the value of the lane that lies so many behind each; its own where there is none."""
    return np.concatenate([lanes[:, reach:], lanes[:, -reach:]], axis=1)
