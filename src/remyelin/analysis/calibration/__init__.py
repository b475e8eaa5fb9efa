"""Calibration: fits, profiles, ensembles, sensitivity, and their products."""
