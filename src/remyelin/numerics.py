"""Settings of the numerical methods: steps, tolerances, caps. No biology lives here.

A number belongs here when changing it changes the error of an answer, not what is being modelled.
"""

from __future__ import annotations

from typing import Final

# --- ordinary differential equations over days (cobalamin, myelin) ---
ODE_RTOL: Final = 1e-8
ODE_ATOL: Final = 1e-10

# --- myelin: explicit Runge-Kutta 5(4) of Dormand and Prince (1980), J Comput Appl Math 6:19 ---
# The fastest rates of the layer are near 1/day over courses of years, so the step is bounded by
# stability at a few days whatever the tolerance; an explicit method of this order is then cheapest.
DORMAND_PRINCE_NODES: Final = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
DORMAND_PRINCE_STAGES: Final = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (1 / 5, 0.0, 0.0, 0.0, 0.0, 0.0),
    (3 / 40, 9 / 40, 0.0, 0.0, 0.0, 0.0),
    (44 / 45, -56 / 15, 32 / 9, 0.0, 0.0, 0.0),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0.0, 0.0),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0.0),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
DORMAND_PRINCE_ERROR: Final = (
    71 / 57600,
    0.0,
    -71 / 16695,
    71 / 1920,
    -17253 / 339200,
    22 / 525,
    -1 / 40,
)
DORMAND_PRINCE_ORDER: Final = 5
MYELIN_RTOL: Final = 1e-6
MYELIN_ATOL: Final = 1e-9
STEP_SAFETY: Final = 0.9
STEP_SHRINK: Final = 0.2  # smallest and largest factor between successive steps
STEP_GROW: Final = 5.0
FIRST_STEP: Final = 0.01  # days
MAX_STEPS: Final = 2_000_000  # attempted steps per segment and course; far above any real course
MULTIPLIED: Final = 8  # whole exponents up to which a power is multiplied out
MYELIN_BLOCK: Final = 64  # segments one thread follows at a time
NEGLIGIBLE: Final = 1e-12  # a share of internodes too small to have a mean thickness of its own

# --- the fibre (microseconds) -----------------------------------------------------------------------
CONVERGED_GRID: Final = (9, 25, 5)  # compartments per MYSA, FLUT, STIN; velocity within 1.2 % of the limit
REST_KICK_MV: Final = 0.2  # displacement from rest that must not grow ...
REST_STRAY_MV: Final = 2.0  # ... to this ...
REST_TRIAL_MS: Final = 40.0  # ... in this time
REST_TRIAL_STEP_US: Final = 20.0
REFERENCE_GRID: Final = (27, 45, 15)  # against which the error of a grid is measured
CUT_RESISTIVITY: Final = 1e10  # Ohm cm: an axoplasm that carries no current
EXPOSED_CONDUCTANCE: Final = 1e10  # S/cm2 of a sheath that is not there
TEMPERATURE_LIMITS: Final = (0.0, 45.0)  # C: the Q10s mean nothing outside
GATE_TABLE_RANGE: Final = (-250.0, 250.0)  # mV; beyond it a gate's rates are those of the end
GATE_TABLE_STEP: Final = 0.05  # mV, interpolated linearly: rates to about 4e-6
REST_STEP_MS: Final = (
    1.0  # pseudo-transient step towards the resting state; longer ones miss Gaines' sensory fibre
)
REST_STEPS: Final = 4000
REST_TOLERANCE: Final = 1e-7  # mV per pseudo-transient step
DAMPED_STEPS: Final = 2  # backward-Euler step pairs after a jump of the stimulus, against ringing
FIRING_DEPOLARISATION: Final = 5.0  # mV above rest from which net inward current counts as firing
CROSSING_LEVEL: Final = -30.0  # mV: arrival by crossing, as other simulators report it
STEP_LIMITS_US: Final = (0.05, 25.0)  # accepted time steps of the fibre engine
PULSE_NA: Final = (
    2.0  # default intracellular pulse; far above threshold, so that it says nothing of the fibre
)
PULSE_MS: Final = 0.1

# --- the course: when the state of the body is kept (days) ---
COURSE_LEAD: Final = 30.0  # replete days before the cause begins
COURSE_HISTORY_STEP: Final = 30.4375  # a month
COURSE_FIRST_DAYS: Final = (0.0, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0)  # markers move within days of a first dose
COURSE_WEEKLY_UNTIL: Final = 91.0
COURSE_WEEK: Final = 7.0

# --- placing a person by laboratory values ---
PLACING_MAX_EVALUATIONS: Final = 60
ADHERENCE_SEED: Final = 4096  # of which doses a person leaves out
PLACING_DIFFERENCE: Final = 1e-4  # step of the finite-difference Jacobian, in prior standard deviations


# --- cobalamin: cascade of linear equations on a graded grid ---
CASCADE_GRADING: Final = tuple(0.01 * 1.25**i for i in range(37))  # days after an event, to 31
# Weight of a parabolic target, (x - 2 + (x + 2) exp(-x)) / x**3 about 0, highest power first.
BOW_SERIES: Final = (-1 / 6720, 1 / 1008, -1 / 180, 1 / 40, -1 / 12, 1 / 6)
# Weight of the end of a straight target, (x - 1 + exp(-x)) / x**2 about 0, highest power first.
LATE_SERIES: Final = (-1 / 362880, 1 / 40320, -1 / 5040, 1 / 720, -1 / 120, 1 / 24, -1 / 6, 1 / 2)
BOW_SERIES_BELOW: Final = 0.1
CASCADE_MAX_STEP: Final = 6.0  # days
CASCADE_BLOCK: Final = 64  # events whose nodes are held at once
AVERAGED_DOSE_INTERVAL: Final = 1.0  # days; longer intervals between doses by mouth are resolved
AVERAGED_DOSE_RUN: Final = 8  # shorter runs of doses by mouth are resolved dose by dose
SAME_INTERVAL: Final = 1e-6  # days by which intervals of one run may differ
MAX_DOSES: Final = 100_000  # of one regimen; far above thrice daily for a lifetime
CUT_TOLERANCE_UM: Final = 1e-6  # compartments shorter than this are rounding
BARE_COMPARTMENT_UM: Final = 20.0  # longest compartment of bare axolemma (Dimitrov 2005 needs 20 um or less)
WHOLE_LAMELLA_TOLERANCE: Final = 1e-3  # so that 1/120 of 120 lamellae, rounded, is one
MOMENT_TIMES_US: Final = (2.0, 8.0, 32.0, 128.0)  # rates 1/t at which a reduced internode is matched
LINK_STATES: Final = 6  # states kept per internode: velocity within 0.15 % of the unreduced fibre
LINK_CACHE_SIZE: Final = 20_000  # distinct reduced internodes remembered, about 1 kB each
REST_PASS_TOLERANCE: Final = 1e-5  # mV; what is left is balanced by a constant current
REST_NEWTON_STEP_MV: Final = 0.01  # over which the slope of the ionic current is taken
REST_PASSES: Final = 500  # fixed-point passes towards the resting state of the reduced fibre
TABLE_CACHE_SIZE: Final = 32  # tabulated membranes remembered, a few MB each
BATCH_FIBRES: Final = 1024  # fibres taken from an iterator at a time
VELOCITY_BETWEEN: Final = (0.25, 0.75)  # of the nodes
ROOMS: Final = (1024, 65536)  # rows a single long fibre may have; one compilation each
CACHE_PADDING: Final = 16
LIBRARY_LOT: Final = 64  # fibres of a library run with one set of buffers
QUANTISE_DELAY_US: Final = 1.0  # us of delay between neighbouring levels of a lesion
QUANTISE_DELAY_SHARE: Final = 0.03  # and the share of the delay itself
QUANTISE_BLOCK_RATIO: Final = 1.01  # between the levels on the two sides of block
QUANTISE_FIRST_LEVELS: Final = 9  # from which levels are halved
QUANTISE_ROUNDS: Final = 12  # halvings at the most
QUANTISE_PAD: Final = 12  # healthy internodes on either side of the one measured
LANES: Final = 8  # fibres side by side in one block
DEFAULT_STEP_US: Final = 4.0  # velocity within 0.3 % of converged for all MRG diameters
# Gates are read at the potential plus this share of its second difference in time. That is of the order of the
# scheme's own error, so the order stays; a quarter cancels most of it. Chosen against the same solver at 0.5 us.
GATE_LEAD: Final = 0.25
CHECK_EVERY: Final = 2  # steps between looks at the window and at whether the impulse has arrived
WINDOW_AHEAD: Final = 8  # nodes added to the window at a time
WINDOW_OPEN_MV: Final = 1e-3  # deviation from rest half-way to the edge that opens the window further
WINDOW_CLOSE_MV_PER_MS: Final = 30.0  # fastest change at which a node behind the front may be left
WINDOW_ATTENUATION: Final = 9.0  # and the front is e^9 away at rest
WINDOW_WIDE: Final = 4.0  # factor by which the window of a second look is more careful
WINDOW_PATIENCE_MS: Final = 3.0  # without a new firing, after which the fibre is computed again in full
TRANSIT_M_PER_S_PER_UM: Final = 4.0  # healthy velocity assumed when no duration is given
TRANSIT_FACTOR: Final = 10.0  # times the healthy transit that is then waited for
TRANSIT_MARGIN_MS: Final = 2.0
ARRIVAL_NODES: Final = 2  # last excitable nodes that must fire for an impulse to have arrived

# --- clinic ---
CONDUCTION_ROUNDING: Final = 1e-9  # by so much a share may leave 0 to 1 without being refused

# --- searches over stimulus amplitude and interval ---------------------------------------------------
SCAN_PER_DECADE: Final = 16  # amplitudes tried per decade before bisection: steps of 15 %
SCAN_LIMIT: Final = 2000  # amplitudes of one scan
NEIGHBOURS: Final = (0.9, 0.95, 0.98, 1.02, 1.05, 1.1)  # looked at around every transition for narrow ones
SECTIONS: Final = 4  # parts a bracket is cut into per round; fixed, so that threads change nothing
SEARCH_TOLERANCE: Final = 1e-3  # relative width of a final bracket
SEARCH_ROUNDS: Final = 40
DETECT_AT: Final = 0.9  # share of the fibre at which an impulse counts as conducted
TRAVEL_LIMIT_MS: Final = 400.0  # longest travel looked for before a fibre is said not to conduct
ALLOWANCE: Final = 2.0  # travel times, and ms of latency, that a response is waited for
SUPRAMAXIMAL: Final = 1.5  # conditioning pulse over threshold
RECOVERY_REACH: Final = 20.0  # thresholds up to which a refractory fibre is tested
FUNCTION_RESOLUTION_MS: Final = 1e-3  # spacing at which a waveform given as a function is sampled

# --- nerve ------------------------------------------------------------------------------------------
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
NERVE_LEDGERS_KEPT: Final = 16  # anatomies by ledger, and nerves under electrodes, remembered
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
NERVE_TABLE_NODES: Final = 15  # fibre a lesion is put into
NERVE_TABLE_LESION: Final = 6  # first internode of the lesion
NERVE_TABLE_RUN: Final = 3  # internodes of the longer lesion
NERVE_TABLE_FIRST_NODE: Final = 3  # velocity is measured from here to the same distance from the end
NERVE_TABLE_STEP_US: Final = 3.0  # velocity within 0.4 %
NERVE_TABLE_MS: Final = 2.5  # run time; a slower impulse counts as blocked
NERVE_TABLE_BARE_MS: Final = 6.0  # the same for bare internodes, which conduct continuously
NERVE_TABLE_POTENTIAL_DIAMETER: Final = 11.0  # um: fibre whose node gives the shape of the impulse
NERVE_TABLE_CACHE: Final = 8  # tables of different ledgers remembered
PROTOCOL_LIMIT_MS: Final = 10_000.0  # longest simulation of a protocol
PROTOCOL_STEP_US: Final = 2.0  # time step of the protocols
RECORD_LIMIT: Final = 100_000_000  # numbers kept of one recording (0.8 GB)
RECORD_EVERY: Final = 5  # time steps between the samples of a recording
RECOVERY_LOWEST: Final = 0.2  # thresholds from which a recovering fibre is tested
RECOVERY_PER_DECADE: Final = 8
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

# --- impulses through lesions -------------------------------------------------------------------------
SAFETY_SHARES: Final = (1.0, 0.05, 48)  # shares of sodium conductance tried: from, to, how many; steps of 7 %
SPIKE_LEVEL_MV: Final = -30.0  # mV: an upward crossing counts as an impulse of a train or a discharge
BLOCKING_STEP_C: Final = 0.25  # degrees between trials of warming
DISCHARGE_MS: Final = 400.0  # watched, alone and after one impulse: two periods of 5 Hz
DISCHARGE_STEP_US: Final = 10.0  # rates of discharge within 1 % of those at 4 us
MOST_IMPULSES: Final = 10_000  # kept of one discharge

# --- cohorts ------------------------------------------------------------------------------------------
TRAIT_LIMITS: Final = (0.01, 100.0)  # of a trait drawn, relative to the typical person
TRAIT_LEDGERS_KEPT: Final = 64  # distributions of traits remembered, by ledger
COHORT_MAX_PERSONS: Final = 1_000_000
COHORT_MAX_DRAWS: Final = 1000  # parameter sets beside the ledger's own values
COHORT_MAX_VISITS: Final = 12
COHORT_MAX_ATTEMPTS: Final = 1000  # persons drawn until one meets the criteria
COHORT_CHUNK: Final = 16  # courses a worker computes between two parts: seconds of work
SMALLEST_SHARE: Final = 1e-100  # of a population: below it a beta variable is at its lower end
COHORT_CORRELATION_SLACK: Final = 1e-9  # by which rounding may take an eigenvalue below 0
COHORT_SEARCH_STEP: Final = 21.0  # days between the dates at which a first symptom is looked for
COHORT_SEARCH_BARE: Final = 1e-5  # no symptom is looked for before so many internodes are bare somewhere
COHORT_SEARCH_COARSE: Final = 8  # the search looks at every such date first, then between
COHORT_SEARCH_SPAN: Final = 1461.0  # days of untreated disease looked through at a time
COHORT_DEATHS: Final = 3  # of the worker, after which a chunk is cut into single courses
COHORT_DEATHS_ALONE: Final = 6  # of the worker over one course, after which the course is given up

# --- the web page: what one request may ask for ---
WEB_PORT: Final = 8712
WEB_BODY_BYTES: Final = 131_072
WEB_QUICK_WORKERS: Final = 2
WEB_QUICK_WAITING: Final = 200  # requests in the queue before one is refused
WEB_QUICK_SECONDS: Final = 20.0
WEB_LONG_WAITING: Final = 8
WEB_LONG_SECONDS: Final = 600.0
WEB_HISTORY_DAYS: Final = 61 * 365.25  # longest history before presentation
WEB_HORIZON_DAYS: Final = 10.1 * 365.25
WEB_DOSES: Final = 6000  # of all treatments of a case
WEB_TRAJECTORIES_KEPT: Final = 128
WEB_HISTORY_SHOWN: Final = 48 * 30.4375  # days before presentation that the charts show
WEB_HISTORY_POINTS: Final = 17  # dates drawn of these ...
WEB_COURSE_POINTS: Final = 40  # ... and after
WEB_BAND_MEMBERS: Final = 16
WEB_BAND_POINTS: Final = 16
WEB_BAND: Final = (0.05, 0.95)
WEB_WIRE_NODES: Final = 25
WEB_WIRE_MS: Final = (3.0, 12.0)  # how long an impulse is waited for, and then once more
WEB_WIRE_EVERY: Final = 2  # steps between potentials kept
WEB_WIRE_FRAMES: Final = 120
WEB_REPORTS_KEPT: Final = 200

# --- recovery -----------------------------------------------------------------------------------------
RECOVERY_MEMBERS: Final = 20  # parameter sets a band is made from
RECOVERY_BAND: Final = (0.05, 0.5, 0.95)
# months from presentation at which bands are kept
RECOVERY_MONTHS: Final = (-24, -12, -6, 0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 9, 12, 18, 24, 30, 36, 48, 60)
