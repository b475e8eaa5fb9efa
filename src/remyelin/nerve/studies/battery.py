"""The battery of nerve studies of one person at one date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError, nearest
from remyelin.base.extensions import Extensible
from remyelin.catalogue.segments import CERVICAL_CORD, THORACIC_CORD
from remyelin.catalogue.studies import (
    BAEP,
    BLINK,
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    MEP_ARM,
    MEP_LEG,
    PERONEAL_MOTOR,
    RADIAL,
    SMALL_FIBRES,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
    ULNAR_MOTOR,
    ULNAR_SENSORY,
    VEP,
)
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.anatomy.branches import Array, Run
from remyelin.nerve.anatomy.pathways import Distances
from remyelin.nerve.conduction.damage import Damage
from remyelin.nerve.conduction.lines import Line
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.conduction.volley import Volley, passing, states_of
from remyelin.nerve.signals.responses import Waveform
from remyelin.nerve.studies.classification import classify
from remyelin.nerve.studies.cranial import Auditory, Blink
from remyelin.nerve.studies.entrapment import Entrapment
from remyelin.nerve.studies.evoked import Central, Evoked, Visual
from remyelin.nerve.studies.findings import Row, Studies
from remyelin.nerve.studies.laboratory import Laboratory
from remyelin.nerve.studies.motor_sensory import Motor, Sensory
from remyelin.nerve.studies.small_fibres import SmallFibres
from remyelin.nerve.studies.study import GROUP, Study

_MEDIAN = Motor("arm", "wrist", "elbow")
_TIBIAL = Motor("leg", "ankle", "knee")

_SHIPPED: Final[Mapping[str, Study]] = {
    MEDIAN_MOTOR: _MEDIAN,
    ULNAR_MOTOR: Motor("arm", "wrist", "elbow"),
    TIBIAL_MOTOR: _TIBIAL,
    PERONEAL_MOTOR: Motor("leg", "ankle", "knee"),
    MEDIAN_SENSORY: Sensory("arm", "wrist", True),
    ULNAR_SENSORY: Sensory("arm", "wrist", True),
    RADIAL: Sensory("arm", "wrist", False, "radial"),
    SURAL: Sensory("leg", "ankle", False),
    SMALL_FIBRES: SmallFibres("leg"),
    MEDIAN_SEP: Evoked("arm", "wrist", ("n9", "n13", "n20"), (("n9", "n13"), ("n13", "n20"))),
    TIBIAL_SEP: Evoked("leg", "ankle", ("n22", "p40"), (("n22", "p40"),)),
    MEP_ARM: Central(MEDIAN_MOTOR, _MEDIAN, (CERVICAL_CORD,)),
    MEP_LEG: Central(TIBIAL_MOTOR, _TIBIAL, (CERVICAL_CORD, THORACIC_CORD)),
    VEP: Visual("p100"),
    BAEP: Auditory(("i", "iii", "v"), (("i", "iii"), ("iii", "v"), ("i", "v"))),
    BLINK: Blink(),
}

STUDIES: Final = Extensible(
    _SHIPPED, GROUP, lambda study: "" if isinstance(study, Study) else "is no remyelin.nerve.Study"
)
"""The battery, by name: those of this package, then those that other packages add."""


def battery(
    states: xr.Dataset,
    person: Person,
    tables: Tables,
    ledger: Ledger,
    studies: Sequence[str] | None = None,
    conduct: Callable[[Line, Mapping[str, Array]], Volley] | None = None,
    distances: Distances | None = None,
    entrapment: Entrapment | None = None,
) -> Studies:
    """Study one person: conduction studies, evoked potentials, blink reflex and unmyelinated fibres.

    Parameters
    ----------
    states : Dataset (segment)
        The myelin state at the date of the studies.
    person : Person
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger
    studies : sequence of str, optional
        Which of :data:`STUDIES`; all when omitted.
    conduct : callable, optional
        How a line conducts in a state: the closed form when omitted; see :mod:`remyelin.nerve.conduction.sampled`
        for sampled fibres by tables or by the exact engine.
    distances : Distances, optional
        Distances (mm) of the laboratory in place of the usual ones.
    entrapment : Entrapment, optional
        Of the median nerve at the wrist.

    Returns
    -------
    Studies

    Raises
    ------
    InputError
        For no or an unknown study, a distance that does not fit the limb, or an incomplete state.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> studies = nerve.battery(nerve.intact(person, ledger), person, tables, ledger, ['sural'])
    >>> 30 < studies.row('sural', 'ankle').velocity < 70
    True
    """
    chosen = tuple(STUDIES) if studies is None else studies
    if not chosen:
        raise InputError(f"no study was asked for; give one or more of {', '.join(STUDIES)}.")
    extra = [str(name) for name in states["axons"].dims if name != "segment"] if "axons" in states else []
    if extra:
        raise InputError(f"studies are of one date; select one value of {extra[0]!r} first.")
    lab = Laboratory.of(person, tables, ledger, distances, entrapment)
    alone = states_of(states)
    one = None if conduct is None else _of_one_date(conduct, alone)
    return examine(lab, {name: array[None] for name, array in alone.items()}, chosen, one)[0]


def _of_one_date(
    conduct: Callable[[Line, Mapping[str, Array]], Volley], states: Mapping[str, Array]
) -> Callable[[Line], Volley]:
    """Return how a line conducts in one state, its only date."""

    def dated(laid: Line) -> Volley:
        found = conduct(laid, states)
        return Volley(
            found.line,
            *(
                np.ascontiguousarray(np.asarray(getattr(found, name), dtype=np.float64)[None])
                for name in ("conducted", "excess", "variance", "axons", "ectopic")
            ),
        )

    return dated


def examine(
    lab: Laboratory,
    arrays: Mapping[str, Array],
    studies: Sequence[str],
    conduct: Callable[[Line], Volley] | None = None,
) -> tuple[Studies, ...]:
    """Make the studies of several dates in a laboratory; see :func:`battery`.

    Parameters
    ----------
    lab : Laboratory
    arrays : mapping of str to (date, segment) array
        See :func:`remyelin.nerve.conduction.volley.states_of`.
    studies : sequence of str
    conduct : callable, optional
        How a line conducts at all the dates.
    """
    memory: dict[Run, Volley] = {}
    if conduct is None:
        damage = Damage.of(arrays, lab.tables, lab.spread.thickness, lab.spread.lengths)

        def conduct(laid: Line) -> Volley:
            return passing(laid, damage)

    def along(branch: str, population: str, start: float, stop: float) -> Volley:
        run = Run(branch, population, start, stop)
        if run not in memory:
            memory[run] = conduct(lab.line(run))
        return memory[run]

    dates = range(len(arrays["axons"]))
    rows: list[list[Row]] = [[] for _ in dates]
    waveforms: list[dict[str, Waveform]] = [{} for _ in dates]
    for name in studies:
        if name not in STUDIES:
            raise InputError(f"no study named {name!r}; {nearest(name, STUDIES)}")
        for dated in STUDIES[name].perform(name, lab, along, arrays):
            for date, (row, waveform) in enumerate(dated):
                rows[date].append(row)
                if waveform is not None:
                    waveforms[date][f"{name}, {row.site}"] = waveform
    found = (Studies(tuple(rows[date]), waveforms[date], lab.person) for date in dates)
    return tuple(replace(item, classification=classify(item, lab.ledger)) for item in found)
