"""How the rows of the fibre layer are simulated."""

from __future__ import annotations

from remyelin.validation import gaines  # noqa: F401  registers its rows
