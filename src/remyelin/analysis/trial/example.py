"""One simulated trial as a long table, to try an analysis plan on."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Final

import numpy as np

from remyelin.analysis.cohort.observation import Observation
from remyelin.analysis.trial.design import Design
from remyelin.analysis.trial.pool import Pool
from remyelin.analysis.trial.simulate import Purpose, observed

COLUMNS: Final = ("person", "arm", "stratum", "visit", "day", "variable", "value")


def example(design: Design, pool: Pool, looks: Mapping[str, Observation], size: int) -> str:
    """Return one replicate as CSV: a row for each person, visit and variable; a missing value has no row.

    Parameters
    ----------
    design : Design
    pool : Pool
    looks : mapping of str to Observation
        By column.
    size : int
        Place of the size in the design.

    Returns
    -------
    str
        Persons are numbered in the order of recruitment, so that nobody can be found again under another arm.
    """
    drawn, columns = observed(design, pool, Purpose(0, size), 0, looks)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, (person, arm) in enumerate(zip(drawn.person, drawn.arm, strict=True)):
        for name, seen in columns.items():
            for visit, day in enumerate(design.visits):
                if np.isfinite(seen[number, visit]):
                    writer.writerow(
                        (
                            number,
                            design.arm[arm].name,
                            int(pool.strata[person]),
                            visit,
                            f"{day:g}",
                            name,
                            f"{seen[number, visit]:.6g}",
                        )
                    )
    return text.getvalue()
