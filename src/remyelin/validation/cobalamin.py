"""How the rows of the cobalamin layer are simulated."""

from __future__ import annotations
