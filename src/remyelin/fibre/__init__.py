"""Myelinated nerve fibres as exact double cables: build, lesion, conduct. Usable on its own."""

from remyelin.fibre.anatomy import Geometry, build, mrg, mrg_interpolated, pena
from remyelin.fibre.channels import ChannelSet, Current, Gate, Rate, mrg_node
from remyelin.fibre.fibre import FLUT, MYSA, NODE, STIN, Fibre, refine
from remyelin.fibre.full import Recording, resting_state, simulate_full
from remyelin.fibre.lesion import bare, lose_lamellae, open_paranodes, remyelinate, scale_channels
from remyelin.fibre.stimulus import Pulse, Stimulus, pulse_stimulus

__all__ = [
    "FLUT",
    "MYSA",
    "NODE",
    "STIN",
    "ChannelSet",
    "Current",
    "Fibre",
    "Gate",
    "Geometry",
    "Pulse",
    "Rate",
    "Recording",
    "Stimulus",
    "bare",
    "build",
    "lose_lamellae",
    "mrg",
    "mrg_interpolated",
    "mrg_node",
    "open_paranodes",
    "pena",
    "pulse_stimulus",
    "refine",
    "remyelinate",
    "resting_state",
    "scale_channels",
    "simulate_full",
]
