"""The batteries of one person at several dates, whose volleys are computed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import xarray as xr

from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.conduction.volley import states_of
from remyelin.nerve.studies.battery import STUDIES, examine
from remyelin.nerve.studies.findings import Studies
from remyelin.nerve.studies.laboratory import Laboratory


def batteries(
    states: xr.Dataset,
    person: Person,
    tables: Tables,
    ledger: Ledger,
    studies: Sequence[str] | None = None,
) -> tuple[Studies, ...]:
    """Study one person at every date of a course; see :func:`remyelin.nerve.battery`.

    Parameters
    ----------
    states : Dataset (time, segment)
        The myelin state at the dates of the studies.
    person : Person
    tables : Tables
    ledger : Ledger
    studies : sequence of str, optional
        All when omitted.

    Returns
    -------
    tuple of Studies
        As :func:`remyelin.nerve.battery` gives date by date, but for rounding.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> states = nerve.intact(person, ledger).expand_dims(time=[0.0, 30.0])
    >>> len(nerve.batteries(states, person, tables, ledger, ['sural']))
    2
    """
    return batteries_of(states_of(states.transpose("time", "segment")), person, tables, ledger, studies)


def batteries_of(
    arrays: Mapping[str, Array],
    person: Person,
    tables: Tables,
    ledger: Ledger,
    studies: Sequence[str] | None = None,
) -> tuple[Studies, ...]:
    """Return :func:`batteries` of plain arrays (time, segment) as :func:`states_of` gives.

    Parameters
    ----------
    arrays : mapping of str to (..., segment) array
        As :func:`states_of` gives.
    person : Person
        Body of the person.
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger
    studies : sequence of str, optional
        Names of studies; all when omitted.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> states = nerve.states_of(nerve.intact(person, ledger).expand_dims(time=[0.0, 30.0]))
    >>> len(nerve.batteries_of(states, person, tables, ledger, ['sural']))
    2
    """
    chosen = tuple(STUDIES) if studies is None else studies
    return examine(Laboratory.of(person, tables, ledger), arrays, chosen)
