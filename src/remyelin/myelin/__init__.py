"""Myelin over days: injury, repair, and the survival of axons, for every segment of a nerve or tract."""

from remyelin.myelin.ensemble import AXONAL, Ensemble, ensemble, members
from remyelin.myelin.parameters import Parameters
from remyelin.myelin.simulation import Places, course_of, simulate

__all__ = ["AXONAL", "Ensemble", "Parameters", "Places", "course_of", "ensemble", "members", "simulate"]
