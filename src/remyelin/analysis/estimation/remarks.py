"""Sentences on the misfit of an estimation: observations and traits far from the model, traits without data."""

from __future__ import annotations

from typing import Final

import xarray as xr

RESIDUAL: Final = 4.0  # SD of the noise from which an observation is named
DEVIATION: Final = 3.0  # SD of the prior from which a trait is named

#: Effect of each factor of the person, for the sentence on one that no observation depends on.
EFFECTS: Final = {
    "store": "it scales absorption by intrinsic factor, which is absent where IF is 0",
    "plasma": "it scales haptocorrin, a part of serum B12 (DVID 1)",
    "mma": "it scales methylmalonate (DVID 3)",
    "homocysteine": "it scales homocysteine (DVID 4)",
}


def remarks(persons: xr.Dataset, rows: xr.Dataset) -> list[str]:
    """Return one sentence for each observation, and for each trait, that the model does not explain.

    Parameters
    ----------
    persons, rows : Dataset
        As in :class:`Estimates`.

    Returns
    -------
    list of str
        By person: observations beyond 4 SD of the noise, traits beyond 3 SD of their prior, traits that no
        observation depends on.
    """
    return [
        sentence
        for name in persons["id"].to_numpy()
        for sentence in (
            *_far(float(name), rows),
            *_odd(persons.sel(id=name)),
            *_unmoved(persons.sel(id=name)),
        )
    ]


def _far(person: float, rows: xr.Dataset) -> list[str]:
    own = rows.isel(row=(rows["id"] == person).to_numpy())
    return [
        f"person {person:g}: {row['marker'].item()} on day {row['time'].item():g} lies "
        f"{abs(row['residual'].item()):.1f} SD of the noise {'above' if row['residual'] > 0 else 'below'} the model "
        f"(observed {row['observed'].item():.4g}, model {row['individual'].item():.4g})."
        for row in (own.isel(row=i) for i in range(own.sizes["row"]))
        if abs(row["residual"].item()) > RESIDUAL
    ]


def _odd(one: xr.Dataset) -> list[str]:
    return [
        f"person {one['id'].item():g}: {name} is {at['map'].item():.3g} of typical, "
        f"{abs(at['deviation'].item()):.1f} SD of its prior {'above' if at['deviation'] > 0 else 'below'}: the "
        "table or its assumptions may be wrong."
        for name, at in ((str(name), one.sel(parameter=name)) for name in one["parameter"].to_numpy())
        if abs(at["deviation"].item()) > DEVIATION
    ]


def _unmoved(one: xr.Dataset) -> list[str]:
    return [
        f"person {one['id'].item():g}: no observation depends on {name}"
        f"{f' ({EFFECTS[name]})' if name in EFFECTS else ''}; it stays at its prior."
        for name in (str(name) for name in one["parameter"].to_numpy())
        if not bool(one["moved"].sel(parameter=name))
    ]
