"""How the rows of the myelin layer are simulated."""

from __future__ import annotations
