"""Settings of the numerical methods of the fibre engine: steps, tolerances, limits. No biology."""

from __future__ import annotations

from typing import Final

CONVERGED_GRID: Final = (9, 25, 5)  # compartments per MYSA, FLUT, STIN; velocity within 1.2 % of the limit
REST_KICK_MV: Final = 0.2  # displacement from rest that must not grow ...
REST_STRAY_MV: Final = 2.0  # ... to this ...
REST_TRIAL_MS: Final = 40.0  # ... in this time
REST_TRIAL_STEP_US: Final = 20.0
REFERENCE_GRID: Final = (27, 45, 15)  # against which the error of a grid is measured
LEAST_LEAK: Final = 1e-7  # S/cm2 of a leak that only carries a constant current
EXPONENT_LIMIT: Final = 500.0  # beyond which exp() is as good as infinite
SHORTEST_TIME_MS: Final = (
    1e-4  # time constants below a tenth of a microsecond are instantaneous to every step
)
NO_CAPACITY: Final = 1e-9  # uF/cm2 of a membrane that has none
CUT_RESISTIVITY: Final = 1e10  # Ohm cm: an axoplasm that carries no current
EXPOSED_CONDUCTANCE: Final = 1e10  # S/cm2 of a sheath that is not there
TEMPERATURE_LIMITS: Final = (0.0, 45.0)  # C: the Q10s mean nothing outside
GATE_TABLE_RANGE: Final = (-250.0, 250.0)  # mV; beyond it a gate's rates are those of the end
RATE_LOOKED_AT: Final = (
    -150.0,
    100.0,
    26,
)  # mV from, to, and how many: where a rate that is a function is checked
GATE_TABLE_STEP: Final = 0.05  # mV, interpolated linearly: rates to about 4e-6
REST_STEP_MS: Final = (
    1.0  # pseudo-transient step towards the resting state; longer ones miss Gaines' sensory fibre
)
REST_STEPS: Final = 4000
REST_TOLERANCE: Final = 1e-7  # mV per pseudo-transient step
DAMPED_STEPS: Final = 2  # backward-Euler step pairs after a jump of the stimulus, against ringing
FIRING_DEPOLARISATION: Final = 5.0  # mV above rest from which net inward current counts as firing
CROSSING_LEVEL: Final = -30.0  # mV: arrival by crossing, as other simulators report it
SPAN_GROWS: Final = 8  # rows by which the span of a stimulated fibre that is swept grows at a time
SPAN_OPEN_MV: Final = 1e-3  # deviation from rest half as far from its edge at which it does
TRIAL_LOOK: Final = 16  # steps between looks at whether a run of a search is over
TRIAL_QUIET_MV: Final = 1.0  # deviation from rest below which it is over ...
TRIAL_STILL: Final = 8  # ... at so many looks in a row, once the stimulus has ended
STEP_LIMITS_US: Final = (0.05, 25.0)  # accepted time steps of the fibre engine
PULSE_NA: Final = (
    2.0  # default intracellular pulse; far above threshold, so that it says nothing of the fibre
)
PULSE_MS: Final = 0.1
FIELD_SLACK_UM: Final = 0.5  # by which a fibre may overhang a path of potentials: rounding of its length
CUT_TOLERANCE_UM: Final = 1e-6  # compartments shorter than this are rounding
BARE_COMPARTMENT_UM: Final = 20.0  # longest compartment of bare axolemma (Dimitrov 2005 needs 20 um or less)
WHOLE_LAMELLA_TOLERANCE: Final = 1e-3  # so that 1/120 of 120 lamellae, rounded, is one
MOMENT_TIMES_US: Final = (2.0, 8.0, 32.0, 128.0)  # rates 1/t at which a reduced internode is matched
MOMENT_FLOOR: Final = 1e-13  # what is left of a response of length 1 that others span
JACOBI_SWEEPS: Final = 30  # of an eigenvalue problem of 8 at the most; five suffice
LINK_STATES: Final = 6  # states kept per internode: velocity within 0.15 % of the unreduced fibre
REDUCTION_PLANS: Final = (
    (6, (2.0, 8.0, 32.0, 128.0)),
    (10, (1.0, 5.0, 25.0, 125.0, 625.0, 10_000.0)),
    (16, (1.5, 6.0, 25.0, 90.0, 300.0, 1000.0, 3200.0, 12_000.0)),
)  # states kept per internode and matched times (us) of stimulated fibres, cheapest first
REDUCTION_TOLERANCE: Final = 0.003  # stated error of the reduction up to which the cheaper plan is taken
REDUCTION_FIRST_US: Final = (
    2.0  # shortest time at which the reduction is compared with the unreduced internode
)
REDUCTION_TIMES_MS: Final = (0.128, 32.0)  # and limits of the longest
AFTER_POTENTIAL_MS: Final = 0.5  # from when on what an impulse leaves behind is compared
BARE_CAPACITY: Final = 1e-8  # capacity of myelin by that of axolemma up to which there is no sheath
NODE_TIME_MS: Final = 0.15  # time constant given to the nodes in that comparison
REDUCTION_LOOKS: Final = 4  # internodes compared
PLAN_LOOKS: Final = 3  # fibres of a batch whose error is looked at: those with the strongest sources
BLOCK_STEP_US: Final = 2.0  # time step of block: thresholds at 10 kHz within 0.3 % of those at 1 us
BLOCK_TESTS: Final = 3  # test pulses under a blocking current ...
BLOCK_TEST_APART_MS: Final = 3.0  # ... and the time between them
BLOCK_IMPULSES: Final = 2048  # times kept of one run under a blocking current
COMPOUND_EVERY: Final = 5  # steps between the samples of a compound potential
CLAMP_CONDUCTANCE: Final = 10.0  # uS of a voltage clamp
IMPULSE_APART_MS: Final = 0.2  # no two impulses of a node are counted closer than this on average
PAIR_IMPULSES: Final = 64  # impulses counted of a pair of stimuli
TRAIN_CHUNK: Final = 65_536  # steps of a train run at a time
MODES_CACHE_SIZE: Final = 2000  # distinct reduced internodes with their basis remembered, 2 to 25 kB each
REST_PASS_TOLERANCE: Final = 1e-5  # mV; what is left is balanced by a constant current
REST_NEWTON_STEP_MV: Final = 0.01  # over which the slope of the ionic current is taken
REST_PASSES: Final = 500  # fixed-point passes towards the resting state of the reduced fibre
TABLE_CACHE_SIZE: Final = 32  # tabulated membranes remembered, a few MB each
BATCH_FIBRES: Final = 1024  # fibres taken from an iterator at a time
VELOCITY_BETWEEN: Final = (0.25, 0.75)  # of the nodes
ROOMS: Final = (1024, 65536)  # rows a single long fibre may have; one compilation each
CACHE_PADDING: Final = 16
CACHE_LINE: Final = 64  # bytes
PACKED_TOGETHER: Final = 64  # fibres whose arrays are worked out at once
BLOCKS_PER_THREAD: Final = (
    4  # pieces that a thread's share of the blocks is cut into, so that none waits long
)
SCRATCH_KEPT: Final = 4_000_000  # numbers of a buffer that a thread keeps for its next run
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
# scheme's own error, so the order stays. The error of the velocity is linear in the share: at 4 us it is -0.9 to
# -1.0 % without it and zero at 0.29 to 0.30 (5.7 to 16 um, 37 C), -0.2 to -0.3 % and zero at 0.26 to 0.27 (10 um, 20
# and 25 C). It depends on the course of the impulse, so no one share is exact; a quarter leaves 0.12 % at the most.
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
POINTS_PER_PERIOD: Final = 64  # of an alternating current: straight lines between them lose 0.04 %
MOST_POINTS: Final = 20_000_000  # of one waveform
FUNCTION_RESOLUTION_MS: Final = 1e-3  # spacing at which a waveform given as a function is sampled
PROTOCOL_LIMIT_MS: Final = 10_000.0  # longest simulation of a protocol
PROTOCOL_STEP_US: Final = 2.0  # time step of the protocols
RECORD_LIMIT: Final = 100_000_000  # numbers kept of one recording (0.8 GB)
RECORD_EVERY: Final = 5  # time steps between the samples of a recording
RECOVERY_LOWEST: Final = 0.2  # thresholds from which a recovering fibre is tested
RECOVERY_PER_DECADE: Final = 8
SAFETY_SHARES: Final = (1.0, 0.05, 48)  # shares of sodium conductance tried: from, to, how many; steps of 7 %
SPIKE_LEVEL_MV: Final = -30.0  # mV: an upward crossing counts as an impulse of a train or a discharge
BLOCKING_STEP_C: Final = 0.25  # degrees between trials of warming
DISCHARGE_MS: Final = 400.0  # watched, alone and after one impulse: two periods of 5 Hz
DISCHARGE_STEP_US: Final = 10.0  # rates of discharge within 1 % of those at 4 us
MOST_IMPULSES: Final = 10_000  # kept of one discharge
WARP_LANES: Final = 32  # lanes of a warp of the GPU ...
WARP_ROWS: Final = 64  # ... each of which holds two rows of a fibre
WARP_BLOCK: Final = 128  # threads of a block: four fibres
