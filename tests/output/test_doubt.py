"""Grave disability beside studies within their limits is doubted, by the state and by nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from remyelin.output.doubt import POINTS, doubt


def pathways(conducted: float, axons: float, delay: float) -> xr.Dataset:
    """A path of the leg in some state, one that is well, and one of the head that is worse than both."""
    names = ["sural", "tibial_sep", "gustatory"]
    values = {"conducted": [1.0, conducted, 0.0], "axons": [1.0, axons, 0.0], "delay": [0.0, delay, 0.0]}
    return xr.Dataset(
        {name: ("pathway", np.array(value)) for name, value in values.items()}, coords={"pathway": names}
    )


def studies(*abnormal: bool) -> Any:
    return SimpleNamespace(rows=[SimpleNamespace(abnormal=item) for item in abnormal])


def test_block_is_named_where_it_is_the_reason() -> None:
    said = doubt(13, studies(False, False), pathways(0.2, 0.9, 1.5))
    assert "13 of 16" in said
    assert "clinician" in said
    assert "leg to brain: 80 %" in said
    assert "blocks" in said
    assert "1.5 ms late" in said
    assert said.count(". ") == 0  # one sentence


def test_lost_axons_are_named_where_they_are_the_reason() -> None:
    said = doubt(6, studies(False), pathways(0.4, 0.45, 0.1))
    assert "whole axons" in said
    assert "55 % lost" in said
    assert "blocks" not in said


@pytest.mark.parametrize(("points", "abnormal"), [(POINTS - 1, False), (13, True), (0, False)])
def test_nothing_is_said_without_a_reason(points: int, abnormal: bool) -> None:
    assert doubt(points, studies(False, abnormal), pathways(0.2, 0.9, 1.5)) == ""


def test_nothing_arrives_and_nothing_is_late() -> None:
    assert "late" not in doubt(16, studies(False), pathways(0.0, 0.9, float("nan")))
