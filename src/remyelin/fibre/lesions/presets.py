"""Lesions by the names they have in the literature, each as patches to apply or to add to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from remyelin.base.errors import InputError, nearest
from remyelin.evidence import Ledger
from remyelin.fibre.lesions.patches import Patch, lesioned
from remyelin.fibre.lesions.selection import Which
from remyelin.fibre.models.fibre import Fibre

Make = Callable[[Ledger, Which], list[Patch]]


@dataclass(frozen=True, slots=True)
class Preset:
    """A named lesion.

    Attributes
    ----------
    title : str
        What it is, and where its name comes from.
    make : callable
        ``make(ledger, internodes)`` returns the patches.

    Examples
    --------
    >>> from remyelin.fibre import PRESETS
    >>> PRESETS['bare'].title
    'primary demyelination: axolemma without a sheath, with its channels'
    """

    title: str
    make: Make


def _thin(entry: str) -> Make:
    # capacity and conductance only: the series' own model scales the sheath's membrane, not its diameter
    def make(ledger: Ledger, where: Which) -> list[Patch]:
        return [Patch("lose_lamellae", where, {"remaining": ledger[entry], "fibre_thins": False})]

    return make


def _open(ledger: Ledger, where: Which) -> list[Patch]:
    return [Patch("open_paranodes", where, {"width_factor": ledger["preset.paranodal_width"]})]


def _both(ledger: Ledger, where: Which) -> list[Patch]:
    return [*_thin("preset.internodal_mild")(ledger, where), *_open(ledger, where)]


def _vacuolated(ledger: Ledger, where: Which) -> list[Patch]:
    factor, left = ledger["state.vacuolated_paranode"], ledger["state.vacuolated_lamellae"]
    return [Patch("vacuolate", where, {"width_factor": factor, "remaining": left})]


def _bare(ledger: Ledger, where: Which) -> list[Patch]:
    share, persistent = ledger["state.bare_channels"], ledger["state.bare_persistent_sodium"]
    return [Patch("bare", where, {"channel_share": share, "persistent_sodium": persistent})]


def _third(ledger: Ledger, where: Which) -> list[Patch]:
    return [Patch("lose_lamellae", where, {"remaining": ledger["preset.thickness_day_37"]})]


def _remyelinated(ledger: Ledger, where: Which) -> list[Patch]:
    options = {
        "thickness": ledger["preset.thickness_day_37"],
        "length": ledger["preset.new_internode_length"],
        "node_density": ledger["state.new_node_density"],
    }
    return [Patch("remyelinate", where, options)]


PRESETS: Final[Mapping[str, Preset]] = {
    "ISD-mild": Preset(
        "internodal systematic demyelination, mild (Stephanova)", _thin("preset.internodal_mild")
    ),
    "ISD-severe": Preset(
        "internodal systematic demyelination, severe (Stephanova)", _thin("preset.internodal_severe")
    ),
    "PSD": Preset("paranodal systematic demyelination (Stephanova)", _open),
    "PISD": Preset("paranodal and internodal systematic demyelination (Stephanova)", _both),
    "vacuolated": Preset("sheaths split into vacuoles, as in subacute combined degeneration", _vacuolated),
    "bare": Preset("primary demyelination: axolemma without a sheath, with its channels", _bare),
    "antiserum-day-37": Preset("sheaths a third as thick, day 37 after antiserum (Saida)", _third),
    "remyelinated": Preset("short thin internodes with new nodes", _remyelinated),
}
"""Named lesions, each with a title; :func:`preset` applies one by its name."""


def preset(fibre: Fibre, name: str, internodes: Which = None, *, ledger: Ledger) -> Fibre:
    """Apply a named lesion.

    Parameters
    ----------
    fibre : Fibre
        Healthy.
    name : str
        A key of :data:`PRESETS`. Systematic lesions are meant for all internodes, focal ones for a few.
    internodes : int, sequence of int or None
        None means all.
    ledger : Ledger

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        For an unknown name or internode.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import conduct, mrg, preset
    >>> ledger = Ledger.shipped()
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> data = conduct([fibre, preset(fibre, 'ISD-mild', ledger=ledger)])
    >>> bool(data['arrival'][1, 15] > data['arrival'][0, 15])
    True
    """
    if name not in PRESETS:
        raise InputError(f"there is no preset named {name!r}; {nearest(name, PRESETS)}")
    return lesioned(fibre, PRESETS[name].make(ledger, internodes))
