"""Published numbers against simulated ones: each row of ``targets.csv``, and how it is simulated."""

from remyelin.validation.verdicts import Verdict, simulates, validate

__all__ = ["Verdict", "simulates", "validate"]
