"""The file that h5py writes, beside the one that xarray writes through h5netcdf."""

from __future__ import annotations

import io

import h5netcdf
import h5py
import numpy as np
import xarray as xr
from xarray.backends import H5NetCDFStore

from remyelin.base.netcdf import netcdf_bytes

GROUPS = {
    "/": xr.Dataset(
        {
            "level": (("plan", "time"), np.array([[1.0, np.nan], [3.0, 4.0]]), {"units": "pmol/L"}),
            "points": (("plan", "time"), np.array([[1, 2], [3, 4]], dtype=np.int64)),
            "noticed": ("time", np.array([True, False])),
            "small": ("time", np.array([1.5, 2.5], dtype=np.float32)),
            "alone": ((), 7.0),
            "words": ("plan", ["wie früher", ""]),
            "bare": ("without", np.arange(3.0)),
        },
        {
            "plan": ["as given", "ñ"],
            "time": ("time", [0.0, 30.5], {"units": "day"}),
            "label": ("plan", ["a", "b"]),
        },
        {"title": "trials", "seed": 0, "share": 0.25, "long": "x" * 70_000, "many": [1.0, 2.0], "none": ""},
    ),
    "/bands": xr.Dataset({"low": ("member", np.arange(3.0))}, attrs={"over": "persons"}),
    "/waves/day_0": xr.Dataset({"sural": ("time_sural", np.arange(4.0))}, {"time_sural": np.arange(4.0) / 8}),
    "/empty": xr.Dataset(attrs={"why": "nothing"}),
}


def by_xarray() -> bytes:
    content = io.BytesIO()
    with h5netcdf.File(content, "w") as file:
        for path, data in GROUPS.items():
            data.dump_to_store(H5NetCDFStore(file if path == "/" else file.create_group(path.lstrip("/"))))
    return content.getvalue()


def test_xarray_reads_the_same_from_either_file() -> None:
    own, theirs = (
        xr.open_datatree(io.BytesIO(content), engine="h5netcdf").load()
        for content in (netcdf_bytes(GROUPS), by_xarray())
    )
    assert [node.path for node in own.subtree] == [node.path for node in theirs.subtree]
    for node in own.subtree:
        mine, other = (tree[node.path].to_dataset(inherit=False) for tree in (own, theirs))
        xr.testing.assert_identical(mine, other)
        assert list(mine.attrs) == list(other.attrs)
        assert list(mine.variables) == list(other.variables)
        for name, variable in mine.variables.items():
            known = other[name].variable
            assert variable.dtype == known.dtype
            fills = [item.encoding.get("_FillValue") for item in (variable, known)]
            assert repr(fills[0]) == repr(fills[1])
            for key in ("dtype", "coordinates"):
                assert variable.encoding.get(key) == known.encoding.get(key)


def test_dimensions_are_scales_with_numbers_of_their_own() -> None:
    with h5py.File(io.BytesIO(netcdf_bytes(GROUPS))) as file:
        scales: list[int] = []
        file.visititems(
            lambda name, item: (
                scales.append(int(item.attrs["_Netcdf4Dimid"]))
                if isinstance(item, h5py.Dataset) and item.is_scale
                else None
            )
        )
        assert sorted(scales) == list(range(len(scales)))
        assert [scale.name for scale in (file["level"].dims[0][0], file["level"].dims[1][0])] == [
            "/plan",
            "/time",
        ]
        assert (
            file["without"].attrs["NAME"].startswith(b"This is a netCDF dimension but not a netCDF variable.")
        )
    assert netcdf_bytes(GROUPS) == netcdf_bytes(GROUPS)
