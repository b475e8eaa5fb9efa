"""Impulses that a bare internode of the posterior columns sends to the brain, left alone and stretched.

Counted in the full double cable. What is not known of bare axolemma is not chosen but covered: channel density
and persistent sodium over the whole of their ranges in the ledger, and the current of stretch likewise. The share
of these sets that fires when left alone is the ledger's ``ectopic.resting``; that when stretched, its
``ectopic.stretched``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.experiments.registry import Result, Table, question
from remyelin.analysis.protocols.excitability import in_threads
from remyelin.base.errors import InputError
from remyelin.base.figure import Figure, Heat, Panel
from remyelin.base.plain import percent
from remyelin.base.units import MS_PER_S
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, Stimulus, bare, mrg_interpolated, spikes

NODES: Final = 13
LESION: Final = 6
COUNTED: Final = 10  # beyond the lesion, where an end does not help an impulse
DENSITIES: Final = 6
PERSISTENT: Final = 5
STRETCHES: Final = 3
SETTLE_MS: Final = 100.0
WATCH_MS: Final = 300.0
STEP_US: Final = 20.0
CM_PER_UM: Final = 1e-4
NA_PER_UA: Final = 1e3


@dataclass(frozen=True, slots=True)
class Counts:
    """Impulses a second that leave the lesion: axes of the conditions covered, and the counts over them.

    Attributes
    ----------
    density, persistent, stretch : tuple of float
        Share of the node's channels, share of its persistent sodium in that, uA/cm2 (0 first).
    rate : (stretch, persistent, density) array
        Hz.
    """

    density: tuple[float, ...]
    persistent: tuple[float, ...]
    stretch: tuple[float, ...]
    rate: NDArray[np.float64]

    @property
    def alone(self) -> float:
        """Share of the sets of channels that fire without being stretched."""
        return float((self.rate[0] > 0).mean())

    @property
    def stretched(self) -> float:
        """Share of the channel sets and stretches that fire, or fire faster than when left alone."""
        return float((self.rate[1:] > self.rate[0]).mean())


def stretch_of(fibre: Fibre, density: float) -> Stimulus:
    """Return an inward current (uA/cm2) spread evenly over the bare axolemma from :data:`SETTLE_MS` on."""
    where = fibre.internode(LESION)
    pattern = np.zeros(fibre.n_compartments)
    part = slice(where.start, where.stop)
    area = np.pi * fibre.axon_diameter[part] * fibre.length[part] * CM_PER_UM**2
    pattern[part] = density * area * NA_PER_UA

    def sample(steps: int, step: float) -> NDArray[np.float64]:
        return (np.arange(steps) * step >= SETTLE_MS).astype(np.float64)

    return Stimulus(pattern, np.zeros(fibre.n_compartments), sample)


def column_fibre(ledger: Ledger) -> Fibre:
    """Return a typical fibre of the posterior columns, healthy."""
    warm = ledger["temperature.core"]
    return mrg_interpolated(_diameter(ledger), NODES, temperature=warm, grid="converged", ledger=ledger)


def rate_of(fibre: Fibre, stretch: float) -> float:
    """Return the impulses a second that leave the lesion of a fibre under a stretch (uA/cm2)."""
    seen = spikes(
        fibre,
        [stretch_of(fibre, stretch)],
        duration=SETTLE_MS + WATCH_MS,
        nodes=[COUNTED],
        step=STEP_US,
    )
    times = seen["time"].to_numpy()
    return float((times > SETTLE_MS).sum()) * MS_PER_S / WATCH_MS


def count(ledger: Ledger, progress: Callable[[str], None] = lambda step: None) -> Counts:
    """Count the impulses of every set of channels under every stretch."""
    densities = tuple(np.geomspace(*_range(ledger, "state.bare_channels"), DENSITIES).tolist())
    persistent = tuple(np.linspace(*_range(ledger, "state.bare_persistent_sodium"), PERSISTENT).tolist())
    stretches = (0.0, *np.geomspace(*_range(ledger, "ectopic.stretch_current"), STRETCHES).tolist())
    base = column_fibre(ledger)

    def rate(key: tuple[float, float, float]) -> float:
        stretch, share, density = key
        fibre = bare(base, LESION, channel_share=density, persistent_sodium=share)
        return rate_of(fibre, stretch)

    progress(f"{len(stretches) * len(persistent) * len(densities)} fibres")
    keys = list(product(stretches, persistent, densities))
    rates = np.array(in_threads(rate, keys)).reshape(len(stretches), len(persistent), len(densities))
    return Counts(densities, persistent, stretches, rates)


def ectopic_firing(ledger: Ledger, progress: Callable[[str], None]) -> Result:
    """Count the impulses that a bare internode of the posterior columns emits, by its channels and the stretch."""
    found = count(ledger, progress)
    panels = tuple(
        Panel(
            "left alone" if stretch == 0 else f"stretched, {stretch:.2g} uA/cm2",
            "channels, share of the node's",
            "persistent sodium, share of that",
            (),
            heat=Heat(
                found.density,
                found.persistent,
                found.rate[number].tolist(),
                "impulses per second",
                z_range=(0.0, max(float(found.rate.max()), 1.0)),
            ),
            log_x=True,
        )
        for number, stretch in enumerate(found.stretch)
    )
    firing = found.rate[0][found.rate[0] > 0]
    shipped = ledger["ectopic.stretched"]
    return Result(
        question("ectopic-firing"),
        f"Posterior column fibre of {_diameter(ledger):g} um, {ledger['temperature.core']:g} C, converged grid, "
        f"{NODES} nodes, internode {LESION} bare; channel density, persistent sodium and the current of stretch each "
        f"over the whole of its range in the ledger, fixed beforehand; {SETTLE_MS:g} ms of rest, then "
        f"{WATCH_MS:g} ms counted four nodes beyond the lesion.",
        [
            f"Left alone {firing.size} of {found.rate[0].size} sets of channels fire"
            + (f", at up to {firing.max():.0f} impulses a second" if firing.size else "")
            + ": only with nearly all of the node's persistent sodium. Bare axolemma that rests is silent.",
            f"Stretched, {percent(found.stretched)} of sets and stretches fire or fire faster, at up to "
            f"{found.rate.max():.0f} a second; the ledger holds {shipped:g}. One impulse in the {WATCH_MS:g} ms "
            "counts: a shock is short.",
            "How much current a bent neck sends into bare axolemma is not known, and it decides much: "
            + "; ".join(
                f"at {stretch:.2g} uA/cm2 {percent(float((rates > found.rate[0]).mean()))} of the sets fire"
                for stretch, rates in zip(found.stretch[1:], found.rate[1:], strict=True)
            )
            + ".",
        ],
        (
            Table(
                "Impulses per second",
                ("stretch, uA/cm2", "persistent sodium, share", "channels, share", "impulses per second"),
                tuple(
                    (stretch, share, density, float(found.rate[i, j, k]))
                    for i, stretch in enumerate(found.stretch)
                    for j, share in enumerate(found.persistent)
                    for k, density in enumerate(found.density)
                ),
            ),
        ),
        (
            Figure(
                "ectopic-firing",
                "Impulses of one bare internode, alone and stretched",
                "Each square is a fibre; its shade the impulses per second that leave the lesion.",
                panels,
                panel_height=2.9,
            ),
        ),
        ("alpfmedical-mechanosensitivity", "bakerbostock1992"),
    )


def _range(ledger: Ledger, name: str) -> tuple[float, float]:
    bounds = ledger.entry(name).range
    if bounds is None:
        raise InputError(f"the ledger gives no range of {name!r}, over which the counts are taken.")
    return bounds


def _diameter(ledger: Ledger) -> float:
    return float(ledger.table("fibres.posterior_column")["mode"][0])
