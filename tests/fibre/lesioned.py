"""Random lesioned fibres for the tests: opened paranodes, lost lamellae, short thin new internodes."""

from __future__ import annotations

import numpy as np

from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, lose_lamellae, mrg, open_paranodes, remyelinate, scale_channels

DIAMETERS = (5.7, 7.3, 8.7, 10.0, 11.5, 14.0, 16.0)
TEMPERATURES = (30.0, 34.0, 37.0)


def random_fibre(rng: np.random.Generator, ledger: Ledger, *, nodes: int | None = None) -> Fibre:
    """Return a fibre of 20 to 45 nodes with healthy ends and lesions from mild to beyond block."""
    count = nodes or int(rng.integers(20, 46))
    fibre = mrg(
        float(rng.choice(DIAMETERS)), count, temperature=float(rng.choice(TEMPERATURES)), ledger=ledger
    )
    inner = np.arange(3, count - 4)
    state = rng.choice(4, size=len(inner), p=rng.dirichlet([5.0, 2.0, 2.0, 2.0]))
    if rng.random() < 0.5:  # one focus
        middle, reach = rng.integers(len(inner)), rng.integers(1, 8)
        state[np.abs(np.arange(len(inner)) - middle) > reach] = 0
    opened, thin, repaired = (inner[state == k] for k in (1, 2, 3))
    if rng.random() < 0.3:
        fibre = scale_channels(fibre, naf=float(rng.uniform(0.4, 1.2)))
    if len(opened):
        fibre = open_paranodes(fibre, opened, 10 ** rng.uniform(0, 1.7, len(opened)))
    if len(thin):
        worst = -2.2 if rng.random() < 0.3 else -1.7
        fibre = lose_lamellae(fibre, thin, 10 ** rng.uniform(worst, 0, len(thin)), partial=True)
    if len(repaired):
        least = np.log10(max(0.02, 1.5 / fibre.lamellae.max()))
        thickness = 10 ** rng.uniform(least, 0, len(repaired))
        fibre = remyelinate(fibre, repaired, thickness, rng.uniform(0.15, 0.6, len(repaired)))
    return fibre
