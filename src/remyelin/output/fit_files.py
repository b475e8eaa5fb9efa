"""Names of the files of a fit: light, so that a folder is claimed before anything heavy is imported."""

from __future__ import annotations

from typing import Final

ANSWER: Final = "fit.json"
WRITTEN: Final = ("report.html", "posterior.nc", "record.csv", ANSWER)
