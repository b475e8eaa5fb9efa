"""Effect of the myelin state of every segment on the fibres that run through it; one for all runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.tables import Tables
from remyelin.nerve.settings import NERVE_MAX_SHARE, NERVE_THICKNESS_QUANTILES

SEVERITY = ("bare", "remyelinated", "vacuolated")


@dataclass(frozen=True, slots=True, eq=False)
class Damage:
    """The state of the segments, as the sums over a line want it.

    Attributes
    ----------
    free : (3, ..., segment) array
        Logarithm of the share free of bare, of bare or new, of any lesion, in a fibre of frailty 1.
    weights : (..., segment, g) array
        Of the grid of new internodes, whose thickness varies.
    redistributed, firing, axons : (..., segment) arrays
        Shares; `firing` is that of internodes which are bare and can fire by themselves.
    lesion : (..., compartment) array
        Length (mm) over which the internodes of a fibre are lesioned together, by
        :data:`remyelin.nerve.conduction.lines.COMPARTMENTS`.
    """

    free: Array
    weights: Array
    redistributed: Array
    firing: Array
    axons: Array
    lesion: Array

    @classmethod
    def of(cls, states: Mapping[str, Array], tables: Tables, variation: float, lesion: Array) -> Damage:
        """Prepare myelin states (..., segment); see :func:`remyelin.nerve.conduction.volley.states_of`.

        `variation` is that of the thickness of new sheaths; lengths of lesions, `lesion`, are (compartment,) for all
        states or (..., compartment).
        """
        worse = np.cumsum(np.stack([states[name] for name in SEVERITY]), axis=0)
        return cls(
            np.ascontiguousarray(np.log1p(-np.minimum(worse, NERVE_MAX_SHARE))),
            np.ascontiguousarray(
                repair_weights(states["thickness"], states["internode_length"], tables, variation)
            ),
            np.ascontiguousarray(states["channel_redistribution"]),
            np.ascontiguousarray(states["bare"] * states["channel_redistribution"]),
            np.ascontiguousarray(states["axons"]),
            np.ascontiguousarray(np.broadcast_to(lesion, (*states["axons"].shape[:-1], lesion.shape[-1]))),
        )


def repair_weights(thickness: Array, length: Array, tables: Tables, variation: float) -> Array:
    """Weights (..., s, g) of the grid of new internodes, whose thickness varies."""
    width = np.sqrt(np.log1p(variation**2))
    normal = NormalDist()
    points = [normal.inv_cdf((i + 0.5) / NERVE_THICKNESS_QUANTILES) for i in range(NERVE_THICKNESS_QUANTILES)]
    factor = np.exp(width * np.array(points) - width**2 / 2)
    weights: Array = tables.weights(thickness[..., None] * factor, length[..., None]).mean(axis=-2)
    return weights
