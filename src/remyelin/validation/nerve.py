"""How the rows of the nerve layer are simulated."""

from __future__ import annotations
