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
from remyelin.fibre.impulses import (
    blocking_temperature,
    discharge,
    follow_trains,
    internodal_times,
    safety_factor,
)
from remyelin.fibre.lesion import (
    bare,
    demyelinate,
    lose_lamellae,
    open_paranodes,
    remyelinate,
    retract,
    vacuolate,
)
from remyelin.fibre.library import Library, conduct_assembled, enlarged, reduce_internodes
from remyelin.fibre.membrane import (
    expose_potassium,
    load_nodes,
    redistribute_sodium,
    scale_channels,
    widen_nodes,
)
from remyelin.fibre.patches import Patch, lesioned
from remyelin.fibre.places import rising, scattered, scattered_together
from remyelin.fibre.preparation import Run
from remyelin.fibre.presets import PRESETS, Preset, preset
from remyelin.fibre.protocols import strength_duration, threshold
from remyelin.fibre.quantise import States, quantise
from remyelin.fibre.recording import record_potential, spike_times, spikes
from remyelin.fibre.recovery import recovery_cycle, refractory_period_of_transmission
from remyelin.fibre.stimulation.sources import Pipette, Source
from remyelin.fibre.stimulus import Pulse, Stimulus, pulse_stimulus
from remyelin.fibre.sundt import sundt_c_fibre
from remyelin.fibre.thresholds import thresholds
from remyelin.fibre.waveform import Waveform, biphasic, from_function, rectangular, sampled

__all__ = [
    "FLUT",
    "MYSA",
    "NODE",
    "PRESETS",
    "STIN",
    "ChannelSet",
    "Current",
    "Electrode",
    "Errors",
    "Fibre",
    "Gate",
    "Geometry",
    "Library",
    "Patch",
    "Pipette",
    "Preset",
    "Pulse",
    "Rate",
    "Recording",
    "Run",
    "Source",
    "States",
    "Stimulus",
    "Waveform",
    "above",
    "bare",
    "biphasic",
    "blocking_temperature",
    "build",
    "conduct",
    "conduct_assembled",
    "demyelinate",
    "discharge",
    "enlarged",
    "errors",
    "expose_potassium",
    "extracellular_stimulus",
    "follow_trains",
    "from_function",
    "gaines_motor",
    "gaines_sensory",
    "internodal_times",
    "lesioned",
    "load_nodes",
    "lose_lamellae",
    "mrg",
    "mrg_interpolated",
    "mrg_node",
    "open_paranodes",
    "pena",
    "point_source",
    "potential_at",
    "preset",
    "pulse_stimulus",
    "quantise",
    "record_potential",
    "recovery_cycle",
    "rectangular",
    "redistribute_sodium",
    "reduce_internodes",
    "refine",
    "refractory_period_of_transmission",
    "remyelinate",
    "resting_state",
    "rests",
    "retract",
    "rising",
    "safety_factor",
    "sampled",
    "scale_channels",
    "scattered",
    "scattered_together",
    "simulate_full",
    "spike_times",
    "spikes",
    "strength_duration",
    "sundt_c_fibre",
    "threshold",
    "thresholds",
    "vacuolate",
    "widen_nodes",
]
