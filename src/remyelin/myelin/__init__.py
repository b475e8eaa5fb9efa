"""Myelin over days: injury, repair, and the survival of axons, for every segment of a nerve or tract."""

from remyelin.myelin.ensemble import AXONAL, members
from remyelin.myelin.parameters import Parameters, Susceptibility
from remyelin.myelin.simulation import DRIVES, Places, course_of, simulate

__all__ = [
    "AXONAL",
    "DRIVES",
    "Parameters",
    "Places",
    "Susceptibility",
    "course_of",
    "members",
    "simulate",
]
