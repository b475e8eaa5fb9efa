"""Myelinated nerve fibres as exact double cables: build, lesion, conduct. Usable on its own."""

from remyelin.fibre.conduct import conduct
from remyelin.fibre.lesions.membrane import (
    expose_potassium,
    load_nodes,
    redistribute_sodium,
    scale_channels,
    widen_nodes,
)
from remyelin.fibre.lesions.patches import Patch, lesioned
from remyelin.fibre.lesions.placement import rising, scattered, scattered_together
from remyelin.fibre.lesions.presets import PRESETS, Preset, preset
from remyelin.fibre.lesions.repair import remyelinate
from remyelin.fibre.lesions.sheath import (
    bare,
    demyelinate,
    lose_lamellae,
    open_paranodes,
    retract,
    vacuolate,
)
from remyelin.fibre.models.c_fibres import rattay_c_fibre, thio_c_fibre, tigerholm_c_fibre
from remyelin.fibre.models.channels import ChannelSet, Current, Gate, Rate, mrg_node, steady_gate
from remyelin.fibre.models.fibre import FLUT, MYSA, NODE, STIN, Fibre, refine
from remyelin.fibre.models.gaines import gaines_motor, gaines_sensory
from remyelin.fibre.models.mrg import Geometry, build, mrg, mrg_interpolated, pena
from remyelin.fibre.models.named import MODELS, FibreModel, fibre_of
from remyelin.fibre.models.own import bare_cable, from_internodes
from remyelin.fibre.models.sundt import sundt_c_fibre
from remyelin.fibre.models.sweeney import sweeney
from remyelin.fibre.protocols.accuracy import Errors, errors, rests
from remyelin.fibre.protocols.block import block_thresholds
from remyelin.fibre.protocols.compound import compound_potential
from remyelin.fibre.protocols.crossings import spike_times
from remyelin.fibre.protocols.discharge import discharge
from remyelin.fibre.protocols.impulses import (
    blocking_temperature,
    follow_trains,
    internodal_times,
    safety_factor,
)
from remyelin.fibre.protocols.preparation import Run
from remyelin.fibre.protocols.quantise import States, quantise
from remyelin.fibre.protocols.recorded import Clamp
from remyelin.fibre.protocols.recording import record_potential, spikes
from remyelin.fibre.protocols.refractoriness import recovery_cycle, refractory_period_of_transmission
from remyelin.fibre.protocols.stimulate import stimulate
from remyelin.fibre.protocols.threshold import strength_duration, threshold
from remyelin.fibre.protocols.thresholds import thresholds
from remyelin.fibre.solvers.full import Recording, resting_state, simulate_full
from remyelin.fibre.solvers.library import Library, conduct_assembled, enlarged, reduce_internodes
from remyelin.fibre.stimulation.extracellular import (
    Electrode,
    above,
    extracellular_stimulus,
    point_source,
    potential_at,
)
from remyelin.fibre.stimulation.field import CompartmentField, Field
from remyelin.fibre.stimulation.solutions import arc_length, field_of_point, field_on_grid, fields
from remyelin.fibre.stimulation.sources import Pipette, Source
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus, pulse_stimulus
from remyelin.fibre.stimulation.waveform import (
    Waveform,
    biphasic,
    from_function,
    rectangular,
    sampled,
    sinusoidal,
)

__all__ = [
    "FLUT",
    "MODELS",
    "MYSA",
    "NODE",
    "PRESETS",
    "STIN",
    "ChannelSet",
    "Clamp",
    "CompartmentField",
    "Current",
    "Electrode",
    "Errors",
    "Fibre",
    "FibreModel",
    "Field",
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
    "arc_length",
    "bare",
    "bare_cable",
    "biphasic",
    "block_thresholds",
    "blocking_temperature",
    "build",
    "compound_potential",
    "conduct",
    "conduct_assembled",
    "demyelinate",
    "discharge",
    "enlarged",
    "errors",
    "expose_potassium",
    "extracellular_stimulus",
    "fibre_of",
    "field_of_point",
    "field_on_grid",
    "fields",
    "follow_trains",
    "from_function",
    "from_internodes",
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
    "rattay_c_fibre",
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
    "sinusoidal",
    "spike_times",
    "spikes",
    "steady_gate",
    "stimulate",
    "strength_duration",
    "sundt_c_fibre",
    "sweeney",
    "thio_c_fibre",
    "threshold",
    "thresholds",
    "tigerholm_c_fibre",
    "vacuolate",
    "widen_nodes",
]
