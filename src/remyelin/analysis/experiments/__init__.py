"""Named protocols that can be run and drawn: experiments on nerves, repeated in the model."""

from remyelin.analysis.experiments.registry import EXPERIMENTS, Experiment, Result, Table, run_experiment

__all__ = ["EXPERIMENTS", "Experiment", "Result", "Table", "run_experiment"]
