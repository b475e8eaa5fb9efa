"""Protocols of animals, cultures, excitability, patients and trials, without figures."""
