"""Benchmarks that are tracked from commit to commit by asv; those against rivals are ``remyelin bench``."""
