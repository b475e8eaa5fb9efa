"""The runs of the model that bear on a claim, by name.

Conditions of a run stand beside it; what it needs of biology, in the ledger.

A run says which way it points from what came out, not from what was hoped: see ``bearing``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from remyelin.analysis.claims.patients import gradual, maintenance, recovery, symptoms, waiting
from remyelin.analysis.claims.run import Progress, Run
from remyelin.analysis.claims.vitamin import barrier, fluid, forms, methylcobalamin, risks
from remyelin.analysis.claims.wires import signals, wires
from remyelin.evidence import Ledger

RUNS: Final[Mapping[str, Callable[[Ledger, Progress], Run]]] = {
    run.__name__: run
    for run in (
        wires,
        signals,
        maintenance,
        gradual,
        symptoms,
        recovery,
        methylcobalamin,
        fluid,
        barrier,
        waiting,
        forms,
        risks,
    )
}
