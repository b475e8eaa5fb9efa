"""Anatomy: the body, branches of nerves and tracts, pathways."""
