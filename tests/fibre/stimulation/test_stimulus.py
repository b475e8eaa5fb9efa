"""Stimuli: the steps that follow a jump."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.fibre.stimulation.stimulus import jumps


@pytest.mark.parametrize("damped", [1, 2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_jumps_are_those_found_step_by_step(seed: int, damped: int) -> None:
    random = np.random.default_rng(seed)
    levels = random.choice([0.0, 0.0, 0.3, -1.0, 2.0], size=(2, 12))
    waves = np.repeat(levels, random.integers(1, 5, 12), axis=1)
    expected = np.zeros(waves.shape[1], dtype=np.bool_)
    for wave in waves:
        before = 0.0
        for k, value in enumerate(wave):
            if abs(value - before) > 0.5 * np.abs(wave).max():
                expected[k : k + damped] = True
            before = value
    assert np.array_equal(jumps(waves, damped), expected)


def test_a_silent_waveform_has_no_jumps() -> None:
    assert not jumps(np.zeros((2, 5)), 2).any()
