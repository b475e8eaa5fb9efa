"""Signals: arrivals, potentials, responses."""
