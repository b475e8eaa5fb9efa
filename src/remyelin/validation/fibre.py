"""How the rows of the fibre layer are simulated."""

from __future__ import annotations
