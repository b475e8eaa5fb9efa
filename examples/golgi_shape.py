"""remyelin as a fibre backend of golgi: one call for one fibre in one field.

golgi hands a backend the potential along a fibre (``s_um``, ``Ve_mV``, at a reference current) and a current over
time (``wave_mA``, on the grid of ``dt_ms``), and expects a dictionary of the membrane potential of the nodes, their
impulses and what was applied. :func:`remyelin_run_single` has the call and the keys of its ``axonml_run_single``
(golgi, ``pipeline/fiber_backends.py``); it was written from that interface, and no code of golgi is here. golgi's
default backend calls PyFibers itself, for which ``pyfibers_shape.py`` stands in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from remyelin import fibre as engine
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()


def remyelin_run_single(
    s_um: ArrayLike,
    Ve_mV: ArrayLike,
    diameter_um: float,
    *,
    wave_mA: ArrayLike,
    tstop_ms: float = 8.0,
    dt_ms: float = 0.005,
    Iref_mA: float = 1.0,
    level_mV: float = -30.0,
    fibre: engine.Fibre | None = None,
) -> dict[str, Any]:
    """Run one fibre of interpolated MRG geometry, or any fibre given, centred on a path.

    Returns
    -------
    dict
        ``vm`` (nodes, samples) mV, ``time_ms``, ``node_z_um``, ``spike_t_ms`` (first, NaN without one), ``spike_n``,
        ``wave_t_ms``, ``wave_v``, ``Ve_node_mV``, ``n_nodes``.
    """
    along, wave = np.asarray(s_um, dtype=np.float64), np.asarray(wave_mA, dtype=np.float64)
    if fibre is None:
        two = engine.mrg_interpolated(diameter_um, 2, ledger=LEDGER)
        internode = float(two.length.sum() - two.length[-1])
        nodes = max(3, int((np.ptp(along) - two.length[-1]) // internode) + 1)
        fibre = engine.mrg_interpolated(diameter_um, nodes, ledger=LEDGER)
    field = engine.Field(along, np.asarray(Ve_mV) / Iref_mA, "centre")
    time = np.arange(len(wave)) * dt_ms
    steps = np.repeat(wave, 2)
    edges = np.repeat(np.arange(len(wave) + 1) * dt_ms, 2)[1:-1]
    run = engine.stimulate(
        fibre,
        [field.stimulus(fibre, engine.sampled(edges, steps))],
        duration=tstop_ms,
        level=level_mV,
        step=2.0,
    )
    first = run.impulse.values[:, 0] if run.sizes.get("number", 0) else np.full(fibre.n_nodes, np.nan)
    where = field.potential(fibre)[fibre.nodes]
    return {
        "vm": run.potential.values,
        "time_ms": run.time.values,
        "node_z_um": fibre.centres[fibre.nodes] + along[0] + 0.5 * (np.ptp(along) - fibre.length.sum()),
        "spike_t_ms": first,
        "spike_n": run["count"].values,
        "wave_t_ms": time,
        "wave_v": wave,
        "Ve_node_mV": where * Iref_mA,
        "n_nodes": fibre.n_nodes,
    }
