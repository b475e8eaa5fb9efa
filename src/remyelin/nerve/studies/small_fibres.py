"""Unmyelinated fibres: they have no sheath to lose, and are counted apart from the pathways that do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from remyelin.base.errors import InputError
from remyelin.catalogue.pathways import SMALL_FIBRES
from remyelin.catalogue.segments import SEGMENTS
from remyelin.evidence import Ledger
from remyelin.evidence.memo import remembered
from remyelin.fibre import Fibre, Pulse, pulse_stimulus, simulate_full, sundt_c_fibre
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.shipped_tables import key_of, read_by, shipped_velocity
from remyelin.nerve.settings import (
    NERVE_BARE_FIBRE_KEPT,
    NERVE_BARE_FIBRE_MM,
    NERVE_BARE_FIBRE_MS,
    NERVE_BARE_FIBRE_PULSE,
    NERVE_BARE_FIBRE_SPAN,
    NERVE_BARE_FIBRE_STEP_US,
    NERVE_LEDGERS_KEPT,
    NERVE_TABLE_CACHE,
)
from remyelin.nerve.studies.findings import Row
from remyelin.nerve.studies.laboratory import Laboratory
from remyelin.nerve.studies.study import Conduct, Dated, Study

PATHWAY = SMALL_FIBRES

_memory: dict[tuple[float, str], float | None] = {}


@dataclass(frozen=True, slots=True)
class SmallFibres(Study):
    """Unmyelinated fibres of a nerve of the limb, by microelectrode."""

    limb: str

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Record from unmyelinated fibres by a microelectrode."""
        return microneurography(name, self, lab, states)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the limb; there is no norm."""
        return {self.limb: ()}


def small_fibres(states: xr.Dataset, ledger: Ledger) -> xr.Dataset:
    """Return how the unmyelinated fibres of the leg conduct, in the form of the other pathways.

    Parameters
    ----------
    states : Dataset (..., segment)
        Myelin states, as of :func:`remyelin.myelin.simulate`.
    ledger : Ledger
        ``small_fibre.axon_share`` says which share of the loss of myelinated axons they suffer.

    Returns
    -------
    Dataset (..., pathway)
        The variables of :func:`remyelin.nerve.conduction` for the one pathway ``small_fibres``: delay,
        dispersion and ectopic are 0, for what is bare by nature does not change.

    Raises
    ------
    InputError
        If the state lacks the axons of the leg.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> float(nerve.small_fibres(nerve.intact(person, ledger), ledger)['conducted'].item())
    1.0
    """
    axons = _axons(states, "leg", ledger)
    nothing = xr.zeros_like(axons)
    units = {"conducted": "1", "delay": "ms", "dispersion": "ms", "axons": "1", "ectopic": "1"}
    values = {name: axons if name in ("conducted", "axons") else nothing for name in units}
    return xr.Dataset(
        {
            name: value.expand_dims({"pathway": [PATHWAY]}, axis=-1).assign_attrs(units=units[name])
            for name, value in values.items()
        }
    )


def microneurography(
    name: str, study: SmallFibres, lab: Laboratory, states: Mapping[str, Array]
) -> list[Dated]:
    """Record single C fibres of a nerve: their velocity, and how many are left."""
    velocity = bare_velocity(lab.person.temperature, lab.ledger)
    distance, floor = lab.ledger["small_fibre.recorded"], lab.ledger["noise.evoked"]
    dated: Dated = []
    for axons in states["axons"][:, _segment(study.limb)].tolist():
        left = 1 - lab.ledger["small_fibre.axon_share"] * (1 - axons)
        found = left >= floor and velocity is not None
        row = Row(
            name,
            study.limb,
            "sensory",
            latency=distance / velocity if found and velocity else None,
            amplitude=left if found else None,
            amplitude_unit="of normal",
            distance=distance,
            velocity=velocity if found else None,
            absent=not found,
        )
        dated.append((row, None))
    return [dated]


@remembered(maxsize=NERVE_LEDGERS_KEPT)
def bare_velocity(temperature: float, ledger: Ledger) -> float | None:
    """Return the velocity (m/s) of a C fibre at a temperature (C), by the engine; None if it does not conduct.

    Those of the shipped numbers come with the package for some temperatures.
    """
    inputs = velocity_key(ledger)
    key = (temperature, inputs)
    if key not in _memory:
        if len(_memory) >= NERVE_TABLE_CACHE:
            _memory.pop(next(iter(_memory)))
        _memory[key] = shipped_velocity(inputs, temperature) or compute_velocity(temperature, ledger)
    return _memory[key]


def velocity_key(ledger: Ledger) -> str:
    """Return a hash of everything the velocity of a C fibre rests on, and note that this run used it."""
    return key_of(
        read_by(lambda probe: _bare_fibre(NERVE_BARE_FIBRE_KEPT[0], probe), ledger), "NERVE_BARE_FIBRE_"
    )


def compute_velocity(temperature: float, ledger: Ledger) -> float | None:
    """Run the engine for the velocity of a C fibre, whether or not it comes with the package."""
    fibre = _bare_fibre(temperature, ledger)
    first, last = (int(share * fibre.n_nodes) for share in NERVE_BARE_FIBRE_SPAN)
    run = simulate_full(
        fibre,
        (pulse_stimulus(fibre, Pulse(*NERVE_BARE_FIBRE_PULSE, node=first // 2)),),
        NERVE_BARE_FIBRE_MS,
        step=NERVE_BARE_FIBRE_STEP_US,
    )
    travelled = float(np.ptp(fibre.node_positions[[first, last]]))
    taken = float(run.crossing[last] - run.crossing[first])
    return travelled / taken if np.isfinite(taken) and taken > 0 else None


def _bare_fibre(temperature: float, ledger: Ledger) -> Fibre:
    return sundt_c_fibre(
        ledger["small_fibre.diameter"], NERVE_BARE_FIBRE_MM, temperature=temperature, ledger=ledger
    )


def _segment(limb: str) -> int:
    """Return the place in the anatomy of the nerve of a limb whose fibres are counted."""
    return [part.segment for part in SEGMENTS].index(f"{limb}_sensory_distal")


def _axons(states: xr.Dataset, limb: str, ledger: Ledger) -> xr.DataArray:
    if "axons" not in states or "segment" not in states.coords:
        raise InputError(
            "the myelin state lacks 'axons' over segment; give the result of remyelin.myelin.simulate."
        )
    lost = 1 - states["axons"].sel(segment=f"{limb}_sensory_distal", drop=True)
    return 1 - ledger["small_fibre.axon_share"] * lost
