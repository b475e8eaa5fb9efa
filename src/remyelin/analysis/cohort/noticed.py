"""The nineteen symptoms of a cohort: how many persons have each, beside the published frequency."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from remyelin.analysis.cohort.results import Results
from remyelin.evidence.catalogue import catalogue
from remyelin.evidence.ledger import Ledger

PATIENTS: Final = "patients with neurological disease from deficiency"


def nineteen(results: Results) -> list[dict[str, Any]]:
    """Return each of the nineteen symptoms: tier, share of persons at the first and the last visit, published share.

    Parameters
    ----------
    results : Results
        All groups together, with the ledger's own values.

    Returns
    -------
    list of dict
        ``number``, ``name``, ``label``, ``tier``, ``first`` and ``last`` (%, None where nobody was computed),
        ``published`` (%, None where no frequency is known), ``low``, ``high``, ``population``. The published share is
        that of the patients it names, not of this cohort.
    """
    last = len(results.cohort.population.visits) - 1
    rows = []
    for symptom in catalogue(Ledger.shipped()):
        entry = symptom.frequency
        low, high = (entry.range if entry else None) or (None, None)
        rows.append(
            {
                "number": symptom.number,
                "name": symptom.id,
                "label": symptom.name,
                "tier": symptom.tier,
                "first": _share(results, symptom.id, 0),
                "last": _share(results, symptom.id, last),
                "published": None if entry is None else entry.value,
                "low": low,
                "high": high,
                "population": "" if entry is None else entry.population or PATIENTS,
            }
        )
    return rows


def _share(results: Results, name: str, visit: int) -> float | None:
    seen = results.at(visit, 0)[f"noticed.{name}"]
    share = 100.0 * float(np.mean(seen)) if seen.size else math.nan
    return share if math.isfinite(share) else None
