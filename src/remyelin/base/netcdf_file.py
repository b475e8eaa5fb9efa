"""Datasets as the bytes of a netCDF file: the netCDF-4 format on HDF5, written by h5py.

xarray encodes values and attributes, h5py writes them. The way through h5netcdf creates every dimension
twice and looks it up by its path some forty times a variable: a second for a course, and this takes a fifth of it.
"""

from __future__ import annotations

import io
from collections import ChainMap
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import xarray as xr
from xarray.conventions import cf_encoder, encode_dataset_coordinates

if TYPE_CHECKING:
    import h5py

#: What the standard calls a dimension without a coordinate.
_NO_VARIABLE: Final = "This is a netCDF dimension but not a netCDF variable."


class _Dimension(NamedTuple):
    scale: h5py.Dataset
    number: np.int32


_Dimensions = dict[str, _Dimension]


def netcdf_bytes(groups: Mapping[str, xr.Dataset]) -> bytes:
    """Return datasets as the bytes of one netCDF file, made in memory.

    The HDF5 library ends the process where a disk is full, so it never writes to the disk itself.

    Parameters
    ----------
    groups : mapping of str to Dataset
        By path, ``/`` the root and first. A group without a coordinate of its own over a dimension has that of its
        parents, if it is of the same length.

    Examples
    --------
    >>> content = netcdf_bytes({"/": xr.Dataset({"b12": ("time", [210.0, 180.0])})})
    >>> xr.load_dataset(content, engine="h5netcdf")["b12"].values.tolist()
    [210.0, 180.0]
    """
    import h5py

    content = io.BytesIO()
    known: dict[str, _Dimensions] = {}
    numbers = count()
    with h5py.File(content, "w", track_order=True) as file:
        file.attrs["_NCProperties"] = np.bytes_(f"version=2,h5py={h5py.__version__}")
        for path, data in groups.items():
            group = file if path == "/" else file.create_group(path, track_order=True)
            parents = [known.get(str(above), {}) for above in PurePosixPath(path).parents]
            known[path] = _write(group, data, ChainMap(*parents), numbers)
    return content.getvalue()


def _write(
    group: h5py.Group, data: xr.Dataset, above: Mapping[str, _Dimension], numbers: Iterator[int]
) -> _Dimensions:
    """Write one group: its variables, then the scales of its dimensions, and which of them a variable has."""
    variables, attributes = cf_encoder(*encode_dataset_coordinates(data))
    group.attrs.update({name: _attribute(value) for name, value in attributes.items()})
    written = {str(name): _variable(group, str(name), variable) for name, variable in variables.items()}
    found: _Dimensions = {}
    for dim, size in data.sizes.items():
        name = str(dim)
        if name not in written and name in above and above[name].scale.shape == (size,):
            found[name] = above[name]
        else:
            scale = written[name] if name in written else _empty(group, name, size)
            found[name] = _Dimension(scale, np.int32(next(numbers)))
            scale.attrs["_Netcdf4Dimid"] = found[name].number
    for name, variable in variables.items():
        made, dims = written[str(name)], [found[str(dim)] for dim in variable.dims]
        if dims:
            made.attrs["_Netcdf4Dimid"] = dims[0].number
            made.attrs["_Netcdf4Coordinates"] = np.array([dim.number for dim in dims])
        if name not in variable.dims:  # a coordinate is a scale, and has none
            for axis, dim in enumerate(dims):
                made.dims[axis].attach_scale(dim.scale)
    return found


def _variable(group: h5py.Group, name: str, variable: xr.Variable) -> h5py.Dataset:
    import h5py

    values: np.ndarray[Any, Any] = variable.to_numpy()
    kind: Any = values.dtype
    if kind.kind in "UO":  # text of any length, as netCDF-4 keeps it
        values, kind = values.astype(object), h5py.string_dtype()
    fill = variable.attrs.get("_FillValue")
    made = group.create_dataset(name, values.shape, kind, data=values, fillvalue=fill, track_order=True)
    if fill is not None:
        made.attrs["_FillValue"] = _attribute(fill)  # first, as other writers have it
    made.attrs.update(
        {key: _attribute(value) for key, value in variable.attrs.items() if key != "_FillValue"}
    )
    if name in variable.dims:
        made.make_scale(name)
    return made


def _empty(group: h5py.Group, name: str, size: int) -> h5py.Dataset:
    """Return the scale of a dimension without a coordinate."""
    made = group.create_dataset(name, (size,), ">f4", track_order=True)
    made.make_scale(f"{_NO_VARIABLE}{size:10}".encode())
    return made


def _attribute(value: Any) -> Any:
    """Return an attribute as netCDF keeps it: text, or numbers in a row."""
    return value if isinstance(value, str) else np.atleast_1d(value)
