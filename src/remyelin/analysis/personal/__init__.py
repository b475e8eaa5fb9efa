"""Checks of the fit of one person: calibration on synthetic persons, and predictions of published patients.

``python -m remyelin.analysis.personal calibration`` and ``... patients`` compute them again.
"""
