"""Lesions of a fibre's sheath and nodes; each function returns a new fibre.

Internodes and nodes are counted from 0; ``None`` means all of them. :func:`bare` and :func:`retract` change how many
compartments there are, and :func:`~remyelin.fibre.lesions.repair.remyelinate` how many nodes: apply it last, to all its
internodes at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.lesions.selection import Which, internodes_of, items, numbered, rebuilt
from remyelin.fibre.models.fibre import FLUT, MYSA, NODE, STIN, Fibre
from remyelin.fibre.settings import BARE_COMPARTMENT_UM, CUT_TOLERANCE_UM, WHOLE_LAMELLA_TOLERANCE

Array = NDArray[np.float64]


def lose_lamellae(
    fibre: Fibre,
    internodes: Which,
    remaining: ArrayLike,
    *,
    fibre_thins: bool = True,
    partial: bool = False,
) -> Fibre:
    """Take lamellae away from internodes.

    Parameters
    ----------
    fibre : Fibre
    internodes : int, sequence of int or None
        Which internodes.
    remaining : float or (len(internodes),) array
        Share of the lamellae that remains, 0..1.
    fibre_thins : bool
        Whether the sheath's outer diameter shrinks with its lamellae around the same axon, as it must
        physically. False changes the myelin's capacity and conductance only, as other simulators do.
    partial : bool
        Accept less than one lamella, read as an average over the internode.

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        If less than one lamella would remain (see :func:`bare`) and `partial` is not set.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import lose_lamellae, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> thin = lose_lamellae(fibre, [4], 0.25)
    >>> round(float(thin.lamellae.max() / fibre.lamellae.max()), 2), bool(thin.lamellae.min() == 0)
    (1.0, True)
    """
    numbers = internodes_of(fibre, internodes)
    shares = items(remaining, numbers, "remaining", 0, 1)
    lamellae, sheath = fibre.lamellae.copy(), fibre.sheath_diameter.copy()
    for number, share in zip(numbers, shares, strict=True):
        where = fibre.internode(number)
        lamellae[where] *= share
        fewest = float(lamellae[where].min())
        if not fewest > 0 or (fewest < 1 - WHOLE_LAMELLA_TOLERANCE and not partial):
            raise InputError(
                f"internode {number} would keep {fewest:.2g} lamellae; keep at least one, or use bare()."
            )
        if fibre_thins:
            sheath[where] = _thinned(fibre, where, share)
    return fibre.replace(lamellae=lamellae, sheath_diameter=sheath)


def demyelinate(
    fibre: Fibre,
    internodes: Which,
    remaining: ArrayLike,
    *,
    channel_share: float,
    persistent_sodium: float = 0.0,
    fibre_thins: bool = True,
) -> Fibre:
    """Take lamellae away and, where less than one would be left, the whole sheath: an active internode.

    Parameters
    ----------
    fibre : Fibre
    internodes : int, sequence of int or None
    remaining : float or (len(internodes),) array
        Share of the lamellae that remains, 0..1.
    channel_share, persistent_sodium : float
        Of the axolemma laid bare; see :func:`bare`.
    fibre_thins : bool
        As for :func:`lose_lamellae`.

    Returns
    -------
    Fibre

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import demyelinate, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> stripped = demyelinate(fibre, 5, 0.001, channel_share=0.0)
    >>> bool(stripped.lamellae.sum() < fibre.lamellae.sum())
    True
    """
    numbers = internodes_of(fibre, internodes)
    shares = items(remaining, numbers, "remaining", 0, 1)
    fewest = [float(fibre.lamellae[fibre.internode(i)].min()) for i in numbers]
    gone = [left * share < 1 - WHOLE_LAMELLA_TOLERANCE for left, share in zip(fewest, shares, strict=True)]
    kept = [i for i, lost in zip(numbers, gone, strict=True) if not lost]
    left = [share for share, lost in zip(shares, gone, strict=True) if not lost]
    thinned = lose_lamellae(fibre, kept, left, fibre_thins=fibre_thins)
    lost = [i for i, is_gone in zip(numbers, gone, strict=True) if is_gone]
    return bare(thinned, lost, channel_share=channel_share, persistent_sodium=persistent_sodium)


def vacuolate(fibre: Fibre, internodes: Which, width_factor: ArrayLike, remaining: ArrayLike) -> Fibre:
    """Split sheaths into vacuoles: the seal opens and fewer lamellae insulate, but the fibre stays as wide.

    Parameters
    ----------
    fibre : Fibre
    internodes : int, sequence of int or None
    width_factor : float or (len(internodes),) array
        Factor on the periaxonal width under the paranodes; see :func:`open_paranodes`.
    remaining : float or (len(internodes),) array
        Share of the lamellae that still insulates; see :func:`lose_lamellae`.

    Returns
    -------
    Fibre

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import vacuolate, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> swollen = vacuolate(fibre, [4, 5], 5.0, 0.3)
    >>> bool(swollen.lamellae.sum() < fibre.lamellae.sum())
    True
    """
    opened = open_paranodes(fibre, internodes, width_factor)
    return lose_lamellae(opened, internodes, remaining, fibre_thins=False)


def open_paranodes(
    fibre: Fibre, internodes: Which, width_factor: ArrayLike, *, juxtaparanode_factor: ArrayLike = 1.0
) -> Fibre:
    """Widen the periaxonal space under the paranodes (MYSA), and if asked under the juxtaparanodes (FLUT).

    Parameters
    ----------
    fibre : Fibre
    internodes : int, sequence of int or None
    width_factor, juxtaparanode_factor : float or (len(internodes),) array
        Factor on the width, above zero; 1 leaves it.

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        For a width factor not above zero.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import open_paranodes, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> leaky = open_paranodes(fibre, [4, 5], 10.0)
    >>> bool(leaky.periaxonal_width.max() > fibre.periaxonal_width.max())
    True
    """
    numbers = internodes_of(fibre, internodes)
    seal = items(width_factor, numbers, "width_factor", 0, np.inf)
    beside = items(juxtaparanode_factor, numbers, "juxtaparanode_factor", 0, np.inf)
    width = fibre.periaxonal_width.copy()
    for number, of_mysa, of_flut in zip(numbers, seal, beside, strict=True):
        if of_mysa == 0 or of_flut == 0:
            raise InputError("open_paranodes: a width factor must be above zero.")
        where = fibre.internode(number)
        role = fibre.role[where]
        width[where] *= np.where(role == MYSA, of_mysa, np.where(role == FLUT, of_flut, 1))
    return fibre.replace(periaxonal_width=width)


def retract(fibre: Fibre, nodes: Which, gap_um: ArrayLike) -> Fibre:
    """Let the myelin draw back from nodes, on both sides, and expose the axolemma it covered.

    Parameters
    ----------
    fibre : Fibre
    nodes : int, sequence of int or None
        Which nodes.
    gap_um : float or (len(nodes),) array
        Length exposed on each side, um; less than half of either internode.

    Returns
    -------
    Fibre
        The exposed axolemma is passive and keeps its diameter; the periaxonal space behind it opens there.

    Raises
    ------
    InputError
        If the myelin cannot draw back so far.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import retract, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> drawn = retract(fibre, [5], 2.0)
    >>> drawn.n_compartments > fibre.n_compartments
    True
    """
    numbers = numbered(nodes, fibre.n_nodes, "node")
    gaps = items(gap_um, numbers, "gap_um", 0, np.inf)
    starts = np.cumsum(fibre.length) - fibre.length
    stops = starts + fibre.length
    edges = [np.array([], dtype=np.float64)]
    for number, gap in zip(numbers, gaps, strict=True):
        at = fibre.nodes[number]
        shortest = min(
            float(fibre.length[fibre.internode(i)].sum())
            for i in (number - 1, number)
            if 0 <= i < fibre.n_internodes
        )
        if not gap < shortest / 2:
            raise InputError(f"node {number}: the myelin cannot draw back {gap:g} um of {shortest:g} um.")
        edges.append(np.array([starts[at] - gap, stops[at] + gap]))
    cuts = np.unique(np.concatenate([[0.0], stops, *edges]).clip(0, stops[-1]))
    cuts = cuts[np.concatenate([[True], np.diff(cuts) > CUT_TOLERANCE_UM])]
    middle = (cuts[:-1] + cuts[1:]) / 2
    origin = np.searchsorted(stops, middle)
    bared = np.zeros(len(middle), dtype=np.bool_)
    for low, high in edges[1:]:
        bared |= (middle > low) & (middle < high)
    bared &= fibre.role[origin] != NODE
    finer = fibre.take(origin)
    return finer.replace(
        length=np.diff(cuts),
        lamellae=np.where(bared, 0, finer.lamellae),
        sheath_diameter=np.where(bared, finer.axon_diameter, finer.sheath_diameter),
    )


def bare(
    fibre: Fibre,
    internodes: Which,
    *,
    channel_share: ArrayLike = 0.0,
    persistent_sodium: float = 1.0,
    currents: Mapping[str, float] | None = None,
) -> Fibre:
    """Strip internodes of their sheath altogether.

    Parameters
    ----------
    fibre : Fibre
    internodes : int, sequence of int or None
    channel_share : float or (len(internodes),) array
        Density of the neighbouring node's channels on the bare axolemma as a share of the node's, 0..1;
        0 leaves it passive.
    persistent_sodium : float
        Share of the persistent sodium current (``nap``) that comes along with the others, 0..1. The
        MRG node rests at -80 mV only because its internodes hold it there: bare axolemma with all of its
        currents has no stable rest, fires or depolarises by itself (see :func:`rests`) and is entered
        easily; without the persistent current it rests near -86 mV.
    currents : mapping of str to float, optional
        Further factors of densities on the bare axolemma by current name (``{"ks": 0.5}``), 0 or more.

    Returns
    -------
    Fibre
        With the bare stretches cut fine enough for continuous conduction.

    Raises
    ------
    InputError
        For a share outside 0 to 1, or a negative factor of a current.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import bare, conduct, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> stripped = bare(fibre, [4, 5], channel_share=1.0)
    >>> bool(conduct([fibre, stripped])['conducts'][0])
    True
    """
    numbers = internodes_of(fibre, internodes)
    shares = dict(zip(numbers, items(channel_share, numbers, "channel_share", 0, 1), strict=True))
    if not 0 <= persistent_sodium <= 1:
        raise InputError(f"bare: persistent_sodium is {persistent_sodium}; give a share from 0 to 1.")
    factors = dict(currents or {})
    for name, factor in factors.items():
        if not (np.isfinite(factor) and factor >= 0):
            raise InputError(f"bare: the factor of {name} is {factor}; give 0 or more.")

    def strip(number: int) -> list[Fibre]:
        where = fibre.internode(number)
        pieces = fibre.take(np.arange(where.start, where.stop))
        cuts = np.ceil(pieces.length / BARE_COMPARTMENT_UM).astype(np.int64)
        n = int(cuts.sum())
        finer = pieces.take(np.repeat(np.arange(pieces.n_compartments), cuts))
        node = fibre.nodes[number] if fibre.channels[fibre.nodes[number]] >= 0 else fibre.nodes[number + 1]
        active = shares[number] > 0 and fibre.channels[node] >= 0
        spread = fibre.density[node] * shares[number]
        if active:
            kind = fibre.channel_sets[fibre.channels[node]]
            if persistent_sodium < 1:
                spread[kind.current("nap")] *= persistent_sodium
            for name, factor in factors.items():
                spread[kind.current(name)] *= factor
        return [
            finer.replace(
                length=np.repeat(pieces.length / cuts, cuts),
                lamellae=np.zeros(n),
                sheath_diameter=finer.axon_diameter,
                channels=np.full(n, fibre.channels[node] if active else -1),
                density=np.tile(spread, (n, 1)),
            )
        ]

    return rebuilt(fibre, set(shares), strip)


def _thinned(fibre: Fibre, where: slice, share: float) -> Array:
    """Outer diameter after losing lamellae: the sheath's thickness shrinks in proportion around the axon."""
    role = fibre.role[where]
    axon, sheath = fibre.axon_diameter[where], fibre.sheath_diameter[where]
    under = role == STIN if np.any(role == STIN) else role != NODE
    widest = float(axon[under].max())
    outer = widest + (sheath - widest) * share
    thinned: Array = np.maximum(outer, axon)
    return thinned
