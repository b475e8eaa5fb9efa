"""Courses as trees of labelled arrays, written to netCDF and read back."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError
from remyelin.nerve import Studies
from remyelin.person.case import to_toml_data
from remyelin.person.forecast_guard import refusal, told_apart

if TYPE_CHECKING:
    from remyelin.person.course import Course

_LOG: Final = logging.getLogger("remyelin.files")
NUMBERS: Final = {
    "latency": "ms",
    "amplitude": "",
    "area": "",
    "duration": "ms",
    "distance": "mm",
    "velocity": "m/s",
    "interval": "ms",
    "f_latency": "ms",
    "f_persistence": "1",
}
WORDS: Final = ("study", "site", "modality", "amplitude_unit")
FLAGS: Final = ("absent", "abnormal")


def tree_of(course: Course, disclaimer: str) -> xr.DataTree:
    """Return a course as one tree of datasets.

    Parameters
    ----------
    course : Course
    disclaimer : str
        Stands in the attributes of the root.

    Returns
    -------
    DataTree
        ``/`` the variables of the layers over plan and time; ``/bands`` the quantiles over members, whose attributes
        say whose they are (``over``), why the course is no forecast (``refused``, empty where it may be shown) and
        which later plans end measurably worse (``told_apart``, names as JSON);
        ``/studies`` the nerve studies over (day, row) and ``/healthy`` those before the cause began over row;
        ``/waveforms/day_<n>`` the recordings of a study date, each with a time axis of its own. The attributes of
        the root hold the case, the person, the ledger entries used, overrides and seed as JSON.
    """
    found = course.provenance
    root = course.data.assign_attrs(
        title=course.case.title,
        disclaimer=disclaimer,
        remyelin_version=found.version,
        case=json.dumps(to_toml_data(course.case), ensure_ascii=False),
        person=json.dumps([asdict(fact) for fact in course.person.facts], ensure_ascii=False),
        ledger_used=json.dumps([entry.as_dict() for entry in found.used], ensure_ascii=False),
        overrides=json.dumps(dict(found.overrides)),
        seed=found.seed,
        exact=int(found.exact),
    )
    groups = {
        "/": root,
        "/bands": course.recovery.bands.assign_attrs(
            over=course.recovery.over,
            refused=refusal(course),
            told_apart=json.dumps(sorted(told_apart(course))),
        ),
        "/studies": studies_table(course.studies),
        "/healthy": studies_table({0.0: course.healthy}).isel(day=0, drop=True),
        **{f"/waveforms/day_{day:g}": recordings(made) for day, made in course.studies.items()},
    }
    # every group stands alone: coordinates of the root, as `time`, must not be inherited
    tree: xr.DataTree = xr.DataTree.from_dict(
        {path: data if path == "/" else _apart(data, root) for path, data in groups.items()}
    )
    return tree


def studies_table(studies: Mapping[float, Studies]) -> xr.Dataset:
    """Return nerve studies as one dataset.

    Parameters
    ----------
    studies : mapping of float to Studies
        By day; the studies of all days have the same rows.

    Returns
    -------
    Dataset (day, row)
        Latency, amplitude, velocity and the other quantities (NaN where there is none), whether a response is
        absent and whether a row is abnormal; study, site, modality and the unit of the amplitude over row.
    """
    tables = list(studies.values())
    rows = tables[0].rows
    data: dict[str, Any] = {
        name: (("day", "row"), _numbers(tables, name), {"units": unit} if unit else {})
        for name, unit in NUMBERS.items()
    }
    data |= {
        name: (("day", "row"), np.array([[getattr(row, name) for row in made.rows] for made in tables]))
        for name in FLAGS
    }
    coords: dict[str, Any] = {
        "day": ("day", np.array(list(studies), dtype=np.float64), {"units": "d", "long_name": "study date"}),
        "row": ("row", [f"{row.study}, {row.site}" for row in rows]),
        **{name: ("row", [getattr(row, name) for row in rows]) for name in WORDS},
    }
    return xr.Dataset(data, coords)


def recordings(studies: Studies) -> xr.Dataset:
    """Return the waveforms of one date, each over a time axis (ms) of its own, negative up."""
    waves = {name.replace(", ", "_"): wave for name, wave in studies.waveforms.items()}
    return xr.Dataset(
        {
            name: (f"time_{name}", wave.value, {"units": wave.unit, "polarity": "negative up"})
            for name, wave in waves.items()
        },
        coords={f"time_{name}": (f"time_{name}", wave.time, {"units": "ms"}) for name, wave in waves.items()},
    )


def to_bytes(tree: xr.DataTree) -> bytes:
    """Return a tree as the bytes of one netCDF file, made in memory.

    The HDF5 library ends the process where a disk is full, so it never writes to the disk itself.
    """
    import h5netcdf
    from xarray.backends import H5NetCDFStore

    content = io.BytesIO()
    with h5netcdf.File(content, "w") as file:
        for node in tree.subtree:
            data = node.to_dataset(inherit=False)
            if data.variables or node.path == "/":
                group = file if node.path == "/" else file.create_group(node.path.lstrip("/"))
                data.dump_to_store(H5NetCDFStore(group))
    return content.getvalue()


def open_course(path: str | Path) -> xr.DataTree:
    """Read a course that was written to netCDF.

    Parameters
    ----------
    path : path
        ``course.nc`` of a run, or the folder that holds it.

    Returns
    -------
    DataTree
        As :func:`tree_of` describes it, whole in memory; the file is closed.

    Raises
    ------
    InputError
        If there is no such file, or if it is not a course.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from remyelin import Ledger, load_case, open_course, run_course
    >>> course = run_course(load_case("replete-control"), Ledger.shipped())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     course.to_netcdf(pathlib.Path(folder) / "course.nc")
    ...     tree = open_course(folder)
    >>> sorted(tree.children)
    ['bands', 'healthy', 'studies', 'waveforms']
    """
    where = Path(path)
    where = where / "course.nc" if where.is_dir() else where
    if not where.is_file():
        raise InputError(f"{where}: no such file; give course.nc of a run, or its folder.")
    tree = opened(where, "a course")
    if "remyelin_version" not in tree.attrs:
        raise InputError(
            f"{where}: a netCDF file, but not of a course; `remyelin run CASE --out DIR` writes one."
        )
    return tree


def opened(path: Path, of: str) -> xr.DataTree:
    """Return a netCDF file as a tree, whole in memory.

    Raises
    ------
    InputError
        If it is none; `of` says of what it should be.
    """
    try:
        tree: xr.DataTree = xr.open_datatree(path, engine="h5netcdf").load()
        tree.close()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: not a netCDF file of {of} ({type(error).__name__}).") from None
    _LOG.debug("read %s: %s of version %s", path, of, tree.attrs.get("remyelin_version", "unknown"))
    return tree


def _numbers(tables: Sequence[Studies], name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(
        [
            [np.nan if (value := getattr(row, name)) is None else value for row in made.rows]
            for made in tables
        ],
        dtype=np.float64,
    )


def _apart(data: xr.Dataset, root: xr.Dataset) -> xr.Dataset:
    """Return a dataset whose dimensions do not clash in length with those of the root.

    A group of a tree must agree with its parents on every dimension of the same name.
    """
    clash = {
        str(name): f"{name}_here"
        for name in data.dims
        if name in root.dims and not (name in data.coords and data[name].equals(root[name]))
    }
    return data.rename(clash)
