"""Waveforms: exact means, trains, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.fibre.stimulation.waveform import Waveform, biphasic, from_function, rectangular, sampled

FINITE = st.floats(-5, 5)


@given(
    points=st.lists(st.tuples(st.floats(0, 3), FINITE), min_size=2, max_size=8),
    step=st.floats(0.003, 0.7),
)
def test_means_integrate_to_the_area(points, step) -> None:
    time = np.sort([p[0] for p in points])
    value = np.array([p[1] for p in points])
    steps = int(3 / step) + 2
    mean = sampled(time, value).sample(steps, step)
    assert mean.sum() * step == pytest.approx(np.trapezoid(value, time), abs=1e-9)
    assert np.all(np.abs(mean) <= np.abs(value).max() + 1e-9)


@pytest.mark.parametrize("step", [0.004, 0.0137, 0.25])
@pytest.mark.parametrize("seed", range(6))
def test_steps_between_pulses_are_left_out_of_the_work_only(seed: int, step: float) -> None:
    """The mean of every step, worked out from all segments, is that of the runs that are not zero."""
    random = np.random.default_rng(seed)
    gaps, heights = random.uniform(0.0, 0.8, 9), random.normal(size=9) * (random.random(9) < 0.4)
    wave = Waveform(np.cumsum(gaps), heights)
    edges = np.arange(1601) * step
    integral = np.zeros(1601)
    for k in range(8):
        begin, end = wave.time[k : k + 2]
        into = np.clip(edges, begin, end) - begin
        rise = (heights[k + 1] - heights[k]) / (end - begin)
        integral += into * (heights[k] + 0.5 * rise * into)
    assert wave.sample(1600, step) == pytest.approx(np.diff(integral) / step, abs=1e-10)


def test_a_pulse_off_the_grid_keeps_its_charge() -> None:
    mean = rectangular(0.1, start=0.0123, amplitude=-1).sample(40, 0.005)
    assert mean.sum() * 0.005 == pytest.approx(-0.1)
    assert mean.min() == pytest.approx(-1)


@given(st.floats(0.01, 1), st.floats(0, 1), st.floats(0.2, 8))
def test_biphasic_is_balanced(duration, gap, ratio) -> None:
    wave = biphasic(duration, gap=gap, ratio=ratio)
    assert wave.sample(4000, wave.end / 3999).sum() == pytest.approx(0, abs=1e-6)


def test_train_repeats_at_its_rate() -> None:
    mean = rectangular(0.1, start=0.2).train(3, 500).sample(1000, 0.01)
    on = np.flatnonzero(np.diff(mean, prepend=0) > 0.5) * 0.01
    assert on == pytest.approx([0.2, 2.2, 4.2])


def test_function_is_followed() -> None:
    mean = from_function(lambda t: np.sin(2 * np.pi * t), 1.0).sample(10, 0.1)
    assert mean[0] == pytest.approx((1 - np.cos(0.2 * np.pi)) / (0.2 * np.pi), rel=1e-4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: rectangular(0.0),
        lambda: rectangular(-1.0),
        lambda: rectangular(np.nan),
        lambda: rectangular(0.1, start=-1),
        lambda: rectangular(0.1, amplitude=np.inf),
        lambda: biphasic(0.1, gap=-0.1),
        lambda: biphasic(0.1, ratio=0),
        lambda: sampled([0, 1], [0, np.nan]),
        lambda: sampled([1, 0], [0, 1]),
        lambda: sampled([0, 1], [0, 1, 2]),
        lambda: Waveform(np.array([0.0]), np.array([1.0])),
        lambda: rectangular(0.1).train(0, 10),
        lambda: rectangular(0.1).train(2, np.nan),
        lambda: rectangular(2.0).train(2, 1000),
        lambda: rectangular(1.0).then(rectangular(1.0)),
        lambda: from_function(np.sin, -1.0),
    ],
)
def test_bad_waveforms_are_refused(make) -> None:
    with pytest.raises(InputError):
        make()
