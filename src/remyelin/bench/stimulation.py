"""The stimulation protocols against NEURON and PyFibers, in one run on the same fibres, electrodes and pulses.

Seconds are processor seconds per threshold, train, cycle or potential on one core; set-up is counted on our side and
not on NEURON's. A search of ours scans a decade and more for every transition; the rivals bisect a bracket for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.bench import neuron_protocols as neuron
from remyelin.bench import pyfibers_rival
from remyelin.bench.neuron_protocols import How
from remyelin.bench.rows import Row, off, taken, timed
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Electrode,
    Fibre,
    Pipette,
    Run,
    above,
    block_thresholds,
    compound_potential,
    conduct,
    follow_trains,
    lose_lamellae,
    mrg,
    mrg_interpolated,
    point_source,
    recovery_cycle,
    rectangular,
    sinusoidal,
    threshold,
    thresholds,
)
from remyelin.fibre.settings import BLOCK_TEST_APART_MS, BLOCK_TESTS, LANES, SUPRAMAXIMAL

Progress = Callable[[str], None]
Array = NDArray[np.float64]

DIAMETER, NODES = 10.0, 51
GRIDS = ("published", "converged")
DISTANCE_UM, CONDUCTIVITY = 1000.0, 0.2
PULSE_MS = 0.1
THRESHOLDS = 100
BETWEEN = (-0.02, -1.0)  # mA, range of our search
BRACKET = (0.2, 2.0)  # of the threshold: range of the rivals' bisection
WIDTH = 1e-3  # relative, of every search
RESPONSE_MS = 2.5  # run of a rival's threshold that does not respond
TRUTH_TOLERANCE = 1e-3  # DASPK's, for what errors are measured against
RIVAL_US = 5.0
TRUTH_US = 1.0  # of the fixed steps that errors of cycles and blocks are measured against
TRAIN_HZ, TRAIN_MS, TRAIN_NA = 100.0, 1000.0, 2.0
INTERVALS = (2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0, 50.0)  # ms
CYCLE_PULSE_MS = 1.0
CYCLE_BETWEEN = (0.02, 5.0)  # nA
CYCLE_REACH = 1.5  # of the changed threshold: bracket of NEURON's bisection
CYCLE_RESPONSE_MS = 3.0
CYCLE_WIDTH = 2e-3
KILOHERTZ, BLOCK_MS, BLOCK_BETWEEN = 10.0, 40.0, (0.2, 2.0)
BLOCK_WIDTH = 2e-3
BLOCK_BRACKET = 1.12
BLOCK_STEPS = (RIVAL_US, 2.0, TRUTH_US)  # us
COMPOUND_FIBRES, COMPOUND_MS = 1000, 8.0
COMPOUND_SAMPLE = 8  # of them in NEURON
COMPOUND_EVERY_US = 5.0  # fine enough for the peaks of single fibres
COMPOUND_AT = ((0.4, 500.0), (0.8, 500.0))  # share of the length, um from the axis
MANY_FIBRES = 100_000


def _fibre(ledger: Ledger, grid: str = "published") -> Fibre:
    return mrg(DIAMETER, NODES, grid=grid, ends="passive", ledger=ledger)  # type: ignore[arg-type]


def electrodes(fibre: Fibre, count: int) -> dict[str, Electrode]:
    """Return electrodes at one distance, spread over the internode behind the middle node."""
    first, second = fibre.centres[fibre.nodes[[fibre.n_nodes // 2, fibre.n_nodes // 2 + 1]]]
    return {
        f"{k}": Electrode((float(x), DISTANCE_UM, 0.0), CONDUCTIVITY)
        for k, x in enumerate(np.linspace(first, second, count, endpoint=False))
    }


def many_thresholds(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Extracellular thresholds, published and converged grid."""
    for grid in GRIDS:
        fibre = _fibre(ledger, grid)
        what = f"extracellular threshold, {THRESHOLDS} electrodes at 1 mm, {NODES} nodes, {grid} grid, each"
        progress(what)
        sources, pulse, run = electrodes(fibre, THRESHOLDS), rectangular(PULSE_MS), Run(threads=1)
        find = partial(
            thresholds,
            [fibre],
            dict(list(sources.items())[:LANES]),
            pulse,
            between=BETWEEN,
            run=run,
        )
        find()  # compiles
        data, ours = timed(
            partial(thresholds, [fibre], sources, pulse, between=BETWEEN, tolerance=WIDTH, run=run)
        )
        value = float(data.threshold[0, 0, 0])
        first = next(iter(sources.values()))
        bracket = (BRACKET[0] * value, BRACKET[1] * value)
        outside = neuron.outside(point_source(fibre, first), [(0.0, PULSE_MS)])

        def rival(how: How, between: tuple[float, float]) -> neuron.Answer | None:
            return neuron.search(fibre, [outside], between, how, relative_tolerance=WIDTH)  # noqa: B023

        progress(f"{what}: NEURON DASPK, tight")
        truth = rival(How(RESPONSE_MS, tolerance=TRUTH_TOLERANCE), (0.97 * value, 1.03 * value))
        right = truth.value if truth else None
        progress(f"{what}: every compartment")
        near = (0.95 * value, 1.05 * value)
        whole = threshold(fibre, first, pulse, between=near, per_decade=8, run=Run(threads=1, solver="full"))
        yield Row(
            what, "remyelin, every compartment (error against it)", ours.core_s / THRESHOLDS, None,
            off(value, float(whole.threshold)), 0.0,
        )  # fmt: skip
        for name, how in (
            (f"NEURON backward Euler, {RIVAL_US:g} us", How(RESPONSE_MS, RIVAL_US)),
            ("NEURON DASPK, tolerance 0.01", How(RESPONSE_MS, tolerance=1e-2)),
        ):
            progress(f"{what}: {name}")
            found = rival(how, bracket)
            yield _row(what, f"{name}, one of them", ours.core_s / THRESHOLDS, value, found, right)
        if grid == "published":
            progress(f"{what}: PyFibers")
            theirs = pyfibers_rival.threshold(
                fibre, first.position[:2], CONDUCTIVITY, pulse=PULSE_MS, between=bracket,
                step_us=RIVAL_US, duration=RESPONSE_MS, relative_tolerance=WIDTH, patience=1.0,
            )  # fmt: skip
            yield Row(
                what, f"PyFibers, {RIVAL_US:g} us, one of them, 1 ms beyond the arrival", ours.core_s / THRESHOLDS,
                theirs[1] if theirs else None, off(value, right), off(theirs[0], right) if theirs else None,
            )  # fmt: skip


def train(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Pulses at 100 Hz for a second; the error is that of the last latency, against DASPK at a tight tolerance."""
    fibre, count = _fibre(ledger), int(TRAIN_HZ * TRAIN_MS / 1e3)
    what = f"train of {TRAIN_HZ:g} Hz for {TRAIN_MS / 1e3:g} s, {NODES} nodes, {LANES} side by side, each"
    progress(what)
    follow_trains(fibre, [TRAIN_HZ], count=2, amplitude=TRAIN_NA)
    call = partial(
        follow_trains,
        fibre,
        [TRAIN_HZ] * LANES,
        count=count,
        amplitude=TRAIN_NA,
        run=Run(step=4.0, threads=1),
    )
    data, ours = timed(call)
    begin = (count - 1) * 1e3 / TRAIN_HZ
    latency = float(data.time[0, count - 1]) - begin
    pulses = [(k * 1e3 / TRAIN_HZ, k * 1e3 / TRAIN_HZ + PULSE_MS) for k in range(count)]
    source = neuron.clamp(1, pulses, TRAIN_NA)

    def last(answer: neuron.Answer | None) -> float | None:
        return answer.found["times"][-1] - begin if answer and len(answer.found["times"]) == count else None

    until = begin + CYCLE_RESPONSE_MS
    progress(f"{what}: NEURON DASPK, tight")
    right = last(neuron.single(fibre, [source], How(until, tolerance=TRUTH_TOLERANCE)))
    for name, how in (
        ("NEURON DASPK, tolerance 0.01", How(until, tolerance=1e-2)),
        (f"NEURON backward Euler, {RIVAL_US:g} us", How(until, RIVAL_US)),
    ):
        progress(f"{what}: {name}")
        found = neuron.single(fibre, [source], how)
        seconds = found.core_s if found else None
        yield Row(what, name, ours.core_s / LANES, seconds, off(latency, right), off(last(found), right))


def cycle(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """A recovery cycle; the errors are of the change at which the two differ most, against NEURON at 1 us."""
    fibre, pulse = _fibre(ledger), rectangular(CYCLE_PULSE_MS)
    what = f"recovery cycle of {len(INTERVALS)} intervals to {max(INTERVALS):g} ms, {NODES} nodes"
    progress(what)
    call = partial(
        recovery_cycle, fibre, Pipette(1), pulse, between=CYCLE_BETWEEN, run=Run(step=4.0, threads=1)
    )
    call([3.0])
    data, ours = timed(lambda: call(list(INTERVALS)))
    changes = dict(zip(INTERVALS, data.change.values.tolist(), strict=True))
    alone = float(data.unconditioned)
    progress(f"{what}: NEURON, {RIVAL_US:g} us")
    found = _their_cycle(fibre, alone, changes, RIVAL_US)
    errors: tuple[float | None, float | None] = (None, None)
    if found:
        worst = max(changes, key=lambda interval: abs(changes[interval] - found[0][interval]))
        progress(f"{what}: NEURON, {TRUTH_US:g} us, {worst:g} ms")
        right = _their_cycle(fibre, alone, {worst: changes[worst]}, TRUTH_US)
        if right:
            errors = changes[worst] - right[0][worst], found[0][worst] - right[0][worst]
    yield Row(
        f"{what} (errors: of the change at one interval)",
        f"NEURON backward Euler, {RIVAL_US:g} us, narrow brackets",
        ours.core_s,
        found[1] if found else None,
        *errors,
    )


def _their_cycle(
    fibre: Fibre, alone: float, changes: Mapping[float, float], step_us: float
) -> tuple[dict[float, float], float] | None:
    """Return NEURON's changes of threshold by interval (ms), looked for around ours, and its processor seconds."""

    def search(sources: list[Any], guess: float, reach: float, until: float, criterion: str) -> Any:
        return neuron.search(
            fibre,
            sources,
            (guess / reach, guess * reach),
            How(until + CYCLE_PULSE_MS + CYCLE_RESPONSE_MS, step_us),
            criterion=criterion,
            relative_tolerance=CYCLE_WIDTH,
        )

    pulse = [(0.0, CYCLE_PULSE_MS)]
    theirs = search([neuron.clamp(1, pulse)], alone, 2.0, 0.0, "any")
    if not (theirs and theirs.value):
        return None
    values, spent = {}, theirs.core_s
    for interval, change in changes.items():
        first = neuron.clamp(1, pulse, SUPRAMAXIMAL * theirs.value)
        test = neuron.clamp(1, [(interval, interval + CYCLE_PULSE_MS)])
        found = search([first, test], theirs.value * (1 + change), CYCLE_REACH, interval, "more")
        if not (found and found.value):
            return None
        values[interval] = found.value / theirs.value - 1
        spent += found.core_s
    return values, spent


def block(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Thresholds of block at 10 kHz: both at the same steps, errors against NEURON at the finest."""
    fibre = _fibre(ledger)
    source = above(fibre, DISTANCE_UM, CONDUCTIVITY, node=NODES // 2)
    what = f"block threshold at {KILOHERTZ:g} kHz, 1 mm, {BLOCK_MS:g} ms, {NODES} nodes"
    find = partial(
        block_thresholds,
        fibre,
        source,
        sinusoidal(KILOHERTZ, BLOCK_MS),
        between=BLOCK_BETWEEN,
        per_decade=8,
        tolerance=BLOCK_WIDTH,
    )
    tests = [
        (BLOCK_MS / 2 + k * BLOCK_TEST_APART_MS, BLOCK_MS / 2 + k * BLOCK_TEST_APART_MS + PULSE_MS)
        for k in range(BLOCK_TESTS)
    ]
    sources = [neuron.alternating(point_source(fibre, source), KILOHERTZ), neuron.clamp(1, tests, 2.0)]
    find(run=Run(step=BLOCK_STEPS[0], threads=1))  # compiles
    found = []
    for step in BLOCK_STEPS:
        progress(f"{what}: {step:g} us")
        data, ours = timed(partial(find, run=Run(step=step, threads=1)))
        value = float(data.threshold.item())
        progress(f"{what}: NEURON backward Euler, {step:g} us")
        answer = neuron.search(
            fibre, sources, (value / BLOCK_BRACKET, value * BLOCK_BRACKET),
            How(tests[-1][1] + RESPONSE_MS, step), criterion="none", after=tests[0][0],
            relative_tolerance=BLOCK_WIDTH,
        )  # fmt: skip
        found.append((step, value, ours.core_s, answer))
    finest = found[-1][-1]
    right = finest.value if finest else None
    for step, value, seconds, answer in found:
        yield _row(
            f"{what}, {step:g} us", f"NEURON backward Euler, {step:g} us", seconds, value, answer, right
        )


def compound(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """The compound potential of a thousand fibres, half of them lesioned, at two distances."""
    random = np.random.default_rng(1)
    healthy = [mrg_interpolated(float(d), NODES, ledger=ledger) for d in np.linspace(6.0, 15.0, 40)]
    lesioned = [lose_lamellae(fibre, range(20, 30), 0.3) for fibre in healthy]
    kinds = healthy + lesioned
    fibres = [kinds[k] for k in random.integers(len(kinds), size=COMPOUND_FIBRES)]
    long = float(healthy[-1].length.sum())
    at = [Electrode((share * long, away, 0.0), CONDUCTIVITY) for share, away in COMPOUND_AT]
    what = (
        f"compound potential of {COMPOUND_FIBRES:,} fibres x {NODES} nodes, half lesioned, two distances, all"
    )
    progress(what)
    call = partial(compound_potential, electrodes=at, duration=COMPOUND_MS, threads=1)
    call(fibres[:LANES])
    _, ours = timed(partial(call, fibres))
    some = fibres[:COMPOUND_SAMPLE]
    traces = call(some, every=1)
    progress(f"{what}: NEURON DASPK, tight, {len(some)} of them")
    right, _ = _together(some, at, How(COMPOUND_MS, tolerance=TRUTH_TOLERANCE))
    progress(f"{what}: NEURON backward Euler, {len(some)} of them")
    theirs, spent = _together(some, at, How(COMPOUND_MS, RIVAL_US))
    for place, (trace, away) in enumerate(zip(traces.potential.values, COMPOUND_AT, strict=True)):

        def height(of: Array | None) -> float | None:
            return None if of is None else float(np.ptp(of[place]))  # noqa: B023

        true = height(right)
        yield Row(
            f"{what} (error: height of {len(some)} of them at {away[0]:g} of the length)",
            f"NEURON backward Euler, {RIVAL_US:g} us, those {len(some)} times {len(fibres) / len(some):g}",
            ours.core_s, spent * len(fibres) / len(some) if theirs is not None else None,
            off(float(np.ptp(trace)), true), off(height(theirs), true),
        )  # fmt: skip


def _together(fibres: list[Fibre], at: list[Electrode], how: How) -> tuple[Array | None, float]:
    """Return the potential of fibres at electrodes by NEURON (uV), and its seconds."""
    total, spent = np.zeros(0), 0.0
    for fibre in fibres:
        fields = [point_source(fibre, electrode) for electrode in at]
        source = neuron.clamp(1, [(0.0, PULSE_MS)], 2.0)
        answer = neuron.potential(fibre, [source], fields, how, every_us=COMPOUND_EVERY_US)
        if answer is None:
            return None, spent
        spent += answer.core_s
        # of NEURON's nA a field of mV for 1 mA makes nV
        one = np.array(answer.found["potential"]) / 1000.0
        length = min(total.shape[-1] or one.shape[-1], one.shape[-1])
        total = one[:, :length] + (total[:, :length] if total.size else 0.0)
    return total, spent


def memory(ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Peak memory of very many fibres from an iterator."""
    fibre = _fibre(ledger)
    at = [above(fibre, DISTANCE_UM, CONDUCTIVITY)]
    protocols: dict[str, Callable[[Iterator[Fibre]], object]] = {
        "conduction": lambda fibres: conduct(fibres, duration=2.0, threads=1),
        "compound potential": lambda fibres: compound_potential(fibres, at, duration=2.0, threads=1),
    }
    for name, call in protocols.items():
        progress(f"memory: {name}")
        call(iter([fibre] * LANES))  # compiles
        _, ours, grown = taken(partial(call, (fibre for _ in range(MANY_FIBRES))))
        what = f"{name} of {MANY_FIBRES:,} fibres from an iterator, each (peak memory +{grown:.2f} GiB)"
        yield Row(what, None, ours.core_s / MANY_FIBRES)


def _row(
    what: str, rival: str, seconds: float, value: float, found: neuron.Answer | None, right: float | None
) -> Row:
    if found is None:
        return Row(what, rival, seconds, None, off(value, right), None)
    return Row(
        what,
        f"{rival} ({found.runs} runs)",
        seconds,
        found.core_s,
        off(value, right),
        off(found.value, right),
    )
