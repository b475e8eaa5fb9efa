"""Repair of a fibre's sheath: internodes replaced by several short thin ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from remyelin.base import checks
from remyelin.base.errors import InputError
from remyelin.fibre.lesions.selection import Which, internodes_of, items, rebuilt
from remyelin.fibre.lesions.sheath import lose_lamellae
from remyelin.fibre.models.fibre import MYSA, Fibre


def remyelinate(
    fibre: Fibre,
    internodes: Which,
    thickness: ArrayLike,
    length: ArrayLike,
    *,
    node_density: float = 1.0,
) -> Fibre:
    """Replace internodes by several short thin ones with new nodes between them.

    Parameters
    ----------
    fibre : Fibre
        Healthy where it is to be remyelinated: `thickness` and `length` are relative to what is there.
    internodes : int, sequence of int or None
    thickness : float or (len(internodes),) array
        Lamellae relative to the internode's, above 0 and up to 1, at least one lamella.
    length : float or (len(internodes),) array
        Length of the new internodes relative to the old one, above 0 and up to 1; as many as fit best.
    node_density : float
        Channel density of the new nodes relative to the node before the internode.

    Returns
    -------
    Fibre
        Paranodes (MYSA) keep their length, FLUT and STIN share the rest as before.

    Raises
    ------
    InputError
        For an internode with bare axolemma, a length not above zero, or new internodes without room between
        their paranodes.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import remyelinate, mrg
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 11, ledger=ledger)
    >>> repaired = remyelinate(fibre, [5], thickness=0.3, length=0.33)
    >>> repaired.n_nodes > fibre.n_nodes
    True
    """
    numbers = internodes_of(fibre, internodes)
    checks.number(node_density, "node_density", "remyelinate", at_least=0.0)
    thin = dict(zip(numbers, items(thickness, numbers, "thickness", 0, 1), strict=True))
    short = dict(zip(numbers, items(length, numbers, "length", 0, 1), strict=True))
    for number in numbers:
        if not np.all(fibre.lamellae[fibre.internode(number)] > 0):
            raise InputError(
                f"remyelinate: internode {number} has bare axolemma, so that nothing tells how its new sheath "
                "compares; remyelinate the fibre as it was before."
            )
    thinned = lose_lamellae(fibre, numbers, [thin[i] for i in numbers]) if numbers else fibre

    def shorten(number: int) -> list[Fibre]:
        if short[number] == 0:
            raise InputError("remyelinate: length must be above zero.")
        count = max(1, round(1 / short[number]))
        where = thinned.internode(number)
        sheath = thinned.take(np.arange(where.start, where.stop))
        healthy = fibre.nodes[number] if fibre.channels[fibre.nodes[number]] >= 0 else fibre.nodes[number + 1]
        node = fibre.take(np.array([healthy]))
        node = node.replace(density=node.density * node_density)
        paranode = float(sheath.length[sheath.role == MYSA].sum())
        total = float(sheath.length.sum())
        room = (total - (count - 1) * float(node.length[0])) / count - paranode
        if not room > 0:
            raise InputError(
                f"remyelinate: internodes of {short[number]:g} of internode {number} have no room between "
                "their paranodes; give a larger length."
            )
        factor = np.where(sheath.role == MYSA, 1.0, room / (total - paranode))
        piece = sheath.replace(length=sheath.length * factor)
        return [piece] + [part for _ in range(count - 1) for part in (node, piece)]

    return rebuilt(thinned, set(numbers), shorten)
