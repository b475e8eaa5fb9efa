"""What makes cohorts fast, against slow readable twins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaincinv, k0

from remyelin import cobalamin, myelin, nerve
from remyelin.cobalamin import causes
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.branches import Anatomy, Run
from remyelin.nerve.conduction.damage import repair_weights
from remyelin.nerve.conduction.lines import Spread, laid
from remyelin.nerve.conduction.volley import LESIONS, frail, states_of, volley
from remyelin.nerve.settings import NERVE_DELAY_QUANTILES, NERVE_SAMPLE_MS, NERVE_SLICE_MM
from remyelin.nerve.signals.arrivals import grouped_density, total_density
from remyelin.nerve.signals.potentials import _seen

LEDGER = Ledger.shipped()
BODY = nerve.Person(age=60.0, sex="female", height=168.0, temperature=34.0)
DATES = [0.0, 800.0, 1000.0, 1100.0, 1200.0, 1400.0]


@pytest.fixture(scope="module")
def tables() -> nerve.Tables:
    return nerve.build_tables(LEDGER)


@pytest.fixture(scope="module")
def states():
    """A person losing intrinsic factor, from health to severe disease."""
    healthy = cobalamin.Exposure(age=60, food_intake=cobalamin.constant(4.0), meals_per_day=3)
    ill = causes.pernicious_anaemia(healthy, 0.0, 700.0)
    times = np.arange(-30.0, 1500.0, 10.0)
    chemistry = cobalamin.simulate(ill, times, cobalamin.Parameters.from_ledger(LEDGER))
    course = myelin.simulate(
        chemistry[["methylation"]], nerve.segments(BODY, LEDGER), 60.0, myelin.Parameters.from_ledger(LEDGER)
    )
    return course.sel(time=DATES, method="nearest").assign_coords(time=DATES)


def volley_twin(line, states, tables, spread):
    """The sums of the module's docstring, array by array."""
    here = {name: array[..., line.slices.segment] for name, array in states.items()}
    weights = repair_weights(here["thickness"], here["internode_length"], tables, spread.thickness)
    repaired = np.einsum("dsg,skgc->dskc", weights, line.cost.remyelinated)
    shares = frail({name: here[name][..., None] for name in LESIONS}, line.fibres.frailty)
    blocked = late = square = 0.0
    n = line.stretches(spread.lengths)
    run = line.internodes / n
    joined = np.minimum(run - 1, 1)
    for name, cost in zip(LESIONS, (line.cost.vacuolated, line.cost.bare, repaired), strict=True):
        p = shares[name]
        first, further, alone, together, long = np.moveaxis(cost, -1, 0)
        if name == "bare":
            open_ = here["channel_redistribution"][..., None]
            alone, together = open_ * alone, open_ * together
        alone = (1 - joined) * alone + joined * together
        blocked = blocked + p * (1 - p) * (1 - alone) + p**2 * (1 - together)
        single, many = p * (1 - p) * alone, p**2 * together
        rest = np.minimum(run - 1, 2) * further + np.maximum(run - 3, 0) * long
        close = np.minimum(np.maximum(3 - run, 0), run)
        begun, gone_on = first + rest, close * further + (run - close) * long
        late = late + single * begun + many * gone_on
        square = square + single * begun**2 + many * gone_on**2
    passing = np.exp((n * np.log1p(-np.minimum(blocked, 1 - 1e-12))).sum(axis=-2))
    variance = (n * np.maximum(square - late**2, 0)).sum(axis=-2)
    return here["axons"].min(axis=-1)[..., None] * passing, (n * late).sum(axis=-2), variance


@pytest.mark.parametrize("name", ["tibial_motor", "sural", "tibial_sep", "corticospinal_leg", "visual"])
def test_the_kernel_of_a_line_is_its_sum(name: str, states, tables: nerve.Tables) -> None:
    from remyelin.nerve.anatomy.pathways import runs

    spread, arrays = Spread.from_ledger(LEDGER), states_of(states)
    for run in runs(name, BODY, LEDGER):
        line = laid(run, 64, BODY, tables, LEDGER)
        found = volley(line, arrays, tables, spread)
        conducted, late, variance = volley_twin(line, arrays, tables, spread)
        np.testing.assert_allclose(found.conducted, conducted, rtol=1e-9, atol=1e-300)
        np.testing.assert_allclose(found.excess, late, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.variance, variance, rtol=1e-9, atol=1e-12)


def arrivals_twin(part, date: int, weight, delay: float, time) -> np.ndarray:
    """Every fibre and quantile by itself, with the gamma function inverted exactly."""
    chance = (np.arange(NERVE_DELAY_QUANTILES) + 0.5) / NERVE_DELAY_QUANTILES
    total = np.zeros(len(time))
    for k in range(len(weight)):
        mean, variance = max(part.excess[date, k], 0.0), part.variance[date, k]
        points = np.full(NERVE_DELAY_QUANTILES, part.excess[date, k])
        if variance > 0:
            late = gammaincinv(mean**2 / max(variance, NERVE_SAMPLE_MS**2 * mean**2), chance)
            points = mean * late / late.mean()
        for excess in points:
            where = np.clip((part.line.healthy[k] + excess + delay) / time[1], 0, len(time) - 2)
            left = int(where)
            total[left] += weight[k] / len(points) * (1 - where + left)
            total[left + 1] += weight[k] / len(points) * (where - left)
    return total


def test_arrivals_are_those_of_each_fibre(states, tables: nerve.Tables) -> None:
    from remyelin.nerve.anatomy.pathways import runs

    spread, arrays = Spread.from_ledger(LEDGER), states_of(states)
    line = laid(runs("tibial_motor", BODY, LEDGER)[-1], 64, BODY, tables, LEDGER)
    found = volley(line, arrays, tables, spread)
    assert (found.variance[0] == 0).all()
    assert (found.variance[3] > 0).all()
    time = np.arange(2048) * NERVE_SAMPLE_MS
    weight = np.full((len(DATES), 64), 1 / 64)
    dates = np.array([0, 3])
    together = total_density(found, dates, weight, 1.0, time)
    for date, ours in zip(dates, together, strict=True):
        theirs = arrivals_twin(found, date, weight[date], 1.0, time)
        # delays come from a table good to 1e-5, which moves a little weight between neighbouring samples
        np.testing.assert_allclose(ours.cumsum(), theirs.cumsum(), atol=2e-3)
        assert (ours @ time) == pytest.approx(theirs @ time, rel=1e-5)
    group = np.arange(64, dtype=np.int64) % 5
    apart = grouped_density(found, dates, weight, 1.0, time, group, 5)
    np.testing.assert_allclose(apart.sum(axis=1), together, atol=1e-12)


@pytest.mark.parametrize("speed", [8.0, 30.0, 75.0])
def test_what_electrodes_see_is_the_bessel_function(speed: float) -> None:
    depth, spacing, samples = 6.0, 30.0, 1024
    wave = 2 * np.pi * np.fft.rfftfreq(samples, NERVE_SAMPLE_MS)[1:] / speed
    exact = wave**2 * k0(wave * depth) * (1 - np.exp(-1j * wave * spacing))
    found = _seen(depth, spacing, samples, (speed,))[0]
    assert found[0] == 0
    np.testing.assert_allclose(found[1:], exact, rtol=0, atol=1e-9 * abs(exact).max())


def test_slices_cover_a_run_in_short_equal_pieces() -> None:
    anatomy = Anatomy.from_ledger(LEDGER)
    found = anatomy.cut(Run("leg_motor", "motor", 30.0, 900.0), BODY)
    assert found.length.sum() == pytest.approx(870.0)
    assert (found.length <= NERVE_SLICE_MM).all()
    edges = 30.0 + np.concatenate([[0.0], np.cumsum(found.length)])
    np.testing.assert_allclose(found.middle, (edges[1:] + edges[:-1]) / 2)


def test_lines_are_laid_as_the_tables_say(tables: nerve.Tables) -> None:
    line = laid(Run("arm_motor", "motor", 0.0, 700.0), 64, BODY, tables, LEDGER)
    cost = tables.at(line.diameter, line.slices.temperature[:, None])
    np.testing.assert_allclose(line.velocity, cost.length / cost.time, rtol=1e-12)
    periods = line.slices.length[:, None] / cost.length
    scale = LEDGER["nerve.internode_population"]
    np.testing.assert_allclose(line.internodes, periods / scale, rtol=1e-12)
    np.testing.assert_allclose(line.healthy, (periods * cost.time).sum(axis=0), rtol=1e-12)


def test_batteries_of_all_dates_are_those_of_each(states, tables: nerve.Tables) -> None:
    studies = ("tibial_motor", "sural", "tibial_sep", "mep_leg", "vep")
    together = nerve.batteries(states, BODY, tables, LEDGER, studies)
    for date, found in enumerate(together):
        alone = nerve.battery(states.isel(time=date), BODY, tables, LEDGER, studies)
        for a, b in zip(alone.rows, found.rows, strict=True):
            assert a.absent == b.absent
            for name in ("latency", "amplitude", "velocity", "interval"):
                first, second = getattr(a, name), getattr(b, name)
                assert (first is None) == (second is None)
                assert first is None or first == pytest.approx(second, rel=1e-9)
