"""Lesions of nodes and axolemma: wide or loaded nodes, sodium channels that spread, potassium channels laid open.

Each function returns a new fibre with as many compartments as before; see :mod:`remyelin.fibre.lesions.sheath` for
the sheath.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.fibre.lesions.selection import Which, items, numbered
from remyelin.fibre.models.channels import ChannelSet, Current
from remyelin.fibre.models.fibre import FLUT, MYSA, Fibre
from remyelin.fibre.models.gaines import fast_potassium_gate

Array = NDArray[np.float64]
EXPOSED_POTASSIUM = "juxtaparanode"


def scale_channels(fibre: Fibre, nodes: Which = None, **factors: float) -> Fibre:
    """Multiply channel densities of nodes.

    Parameters
    ----------
    fibre : Fibre
    nodes : int, sequence of int or None
        Which nodes.
    **factors : float
        Factor by current name (``naf=0.5``).

    Returns
    -------
    Fibre

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import scale_channels, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 5, ledger=ledger)
    >>> halved = scale_channels(fibre, naf=0.5)
    >>> float(halved.density.max() / fibre.density.max())
    0.5
    """
    chosen = fibre.nodes[numbered(nodes, fibre.n_nodes, "node")]
    density = fibre.density.copy()
    for name, factor in factors.items():
        number(factor, name, "scale_channels", at_least=0.0)
        for index, channels in enumerate(fibre.channel_sets):
            of_set = chosen[fibre.channels[chosen] == index]
            if len(of_set):
                density[of_set, channels.current(name)] *= factor
    return fibre.replace(density=density)


def widen_nodes(fibre: Fibre, nodes: Which, factor: ArrayLike, *, channels_spread: bool = True) -> Fibre:
    """Make nodes longer, and the fibre by as much.

    Parameters
    ----------
    fibre : Fibre
    nodes : int, sequence of int or None
    factor : float or (len(nodes),) array
        Factor on the node's length, 1 or more.
    channels_spread : bool
        Whether the same channels lie on more axolemma; False keeps their density.

    Returns
    -------
    Fibre

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import widen_nodes, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> wide = widen_nodes(fibre, [5], 3.0)
    >>> round(float(wide.length[wide.nodes[5]] / fibre.length[fibre.nodes[5]]), 3)
    3.0
    """
    chosen, factors = _nodes(fibre, nodes, factor, "factor", 1)
    length, density = fibre.length.copy(), fibre.density.copy()
    length[chosen] *= factors
    if channels_spread:
        density[chosen] /= factors[:, None]
    return fibre.replace(length=length, density=density)


def load_nodes(fibre: Fibre, nodes: Which, factor: ArrayLike) -> Fibre:
    """Raise the capacity of nodes, as exposed paranodal membrane does, and nothing else.

    Parameters
    ----------
    fibre : Fibre
    nodes : int, sequence of int or None
    factor : float or (len(nodes),) array
        Factor on the node's capacity, 1 or more.

    Returns
    -------
    Fibre

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import load_nodes, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> loaded = load_nodes(fibre, [5], 3.0)
    >>> float(loaded.axolemma_capacity[fibre.nodes[5]] / fibre.axolemma_capacity[fibre.nodes[5]])
    3.0
    """
    chosen, factors = _nodes(fibre, nodes, factor, "factor", 1)
    capacity = fibre.axolemma_capacity.copy()
    capacity[chosen] *= factors
    return fibre.replace(axolemma_capacity=capacity)


def redistribute_sodium(fibre: Fibre, nodes: Which, share: ArrayLike) -> Fibre:
    """Let a share of a node's sodium channels spread evenly over the exposed axolemma beside it.

    Parameters
    ----------
    fibre : Fibre
        With axolemma exposed beside these nodes (:func:`~remyelin.fibre.retract`,
        :func:`~remyelin.fibre.bare`).
    nodes : int, sequence of int or None
    share : float or (len(nodes),) array
        Of the fast and the persistent sodium conductance, 0..1. None is made or lost.

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        If no axolemma is exposed beside a node, or that of two nodes runs together.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import redistribute_sodium, retract, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> spread = redistribute_sodium(retract(fibre, [5], 2.0), [5], 0.2)
    >>> spread.n_nodes
    11
    """
    chosen, shares = _nodes(fibre, nodes, share, "share", 0)
    if np.any(shares > 1):
        raise InputError("redistribute_sodium: share must be within 0 to 1.")
    density, channels = fibre.density.copy(), fibre.channels.copy()
    exposed = fibre.lamellae == 0
    area = fibre.axon_diameter * fibre.length
    at_node = np.isin(np.arange(fibre.n_compartments), fibre.nodes)
    for node, part in zip(chosen, shares, strict=True):
        where = _beside(int(node), exposed)
        if len(where) == 0 or np.any(at_node[where]):
            raise InputError(
                f"redistribute_sodium: beside node {int(np.flatnonzero(fibre.nodes == node)[0])} "
                + ("no axolemma is exposed; retract its myelin first." if not len(where) else
                   "the exposed axolemma reaches another node; leave some sheath between them.")
            )  # fmt: skip
        if fibre.channels[node] < 0:
            continue
        kind = fibre.channel_sets[fibre.channels[node]]
        foreign = (channels[where] >= 0) & (channels[where] != fibre.channels[node])
        if np.any(foreign):
            raise InputError(
                "redistribute_sodium: the exposed axolemma carries other channels; lay them open afterwards."
            )
        sodium = np.flatnonzero([current.reversal > 0 for current in kind.currents])
        moved = part * density[node][sodium] * area[node] / area[where].sum()
        channels[where] = fibre.channels[node]
        density[np.ix_(where, sodium)] += moved
        density[node, sodium] *= 1 - part
    return fibre.replace(channels=channels, density=density)


def expose_potassium(
    fibre: Fibre, internodes: Which, *, ledger: Ledger, density: ArrayLike | None = None
) -> Fibre:
    """Put fast potassium channels (Kv1-like) into the juxtaparanodes (FLUT) of internodes.

    MRG has none; they matter once the seal beside them opens (:func:`~remyelin.fibre.open_paranodes`) or the
    sheath over them is gone (:func:`~remyelin.fibre.retract`). Such a fibre runs on the full solver.

    Parameters
    ----------
    fibre : Fibre
    internodes : int, sequence of int or None
    ledger : Ledger
    density : float or (len(internodes),) array, optional
        S/cm2 of axolemma; that of Gaines 2018's motor paranode when omitted.

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        If the juxtaparanodes carry other channels already.

    References
    ----------
    Gaines et al. 2018, J Comput Neurosci 45:29: gate and density.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import expose_potassium, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> len(expose_potassium(fibre, [4, 5], ledger=ledger).channel_sets) > len(fibre.channel_sets)
    True
    """
    numbers = numbered(internodes, fibre.n_internodes, "internode")
    inside = np.zeros(fibre.n_compartments)
    if density is None:
        # Published per area of the fibre's cylinder; a Fibre counts per area of axolemma.
        given = ledger.vector("gaines.motor.mysa_density")[1]
        mysa = fibre.role == MYSA
        ratio = fibre.diameter / float(fibre.axon_diameter[mysa].min()) if np.any(mysa) else 1.0
        per_internode = [given * ratio] * len(numbers)
    else:
        per_internode = items(density, numbers, "density", 0, np.inf)
    for internode, value in zip(numbers, per_internode, strict=True):
        where = fibre.internode(internode)
        inside[where] = np.where(fibre.role[where] == FLUT, value, 0)
    at = np.flatnonzero(inside)
    if np.any(fibre.channels[at] >= 0):
        raise InputError(
            "expose_potassium: the juxtaparanodes carry other channels already; use bare(currents=...)."
        )
    kind = _kv1(ledger)
    channels, densities = fibre.channels.copy(), fibre.density.copy()
    channels[at] = len(fibre.channel_sets)
    densities[at] = 0
    densities[at, 0] = inside[at]
    return fibre.replace(channel_sets=(*fibre.channel_sets, kind), channels=channels, density=densities)


def _kv1(ledger: Ledger) -> ChannelSet:
    gate = fast_potassium_gate(ledger)
    power = int(ledger["gaines.fast_potassium_power"])
    current = Current("kf", 1.0, ledger["mrg.node.potassium_reversal"], ((gate.name, power),))
    return ChannelSet(EXPOSED_POTASSIUM, (gate,), (current,))


def _beside(node: int, exposed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Positions of the exposed compartments that touch a node, on both sides, without a gap."""
    before = node
    while before > 0 and exposed[before - 1]:
        before -= 1
    after = node
    while after < len(exposed) - 1 and exposed[after + 1]:
        after += 1
    return np.concatenate([np.arange(before, node), np.arange(node + 1, after + 1)])


def _nodes(
    fibre: Fibre, nodes: Which, given: ArrayLike, name: str, low: float
) -> tuple[NDArray[np.int64], Array]:
    numbers = numbered(nodes, fibre.n_nodes, "node")
    values = items(given, numbers, name, low, np.inf, what="nodes")
    return fibre.nodes[numbers], np.array(values)
