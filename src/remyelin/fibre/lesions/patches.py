"""Several lesions on one fibre, composed: counted on the healthy fibre, applied in one order, checked for conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from remyelin.base.errors import InputError, nearest
from remyelin.fibre.lesions.membrane import (
    expose_potassium,
    load_nodes,
    redistribute_sodium,
    scale_channels,
    widen_nodes,
)
from remyelin.fibre.lesions.repair import remyelinate
from remyelin.fibre.lesions.selection import Which, numbered
from remyelin.fibre.lesions.sheath import (
    bare,
    demyelinate,
    lose_lamellae,
    open_paranodes,
    retract,
    vacuolate,
)
from remyelin.fibre.models.fibre import Fibre

# In the order in which they are applied: what changes the count of nodes comes last.
_INTERNODAL: Final[Mapping[str, Callable[..., Fibre]]] = {
    "open_paranodes": open_paranodes,
    "lose_lamellae": lose_lamellae,
    "vacuolate": vacuolate,
}
_NODAL: Final[Mapping[str, Callable[..., Fibre]]] = {
    "scale_channels": scale_channels,
    "widen_nodes": widen_nodes,
    "load_nodes": load_nodes,
    "retract": retract,
    "redistribute_sodium": redistribute_sodium,
}
_LAST: Final[Mapping[str, Callable[..., Fibre]]] = {
    "expose_potassium": expose_potassium,
    "demyelinate": demyelinate,
    "bare": bare,
    "remyelinate": remyelinate,
}
_ALL: Final = {**_INTERNODAL, **_NODAL, **_LAST}
_ORDER: Final = tuple(_ALL)
# What may be done to one internode only once, together.
_SHEATH: Final = ("lose_lamellae", "vacuolate", "demyelinate", "bare", "remyelinate")
_SEAL: Final = ("open_paranodes", "vacuolate", "bare", "demyelinate")
_AXOLEMMA: Final = ("expose_potassium", "bare", "demyelinate")
_GAP: Final = ("retract", "bare", "demyelinate")


@dataclass(frozen=True, slots=True)
class Patch:
    """One lesion of some internodes, or nodes, of a healthy fibre.

    Attributes
    ----------
    lesion : str
        Name of a lesion function: ``"lose_lamellae"``, ``"bare"``, ``"retract"``, ...
    where : int, sequence of int or None
        Internodes, or nodes for a lesion of nodes, counted on the healthy fibre; None for all.
    options : mapping
        The function's other arguments by name.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Patch, lesioned, mrg
    >>> fibre = mrg(10.0, 11, ledger=Ledger.shipped())
    >>> thin = lesioned(fibre, [Patch('lose_lamellae', [4, 5], {'remaining': 0.2})])
    >>> bool(thin.lamellae.sum() < fibre.lamellae.sum())
    True
    """

    lesion: str
    where: Which
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.lesion not in _ALL:
            raise InputError(f"there is no lesion named {self.lesion!r}; {nearest(self.lesion, _ALL)}")


def lesioned(fibre: Fibre, patches: Iterable[Patch]) -> Fibre:
    """Apply lesions to a healthy fibre, whatever the order they are given in.

    Parameters
    ----------
    fibre : Fibre
    patches : iterable of Patch

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        If two patches contradict each other on an internode or node (one thins its sheath, the other takes it
        away), or one of them is refused by its function.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import Patch, lesioned, mrg
    >>> fibre = mrg(10.0, 11, ledger=Ledger.shipped())
    >>> thin = lesioned(fibre, [Patch('lose_lamellae', range(3, 6), {'remaining': 0.2})])
    >>> bool(thin.lamellae.sum() < fibre.lamellae.sum())
    True
    """
    ordered = sorted(patches, key=lambda patch: _ORDER.index(patch.lesion))
    _agree(fibre, ordered)
    changed = fibre
    for patch in ordered:
        if patch.lesion != "remyelinate":
            changed = _call(patch.lesion, changed, patch.where, patch.options)
    # New nodes shift the count of what lies behind them: from the far end, one internode at a time.
    single = [item for patch in ordered if patch.lesion == "remyelinate" for item in _split(patch, fibre)]
    for number, options in sorted(single, key=lambda item: -item[0]):
        changed = _call("remyelinate", changed, number, options)
    return changed


def _call(lesion: str, fibre: Fibre, where: Which, options: Mapping[str, Any]) -> Fibre:
    try:
        return _ALL[lesion](fibre, where, **options)
    except TypeError as error:
        # the function's own words name the argument that is missing or unknown
        raise InputError(f"patch {lesion}: {str(error).partition('() ')[2] or error}.") from None


def _split(patch: Patch, fibre: Fibre) -> list[tuple[int, dict[str, Any]]]:
    """Return each internode of a patch with its own options."""
    numbers = numbered(patch.where, fibre.n_internodes, "internode")

    def pick(name: str, value: Any, i: int) -> Any:
        values = np.asarray(value)
        if values.ndim == 0:
            return value
        if len(values) != len(numbers):
            raise InputError(f"{name} has {len(values)} values for {len(numbers)} internodes.")
        return values[i]

    return [(n, {k: pick(k, v, i) for k, v in patch.options.items()}) for i, n in enumerate(numbers)]


def _agree(fibre: Fibre, patches: Sequence[Patch]) -> None:
    """Raise InputError where two patches cannot both be true."""
    done: dict[tuple[str, int], list[str]] = {}
    for patch in patches:
        nodal = patch.lesion in _NODAL
        place = "node" if nodal else "internode"
        for number in numbered(patch.where, fibre.n_nodes if nodal else fibre.n_internodes, place):
            here = done.setdefault((place, number), [])
            for earlier in here:
                _compatible(earlier, patch.lesion, f"{place} {number}")
            here.append(patch.lesion)
    for (place, number), lesions in done.items():
        if place == "node" and "retract" in lesions:
            for beside in (number - 1, number):
                for other in done.get(("internode", beside), []):
                    if other in _GAP:
                        raise InputError(
                            f"patches contradict each other: node {number} cannot lose the edge of a sheath that "
                            f"internode {beside} does not have ({other})."
                        )


def _compatible(one: str, other: str, where: str) -> None:
    for group in (_SHEATH, _SEAL, _AXOLEMMA):
        if one in group and other in group:
            raise InputError(f"patches contradict each other: {where} has both {one} and {other}.")
    if one == other:
        raise InputError(f"patches contradict each other: {where} has {one} twice.")
