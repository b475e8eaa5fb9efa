"""Solvers of one fibre: what turns a cable and its stimuli into potentials over time."""
