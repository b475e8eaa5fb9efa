"""Virtual trials: designs, pools of simulated persons, power, assurance."""

from remyelin.analysis.trial.design import Design
from remyelin.analysis.trial.files import load_design, parse_design, shipped_trials
from remyelin.analysis.trial.run import TrialResult, run_trial

__all__ = ["Design", "TrialResult", "load_design", "parse_design", "run_trial", "shipped_trials"]
