"""Myelinated nerve fibres as exact double cables: build, lesion, conduct. Usable on its own."""

from remyelin.fibre.accuracy import Errors, errors, rests
from remyelin.fibre.anatomy import Geometry, build, mrg, mrg_interpolated, pena
from remyelin.fibre.channels import ChannelSet, Current, Gate, Rate, mrg_node
from remyelin.fibre.conduct import conduct
from remyelin.fibre.extracellular import (
    Electrode,
    above,
    extracellular_stimulus,
    point_source,
    potential_at,
)
from remyelin.fibre.fibre import FLUT, MYSA, NODE, STIN, Fibre, refine
from remyelin.fibre.full import Recording, resting_state, simulate_full
from remyelin.fibre.gaines import gaines_motor, gaines_sensory
from remyelin.fibre.lesion import bare, lose_lamellae, open_paranodes, remyelinate, retract, scale_channels
from remyelin.fibre.library import Library, conduct_assembled, enlarged, reduce_internodes
from remyelin.fibre.protocols import Pipette, Run, strength_duration, threshold
from remyelin.fibre.quantise import States, quantise
from remyelin.fibre.recording import record_potential, spike_times, spikes
from remyelin.fibre.recovery import recovery_cycle, refractory_period_of_transmission
from remyelin.fibre.stimulus import Pulse, Stimulus, pulse_stimulus
from remyelin.fibre.sundt import sundt_c_fibre
from remyelin.fibre.waveform import Waveform, biphasic, from_function, rectangular, sampled

__all__ = [
    "FLUT",
    "MYSA",
    "NODE",
    "STIN",
    "ChannelSet",
    "Current",
    "Electrode",
    "Errors",
    "Fibre",
    "Gate",
    "Geometry",
    "Library",
    "Pipette",
    "Pulse",
    "Rate",
    "Recording",
    "Run",
    "States",
    "Stimulus",
    "Waveform",
    "above",
    "bare",
    "biphasic",
    "build",
    "conduct",
    "conduct_assembled",
    "enlarged",
    "errors",
    "extracellular_stimulus",
    "from_function",
    "gaines_motor",
    "gaines_sensory",
    "lose_lamellae",
    "mrg",
    "mrg_interpolated",
    "mrg_node",
    "open_paranodes",
    "pena",
    "point_source",
    "potential_at",
    "pulse_stimulus",
    "quantise",
    "record_potential",
    "recovery_cycle",
    "rectangular",
    "reduce_internodes",
    "refine",
    "refractory_period_of_transmission",
    "remyelinate",
    "resting_state",
    "rests",
    "retract",
    "sampled",
    "scale_channels",
    "simulate_full",
    "spike_times",
    "spikes",
    "strength_duration",
    "sundt_c_fibre",
    "threshold",
]
