"""Conduction of whole pathways over time, in closed form: the input of symptoms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from remyelin.base.jit import compiled
from remyelin.evidence import Ledger
from remyelin.evidence.memo import shared
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Array, Run
from remyelin.nerve.anatomy.pathways import PATHWAYS, runs
from remyelin.nerve.conduction.damage import Damage
from remyelin.nerve.conduction.lines import Line, laid, lesion_lengths
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.conduction.volley import Volley, passing, states_of
from remyelin.nerve.settings import NERVE_CONDUCTION_FIBRES, NERVE_WIRINGS_KEPT, STATES_AT_ONCE

_UNITS = {"conducted": "1", "delay": "ms", "dispersion": "ms", "axons": "1", "ectopic": "1"}
_SHARES = ("conducted", "axons")  # of 1 before the first neuron


def conduction(
    states: xr.Dataset,
    person: Person,
    tables: Tables,
    ledger: Ledger | Sequence[Ledger],
    pathways: Sequence[str] = PATHWAYS,
    *,
    threads: int = 1,
) -> xr.Dataset:
    """Return how the pathways of a person conduct, for every state given.

    Parameters
    ----------
    states : Dataset (..., segment)
        Myelin states by segment, as of :func:`remyelin.myelin.simulate`; any leading dimensions.
    person : Person
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger or sequence of Ledger
        Several: one for each state of the first dimension, whatever the name of that dimension.
    pathways : sequence of str
        Which of :data:`PATHWAYS`.
    threads : int
        Runs of nerve computed at once.

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
    >>> states = nerve.intact(person, ledger)
    >>> paths = nerve.conduction(states, person, tables, ledger, ['sural'])
    >>> float(paths['conducted'].item())
    1.0
    >>> sets = [ledger, ledger.replace({'nerve.lesion_length.central': 2.0})]
    >>> dict(nerve.conduction(states.expand_dims(set=2), person, tables, sets, ['sural']).sizes)
    {'set': 2, 'pathway': 1}
    """
    found = conducted(states_of(states), person, tables, ledger, pathways, threads=threads)
    lead = [str(name) for name in states["axons"].dims if name != "segment"]
    data = {name: ((*lead, "pathway"), found[name], {"units": unit}) for name, unit in _UNITS.items()}
    coords = {name: states[name] for name in lead if name in states.coords}
    return xr.Dataset(data, coords={**coords, "pathway": list(pathways)})


def conducted(
    arrays: Mapping[str, Array],
    person: Person,
    tables: Tables,
    ledger: Ledger | Sequence[Ledger],
    pathways: Sequence[str] = PATHWAYS,
    *,
    threads: int = 1,
) -> dict[str, Array]:
    """Return :func:`conduction` as plain arrays (..., pathway), of states as :func:`states_of` gives.

    Many states are computed in blocks, so that memory does not grow with the length of a course. Ledgers that lay the
    same fibres, as the sets of a posterior do, are computed together.

    Parameters
    ----------
    arrays : mapping of str to (..., segment) array
        As :func:`states_of` gives.
    person : Person
        Body of the person.
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger or sequence of Ledger
        Several: one for each state of the first dimension.
    pathways : sequence of str
        Names; all when omitted.
    threads : int
        Runs of nerve computed at once.

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
    if isinstance(ledger, Ledger):
        wiring = _wired(person, tables, tuple(pathways), ledger)
        return _in_blocks(arrays, wiring, lesion_lengths(ledger), threads)
    groups: dict[_Wiring, list[int]] = {}
    for index, own in enumerate(ledger):
        groups.setdefault(_wired(person, tables, tuple(pathways), own), []).append(index)
    lesions = np.stack([lesion_lengths(own) for own in ledger])
    lead = next(iter(arrays.values())).shape[:-1]
    found = {name: np.empty((*lead, len(pathways))) for name in _UNITS}
    for wiring, members in groups.items():
        lesion = lesions[members].reshape(len(members), *(1 for _ in lead[1:]), -1)
        part = _in_blocks({name: values[members] for name, values in arrays.items()}, wiring, lesion, threads)
        for name, values in part.items():
            found[name][members] = values
    return found


@dataclass(frozen=True, eq=False)
class _Wiring:
    """Fibres laid along the runs of the pathways of a person, and all else of a ledger that conduction rests on.

    Attributes
    ----------
    tables : Tables
    thickness : float
        Coefficient of variation of the thickness of new sheaths.
    lines : tuple of Line
        Of every run once.
    chains : tuple of tuple of int
        Of each pathway, which lines it is made of.
    """

    tables: Tables
    thickness: float
    lines: tuple[Line, ...]
    chains: tuple[tuple[int, ...], ...]


# Ledgers that differ in the length of lesions alone share a result: it is read apart, by each.
@shared(maxsize=NERVE_WIRINGS_KEPT)
def _wired(person: Person, tables: Tables, pathways: tuple[str, ...], ledger: Ledger) -> _Wiring:
    places: dict[Run, int] = {}
    chains = [
        tuple(places.setdefault(run, len(places)) for run in runs(name, person, ledger)) for name in pathways
    ]
    lines = tuple(laid(run, NERVE_CONDUCTION_FIBRES, person, tables, ledger) for run in places)
    return _Wiring(tables, ledger["nerve.thickness_variation"], lines, tuple(chains))


def _in_blocks(
    arrays: Mapping[str, Array], wiring: _Wiring, lesion: Array, threads: int = 1
) -> dict[str, Array]:
    """Conduct states (..., segment) with lengths of lesions that spread over their leading dimensions.

    Equal states are computed once: the plans of a person have the same ones up to the first dose.
    """
    lead = next(iter(arrays.values())).shape[:-1]
    count = math.prod(lead)
    flat = {name: values.reshape(count, -1) for name, values in arrays.items()}
    own = np.broadcast_to(lesion, (*lead, lesion.shape[-1])).reshape(count, -1)
    places: dict[bytes, int] = {}
    rows = np.ascontiguousarray(np.concatenate([*flat.values(), own], axis=1))
    which = np.array([places.setdefault(row.tobytes(), len(places)) for row in rows], dtype=np.int64)
    first = np.unique(which, return_index=True)[1]
    blocks = []
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, max(first.size, 1), STATES_AT_ONCE):
            part = first[start : start + STATES_AT_ONCE]
            found = {name: values[part] for name, values in flat.items()}
            blocks.append(_conducted(found, wiring, own[part], pool.map if threads > 1 else map))
    return {
        name: np.concatenate([block[name] for block in blocks])[which].reshape(*lead, len(wiring.chains))
        for name in _UNITS
    }


def _conducted(
    arrays: Mapping[str, Array], wiring: _Wiring, lesion: Array, each: Callable[..., Iterator[Volley]]
) -> dict[str, Array]:
    """Conduct states (state, segment); `each` maps a function over the lines."""
    damage = Damage.of(arrays, wiring.tables, wiring.thickness, lesion)
    count = len(damage.axons)
    found = {name: np.empty((count, len(wiring.chains))) for name in _UNITS}
    volleys = list(each(lambda line: passing(line, damage), wiring.lines))
    for column, chain in enumerate(wiring.chains):
        chained = [np.ones(count) if unit in _SHARES else np.zeros(count) for unit in _UNITS]
        for place in chain:
            part = volleys[place]
            _chain(
                part.line.fibres.weight,
                part.conducted,
                part.excess,
                part.variance,
                part.axons,
                part.ectopic,
                part.line.weighted,
                *chained,
            )
        for whole, values in zip(found.values(), chained, strict=True):
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
