"""Netcdf files written by h5py read as those of xarray's own writer do."""

from __future__ import annotations

import io

import h5netcdf
import numpy as np
import xarray as xr
from xarray.backends import H5NetCDFStore

from remyelin.base.netcdf_file import netcdf_bytes

TIME = ("time", [0.0, 7.0, 30.0], {"units": "day"})
GROUPS = {
    "/": xr.Dataset(
        {
            "b12": (("plan", "time"), [[210.0, np.nan, 400.0], [210.0, 190.0, 180.0]], {"units": "pmol/L"}),
            "points": (("plan", "time"), np.arange(6).reshape(2, 3)),
            "seen": ("time", [True, False, True], {"long_name": "seen"}),
            "short": ("bare", np.float32([1.5, 2.5])),
            "one": ((), 3.25),
        },
        coords={"time": TIME, "plan": ["as given", "naïve"], "note": ("time", ["a", "", "long"])},
        attrs={"title": "µ", "seed": 3, "shares": [0.5, 1.5], "empty": ""},
    ),
    "/deep/inner": xr.Dataset({"x": (("time", "bare"), np.ones((3, 2))), "y": ("other", np.zeros(0))}),
}


def _by_xarray() -> bytes:
    content = io.BytesIO()
    with h5netcdf.File(content, "w") as file:
        for path, data in GROUPS.items():
            group = file if path == "/" else file.create_group(path.lstrip("/"))
            data.dump_to_store(H5NetCDFStore(group))
    return content.getvalue()


def test_it_reads_as_what_the_usual_writer_makes() -> None:
    ours, theirs = (
        xr.open_datatree(io.BytesIO(content), engine="h5netcdf").load()
        for content in (netcdf_bytes(GROUPS), _by_xarray())
    )
    xr.testing.assert_identical(ours, theirs)
    for path in GROUPS:
        a, b = ours[path].to_dataset(inherit=False), theirs[path].to_dataset(inherit=False)
        assert {name: v.dtype for name, v in a.variables.items()} == {
            n: v.dtype for n, v in b.variables.items()
        }
        assert set(a.coords) == set(b.coords)
        for name in a.variables:
            assert list(a.variables[name].attrs) == list(b.variables[name].attrs)
            assert repr(a.variables[name].encoding.get("_FillValue")) == repr(
                b.variables[name].encoding.get("_FillValue")
            )


def test_a_group_has_the_dimensions_of_its_parents() -> None:
    with (
        h5netcdf.File(io.BytesIO(netcdf_bytes(GROUPS))) as ours,
        h5netcdf.File(io.BytesIO(_by_xarray())) as theirs,
    ):
        for a, b in ((ours, theirs), (ours["deep/inner"], theirs["deep/inner"])):
            assert set(a.dimensions) == set(b.dimensions)
            assert set(a.variables) == set(b.variables)
            for name, variable in a.variables.items():
                assert variable.dimensions == b.variables[name].dimensions, name
                assert set(variable.attrs) == set(b.variables[name].attrs), name


def test_the_same_data_are_the_same_bytes() -> None:
    assert netcdf_bytes(GROUPS) == netcdf_bytes(GROUPS)
