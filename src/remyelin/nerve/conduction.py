"""Conduction of whole pathways over time, in closed form: what symptoms are computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from remyelin.evidence import Ledger
from remyelin.nerve.anatomy import Array
from remyelin.nerve.damage import Damage
from remyelin.nerve.lines import Spread, laid
from remyelin.nerve.pathways import PATHWAYS, runs
from remyelin.nerve.person import Person
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import Volley, passing, states_of
from remyelin.numerics import NERVE_CONDUCTION_FIBRES

_UNITS = {"conducted": "1", "delay": "ms", "dispersion": "ms", "axons": "1", "ectopic": "1"}


def conduction(
    states: xr.Dataset,
    person: Person,
    tables: Tables,
    ledger: Ledger,
    pathways: Sequence[str] = PATHWAYS,
) -> xr.Dataset:
    """Return how the pathways of a person conduct, for every state given.

    Parameters
    ----------
    states : Dataset (..., segment)
        Myelin states by segment, as of :func:`remyelin.myelin.simulate`; any leading dimensions.
    person : Person
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger
    pathways : sequence of str
        Which of :data:`PATHWAYS`.

    Returns
    -------
    Dataset (..., pathway)
        ``conducted``, share of the original fibres whose impulse arrives; ``delay`` (ms) over healthy and
        ``dispersion`` (ms, SD added to the healthy spread) of those that arrive; ``axons``, surviving
        share; ``ectopic``, internodes that can fire by themselves, per original fibre.

    Raises
    ------
    InputError
        For an unknown pathway or an incomplete state.
    """
    found = conducted(states_of(states), person, tables, ledger, pathways)
    lead = [str(name) for name in states["axons"].dims if name != "segment"]
    data = {name: ((*lead, "pathway"), found[name], {"units": unit}) for name, unit in _UNITS.items()}
    coords = {name: states[name] for name in lead if name in states.coords}
    return xr.Dataset(data, coords={**coords, "pathway": list(pathways)})


def conducted(
    arrays: Mapping[str, Array],
    person: Person,
    tables: Tables,
    ledger: Ledger,
    pathways: Sequence[str] = PATHWAYS,
) -> dict[str, Array]:
    """Return what :func:`conduction` does as plain arrays (..., pathway), of states as :func:`states_of` gives."""
    damage = Damage.of(arrays, tables, Spread.from_ledger(ledger))
    rows = []
    for name in pathways:
        volleys = [
            passing(laid(run, NERVE_CONDUCTION_FIBRES, person, tables, ledger), damage)
            for run in runs(name, person, ledger)
        ]
        rows.append(_combine(volleys))
    return {name: np.stack([row[name] for row in rows], axis=-1) for name in _UNITS}


def _combine(volleys: Sequence[Volley]) -> dict[str, Array]:
    """Chain neurons: shares multiply, delays add, dispersions add in quadrature."""
    conducted = axons = np.ones(())
    delay = variance = ectopic = np.zeros(())
    for part in volleys:
        # As in a nerve potential, fibres count with the square of their diameter.
        weight = part.line.fibres.weight
        arriving = part.conducted * weight
        share = arriving.sum(axis=-1)
        # Where nothing arrives any more the fibres are weighted as if all did.
        weights = np.where(share[..., None] > 0, arriving, weight)
        weights = weights / weights.sum(axis=-1, keepdims=True)
        mean = (weights * part.excess).sum(axis=-1)
        conducted = conducted * share
        axons = axons * part.axons
        delay = delay + mean
        variance = variance + (weights * (part.variance + (part.excess - mean[..., None]) ** 2)).sum(axis=-1)
        ectopic = ectopic + part.ectopic * part.line.weighted
    return {
        "conducted": conducted,
        "delay": delay,
        "dispersion": np.sqrt(variance),
        "axons": axons,
        "ectopic": ectopic,
    }
