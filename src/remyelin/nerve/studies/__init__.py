"""Nerve studies: recordings, norms, findings, classification."""
