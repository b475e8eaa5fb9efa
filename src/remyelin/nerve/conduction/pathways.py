"""Conduction of whole pathways over time, in closed form: what symptoms are computed from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from remyelin.base.jit import compiled
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Array, Run
from remyelin.nerve.anatomy.pathways import PATHWAYS, runs
from remyelin.nerve.conduction.damage import Damage
from remyelin.nerve.conduction.lines import Spread, laid
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.conduction.volley import Volley, passing, states_of
from remyelin.nerve.settings import NERVE_CONDUCTION_FIBRES, STATES_AT_ONCE

_UNITS = {"conducted": "1", "delay": "ms", "dispersion": "ms", "axons": "1", "ectopic": "1"}
_SHARES = ("conducted", "axons")  # of 1 before the first neuron


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

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> paths = nerve.conduction(nerve.intact(person, ledger), person, tables, ledger, ['sural'])
    >>> float(paths['conducted'].item())
    1.0
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
    """Return what :func:`conduction` does as plain arrays (..., pathway), of states as :func:`states_of` gives.

    Many states are computed in blocks, so that memory does not grow with the length of a course.

    Parameters
    ----------
    arrays : mapping of str to (..., segment) array
        As :func:`states_of` gives.
    person : Person
        Body of the person.
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger
    pathways : sequence of str
        Names; all when omitted.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> arrays = nerve.states_of(nerve.intact(person, ledger))
    >>> nerve.conducted(arrays, person, tables, ledger, ['sural'])['conducted'].round(3)
    array([1.])
    """
    lead = next(iter(arrays.values())).shape[:-1]
    count = math.prod(lead)
    if count > STATES_AT_ONCE:
        flat_arrays = {name: values.reshape(count, -1) for name, values in arrays.items()}
        blocks = [
            _conducted(
                {name: values[start : start + STATES_AT_ONCE] for name, values in flat_arrays.items()},
                person,
                tables,
                ledger,
                pathways,
            )
            for start in range(0, count, STATES_AT_ONCE)
        ]
        return {
            name: np.concatenate([block[name] for block in blocks]).reshape(*lead, len(pathways))
            for name in _UNITS
        }
    return _conducted(arrays, person, tables, ledger, pathways)


def _conducted(
    arrays: Mapping[str, Array],
    person: Person,
    tables: Tables,
    ledger: Ledger,
    pathways: Sequence[str],
) -> dict[str, Array]:
    damage = Damage.of(arrays, tables, Spread.from_ledger(ledger))
    states = damage.axons.shape[:-1]
    found = {name: np.empty((*states, len(pathways))) for name in _UNITS}
    flat = [values.reshape(-1, len(pathways)) for values in found.values()]
    volleys: dict[Run, Volley] = {}
    for column, name in enumerate(pathways):
        chained = [
            np.ones(flat[0].shape[0]) if unit in _SHARES else np.zeros(flat[0].shape[0]) for unit in _UNITS
        ]
        for run in runs(name, person, ledger):
            if run not in volleys:
                volleys[run] = passing(laid(run, NERVE_CONDUCTION_FIBRES, person, tables, ledger), damage)
            part = volleys[run]
            fibres = len(part.line.healthy)
            _chain(
                part.line.fibres.weight,
                part.conducted.reshape(-1, fibres),
                part.excess.reshape(-1, fibres),
                part.variance.reshape(-1, fibres),
                part.axons.reshape(-1),
                part.ectopic.reshape(-1),
                part.line.weighted,
                *chained,
            )
        for whole, values in zip(flat, chained, strict=True):
            whole[:, column] = values
    found["dispersion"] = np.sqrt(found["dispersion"])
    return found


@compiled
def _chain(
    weight: Any,
    arriving: Any,
    excess: Any,
    variances: Any,
    alive: Any,
    firing: Any,
    internodes: float,
    conducted: Any,
    delay: Any,
    variance: Any,
    axons: Any,
    ectopic: Any,
) -> None:
    """Add a neuron to a chain, by state: shares multiply, delays and their variances add.

    As in a nerve potential, fibres count with the square of their diameter, `weight`.
    """
    for d in range(conducted.size):
        share = 0.0
        for k in range(weight.size):
            share += arriving[d, k] * weight[k]
        # Where nothing arrives any more the fibres are weighted as if all did.
        some, total, mean, spread = share > 0.0, 0.0, 0.0, 0.0
        for k in range(weight.size):
            own = arriving[d, k] * weight[k] if some else weight[k]
            total += own
            mean += own * excess[d, k]
        mean /= total
        for k in range(weight.size):
            own = arriving[d, k] * weight[k] if some else weight[k]
            spread += own * (variances[d, k] + (excess[d, k] - mean) ** 2)
        conducted[d] *= share
        delay[d] += mean
        variance[d] += spread / total
        axons[d] *= alive[d]
        ectopic[d] += firing[d] * internodes
