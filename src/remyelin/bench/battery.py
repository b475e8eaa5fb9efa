"""The full battery of one date: in the exact engine, by tables, by tables in batches; and how far the tables err.

The error is of the same drawn fibres, by tables against the exact engine, over random states of myelin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import xarray as xr

from remyelin import nerve
from remyelin.base.errors import SimulationError
from remyelin.bench import neuron_rival
from remyelin.bench.rows import Row, timed
from remyelin.evidence import Ledger
from remyelin.fibre import mrg
from remyelin.nerve.anatomy.branches import Array, Run
from remyelin.nerve.anatomy.branches import intact as intact_state
from remyelin.nerve.conduction.exact import exact
from remyelin.nerve.conduction.lines import Line
from remyelin.nerve.conduction.sampled import Conduct, sampled
from remyelin.nerve.conduction.volley import Volley
from remyelin.nerve.settings import NERVE_STUDY_FIBRES

Progress = Callable[[str], None]

STUDIES = tuple(nerve.STUDIES)
FIBRES = 300  # of every branch and population, drawn and run
DATES = 6
STATES = 4
STATE_FIBRES = 100
SEED = 20020987
ENOUGH = 6  # fibres that arrive both ways before their times are compared
DIAMETER, NODES, DURATION = 10.0, 51, 2.0  # NEURON's fibre: um, nodes, ms
TOLERANCE = 1e-2  # of DASPK: converged to 0.01 % in velocity
REPEATS = 5


def compare(progress: Progress = lambda step: None) -> Iterator[Row]:
    """Yield the rows of ``remyelin bench battery``."""
    ledger = Ledger.shipped()
    person = nerve.Person.of(ledger, age=60.0)
    progress("the engine fills the tables of internodes")
    tables = nerve.build_tables(ledger)
    rng = np.random.default_rng(SEED)
    states = [random_state(person, ledger, rng) for _ in range(max(STATES, DATES))]
    dates = xr.concat(states[:DATES], "time").assign_coords(time=np.arange(float(DATES)))
    together = partial(nerve.batteries, dates, person, tables, ledger, STUDIES)
    alone = partial(nerve.battery, states[0], person, tables, ledger, STUDIES)
    together()  # compiled, and the person's lines laid, before anything is timed
    progress(f"the battery by tables, {DATES} dates")
    _, by_tables = timed(alone, REPEATS)
    _, in_batches = timed(together, REPEATS)
    progress(f"the battery in the exact engine, {FIBRES} fibres of every branch and population")
    seen = Seen(exact(person, tables, ledger, seed=SEED, fibres=FIBRES))
    _, in_full = timed(partial(alone, conduct=seen))
    branches = {(run.branch, run.population) for run in seen.runs}
    progress("one fibre in NEURON")
    yield Row(
        f"full battery of one date in the exact engine, {FIBRES} fibres in each of {len(branches)} branches, "
        f"{internodes(seen.runs):,.0f} internodes",
        "NEURON DASPK, tolerance 0.01: one fibre of 51 nodes, times the internodes",
        in_full.core_s,
        _neuron(ledger, internodes(seen.runs)),
    )
    by = f"full battery of one date by tables, {NERVE_STUDY_FIBRES} fibres stand for a population"
    rival = "remyelin in the exact engine"
    yield Row(by, rival, by_tables.core_s, in_full.core_s)
    yield Row(f"{by}, {DATES} dates together", rival, in_batches.core_s / DATES, in_full.core_s)
    yield from _errors(states[:STATES], person, tables, ledger, progress)


class Seen:
    """A way to conduct that remembers its calls and results."""

    def __init__(self, conduct: Conduct) -> None:
        self._conduct = conduct
        self.runs: dict[Run, Volley] = {}

    def __call__(self, line: Line, states: Mapping[str, Array]) -> Volley:
        """Conduct, and remember."""
        self.runs[line.run] = self._conduct(line, states)
        return self.runs[line.run]


def internodes(runs: Mapping[Run, Volley]) -> float:
    """Return how many internodes the longest run of every branch and population has, all its fibres together."""
    most: dict[tuple[str, str], float] = {}
    for run, volley in runs.items():
        key = (run.branch, run.population)
        most[key] = max(most.get(key, 0.0), float(volley.line.internodes.sum()))
    return sum(most.values())


def random_state(person: nerve.Person, ledger: Ledger, rng: np.random.Generator) -> xr.Dataset:
    """Draw a state, alike in all segments: few bare internodes, or hardly any fibre would conduct."""
    vacuolated, bare, remyelinated, _ = rng.dirichlet([1, 1, 1, 6]) * rng.uniform()
    bare *= 0.01
    values = {
        "vacuolated": vacuolated,
        "bare": bare,
        "remyelinated": remyelinated,
        "intact": 1 - vacuolated - bare - remyelinated,
        "thickness": rng.uniform(0.1, 0.9),
        "internode_length": rng.choice([0.2, 0.35, 0.5, 1.0]),
        "channel_redistribution": rng.uniform(),
    }
    state = intact_state(person, ledger)
    return state.assign({name: xr.full_like(state[name], float(value)) for name, value in values.items()})


def _errors(
    states: list[xr.Dataset],
    person: nerve.Person,
    tables: nerve.Tables,
    ledger: Ledger,
    progress: Progress,
) -> Iterator[Row]:
    """Compare every run of the battery in every state: the same fibres by tables and in the engine."""
    late: list[float] = []
    lost: list[float] = []
    for number, state in enumerate(states):
        progress(f"error of the tables, state {number + 1} of {len(states)}")
        found = []
        for way in (sampled, exact):
            seen = Seen(way(person, tables, ledger, seed=SEED, fibres=STATE_FIBRES))
            nerve.battery(state, person, tables, ledger, STUDIES, conduct=seen)
            found.append(seen.runs)
        for run, ours in found[0].items():
            truth = found[1][run]
            both = (ours.conducted > 0) & (truth.conducted > 0)
            if both.sum() >= ENOUGH:
                late.append(float(ours.arrival[both].mean() / truth.arrival[both].mean() - 1))
            lost.append(float(ours.conducted.mean() - truth.conducted.mean()))
    over = f"{len(lost)} runs of nerve in {len(states)} random states, {STATE_FIBRES} fibres each, tables against exact"
    # a bare internode blocks by the tables in the engine too: see remyelin.nerve.conduction.exact
    for what, errors in (
        ("arrival time", late),
        ("conducted share (bare internodes by tables in both)", lost),
    ):
        worst = max(errors, key=abs, default=None)
        mean = float(np.mean(np.abs(errors))) if errors else None
        yield Row(f"{over}: {what}, mean of the absolute error", None, None, ours_error=mean)
        yield Row(f"{over}: {what}, worst", None, None, ours_error=worst)


def _neuron(ledger: Ledger, internodes: float) -> float | None:
    """Seconds of NEURON for so many internodes of our grid, by one short fibre; None where it is missing.

    A long fibre costs more than its internodes: all of it is computed until the impulse has passed.
    """
    fibre = mrg(DIAMETER, NODES, grid="converged", ends="passive", ledger=ledger)
    try:
        (run,) = neuron_rival.simulate([fibre], tolerance=TOLERANCE, duration=DURATION)
    except SimulationError:
        return None
    return run.core_s * internodes / (NODES - 1)
