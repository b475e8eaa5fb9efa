"""The myelinated fibre of Sweeney 1987: a single cable of nodes between internodes without capacity or leak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number, one_of, whole
from remyelin.base.errors import InputError
from remyelin.base.units import BODY_TEMPERATURE
from remyelin.evidence import Ledger
from remyelin.fibre.models.channels import ChannelSet, Current, Gate
from remyelin.fibre.models.fibre import NODE, STIN, Fibre
from remyelin.fibre.models.kinetics import boltzmann
from remyelin.fibre.models.mrg import Ends, with_passive_ends
from remyelin.fibre.settings import NO_CAPACITY

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opening rate of m, (a + b V) boltzmann(-c, d), and its closing rate, that over exp((V + e) / f)."""

    closes: bool
    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, potential: ArrayLike) -> Array:
        at = np.asarray(potential, dtype=np.float64)
        rate = np.maximum(self.a + self.b * at, 0.0) * boltzmann(at, -self.c, self.d)
        found: Array = rate * np.exp(-(at + self.e) / self.f) if self.closes else rate
        return found


@dataclass(frozen=True, slots=True)
class _Closing:
    """Closing rate of h, a boltzmann(-b, c), and its opening rate, that over exp((V + d) / e)."""

    opens: bool
    a: float
    b: float
    c: float
    d: float
    e: float

    def __call__(self, potential: ArrayLike) -> Array:
        at = np.asarray(potential, dtype=np.float64)
        rate = self.a * boltzmann(at, -self.b, self.c)
        found: Array = rate * np.exp(-(at + self.d) / self.e) if self.opens else rate
        return found


def sweeney(
    diameter_um: float,
    n_nodes: int,
    *,
    temperature: float = BODY_TEMPERATURE,
    ends: Ends = "sealed",
    ledger: Ledger,
) -> Fibre:
    """Build the fibre of Sweeney 1987: rabbit sodium channels and a leak in the nodes, nothing in the internodes.

    Its rates are those of 37 C and do not depend on temperature.

    Parameters
    ----------
    diameter_um : float
        Outer diameter, um; nodes lie a hundred diameters apart.
    n_nodes : int
        Two or more.
    temperature : float
        Degrees C; only a label.
    ends : "sealed" or "passive"
        As for :func:`~remyelin.fibre.mrg`.
    ledger : Ledger

    Returns
    -------
    Fibre
        For the full solver.

    Raises
    ------
    InputError
        For a diameter out of range or fewer than two nodes.

    References
    ----------
    Sweeney, Mortimer, Durand 1987, as implemented in PyFibers 0.13.0.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import conduct, sweeney
    >>> fibre = sweeney(10.0, 21, ledger=Ledger.shipped())
    >>> 40.0 < float(conduct(fibre).velocity[0]) < 70.0
    True
    """
    model = "Sweeney 1987"
    low, high = ledger.vector("sweeney.diameter_limits")
    diameter = number(diameter_um, "diameter", model, at_least=low, at_most=high, unit="um")
    n_nodes = whole(n_nodes, "number of nodes", model, least=2)
    one_of(ends, "ends", model, ("sealed", "passive"))
    node_length = ledger["sweeney.node_length"]
    internode = ledger["sweeney.internode_per_diameter"] * diameter - node_length
    if not internode > 0:
        raise InputError(f"{model}: a fibre of {diameter:g} um has no room for internodes.")
    role = np.concatenate([np.tile([NODE, STIN], n_nodes - 1), [NODE]])
    is_node = role == NODE
    axon = ledger["sweeney.axon_share"] * diameter
    membrane = sweeney_node(ledger)

    def everywhere(value: float) -> np.ndarray:
        return np.full(len(role), value)

    fibre = Fibre(
        model=model,
        diameter=diameter,
        temperature=number(temperature, "temperature", model, unit="C"),
        role=role,
        length=np.where(is_node, node_length, internode),
        axon_diameter=everywhere(axon),
        sheath_diameter=np.where(is_node, axon, diameter),
        # A single cable: the space around the axon is the outside, under the myelin as well.
        periaxonal_width=everywhere(1.0),
        lamellae=everywhere(0.0),
        resistivity=everywhere(ledger["sweeney.axial_resistivity"]),
        periaxonal_resistivity=ledger["sweeney.axial_resistivity"],
        axolemma_capacity=np.where(is_node, ledger["sweeney.capacity"], NO_CAPACITY),
        axolemma_leak=everywhere(0.0),
        leak_reversal=ledger["sweeney.rest"],
        lamella_capacity=ledger["mrg.lamella_capacity"],
        lamella_conductance=ledger["mrg.lamella_conductance"],
        channel_sets=(membrane,),
        channels=np.where(is_node, 0, -1),
        density=np.outer(is_node, membrane.densities()),
        initial=ledger["sweeney.rest"],
    )
    return with_passive_ends(fibre, ledger) if ends == "passive" else fibre


def sweeney_node(ledger: Ledger) -> ChannelSet:
    """Return sodium ``na`` (m^2 h) and leak ``leak`` of the node."""
    m, h = ledger.vector("sweeney.m_rate"), ledger.vector("sweeney.h_rate")
    gates = (
        Gate("m", _Opening(False, *m), _Opening(True, *m), 1.0, BODY_TEMPERATURE),
        Gate("h", _Closing(True, *h), _Closing(False, *h), 1.0, BODY_TEMPERATURE),
    )
    of_m, of_h = (int(power) for power in ledger.vector("sweeney.powers"))
    (sodium, leak), (e_sodium, e_leak) = ledger.vector("sweeney.density"), ledger.vector("sweeney.reversal")
    return ChannelSet(
        "sweeney_node",
        gates,
        (Current("na", sodium, e_sodium, (("m", of_m), ("h", of_h))), Current("leak", leak, e_leak)),
    )
