"""Settings of the numerical methods of the nerve layer: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

NERVE_HEIGHT_LIMITS: Final = (60.0, 250.0)  # cm accepted of a person
NERVE_SLICE_MM: Final = 120.0  # a run of nerve is cut into slices no longer, for its taper
NERVE_CONDUCTION_FIBRES: Final = 64  # fibres that stand for a population: over a course
NERVE_STUDY_FIBRES: Final = 256  # and in a nerve study
NERVE_SAMPLED_FIBRES: Final = 300  # drawn at random, each with its own internodes
NERVE_EXACT_DIAMETER_UM: Final = 0.2  # diameters are rounded to this in exact runs, to share reductions
NERVE_QUANTILE_POINTS: Final = 2001  # of the table of diameters by quantile
NERVE_SHAPES: Final = 24  # classes of velocity whose fibres share the shape of their potential
NERVE_NO_SHARE: Final = 1e-12  # a smaller lesioned share is none
NERVE_LINES_KEPT: Final = 64  # lines of fibres remembered, up to 1 MB each; a person's battery uses 30
NERVE_WIRINGS_KEPT: Final = 4  # sets of lines of the pathways of a person remembered, 8 MB each
NERVE_LEDGERS_KEPT: Final = (
    16  # anatomies by ledger, segments that pathways cross, and nerves under electrodes, remembered
)
NERVE_ARRIVALS_KEPT: Final = 8  # spectra of volleys remembered, at six dates up to 1.2 MB each
NERVE_BESSEL_END: Final = 60.0  # of the table of x^2 K0(x): 1e-23 of its peak there
NERVE_BESSEL_POINTS: Final = 61441  # steps of 1/1024
NERVE_NORMS_KEPT: Final = 256  # norms of persons remembered; a battery has some 60
NERVE_SPECTRA_KEPT: Final = 64  # spectra of single contributions remembered, up to 130 kB each
NERVE_CLASS_SPAN: Final = 3.0  # standard deviations about each mode that fibres are taken from
NERVE_MAX_SHARE: Final = 1 - 1e-12  # a slice whose every internode blocks still has a finite hazard
NERVE_SHARE_SLACK: Final = 1e-6  # rounding allowed of shares that should lie in 0 to 1
NERVE_THICKNESS_QUANTILES: Final = 7  # equally likely thicknesses that stand for the new sheaths
NERVE_SAMPLE_MS: Final = 0.02  # sampling of nerve potentials
NERVE_SLOW_SAMPLE_MS: Final = 0.05  # sampling of muscle and evoked potentials
NERVE_MIN_SAMPLES: Final = 1024  # shortest window, 20 or 51 ms
NERVE_MAX_SAMPLES: Final = 16384  # longest, 328 or 819 ms
NERVE_WINDOW_TAIL_MS: Final = 15.0  # room behind the last arrival for the potential itself
NERVE_UNIT_CONSTANTS: Final = 12.0  # time constants after which a motor unit potential is over
NERVE_NEGLIGIBLE: Final = 1e-4  # a fibre that conducts with a smaller chance does not widen the window
NERVE_ONSET_SHARE: Final = 0.05  # of the peak: where a response is said to begin
# Tables of one internode: exact runs at these points, linear between them (error in docs/nerve.md).
NERVE_TABLE_FINE_DIAMETERS: Final = (
    2.0,
    2.7,
    3.5,
    4.5,
    5.64,
    7.0,
    8.5,
    10.0,
    11.5,
    13.0,
    14.5,
    16.0,
)  # um, healthy
NERVE_TABLE_FINE_TEMPERATURES: Final = (24.0, 29.0, 33.0, 37.0, 42.0)  # C, healthy
NERVE_TABLE_DIAMETERS: Final = (2.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.5, 16.0)  # um
NERVE_TABLE_TEMPERATURES: Final = (24.0, 29.0, 33.0, 37.0, 42.0)  # C
NERVE_TABLE_THICKNESS: Final = (0.02, 0.06, 0.15, 0.35, 1.0)  # of normal
NERVE_TABLE_LENGTH: Final = (1.0, 0.5, 0.2)  # of normal: one, two or five new internodes
NERVE_TABLE_NODES: Final = 15  # healthy fibre whose velocity is measured
NERVE_TABLE_LESION: Final = 6  # first internode of the lesion
NERVE_TABLE_RUN: Final = 3  # internodes of the shorter run of lesions ...
NERVE_TABLE_LONG: Final = 24  # ... and of the longer one
NERVE_TABLE_LESION_NODES: Final = 36  # fibre a lesion is put into
NERVE_TABLE_FIRST_NODE: Final = 3  # velocity is measured from here to the same distance from the end
NERVE_TABLE_STEP_US: Final = 3.0  # velocity within 0.4 %
NERVE_TABLE_MS: Final = 2.5  # run time; a slower impulse counts as blocked
NERVE_TABLE_RUN_MS: Final = 14.0  # the same with lesions
NERVE_TABLE_BARE_MS: Final = 40.0  # and for bare internodes, which conduct continuously
NERVE_TABLE_POTENTIAL_DIAMETER: Final = 11.0  # um: fibre whose node gives the shape of the impulse
NERVE_TABLE_CACHE: Final = 8  # tables of different ledgers remembered
NERVE_FEWEST_FIBRES: Final = 10  # fewer fibres do not make a nerve
NERVE_EXACT_LEAD: Final = 8  # healthy internodes before what is run exactly: past the reach of the stimulus
NERVE_EXACT_PAD: Final = 6  # and behind it
NERVE_EXACT_MS: Final = 400.0  # longest that an impulse is followed through one stretch
# places of diameter, state and thickness in the code of an internode; its number of new internodes is the rest
NERVE_EXACT_CODE: Final = (1 << 20, 1 << 16, 1 << 8)
NERVE_EXACT_THICKNESS: Final = 0.2  # step of the logarithm of thickness to which new sheaths are rounded
NERVE_DELAY_QUANTILES: Final = 7  # of the delay of a fibre whose internodes are drawn
NERVE_LATE_SHAPES: Final = (1e-3, 3000.0)  # shapes of the delay of a fibre that are tabulated ...
NERVE_LATE_POINTS: Final = 2001  # ... evenly by logarithm: values within 1e-5 of exact
NERVE_EXACT_FIBRES: Final = 300  # per branch and population in exact studies
NERVE_BUNDLES_KEPT: Final = 24  # drawn bundles whose conduction is remembered; a battery uses sixteen
NERVE_BARE_FIBRE_MM: Final = 4.0  # of a C fibre that is run for its velocity
NERVE_BARE_FIBRE_MS: Final = 20.0
NERVE_BARE_FIBRE_STEP_US: Final = 5.0
NERVE_BARE_FIBRE_PULSE: Final = (1.0, 1.0)  # nA, ms
NERVE_BARE_FIBRE_KEPT: Final = tuple(float(whole) for whole in range(24, 43))  # C, shipped with the package
NERVE_BARE_FIBRE_SPAN: Final = (0.4, 0.7)  # of its length, between which velocity is read
STATES_AT_ONCE: Final = 1024  # whose conduction is computed in one block; memory grows with it
