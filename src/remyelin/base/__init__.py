"""Tools without biology: errors, units, compilation, figure data."""
