"""Protocols: thresholds, recovery cycles, trains, recordings."""
