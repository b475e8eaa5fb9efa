"""A course as a tree that loads again."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from remyelin import InputError, Ledger, load_case, open_course, run_course
from remyelin.person.course import Course
from remyelin.person.forecast_guard import refusal, told_apart


@pytest.fixture(scope="module")
def course() -> Course:
    return run_course(load_case("stabler-2013"), Ledger.shipped())


def test_a_course_loads_again_whole(course: Course, tmp_path: Path) -> None:
    course.to_netcdf(tmp_path / "course.nc")
    tree = open_course(tmp_path)
    xr.testing.assert_identical(tree["/"].to_dataset()["disability"], course.data["disability"])
    bands = tree["bands"].to_dataset(inherit=False)
    np.testing.assert_array_equal(bands["disability"].values, course.recovery.bands["disability"].values)
    assert bands.attrs["over"] == course.recovery.over
    assert bands.attrs["refused"] == refusal(course)
    assert set(json.loads(bands.attrs["told_apart"])) == told_apart(course)
    table = tree["studies"].to_dataset(inherit=False)
    assert table["day"].values.tolist() == list(course.studies)
    for day, made in course.studies.items():
        here = table.sel(day=day)
        for row in made.rows:
            kept = here.sel(row=f"{row.study}, {row.site}")
            assert bool(kept["abnormal"]) == row.abnormal
            assert (np.isnan(kept["latency"]) and row.latency is None) or float(
                kept["latency"]
            ) == row.latency
        waves = tree[f"waveforms/day_{day:g}"].to_dataset(inherit=False)
        for name, wave in made.waveforms.items():
            np.testing.assert_array_equal(waves[name.replace(", ", "_")].values, wave.value)
    assert tree["healthy"].to_dataset(inherit=False).sizes["row"] == len(course.healthy.rows)


def test_it_is_short_to_look_at_and_can_be_copied(course: Course) -> None:
    assert len(course._repr_html_()) < 1000
    assert "never medical advice" in repr(course)
    for other in (pickle.loads(pickle.dumps(course)), copy.deepcopy(course)):
        xr.testing.assert_identical(other.data, course.data)


@pytest.mark.parametrize("content", [None, b"", b"not netcdf", b"\x89HDF\r\n\x1a\n"])
def test_what_is_no_course_is_one_sentence(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "course.nc"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"course\.nc"):
        open_course(path)
