"""The electrical network of a fibre: each compartment and each junction in nF, uS and MOhm.

The equations of the double cable (axoplasm V_i, periaxonal space V_p, V_m = V_i - V_p)::

    C_m dV_m/dt + I_ion(V_m) = sum over neighbours of g_i (V_i,nb - V_i) + I
    C_x dV_p/dt + g_x V_p = C_m dV_m/dt + I_ion + sum over neighbours of g_p (V_p,nb - V_p)

with axolemma area pi d L, myelin area pi D L and the lamellae in series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.units import OHM_CM_TO_MOHM_UM, S_PER_CM2_TO_US_PER_UM2, UF_PER_CM2_TO_NF_PER_UM2
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import EXPOSED_CONDUCTANCE

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """Electrical elements of a fibre of n compartments.

    Attributes
    ----------
    axolemma_capacity, axolemma_leak : (n,) float
        nF; uS (passive part, reversing at the fibre's ``leak_reversal``).
    channel_conductance : (n, currents) float
        Largest conductance of each current, uS.
    myelin_capacity, myelin_conductance : (n,) float
        nF; uS. An exposed compartment has no capacity and a conductance that clamps it to the outside.
    axial, periaxonal : (n - 1,) float
        Conductance between neighbouring compartments, uS.
    exposed : (n,) bool
        Compartments without a sheath.
    """

    axolemma_capacity: Array
    axolemma_leak: Array
    channel_conductance: Array
    myelin_capacity: Array
    myelin_conductance: Array
    axial: Array
    periaxonal: Array
    exposed: NDArray[np.bool_]


def circuit(fibre: Fibre) -> Circuit:
    """Return the electrical network of a fibre."""
    inner = np.pi * fibre.axon_diameter * fibre.length
    outer = np.pi * fibre.sheath_diameter * fibre.length
    exposed = fibre.lamellae == 0
    in_series = np.where(exposed, 1, fibre.lamellae)
    myelin_capacity = np.where(exposed, 0, fibre.lamella_capacity / in_series)
    myelin_conductance = np.where(exposed, EXPOSED_CONDUCTANCE, fibre.lamella_conductance / in_series)

    lumen = np.pi * fibre.axon_diameter**2 / (2 * 2)
    rim = np.pi * fibre.periaxonal_width * (fibre.axon_diameter + fibre.periaxonal_width)
    along = fibre.length * OHM_CM_TO_MOHM_UM
    return Circuit(
        axolemma_capacity=inner * fibre.axolemma_capacity * UF_PER_CM2_TO_NF_PER_UM2,
        axolemma_leak=inner * fibre.axolemma_leak * S_PER_CM2_TO_US_PER_UM2,
        channel_conductance=inner[:, None] * fibre.density * S_PER_CM2_TO_US_PER_UM2,
        myelin_capacity=outer * myelin_capacity * UF_PER_CM2_TO_NF_PER_UM2,
        myelin_conductance=outer * myelin_conductance * S_PER_CM2_TO_US_PER_UM2,
        axial=_between(along * fibre.resistivity / lumen),
        periaxonal=_between(along * fibre.periaxonal_resistivity / rim),
        exposed=exposed,
    )


def _between(resistance: Array) -> Array:
    """Conductance between neighbours: half of each one's resistance in series."""
    joined: Array = 2 / (resistance[:-1] + resistance[1:])
    return joined
