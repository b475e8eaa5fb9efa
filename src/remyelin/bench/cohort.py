"""Cohorts: time per person by workers and size, memory, the cost of each layer, the ODE part against rivals.

The population is the largest series (Healton) seen six times over five years with the full battery by tables.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from remyelin import clinic, cobalamin, nerve
from remyelin.analysis.cohort import Population, Processes, Sampler, load_population, run_cohort
from remyelin.analysis.cohort.files import resized
from remyelin.analysis.cohort.follow import follow
from remyelin.analysis.cohort.population import to_data
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.bench.rows import Row, off, timed
from remyelin.cobalamin.exchange.sbml import to_sbml
from remyelin.cobalamin.exchange.twin import integrate
from remyelin.evidence import Ledger
from remyelin.person.chain import Chain
from remyelin.person.plans import caused

VISITS = ("0 d", "3 mo", "6 mo", "12 mo", "24 mo", "60 mo")
SIZES = (40, 160)
WORKERS = (1, 2)
PERSONS_TIMED = 12


def five_years(persons: int) -> Population:
    """Return the population of the benchmark."""
    data = to_data(load_population("healton-1991"))
    data |= {"visits": VISITS, "published": []}
    return resized(Population.model_validate(data), persons, 0)


def compare(progress: Callable[[str], None] = lambda step: None) -> Iterator[Row]:
    """Yield the rows; errors of the ODE part are of homocysteine at presentation against SciPy at 1e-8."""
    ledger = Ledger.shipped()
    progress("the engine fills the tables of internodes")
    tables = nerve.build_tables(ledger)
    yield from layers(ledger, tables, progress)
    yield from _equations(ledger, progress)
    yield from _throughput(progress)


def layers(
    ledger: Ledger, tables: nerve.Tables, progress: Callable[[str], None] = lambda step: None
) -> Iterator[Row]:
    """Yield the cost of each layer for one person, in seconds of one core."""
    progress("cost of each layer")
    population = five_years(PERSONS_TIMED + 1)
    sampler, numbers = Sampler.of(population, ledger), Chain(ledger, tables)
    follow(sampler, PERSONS_TIMED, numbers)  # compiled before anything is timed
    _, whole = timed(lambda: [follow(sampler, i, numbers) for i in range(PERSONS_TIMED)])
    each = "a person with six visits in five years"
    yield Row(f"{each}: everything, first symptom looked for included", None, whole.core_s / PERSONS_TIMED)

    person = sampler.draw(0, 0)
    exposure = caused(person.seen(-4 * DAYS_PER_YEAR), 0.0, ledger)
    order = cobalamin.read_order("uk neurological", 0.0, population.horizon, ledger)
    exposure = cobalamin.treated(exposure, order)
    times = np.unique([*np.arange(-4 * DAYS_PER_YEAR, population.horizon, 21.0), *population.visits])
    body = nerve.Person(age=60.0, sex="female", height=165.0, temperature=34.0)

    def parts() -> Iterator[tuple[str, float]]:
        chemistry, cost = timed(lambda: numbers.chemistry(exposure, times), 5)
        yield "cobalamin, nine years", cost.core_s
        states, cost = timed(lambda: numbers.myelin(chemistry, body), 5)
        yield "myelin and axons of all segments, nine years", cost.core_s
        seen = states.sel(time=list(population.visits))
        pathways, cost = timed(lambda: numbers.conduction(seen, body.replace(height=165.1)), 1)
        yield "conduction of the pathways, six dates, lines laid", cost.core_s
        _, cost = timed(
            lambda: (
                clinic.symptoms(pathways, numbers.judge),
                clinic.signs(pathways, numbers.judge),
                clinic.functional_disability(pathways, numbers.judge),
            ),
            5,
        )
        yield "symptoms, signs and scale, six dates", cost.core_s
        arrays = nerve.states_of(seen)
        _, cost = timed(lambda: numbers.batteries(arrays, body.replace(height=165.2)), 1)
        yield "six batteries, lines laid", cost.core_s
        _, cost = timed(lambda: numbers.studies(seen.isel(time=0), body.replace(height=165.3)), 1)
        yield "one battery alone, lines laid", cost.core_s

    for label, seconds in parts():
        yield Row(f"of one person: {label}", None, seconds)


def _equations(ledger: Ledger, progress: Callable[[str], None]) -> Iterator[Row]:
    """The ODE part of one person against SciPy and libRoadRunner on the unreduced system."""
    progress("the ODE part against SciPy and libRoadRunner")
    parameters = cobalamin.Parameters.from_ledger(ledger)
    months = np.linspace(-4 * DAYS_PER_YEAR, 5 * DAYS_PER_YEAR, 9 * 12 + 1)
    person = Sampler.of(five_years(1), ledger).draw(0, 0)
    exposure = replace(
        caused(person.seen(-4 * DAYS_PER_YEAR), 0.0, ledger),
        doses=cobalamin.regimen("hydroxocobalamin 1 mg im every 60 d", 0.0, months[-1], ledger),
    )
    fast, ours = timed(lambda: cobalamin.simulate(exposure, months, parameters), 5)
    full, theirs = timed(lambda: integrate(exposure, months, parameters))
    presented = int(np.argmin(np.abs(months)))
    truth = float(full["homocysteine"][presented])
    error = off(float(fast["homocysteine"][presented]), truth)
    what = "cobalamin of one person, nine years, monthly output, an injection every 60 d"
    yield Row(what, "SciPy LSODA 1e-8", ours.core_s, theirs.core_s, error, 0.0)
    name = "libRoadRunner (SBML, CVODE 1e-6)"
    if importlib.util.find_spec("roadrunner") is None:
        yield Row(what, f"{name}: not installed", ours.core_s)
        return
    import roadrunner

    model = roadrunner.RoadRunner(to_sbml(exposure, months[0], months[-1], parameters))

    def simulate() -> float:
        model.resetAll()
        model.timeCourseSelections = ["time", "homocysteine"]
        return float(model.simulate(0.0, months[-1] - months[0], months.size)[presented, 1])

    with _hushed():  # CVODE warns of its short steps after every injection
        simulate()  # its model is compiled before anything is timed
        found, rival = timed(simulate, 3)
    yield Row(what, name, ours.core_s, rival.core_s, error, off(found, truth))


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep the output of compiled code, on either stream, from the terminal and from JSON."""
    library = ctypes.CDLL(None) if os.name == "posix" else None
    sys.stdout.flush()
    kept = [os.dup(stream) for stream in (1, 2)]
    try:
        with open(os.devnull, "wb") as nowhere:
            for stream in (1, 2):
                os.dup2(nowhere.fileno(), stream)
            yield
            if library is not None:
                library.fflush(None)
    finally:
        for stream, old in zip((1, 2), kept, strict=True):
            os.dup2(old, stream)
            os.close(old)


def _throughput(progress: Callable[[str], None]) -> Iterator[Row]:
    first: dict[int, float] = {}
    for persons in SIZES:
        for workers in WORKERS:
            progress(f"{persons} persons, {workers} workers")
            with tempfile.TemporaryDirectory() as folder:
                begun: list[float] = []
                began = time.perf_counter()
                cohort = run_cohort(
                    five_years(persons),
                    Path(folder) / "cohort",
                    Processes(workers),
                    chunk=4,
                    progress=lambda state, begun=begun: begun.append(time.perf_counter()),  # type: ignore[misc]
                )
                wall = time.perf_counter() - began
            # without what is paid once: tables, starting the workers
            each = (begun[-1] - begun[1]) / (persons - 4)
            first.setdefault(persons, each)
            yield Row(
                f"{persons} persons on {workers} worker{'s' if workers > 1 else ''}, wall seconds per person; "
                f"{cohort.seconds / persons * 1e3:.0f} ms of processor a person, {wall:.0f} s in all, "
                f"{cohort.memory / 2**20:.0f} MiB a worker",
                None if workers == 1 else "remyelin on 1 worker",
                each,
                None if workers == 1 else first[persons],
            )
