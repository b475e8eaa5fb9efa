"""Posteriors as labelled arrays: the shipped parameter sets, and a saved fit of one person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.evidence.posterior import posterior
from remyelin.person.netcdf import opened


def open_posterior(path: str | Path | None = None) -> xr.Dataset:
    """Read the shipped posterior, or the posterior of one person that a fit saved.

    Parameters
    ----------
    path : path, optional
        ``posterior.nc`` of ``remyelin fit RECORD --out DIR``, or the folder that holds it. The posterior that comes
        with the package when omitted.

    Returns
    -------
    Dataset
        Whole in memory.

        *Shipped*, over ``set``: one variable for each fitted entry of the ledger, named like the entry, with its unit,
        kind and range. Set 0 is the ledger's own; all sets weigh the same. The attributes ``made`` and ``criteria``
        say how the sets were made and what they were held against.

        *Of a person*, over ``person``: ``weight`` (they sum to 1), ``log_likelihood``, ``began`` (days), ``cause``,
        ``parameter_set`` (a ``set`` of the shipped posterior) and ``coordinates`` (traits as standard normal numbers,
        over ``coordinate``). Over pick and ``time`` (days): disability and symptoms under each plan, of equally
        weighted draws. The attribute ``answer`` is the JSON of ``remyelin fit --json``.

    Raises
    ------
    InputError
        If there is no such file, or if it is not a posterior.

    Examples
    --------
    >>> from remyelin import Ledger, open_posterior
    >>> sets = open_posterior()
    >>> sets.sizes["set"], sets["myelin.shared.injury"].attrs["units"]
    (320, '1/day')
    >>> frame = sets.to_dataframe()  # pandas: one row a set, one column an entry
    >>> frame[["myelin.shared.injury", "spread.central"]].shape
    (320, 2)
    >>> one = Ledger.shipped().replace({name: float(value) for name, value in sets.isel(set=7).data_vars.items()})
    >>> one["myelin.shared.injury"] == float(sets["myelin.shared.injury"][7])
    True
    """
    return _shipped() if path is None else _of_person(Path(path))


def _shipped() -> xr.Dataset:
    found, ledger = posterior(), Ledger.shipped()
    variables: dict[str, Any] = {}
    for name in found.sets[0]:
        entry = ledger.entry(name)
        attributes: dict[str, Any] = {"units": "1" if entry.unit == "-" else entry.unit, "kind": entry.kind}
        if entry.range is not None:
            attributes["valid_range"] = np.array(entry.range)
        if entry.note:
            attributes["comment"] = entry.note
        variables[name] = ("set", np.array([one[name] for one in found.sets]), attributes)
    return xr.Dataset(
        variables,
        coords={"set": np.arange(len(found.sets))},
        attrs={
            "title": "Parameter sets that the published rows cannot tell apart",
            "made": found.made,
            "criteria": found.criteria,
        },
    )


def _of_person(path: Path) -> xr.Dataset:
    where = path / "posterior.nc" if path.is_dir() else path
    if not where.is_file():
        raise InputError(f"{where}: no such file; give posterior.nc of a fit, or its folder.")
    found = opened(where, "a posterior").to_dataset(inherit=False)
    if "weight" not in found or "answer" not in found.attrs:
        raise InputError(
            f"{where}: a netCDF file, but not of a posterior; `remyelin fit RECORD --out DIR` writes one."
        )
    return found
