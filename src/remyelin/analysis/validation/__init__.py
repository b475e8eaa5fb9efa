"""Published numbers against simulated ones: each row of the two tables, and how it is simulated."""

from remyelin.analysis.validation.verdicts import Estimate, Verdict, simulates, validate

__all__ = ["Estimate", "Verdict", "simulates", "validate"]
