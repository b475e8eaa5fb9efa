"""Conduction of a nerve with one short lesion, by the fibre engine.

The engine is run once for every state that a few internodes of a fibre can be in; the share of fibres in each
state comes from the myelin layer. So a whole time course, for every member of the ensemble, costs some two
hundred impulses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np
import xarray as xr

from remyelin import fibre
from remyelin.analysis.experiments.bands import Floats
from remyelin.evidence import Ledger

INTERNODES = 3  # stripped, in series; their number in the published lesions is not reported
DISTANCE = 40.0  # mm of nerve between the electrodes
TEMPERATURE = 37.0
DIAMETERS = (5.7, 7.3, 8.7, 10.0, 11.5)  # um; those of rat sciatic motor fibres are assumed to be such
WEIGHTS = (0.1, 0.2, 0.3, 0.25, 0.15)
THICKNESS = (0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.33, 0.5, 1.0)
UNIT_MS = 0.5  # width of one fibre's share of the compound potential
SEEN = 0.05  # share of fibres whose arrival gives the latency


@dataclass(frozen=True, slots=True)
class Nerve:
    """Results of the engine for fibres with so many lesioned internodes.

    Attributes
    ----------
    healthy : (diameter,) array
        Conduction time over :data:`DISTANCE`, ms.
    repaired : (diameter, count, thickness) array
        Delay (ms) by 0 to 3 remyelinated internodes; infinite where the impulse stops.
    bare : (diameter, count) array
        The same for bare internodes whose channels have spread.
    """

    healthy: Floats
    repaired: Floats
    bare: Floats

    @classmethod
    def of(cls, ledger: Ledger, length: float) -> Nerve:
        """Run the engine.

        Parameters
        ----------
        ledger : Ledger
            The numbers of the fibre and of its bare internodes.
        length : float
            Of the new internodes, of normal.
        """
        counts = range(1, INTERNODES + 1)
        whole, changed = [], []
        for diameter in DIAMETERS:
            nodes = round(DISTANCE / _internode(diameter, ledger)) + 9
            own = fibre.mrg_interpolated(
                diameter, nodes, temperature=TEMPERATURE, grid="converged", ledger=ledger
            )
            whole.append(own)
            middle = nodes // 2
            lamellae = float(own.lamellae[own.internode(middle)].min())
            for count, thickness in product(counts, THICKNESS):
                where = list(range(middle, middle + count))
                changed.append(fibre.remyelinate(own, where, max(thickness, 1.0 / lamellae), length))
            changed += [
                fibre.bare(
                    own,
                    list(range(middle, middle + count)),
                    channel_share=ledger["state.bare_channels"],
                    persistent_sodium=ledger["state.bare_persistent_sodium"],
                )
                for count in counts
            ]
        times = _transits(whole)
        each = _transits(changed).reshape(len(DIAMETERS), -1) - times[:, None]
        each = np.where(np.isfinite(each), each, np.inf)
        none = np.zeros((len(DIAMETERS), 1))
        repaired, bare = np.split(each, [INTERNODES * len(THICKNESS)], axis=1)
        repaired = repaired.reshape(len(DIAMETERS), INTERNODES, len(THICKNESS))
        return cls(
            times,
            np.concatenate([np.zeros((len(DIAMETERS), 1, len(THICKNESS))), repaired], axis=1),
            np.concatenate([none, bare], axis=1),
        )

    def study(self, site: xr.Dataset) -> tuple[Floats, Floats, Floats]:
        """Return the response to stimulation beyond the lesion, relative to before.

        Parameters
        ----------
        site : Dataset (..., time)
            State of the lesioned internodes.

        Returns
        -------
        conducted, amplitude, velocity : (..., time) arrays
            Share of fibres that conduct; height of the compound potential; velocity, NaN below
            :data:`SEEN` of the fibres.
        """
        states = {name: site[name].to_numpy() for name in ("bare", "remyelinated", "thickness")}
        spread = site["channel_redistribution"].to_numpy()
        shape = states["bare"].shape
        active = (states["bare"] * spread).reshape(-1)
        new = states["remyelinated"].reshape(-1)
        old = np.clip(1.0 - states["bare"] - states["remyelinated"], 0.0, 1.0).reshape(-1)
        at = np.log(np.clip(states["thickness"], THICKNESS[0], THICKNESS[-1])).reshape(-1)
        chances, arrivals = [], []
        for bare, repaired in product(range(INTERNODES + 1), repeat=2):
            intact = INTERNODES - bare - repaired
            if intact < 0:
                continue
            ways = factorial(INTERNODES) / (factorial(bare) * factorial(repaired) * factorial(intact))
            chance = ways * active**bare * new**repaired * old**intact
            for row, weight in enumerate(WEIGHTS):
                grid = self.repaired[row, repaired]
                passes = np.isfinite(grid)
                delay = np.full(at.size, np.inf)
                if passes.any() and np.isfinite(self.bare[row, bare]):
                    # Below the thinnest sheath that conducts it does not; above, delay falls smoothly.
                    able = at >= np.log(np.array(THICKNESS)[passes][0]) - 1e-9
                    found = (
                        np.interp(at, np.log(np.array(THICKNESS)[passes]), grid[passes])
                        + self.bare[row, bare]
                    )
                    delay = np.where(able, found, np.inf)
                chances.append(weight * np.where(np.isfinite(delay), chance, 0.0))
                arrivals.append(self.healthy[row] + np.where(np.isfinite(delay), delay, 0.0))
        chance, arrival = np.array(chances), np.array(arrivals)
        order = np.argsort(arrival, axis=0)
        chance, arrival = (np.take_along_axis(values, order, axis=0) for values in (chance, arrival))
        conducted = chance.sum(axis=0)
        reached = np.cumsum(chance, axis=0)
        latency = np.take_along_axis(arrival, (reached >= SEEN).argmax(axis=0)[None], axis=0)[0]
        fastest = float(self.healthy[np.argsort(self.healthy)][0])
        velocity = np.where(conducted >= SEEN, fastest / latency, np.nan)
        whole = _height(np.array(WEIGHTS)[:, None], self.healthy[:, None])
        amplitude = _height(chance, arrival) / whole
        return conducted.reshape(shape), amplitude.reshape(shape), velocity.reshape(shape)


def _height(weight: Floats, arrival: Floats) -> Floats:
    """Return the negative peak of biphasic unit potentials (fibre, case) added up."""
    times = np.arange(float(arrival.min()) - 2.0, float(arrival.max()) + 2.0, 0.1)
    best = np.zeros(arrival.shape[1])
    for time in times:
        z = (time - arrival) / UNIT_MS
        best = np.maximum(best, -(weight * z * np.exp(0.5 - 0.5 * z * z)).sum(axis=0))
    return best


def _internode(diameter: float, ledger: Ledger) -> float:
    positions = fibre.mrg_interpolated(diameter, 3, ledger=ledger).node_positions
    return float(positions[1] - positions[0])


def _transits(fibres: list[fibre.Fibre]) -> Floats:
    """Return conduction times (ms) between the third node and the third last; NaN where blocked."""
    arrival = fibre.conduct(fibres, duration=12.0, until_arrival=False)["arrival"].to_numpy()
    return np.array([row[one.n_nodes - 3] - row[2] for row, one in zip(arrival, fibres, strict=True)])
