"""Named protocols that can be run and drawn: what was done to nerves, done again to the model."""

from remyelin.analysis.experiments.registry import EXPERIMENTS, Experiment, Result, Table, run_experiment

__all__ = ["EXPERIMENTS", "Experiment", "Result", "Table", "run_experiment"]
