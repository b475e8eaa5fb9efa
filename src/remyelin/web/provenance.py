"""Numbers of the ledger that symptoms and the disability scale read: those that change them when nudged.

Nothing about it is written down: every entry that :class:`remyelin.clinic.Parameters` asks for is lowered in turn, and
whatever then comes out differently for any of many states of the pathways reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.evidence import Ledger

_STATES: Final = 2000  # enough that some lie beside every threshold
_NUDGE: Final = 0.75
_DISPERSION_MS: Final = 10.0
_ECTOPIC: Final = 3.0  # per fibre

States = Mapping[str, NDArray[np.float64]]


def read_by(ledger: Ledger) -> Mapping[str, frozenset[str]]:
    """Return the names of the entries that each symptom, by its identifier, and ``disability`` reads."""
    asked = ledger.recording()
    clinic.Parameters.from_ledger(asked)
    states = _states()
    before = _outcome(ledger, states)
    found: dict[str, set[str]] = defaultdict(set)
    for entry in asked.used():
        after = _outcome(_lowered(ledger, entry.name), states)
        for what, values in before.items():
            if not np.array_equal(values, after[what]):
                found[what].add(entry.name)
    return {what: frozenset(found[what]) for what in before}


def _states() -> States:
    """Draw pathways, from barely touched to gone, each differently."""
    random = np.random.default_rng(0)
    worst = np.linspace(0.0, 1.0, _STATES)[:, None] ** 2

    def drawn() -> NDArray[np.float64]:
        return worst * random.uniform(size=(_STATES, len(clinic.PATHWAYS)))

    axons = 1.0 - drawn()
    return {
        "axons": axons,
        "conducted": axons * (1.0 - drawn()),
        "dispersion": _DISPERSION_MS * drawn(),
        "ectopic": _ECTOPIC * drawn(),
    }


def _outcome(ledger: Ledger, states: States) -> dict[str, NDArray[np.float64]]:
    """Return every symptom, how severe and whether noticed, and the points of the scale."""
    judgement = clinic.Parameters.from_ledger(ledger)
    lost = clinic.functions_of(states, clinic.PATHWAYS, judgement)
    found = {
        name: np.stack([severity, severity >= judgement.presence])
        for name, severity in clinic.severities(lost, judgement).items()
    }
    return {**found, "disability": clinic.scale_of(lost, judgement)["total"].astype(np.float64)}


def _lowered(ledger: Ledger, name: str) -> Ledger:
    entries = {entry.name: entry for entry in ledger.entries()}
    value = entries[name].value
    lower = tuple(_NUDGE * v for v in value) if isinstance(value, tuple) else _NUDGE * (value or 0.0)
    entries[name] = replace(entries[name], value=lower)
    return Ledger(entries)
