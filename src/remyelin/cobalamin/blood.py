"""Red cells, simply: how deficiency, and its masking by folic acid, show in the blood count.

Marrow makes large cells and few of them as folate is trapped by lack of methionine synthase; folic
acid bypasses the trap, so blood recovers while the nerve does not. Persons differ so much (a quarter
of neurological patients have a normal count) that only the direction and the time are to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from remyelin.cobalamin.cascade import relax
from remyelin.cobalamin.doses import Dose
from remyelin.cobalamin.exposure import Exposure
from remyelin.cobalamin.parameters import Parameters

Array = NDArray[np.float64]


def marrow_deficit(synthase: Array, folic_acid: Array, sensitivity: float, parameters: Parameters) -> Array:
    """Return how far red cell formation fails, 0 to 1, from active synthase and folic acid (mg/day)."""
    bypass = folic_acid / (parameters.marrow_bypass_half + folic_acid)
    return np.asarray(np.minimum(1.0, sensitivity * (1 - synthase) * (1 - bypass)))


def solve(
    nodes: Array, exposure: Exposure, synthase: Array, parameters: Parameters, begin: float | None = None
) -> Array:
    """Return the deficit of the circulating red cells, 0 to 1, at the nodes of a block.

    `begin` is the end of the block before; without it the deficit starts steady.
    """
    p = parameters
    step = np.diff(nodes)
    folic_acid = exposure.folic_acid.at(np.append(nodes[:-1] + 0.5 * step, -np.inf))
    scale = exposure.marrow_scale
    start = marrow_deficit(synthase[:-1], folic_acid[:-1], scale, p)
    end = marrow_deficit(synthase[1:], folic_acid[:-1], scale, p)
    if begin is None:
        begin = float(marrow_deficit(synthase[:1], folic_acid[-1:], scale, p)[0])
    return relax(step, 1 / p.red_cell_time, start, end, begin)


def count(deficit: Array, parameters: Parameters) -> tuple[Array, Array]:
    """Return haemoglobin (g/L) and mean cell volume (fL) at a deficit of the red cells."""
    p = parameters
    return p.haemoglobin * (1 - p.haemoglobin_fall * deficit), p.mcv + p.mcv_rise * deficit


def potassium_watch(
    course: xr.Dataset, doses: Sequence[Dose], parameters: Parameters
) -> tuple[float, float] | None:
    """Return the days in which serum potassium may fall dangerously, or None.

    New red cells take up potassium when severe megaloblastic anaemia is first treated; labels ask for
    monitoring in the first 48 hours. Deficient and anaemic below the ledger's limit at the first dose
    counts as at risk.

    Parameters
    ----------
    course : Dataset
        Of :func:`remyelin.cobalamin.simulate`, with a time at or before the first dose.
    doses : sequence of Dose
    parameters : Parameters
    """
    if not doses:
        return None
    first = min(dose.time for dose in doses)
    before = course["haemoglobin"].sel(time=slice(None, first))
    if not before.size or float(before[-1]) >= parameters.severe_anaemia:
        return None
    return first, first + parameters.potassium_watch
