"""The fibre as frozen data: one entry per compartment, nodes included, from end to end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number, whole
from remyelin.base.errors import InputError
from remyelin.base.units import MM_PER_UM
from remyelin.fibre.checks import numbers, position
from remyelin.fibre.models.channels import ChannelSet
from remyelin.fibre.settings import TEMPERATURE_LIMITS

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

NODE, MYSA, FLUT, STIN = range(len(("node", "mysa", "flut", "stin")))
"""Roles of a compartment: node; paranode (MYSA); juxtaparanode (FLUT); standard internode (STIN)."""

PER_COMPARTMENT: Final = (
    "role",
    "length",
    "axon_diameter",
    "sheath_diameter",
    "periaxonal_width",
    "lamellae",
    "resistivity",
    "axolemma_capacity",
    "axolemma_leak",
    "channels",
    "density",
)


@dataclass(frozen=True, slots=True, eq=False)
class Fibre:
    """One nerve fibre, compartment by compartment (n of them), from one end to the other.

    Build one with :func:`~remyelin.fibre.mrg` and its relatives and change it with the lesion
    functions, which return a new one; or give the arrays yourself. A compartment with ``lamellae``
    zero is exposed: its periaxonal potential is that of the outside. Both ends are sealed.

    Attributes
    ----------
    model : str
        What it was built as.
    diameter : float
        Outer diameter of the healthy fibre, um.
    temperature : float
        Degrees C.
    role : (n,) int
        NODE, MYSA, FLUT or STIN.
    length, axon_diameter, sheath_diameter : (n,) float
        um. The myelin's area is that of a cylinder of `sheath_diameter`.
    periaxonal_width : (n,) float
        um.
    lamellae : (n,) float
        Number of lamellae, 0 where there is no myelin.
    resistivity : (n,) float
        Of the axoplasm, Ohm cm.
    periaxonal_resistivity : float
        Ohm cm.
    axolemma_capacity : (n,) float
        uF/cm2.
    axolemma_leak : (n,) float
        Passive conductance of the axolemma, S/cm2, reversing at `leak_reversal` (mV).
    lamella_capacity, lamella_conductance : float
        Of one lamella (its two membranes in series), uF/cm2 and S/cm2.
    channel_sets : tuple of ChannelSet
        Kinds of excitable membrane in the fibre.
    channels : (n,) int
        Position in `channel_sets`, -1 for passive axolemma.
    density : (n, currents) float
        S/cm2 of each current of the compartment's channel set.
    initial : float
        Potential the fibre starts from, mV.
    grid : tuple of int
        Compartments per published MYSA, FLUT and STIN.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg
    >>> fibre = mrg(10.0, 5, ledger=Ledger.shipped())
    >>> fibre.n_nodes, fibre.n_internodes, fibre.n_compartments
    (5, 4, 45)
    """

    model: str
    diameter: float
    temperature: float
    role: Ints
    length: Array
    axon_diameter: Array
    sheath_diameter: Array
    periaxonal_width: Array
    lamellae: Array
    resistivity: Array
    periaxonal_resistivity: float
    axolemma_capacity: Array
    axolemma_leak: Array
    leak_reversal: float
    lamella_capacity: float
    lamella_conductance: float
    channel_sets: tuple[ChannelSet, ...]
    channels: Ints
    density: Array
    initial: float
    grid: tuple[int, int, int] = (1, 1, 1)

    def __post_init__(self) -> None:
        _check(self, _NAMES)
        for name in PER_COMPARTMENT:
            object.__setattr__(self, name, _kept(getattr(self, name)))

    # --- where things are --------------------------------------------------------------------------
    @property
    def n_compartments(self) -> int:
        """Number of compartments."""
        return len(self.role)

    @property
    def nodes(self) -> Ints:
        """Positions of the nodes among the compartments, shape (n_nodes,)."""
        return np.flatnonzero(self.role == NODE)

    @property
    def n_nodes(self) -> int:
        """Number of nodes of Ranvier."""
        return int(np.count_nonzero(self.role == NODE))

    @property
    def n_internodes(self) -> int:
        """Number of internodes; internode i lies between nodes i and i + 1."""
        return self.n_nodes - 1

    @property
    def centres(self) -> Array:
        """Middle of every compartment, um from the start of the fibre."""
        return np.cumsum(self.length) - self.length / 2

    @property
    def node_positions(self) -> Array:
        """Middle of every node, mm from the start of the fibre."""
        return self.centres[self.nodes] * MM_PER_UM

    def internode(self, number: int) -> slice:
        """Return the slice of compartments of one internode."""
        nodes = self.nodes
        at = position(number, len(nodes) - 1, "internode", "fibre")
        return slice(int(nodes[at]) + 1, int(nodes[at + 1]))

    # --- making others -----------------------------------------------------------------------------
    def replace(self, **changes: Any) -> Fibre:
        """Return the fibre with some attributes replaced."""
        unknown = set(changes) - set(_NAMES)
        if unknown:
            raise TypeError(f"a fibre has no {', '.join(sorted(unknown))}.")
        changed = _copy(self, changes)
        _check(changed, changes)
        return changed

    def take(self, compartments: Ints) -> Fibre:
        """Return the fibre made of these compartments, in this order."""
        taken = _copy(self, {name: getattr(self, name)[compartments] for name in PER_COMPARTMENT})
        _check(taken, ())
        return taken


def refine(fibre: Fibre, mysa: int = 1, flut: int = 1, stin: int = 1) -> Fibre:
    """Cut every MYSA, FLUT and STIN of a fibre into equal pieces.

    Parameters
    ----------
    fibre : Fibre
    mysa, flut, stin : int
        Pieces per compartment, 1 or more.

    Returns
    -------
    Fibre
        The same cable on a finer grid.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import refine, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 5, ledger=ledger)
    >>> refine(fibre, stin=2).n_compartments > fibre.n_compartments
    True
    """
    pieces = tuple(
        whole(count, name, "refine") for count, name in ((mysa, "mysa"), (flut, "flut"), (stin, "stin"))
    )
    mysa, flut, stin = pieces
    count = np.array([1, *pieces])[fibre.role]
    finer = fibre.take(np.repeat(np.arange(fibre.n_compartments), count))
    length = np.repeat(fibre.length / count, count)
    old = fibre.grid
    return finer.replace(length=length, grid=(old[0] * mysa, old[1] * flut, old[2] * stin))


def join(fibres: tuple[Fibre, ...] | list[Fibre]) -> Fibre:
    """Return the fibre made of the compartments of several, one behind the other.

    The pieces must share their channel sets, temperature and everything else that is one number per fibre.
    """
    first = fibres[0]
    shared = [f.name for f in fields(Fibre) if f.name not in PER_COMPARTMENT]
    for other in fibres[1:]:
        for name in shared:
            if getattr(first, name) != getattr(other, name):
                raise InputError(f"cannot join fibres that differ in {name}.")
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(f, name) for f in fibres]) for name in PER_COMPARTMENT
    }
    return _copy(first, arrays)


_NAMES = tuple(f.name for f in fields(Fibre))


def _kept(values: ArrayLike) -> NDArray[Any]:
    """Return a copy that cannot be written to."""
    array = np.array(values)
    array.flags.writeable = False
    return array


def _copy(fibre: Fibre, changes: Mapping[str, Any]) -> Fibre:
    """Return a fibre with some attributes changed, unchecked, and the others shared."""
    copy = object.__new__(Fibre)
    for name in _NAMES:
        value = changes[name] if name in changes else getattr(fibre, name)
        own = name in changes and name in PER_COMPARTMENT
        object.__setattr__(copy, name, _kept(value) if own else value)
    return copy


def _check(fibre: Fibre, changed: Collection[str]) -> None:
    """Raise InputError for anything no solver could use.

    Only what changed is looked at: lesions copy a fibre many times over, and most of it has been checked before.
    """
    n = len(np.atleast_1d(fibre.role))
    for name in PER_COMPARTMENT:
        if name not in changed and "role" not in changed:
            continue
        array = numbers(getattr(fibre, name), name, "fibre")
        dimensions = 2 if name == "density" else 1
        if array.ndim != dimensions or array.shape[0] != n:
            raise InputError(f"fibre: {name} has shape {array.shape} for {n} compartments.")
        if name in ("role", "channels") and not np.array_equal(array, np.round(array)):
            raise InputError(f"fibre: {name} must be whole numbers.")
    if n == 0:
        raise InputError("fibre: it has no compartments.")
    roles = np.asarray(fibre.role)
    if "role" in changed and (np.any(roles < NODE) or np.any(roles > STIN)):
        raise InputError(f"fibre: role must be {NODE} to {STIN}: node, MYSA, FLUT, STIN.")
    low, high = TEMPERATURE_LIMITS
    number(fibre.temperature, "temperature", "fibre", at_least=low, at_most=high, unit="C")
    for name in ("diameter", "periaxonal_resistivity", "lamella_capacity"):
        if name in changed:
            number(getattr(fibre, name), name, "fibre", above=0.0)
    if "lamella_conductance" in changed:
        number(fibre.lamella_conductance, "lamella_conductance", "fibre", at_least=0.0)
    for name in ("leak_reversal", "initial"):
        if name in changed:
            number(getattr(fibre, name), name, "fibre", unit="mV")
    for name in (
        "length",
        "axon_diameter",
        "sheath_diameter",
        "periaxonal_width",
        "resistivity",
        "axolemma_capacity",
    ):
        if name in changed and np.any(np.asarray(getattr(fibre, name)) <= 0):
            raise InputError(f"fibre: {name} must be above zero in every compartment.")
    for name in ("lamellae", "axolemma_leak", "density"):
        if name in changed and np.any(np.asarray(getattr(fibre, name)) < 0):
            raise InputError(f"fibre: {name} must not be negative.")
    wide = {"sheath_diameter", "axon_diameter"}
    if wide.intersection(changed) and np.any(
        np.asarray(fibre.sheath_diameter) < np.asarray(fibre.axon_diameter)
    ):
        raise InputError("fibre: sheath_diameter must not be less than axon_diameter.")
    if not {"channels", "channel_sets", "density"}.intersection(changed):
        return
    channels = np.asarray(fibre.channels)
    if np.any(channels < -1) or np.any(channels >= len(fibre.channel_sets)):
        raise InputError(f"fibre: channels point outside the {len(fibre.channel_sets)} channel sets.")
    most = max((len(one.currents) for one in fibre.channel_sets), default=0)
    if np.asarray(fibre.density).shape[1] < most:
        raise InputError(
            f"fibre: density has {np.asarray(fibre.density).shape[1]} columns; the channel sets have {most} currents."
        )


def a_fibre(fibre: Any, where: str, least: int = 2) -> Fibre:
    """Return a fibre of so many nodes or more.

    Raises
    ------
    InputError
        If it is none, or too short.
    """
    if not isinstance(fibre, Fibre):
        raise InputError(f"{where}: a {type(fibre).__name__} is not a Fibre; build one with mrg().")
    if fibre.n_nodes < least:
        raise InputError(f"{where}: the fibre has {fibre.n_nodes} nodes; give at least {least}.")
    return fibre
