"""The claims of the source article, each with its evidence, the run of the model that bears on it, and a verdict."""

from remyelin.analysis.claims.registry import VERDICTS, Claim, Judged, claims, judge

__all__ = ["VERDICTS", "Claim", "Judged", "claims", "judge"]
