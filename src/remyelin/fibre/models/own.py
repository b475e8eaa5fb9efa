"""Fibres of one's own: unequal internodes, and bare cables with any membrane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from remyelin.base.checks import number, one_of
from remyelin.base.errors import InputError
from remyelin.base.units import BODY_TEMPERATURE, MM_PER_UM
from remyelin.evidence import Ledger
from remyelin.fibre.models.channels import ChannelSet, mrg_node
from remyelin.fibre.models.fibre import NODE, Fibre, join
from remyelin.fibre.models.mrg import Ends, Geometry, Grid, build, with_passive_ends


def from_internodes(
    internodes: Sequence[Geometry],
    *,
    node: ChannelSet | None = None,
    model: str = "own",
    temperature: float = BODY_TEMPERATURE,
    grid: Grid = "published",
    ends: Ends = "sealed",
    ledger: Ledger,
) -> Fibre:
    """Build a double cable of internodes that differ, with MRG's passive properties.

    Parameters
    ----------
    internodes : sequence of Geometry
        One for each internode, from the start of the fibre; an internode begins with its node. The last node is that
        of the last internode.
    node : ChannelSet, optional
        Channels of the nodes; those of MRG when omitted.
    model : str
        Its name.
    temperature, grid, ends, ledger
        As for :func:`~remyelin.fibre.mrg`.

    Returns
    -------
    Fibre
        Its ``diameter`` is that of the thickest internode.

    Raises
    ------
    InputError
        If there is no internode, something is no Geometry, or an internode leaves no room between its paranodes.

    Examples
    --------
    A fibre whose middle internodes are short, as after remyelination.

    >>> from dataclasses import replace
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import Geometry, conduct, from_internodes
    >>> ledger = Ledger.shipped()
    >>> long = Geometry(10.0, 3.3, 6.9, 1150.0, 46.0, 120.0)
    >>> short = replace(long, internode_length=400.0)
    >>> fibre = from_internodes([long] * 8 + [short] * 6 + [long] * 8, ledger=ledger)
    >>> fibre.n_nodes, round(float(fibre.length.sum()) / 1000.0, 3)
    (23, 20.801)
    >>> bool(conduct(fibre).conducts[0])
    True
    """
    if not isinstance(internodes, Iterable) or isinstance(internodes, str):
        raise InputError(
            f"{model}: internodes are a {type(internodes).__name__}; give one Geometry for each."
        )
    geometries = list(internodes)
    if not geometries:
        raise InputError(f"{model}: give at least one internode.")
    for k, geometry in enumerate(geometries):
        if not isinstance(geometry, Geometry):
            raise InputError(f"{model}: internode {k} is a {type(geometry).__name__}; give a Geometry.")
        for name in Geometry.__slots__:
            number(getattr(geometry, name), name, f"{model}: internode {k}", above=0.0)
    one_of(ends, "ends", model, ("sealed", "passive"))
    membrane = mrg_node(ledger) if node is None else node
    thickest = max(geometry.fibre_diameter for geometry in geometries)
    made: dict[Geometry, Fibre] = {}
    parts = []
    for k, geometry in enumerate(geometries):
        if geometry not in made:
            alone = build(model, geometry, 2, membrane, temperature, grid, "sealed", ledger)
            made[geometry] = alone.replace(diameter=thickest)
        whole = made[geometry]
        last = k == len(geometries) - 1
        parts.append(whole if last else whole.take(np.arange(whole.n_compartments - 1)))
    fibre = join(parts)
    return with_passive_ends(fibre, ledger) if ends == "passive" else fibre


def bare_cable(
    model: str,
    diameter_um: float,
    length_mm: float,
    membrane: ChannelSet,
    *,
    piece: float,
    resistivity: float,
    capacity: float,
    rest: float,
    leak: float = 0.0,
    leak_reversal: float | None = None,
    temperature: float = BODY_TEMPERATURE,
    ledger: Ledger,
) -> Fibre:
    """Build an unmyelinated axon: every compartment is a "node" of bare, excitable membrane.

    Parameters
    ----------
    model : str
        Its name.
    diameter_um, length_mm : float
        Of the axon, um; mm, rounded to whole compartments.
    membrane : ChannelSet
    piece : float
        Length of a compartment, um.
    resistivity : float
        Of the axoplasm, Ohm cm.
    capacity : float
        uF/cm2.
    rest : float
        Potential it starts from, mV.
    leak : float
        Passive conductance beside the currents of the membrane, S/cm2.
    leak_reversal : float, optional
        mV; `rest` when omitted.
    temperature : float
        Degrees C.
    ledger : Ledger

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        For a length under two compartments or a number that cannot be used.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import bare_cable, mrg_node
    >>> ledger = Ledger.shipped()
    >>> axon = bare_cable(
    ...     "bare MRG membrane", 1.0, 2.0, mrg_node(ledger),
    ...     piece=10.0, resistivity=70.0, capacity=2.0, rest=-80.0, ledger=ledger,
    ... )
    >>> axon.n_nodes
    200
    """
    diameter = number(diameter_um, "diameter", model, above=0.0, unit="um")
    step = number(piece, "compartment length", model, above=0.0, unit="um")
    long = number(length_mm, "length", model, unit="mm")
    if not long >= 2 * step * MM_PER_UM:
        raise InputError(f"{model}: a length of {long:g} mm is not at least two compartments of {step:g} um.")
    n = round(long / (step * MM_PER_UM))
    axial = number(resistivity, "resistivity", model, above=0.0, unit="Ohm cm")
    charged = number(capacity, "capacity", model, above=0.0, unit="uF/cm2")
    passive = number(leak, "leak", model, at_least=0.0, unit="S/cm2")

    def everywhere(value: float) -> np.ndarray:
        return np.full(n, value)

    return Fibre(
        model=model,
        diameter=diameter,
        temperature=number(temperature, "temperature", model, unit="C"),
        role=np.full(n, NODE),
        length=everywhere(step),
        axon_diameter=everywhere(diameter),
        sheath_diameter=everywhere(diameter),
        # Without myelin the space around the axon is the outside: its width plays no part.
        periaxonal_width=everywhere(1.0),
        lamellae=everywhere(0.0),
        resistivity=everywhere(axial),
        periaxonal_resistivity=axial,
        axolemma_capacity=everywhere(charged),
        axolemma_leak=everywhere(passive),
        leak_reversal=rest if leak_reversal is None else leak_reversal,
        lamella_capacity=ledger["mrg.lamella_capacity"],
        lamella_conductance=ledger["mrg.lamella_conductance"],
        channel_sets=(membrane,),
        channels=np.zeros(n, dtype=np.int64),
        density=np.tile(membrane.densities(), (n, 1)),
        initial=rest,
    )
