"""Myelin states made by hand."""

from __future__ import annotations

import numpy as np
import xarray as xr

from remyelin.evidence import Ledger
from remyelin.nerve import Person, segments

HEALTHY = {
    "intact": 1.0,
    "vacuolated": 0.0,
    "bare": 0.0,
    "remyelinated": 0.0,
    "thickness": 1.0,
    "internode_length": 1.0,
    "channel_redistribution": 0.0,
    "axons": 1.0,
}


def uniform(**values: float) -> xr.Dataset:
    """The same state in every segment; what is not intact is given, the rest is."""
    ledger = Ledger.shipped()
    names = segments(Person.of(ledger, age=40.0), ledger)["segment"]
    state = {**HEALTHY, **values}
    state["intact"] = 1 - state["vacuolated"] - state["bare"] - state["remyelinated"]
    return xr.Dataset(
        {name: ("segment", np.full(len(names), value)) for name, value in state.items()},
        coords={"segment": names},
    )


def stacked(*states: xr.Dataset) -> xr.Dataset:
    return xr.concat(states, dim="time")
