"""Settings of the numerical methods: steps, tolerances, caps. No biology lives here.

A number belongs here when changing it changes the error of an answer, not what is being modelled.
"""

from __future__ import annotations

from typing import Final

# --- ordinary differential equations over days (cobalamin, myelin) ---
ODE_RTOL: Final = 1e-8
ODE_ATOL: Final = 1e-10
