"""Settings of the numerical methods of the clinic layer: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

CONDUCTION_ROUNDING: Final = 1e-9  # by so much a share may leave 0 to 1 without being refused
