"""Fibre models: geometry, membrane, published catalogue."""
