"""Labelled arrays as the bytes of one netCDF-4 file, written by h5py alone.

xarray's way through h5netcdf reads the file again for every variable, which takes most of a second for a course. What
xarray reads from either file is the same: values, types, attributes, fill values, dimensions.
"""

from __future__ import annotations

import io
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    import h5py

_NO_VARIABLE: Final = "This is a netCDF dimension but not a netCDF variable."


def netcdf_bytes(groups: Mapping[str, xr.Dataset]) -> bytes:
    """Return datasets as one file, made in memory.

    The HDF5 library ends the process where a disk is full, so it never writes to the disk itself.

    Parameters
    ----------
    groups : mapping of str to Dataset
        By path, as ``/`` and ``/bands``; each has dimensions of its own.

    Examples
    --------
    >>> import io
    >>> import xarray as xr
    >>> from remyelin.base.netcdf import netcdf_bytes
    >>> data = xr.Dataset({"b12": ("day", [300.0, 310.0])}, {"day": [0.0, 30.0]})
    >>> content = io.BytesIO(netcdf_bytes({"/": data}))
    >>> xr.load_dataset(content, engine="h5netcdf").identical(data)
    True
    """
    import h5py

    content = io.BytesIO()
    with h5py.File(content, "w", track_order=True) as file:
        made = f"version=2,hdf5={h5py.version.hdf5_version},h5py={h5py.__version__}"
        file.attrs["_NCProperties"] = np.bytes_(made)
        number = 0
        for path, data in groups.items():
            group = file if path == "/" else _group(file, path)
            number = _fill(group, data, number)
    return content.getvalue()


def _group(file: h5py.File, path: str) -> h5py.Group:
    here: h5py.Group = file
    for name in path.strip("/").split("/"):
        here = here[name] if name in here else here.create_group(name, track_order=True)
    return here


def _fill(group: h5py.Group, data: xr.Dataset, number: int) -> int:
    """Write a dataset whose first dimension has the number given; return the number of the next dimension."""
    import h5py

    variables, attributes = xr.conventions.encode_dataset_coordinates(data)
    _describe(group, attributes)
    alone = [name for name in data.sizes if name not in variables]
    stored: dict[Hashable, h5py.Dataset] = {
        name: group.create_dataset(str(name), (data.sizes[name],), ">f4", track_order=True) for name in alone
    }
    stored |= {name: _variable(group, str(name), variable) for name, variable in variables.items()}
    for own, (name, size) in enumerate(data.sizes.items()):
        stored[name].make_scale(f"{_NO_VARIABLE}{size:10}" if name in alone else str(name))
        stored[name].attrs["_Netcdf4Dimid"] = np.int32(number + own)
    for name, variable in variables.items():
        if name not in data.sizes:
            for axis, dimension in enumerate(variable.dims):
                h5py.h5ds.attach_scale(stored[name].id, stored[dimension].id, axis)
    return number + len(data.sizes)


def _variable(group: h5py.Group, name: str, variable: xr.Variable) -> h5py.Dataset:
    import h5py

    encoded = xr.conventions.encode_cf_variable(variable, name=name)
    attributes = dict(encoded.attrs)
    values = np.asarray(encoded.data)
    if values.dtype.kind in "OU":
        values, kind = values.astype(object), h5py.string_dtype()
    else:
        kind = values.dtype
    fill = attributes.get("_FillValue")
    stored = group.create_dataset(name, values.shape, kind, values, fillvalue=fill, track_order=True)
    _describe(stored, attributes)
    return stored


def _describe(item: h5py.HLObject, attributes: Mapping[Any, Any]) -> None:
    for name, value in attributes.items():
        plain = isinstance(value, str) or not np.isscalar(value)
        item.attrs[str(name)] = value if plain else np.atleast_1d(value)
