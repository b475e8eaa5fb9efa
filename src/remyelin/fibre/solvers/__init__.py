"""Solvers: full compartments, reduced internodes, compiled kernels."""
