"""Example of an extension: a cause of deficiency, a nerve study, a fibre model, and their numbers."""

from pathlib import Path

#: The entries of the ledger that this package adds.
NUMBERS = Path(__file__).with_name("numbers.toml")
