"""How the rows of the clinic layer are simulated."""

from __future__ import annotations
