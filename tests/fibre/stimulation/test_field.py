"""Potentials along a path: resampling, curved paths, tables, recording by reciprocity, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Electrode,
    Field,
    arc_length,
    compound_potential,
    field_of_point,
    field_on_grid,
    fields,
    mrg,
    rectangular,
    stimulate,
    threshold,
    thresholds,
)
from remyelin.fibre.stimulation.sources import Lead, Source

LEDGER = Ledger.shipped()
FIBRE = mrg(10.0, 21, ledger=LEDGER)
LONG = float(FIBRE.length.sum())
ARC = np.linspace(-1000.0, LONG + 1000.0, 261)
STRAIGHT = np.stack([ARC, 0 * ARC, 0 * ARC], axis=1)
ELECTRODE = Electrode((11500.0, 1000.0, 0.0), 0.2)


def field(scheme="cubic", **options) -> Field:
    value = field_of_point(ELECTRODE.position, STRAIGHT, 0.2).value
    return Field(ARC, value, scheme=scheme, **options)


def quarter_circle(radius: float) -> np.ndarray:
    angle = np.linspace(0.0, np.pi / 2, 400)
    return radius * np.stack([np.sin(angle), 1 - np.cos(angle), 0 * angle], axis=1)


def test_a_field_is_a_source_and_a_lead() -> None:
    assert isinstance(field(), Source)
    assert isinstance(field(), Lead)


@pytest.mark.parametrize(("scheme", "error"), [("cubic", 2e-5), ("monotone", 1e-3), ("linear", 4e-3)])
def test_resampled_potential_is_that_of_the_electrode(scheme, error) -> None:
    """Samples 96 um apart, an electrode 1 mm away."""
    exact = ELECTRODE.potential(FIBRE)
    worst = np.max(np.abs(field(scheme).potential(FIBRE) - exact)) / np.max(exact)
    assert worst < error


def test_threshold_of_a_field_is_that_of_its_electrode() -> None:
    options = {"between": (-0.05, -0.5), "per_decade": 8}
    pulse = rectangular(0.1)
    ours = threshold(FIBRE, field(), pulse, **options)
    theirs = threshold(FIBRE, ELECTRODE, pulse, **options)
    assert float(ours.threshold) == pytest.approx(float(theirs.threshold), rel=2e-3)


def test_two_fields_act_together_each_with_its_waveform() -> None:
    """Half of the current from each of two equal fields is one field."""
    pulse = rectangular(0.1)
    both = threshold(FIBRE, (field(), field()), (pulse, pulse), between=(-0.02, -0.3), per_decade=8)
    one = threshold(FIBRE, field(), pulse, between=(-0.05, -0.5), per_decade=8)
    assert 2 * float(both.threshold) == pytest.approx(float(one.threshold), rel=3e-3)
    late = threshold(
        FIBRE, (field(), field()), (pulse, rectangular(0.1, start=3.0)), between=(-0.02, -0.3), per_decade=8
    )
    assert float(late.threshold) < 1.5 * float(both.threshold)  # the second arrives when the first has faded


def test_a_table_gives_electrodes_by_name() -> None:
    table = pd.DataFrame(STRAIGHT, columns=["x", "y", "z"])
    table["near"], table["far"] = field().value, 0.5 * field().value
    found = fields(table, start=1000.0)
    result = thresholds(FIBRE, found, rectangular(0.1), between=(-0.05, -0.5), per_decade=8)
    assert list(result.source.values) == ["near", "far"]
    near, far = result.threshold.values.ravel()
    assert far == pytest.approx(2 * near, rel=3e-3)
    assert fields({"arc": ARC, "one": field().value})["one"].potential(FIBRE) == pytest.approx(
        field().potential(FIBRE)
    )
    assert list(fields(np.zeros((261, 2)), ARC)) == ["0", "1"]


def test_a_curved_path_is_followed_by_its_length() -> None:
    path = quarter_circle(LONG / (np.pi / 2) * 1.01)
    assert arc_length(path)[-1] == pytest.approx(1.01 * LONG, rel=1e-5)
    # an electrode at the centre of the circle is equally far from every compartment
    centre = (0.0, LONG / (np.pi / 2) * 1.01, 0.0)
    potential = field_of_point(centre, path, 0.2).potential(FIBRE)
    assert np.ptp(potential) / potential.mean() < 1e-5
    assert potential.mean() == pytest.approx(1e6 / (4 * np.pi * 0.2 * centre[1]), rel=1e-5)


def test_a_solution_on_a_grid_is_followed() -> None:
    ticks = np.linspace(0.0, 100.0, 11)
    x, y, z = np.meshgrid(ticks, ticks, ticks, indexing="ij")
    solution = xr.DataArray(x + 2 * y * z, coords={"x": ticks, "y": ticks, "z": ticks}, dims=("x", "y", "z"))
    along = np.linspace(0.0, 100.0, 31)
    path = np.stack([along, 0.5 * along, 50.0 + 0 * along], axis=1)
    found = field_on_grid(solution.transpose("z", "x", "y"), path)
    assert found.value == pytest.approx(along + 50.0 * along)
    with pytest.raises(InputError, match="leaves the solution along x"):
        field_on_grid(solution, path + np.array([1.0, 0.0, 0.0]))
    with pytest.raises(InputError, match="dimensions x, y and z"):
        field_on_grid(solution.isel(z=0), path)


def test_recording_at_a_field_is_recording_at_its_electrode() -> None:
    """Reciprocity: the field of 1 mA is the lead."""
    from remyelin.fibre import Pulse, pulse_stimulus

    run = stimulate(
        FIBRE, (pulse_stimulus(FIBRE, Pulse()),), duration=1.0, electrodes=[ELECTRODE, field()], step=4.0
    )
    at_electrode, at_field = run.field.values
    assert np.max(np.abs(at_electrode)) > 0.1
    assert at_field == pytest.approx(at_electrode, abs=5e-4 * np.max(np.abs(at_electrode)))


def test_compound_potential_of_a_field() -> None:
    found = compound_potential([FIBRE, FIBRE], [ELECTRODE, field()], duration=1.0)
    exact, ours = found.potential.values
    assert ours == pytest.approx(exact, abs=1e-3 * np.max(np.abs(exact)))


@pytest.mark.parametrize("start", ["centre", 1000.0, -1000.0 + 1000.0])
def test_where_the_fibre_lies(start) -> None:
    linear = Field(ARC, ARC, start)
    first = linear.potential(FIBRE)[0] - FIBRE.centres[0]
    assert first == pytest.approx(0.0 if start == "centre" else start, abs=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Field([0, 1], [0, np.nan]), "not finite"),
        (lambda: Field([0, 1, 1], [0, 1, 2]), "does not lie behind"),
        (lambda: Field([0, 1], [0, 1, 2]), "as many potentials"),
        (lambda: Field([0, 1], [0, 1], "middle"), "start"),
        (lambda: Field([0, 1], [0, 1], scheme="spline"), "scheme"),
        (lambda: Field([0, 1], [0, 1]).potential(FIBRE), "path from 0 to 1 um"),
        (lambda: field(start=2000.0).potential(FIBRE), "longer path"),
        (lambda: arc_length([[0, 0, 0], [2, 0, 0], [1, 0, 0]]), "turns back at point 1"),
        (lambda: arc_length([[0, 0, 0], [0, 0, 0]]), "repeats"),
        (lambda: arc_length([3.0, 1.0]), "sort the path"),
        (lambda: arc_length([[0, 0], [1, 1]]), "three coordinates"),
        (lambda: fields(np.zeros(5)), "give the path"),
        (lambda: fields(np.zeros(5), np.arange(4.0)), "path of 4 points"),
        (lambda: fields({"arc": [0, 1, 2]}), "no column of potentials"),
        (lambda: fields({"arc": [0, 1, 2], "a": [0, 1, np.inf]}), "not finite"),
        (lambda: fields(np.zeros((2, 2, 2)), [0, 1]), "one column per electrode"),
        (lambda: field_of_point((0, 0, 0), STRAIGHT - STRAIGHT[0], 0.2), "lies on the path"),
        (lambda: field_of_point((0, 9, 0), STRAIGHT, -0.2), "above 0 S/m"),
    ],
)
def test_what_cannot_be_a_field_is_refused(make, message) -> None:
    with pytest.raises(InputError, match=message):
        make()
