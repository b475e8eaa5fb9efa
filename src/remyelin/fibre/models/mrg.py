"""Published fibres: the MRG double cable at its table's diameters, interpolated, and thin (Pena 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from remyelin.base.checks import number, one_of, whole
from remyelin.base.errors import InputError
from remyelin.base.units import BODY_TEMPERATURE
from remyelin.evidence import Ledger
from remyelin.fibre.models.channels import ChannelSet, mrg_node
from remyelin.fibre.models.fibre import FLUT, MYSA, NODE, STIN, Fibre, refine
from remyelin.fibre.settings import CONVERGED_GRID, CUT_RESISTIVITY

Grid = Literal["published", "converged"] | tuple[int, int, int]
Ends = Literal["sealed", "passive"]


@dataclass(frozen=True, slots=True)
class Geometry:
    """One internode and its node: lengths and diameters in um, number of lamellae.

    Examples
    --------
    >>> from remyelin.fibre import Geometry
    >>> Geometry(10.0, 3.3, 6.9, 1150.0, 46.0, 120.0).internode_length
    1150.0
    """

    fibre_diameter: float
    node_diameter: float
    axon_diameter: float
    internode_length: float
    flut_length: float
    lamellae: float


def mrg(
    diameter_um: float,
    n_nodes: int,
    *,
    temperature: float = BODY_TEMPERATURE,
    grid: Grid = "published",
    ends: Ends = "sealed",
    ledger: Ledger,
) -> Fibre:
    """Build the MRG double cable at one of the diameters of its table.

    Parameters
    ----------
    diameter_um : float
        1, 2, 5.7, 7.3, 8.7, 10, 11.5, 12.8, 14, 15 or 16 um.
    n_nodes : int
        Nodes of Ranvier, 2 or more; one internode fewer.
    temperature : float
        Degrees C.
    grid : "published", "converged" or (mysa, flut, stin)
        Compartments per MYSA, FLUT and STIN: the published 1, 1, 1, or a finer internode.
    ends : "sealed" or "passive"
        Sealed active end nodes, or the end nodes of PyFibers: passive and cut off from the axoplasm.
    ledger : Ledger

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        For a diameter that is not in the table (see :func:`mrg_interpolated`) or fewer than two nodes.

    References
    ----------
    McIntyre, Richardson, Grill 2002, J Neurophysiol 87:995; ModelDB 3810.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg
    >>> fibre = mrg(10.0, 5, ledger=Ledger.shipped())
    >>> fibre.diameter, fibre.n_nodes
    (10.0, 5)
    """
    diameter_um = number(diameter_um, "diameter", "MRG", above=0.0, unit="um")
    table = ledger.table("mrg.geometry")
    diameters = table["fibre_diameter"]
    if diameter_um not in diameters:
        listed = ", ".join(f"{d:g}" for d in diameters)
        raise InputError(
            f"no MRG fibre of {diameter_um} um; the table has {listed} um, or use mrg_interpolated for others."
        )
    row = diameters.index(diameter_um)
    geometry = Geometry(**{name: column[row] for name, column in table.items()})
    return build("MRG", geometry, n_nodes, mrg_node(ledger), temperature, grid, ends, ledger)


def mrg_interpolated(
    diameter_um: float,
    n_nodes: int,
    *,
    temperature: float = BODY_TEMPERATURE,
    grid: Grid = "published",
    ends: Ends = "sealed",
    ledger: Ledger,
) -> Fibre:
    """Build the MRG double cable at any diameter from 2 to 16 um, geometry by the polynomials of ASCENT.

    Parameters
    ----------
    diameter_um : float
        Outer diameter, um, within the limits of the ledger.
    n_nodes, temperature, grid, ends, ledger
        As for :func:`mrg`, with its errors.

    References
    ----------
    Musselman et al. 2021, doi:10.1371/journal.pcbi.1009285.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg_interpolated
    >>> fibre = mrg_interpolated(9.2, 5, ledger=Ledger.shipped())
    >>> fibre.diameter, fibre.n_nodes
    (9.2, 5)
    """
    diameter = _within(diameter_um, ledger.vector("mrg_interpolated.diameter_limits"), "interpolated MRG")
    thick = diameter >= ledger["mrg_interpolated.internode_length_switch"]
    thick_length = ledger.vector("mrg_interpolated.internode_length_thick")
    thin_length = ledger.vector("mrg_interpolated.internode_length_thin")
    geometry = Geometry(
        fibre_diameter=diameter,
        node_diameter=_polynomial(ledger.vector("mrg_interpolated.node_diameter"), diameter),
        axon_diameter=_polynomial(ledger.vector("mrg_interpolated.axon_diameter"), diameter),
        internode_length=_polynomial(thick_length if thick else thin_length, diameter),
        flut_length=_polynomial(ledger.vector("mrg_interpolated.flut_length"), diameter),
        lamellae=_polynomial(ledger.vector("mrg_interpolated.lamellae"), diameter),
    )
    return build("MRG interpolated", geometry, n_nodes, mrg_node(ledger), temperature, grid, ends, ledger)


def pena(
    diameter_um: float,
    n_nodes: int,
    *,
    temperature: float = BODY_TEMPERATURE,
    grid: Grid = "published",
    ends: Ends = "sealed",
    ledger: Ledger,
) -> Fibre:
    """Build the thin myelinated fibre of Pena 2024 (1.011 to 16 um, recommended up to 5.7 um).

    Parameters
    ----------
    diameter_um : float
        Outer diameter, um, within the limits of the ledger.
    n_nodes, temperature, grid, ends, ledger
        As for :func:`mrg`, with its errors.

    References
    ----------
    Pena, Pelot, Grill 2024, doi:10.1371/journal.pcbi.1011833.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import pena
    >>> fibre = pena(3.0, 5, ledger=Ledger.shipped())
    >>> fibre.diameter, fibre.n_nodes
    (3.0, 5)
    """
    diameter = _within(diameter_um, ledger.vector("pena.diameter_limits"), "Pena 2024")
    axon = _polynomial(ledger.vector("pena.axon_diameter"), diameter)
    geometry = Geometry(
        fibre_diameter=diameter,
        node_diameter=_polynomial(ledger.vector("pena.node_diameter"), axon),
        axon_diameter=axon,
        internode_length=_polynomial(ledger.vector("pena.internode_length"), diameter),
        flut_length=_polynomial(ledger.vector("pena.flut_length"), diameter),
        lamellae=float(np.trunc(_polynomial(ledger.vector("pena.lamellae"), axon))),
    )
    node = mrg_node(ledger).with_densities(naf=ledger["pena.naf_density"], ks=ledger["pena.ks_density"])
    return build("Pena 2024", geometry, n_nodes, node, temperature, grid, ends, ledger)


def build(
    model: str,
    geometry: Geometry,
    n_nodes: int,
    node: ChannelSet,
    temperature: float,
    grid: Grid,
    ends: Ends,
    ledger: Ledger,
) -> Fibre:
    """Build a double cable of equal internodes with MRG's passive properties and any node.

    Parameters
    ----------
    model : str
        Its name.
    geometry : Geometry
    n_nodes : int
    node : ChannelSet
        Channels of the nodes.
    temperature, grid, ends, ledger
        As for :func:`mrg`.

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        For an internode without room between its paranodes, or an unknown grid.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Geometry, build, mrg_node, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 5, ledger=ledger)
    >>> geometry = Geometry(10.0, 3.3, 6.9, 1150.0, 46.0, 120.0)
    >>> built = build('mine', geometry, 5, mrg_node(ledger), 37.0, 'published', 'sealed', ledger)
    >>> built.n_nodes
    5
    """
    n_nodes = whole(n_nodes, "number of nodes", model, least=2)
    one_of(ends, "ends", model, ("sealed", "passive"))
    temperature = number(temperature, "temperature", model, unit="C")
    stins = int(ledger["mrg.stin_count"])
    period = np.array([NODE, MYSA, FLUT, *[STIN] * stins, FLUT, MYSA])
    role = np.concatenate([np.tile(period, n_nodes - 1), [NODE]])
    node_length, mysa_length = ledger["mrg.node_length"], ledger["mrg.mysa_length"]
    rest = geometry.internode_length - node_length - 2 * mysa_length - 2 * geometry.flut_length
    if not rest > 0:
        raise InputError(
            f"{model}: an internode of {geometry.internode_length:g} um leaves no room between its paranodes."
        )
    is_node = role == NODE

    def by_role(of_node: float, of_mysa: float, of_flut: float, of_stin: float) -> np.ndarray:
        values: np.ndarray = np.array([of_node, of_mysa, of_flut, of_stin], dtype=np.float64)[role]
        return values

    narrow, wide = geometry.node_diameter, geometry.axon_diameter
    seal, gap = ledger["mrg.mysa_periaxonal_width"], ledger["mrg.periaxonal_width"]
    leak, myelin = ledger["mrg.internode_leak"], geometry.lamellae
    in_series = ledger["mrg.membranes_per_lamella"]
    sheath = geometry.fibre_diameter
    fibre = Fibre(
        model=model,
        diameter=sheath,
        temperature=float(temperature),
        role=role,
        length=by_role(node_length, mysa_length, geometry.flut_length, rest / stins),
        axon_diameter=by_role(narrow, narrow, wide, wide),
        sheath_diameter=by_role(narrow, sheath, sheath, sheath),
        periaxonal_width=by_role(seal, seal, gap, gap),
        lamellae=by_role(0, myelin, myelin, myelin),
        resistivity=np.full(len(role), ledger["mrg.axial_resistivity"]),
        periaxonal_resistivity=ledger["mrg.axial_resistivity"],
        axolemma_capacity=np.full(len(role), ledger["mrg.axolemma_capacity"]),
        axolemma_leak=by_role(0, ledger["mrg.mysa_leak"], leak, leak),
        leak_reversal=ledger["mrg.rest"],
        lamella_capacity=ledger["mrg.lamella_capacity"] / in_series,
        lamella_conductance=ledger["mrg.lamella_conductance"] / in_series,
        channel_sets=(node,),
        channels=np.where(is_node, 0, -1),
        density=np.outer(is_node, node.densities()),
        initial=ledger["mrg.rest"],
    )
    if ends == "passive":
        fibre = with_passive_ends(fibre, ledger)
    pieces = (
        {"published": (1, 1, 1), "converged": CONVERGED_GRID}.get(grid, grid)
        if isinstance(grid, str)
        else grid
    )
    if not isinstance(pieces, tuple | list) or len(pieces) != len(CONVERGED_GRID):
        raise InputError(f"grid is {grid!r}; give 'published', 'converged' or three whole numbers.")
    return fibre if tuple(pieces) == (1, 1, 1) else refine(fibre, *pieces)


def with_passive_ends(fibre: Fibre, ledger: Ledger) -> Fibre:
    """Return a fibre with both end nodes passive and cut off from the axoplasm, as PyFibers makes them."""
    ends = [0, -1]
    channels, density = fibre.channels.copy(), fibre.density.copy()
    resistivity, capacity = fibre.resistivity.copy(), fibre.axolemma_capacity.copy()
    leak = fibre.axolemma_leak.copy()
    channels[ends], density[ends] = -1, 0
    resistivity[ends] = CUT_RESISTIVITY
    capacity[ends] = ledger["passive_end.capacity"]
    leak[ends] = ledger["passive_end.leak"]
    return fibre.replace(
        channels=channels,
        density=density,
        resistivity=resistivity,
        axolemma_capacity=capacity,
        axolemma_leak=leak,
    )


def _polynomial(coefficients: tuple[float, ...], at: float) -> float:
    return float(np.polyval(coefficients, at))


def _within(diameter: float, limits: tuple[float, ...], model: str) -> float:
    low, high = limits
    diameter = number(diameter, "diameter", model, unit="um")
    if not low <= diameter <= high:
        raise InputError(f"{model}: a fibre of {diameter} um is outside {low:g} to {high:g} um.")
    return float(diameter)
