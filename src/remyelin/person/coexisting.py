"""Coexisting diseases of nerve and cord, switched on beside deficiency: their losses of axons and sheaths.

Each takes a fixed share that cobalamin does not bring back: axons that are lost, and internodes that conduct slowly,
which stand among the vacuolated ones. The pattern of each has a source, its size is assumed (ledger: ``coexisting.*``).
Carpal tunnel syndrome is a lesion of the median nerve alone, and the anatomy has no nerve of the hand apart from its
neighbours: it delays and weakens what crosses the wrist instead (:class:`remyelin.nerve.Entrapment`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import xarray as xr

from remyelin import nerve
from remyelin.catalogue.segments import (
    ARM_MOTOR,
    ARM_SENSORY,
    CORTICOSPINAL,
    CORTICOSPINAL_CERVICAL,
    CORTICOSPINAL_THORACIC,
    CUNEATE,
    GRACILE,
    LEG_MOTOR,
    LEG_SENSORY,
    outside_spine,
)
from remyelin.evidence import Ledger

TISSUES: Final[Mapping[str, tuple[str, ...]]] = {
    **{nerve: outside_spine(nerve) for nerve in (LEG_SENSORY, LEG_MOTOR, ARM_SENSORY, ARM_MOTOR)},
    "columns": (GRACILE, CUNEATE),
    CORTICOSPINAL: (CORTICOSPINAL_CERVICAL, CORTICOSPINAL_THORACIC),
    "corticospinal_neck": (CORTICOSPINAL_CERVICAL,),
}
"""Segments of the myelin layer behind each tissue of the ledger."""

TUNNEL: Final = "carpal tunnel syndrome"
EFFECTS: Final = ("axons", "slowed")


def taken(disease: str, ledger: Ledger) -> dict[tuple[str, str], float]:
    """Return the shares that a disease takes, by segment and effect: ``axons`` lost, internodes ``slowed``."""
    found: dict[tuple[str, str], float] = {}
    if disease == TUNNEL:
        return found
    prefix = f"coexisting.{disease.replace(' ', '_')}"
    for name in ledger.group(prefix):
        tissue, effect = name.split(".")
        for segment in TISSUES[tissue]:
            found[segment, effect] = ledger[f"{prefix}.{name}"]
    return found


def beside(states: xr.Dataset, diseases: Sequence[str], ledger: Ledger) -> xr.Dataset:
    """Return myelin states with coexisting diseases in them.

    Parameters
    ----------
    states : Dataset (..., segment)
        Of :func:`remyelin.myelin.simulate`.
    diseases : sequence of str
        Of :data:`remyelin.person.case.DISEASES`; several take their shares one after the other of what is left.
    ledger : Ledger
        Entries ``coexisting.*``.

    Returns
    -------
    Dataset
        The same variables.
    """
    if not diseases:
        return states
    names = [str(name) for name in states["segment"].to_numpy()]
    kept = {effect: np.ones(len(names)) for effect in EFFECTS}
    for disease in diseases:
        for (segment, effect), share in taken(disease, ledger).items():
            kept[effect][names.index(segment)] *= 1.0 - share
    axons, fast = (xr.DataArray(kept[effect], dims="segment") for effect in EFFECTS)
    slowed = states["intact"] * (1.0 - fast)
    return states.assign(
        axons=(states["axons"] * axons).assign_attrs(states["axons"].attrs),
        intact=(states["intact"] * fast).assign_attrs(states["intact"].attrs),
        vacuolated=(states["vacuolated"] + slowed).assign_attrs(states["vacuolated"].attrs),
    )


def entrapment(diseases: Sequence[str], ledger: Ledger) -> nerve.Entrapment | None:
    """Return the entrapment of the median nerve, None where carpal tunnel syndrome is not among the diseases."""
    return nerve.Entrapment.from_ledger(ledger) if TUNNEL in diseases else None


def at_the_wrist(pathways: xr.Dataset, diseases: Sequence[str], ledger: Ledger) -> xr.Dataset:
    """Return the conduction of pathways (..., pathway) with an entrapped median nerve in it."""
    trapped = entrapment(diseases, ledger)
    if trapped is None:
        return pathways
    found = [trapped.of(str(name)) for name in pathways["pathway"].to_numpy()]
    delay, kept = (xr.DataArray(list(column), dims="pathway") for column in zip(*found, strict=True))
    return pathways.assign(
        conducted=(pathways["conducted"] * kept).assign_attrs(pathways["conducted"].attrs),
        delay=(pathways["delay"] + delay).assign_attrs(pathways["delay"].attrs),
    )
