"""A second reading of the evidence: the most important numbers, typed again from the sources, not from the ledger.

Each number is written as the source prints it, and agrees when the ledger has it within half a unit of its last
printed digit. What the ledger derives is derived again here, from the numbers of the source.
"""

from __future__ import annotations

import math
import re
import statistics
from decimal import Decimal
from importlib.resources import files

import pytest

from remyelin.evidence import Ledger, load_published
from remyelin.evidence.ledger import Entry

LEDGER = Ledger.shipped()
PG_PER_ML = 0.738  # pmol/L of cobalamin

# name of the entry, numbers as printed, what the source says
READ = [
    # kinetics
    ("absorption.passive_share", "0.012", "mean 1.2 % of a large dose without intrinsic factor"),
    ("absorption.passive_share_with_food", "0.005", "IOM Table 9-2: with food at most 0.5 %"),
    ("absorption.reference_intake", "5", "IOM: median food intake about 5 ug/d, US men"),
    ("prior.food_intake.male", "5", "the same"),
    ("prior.food_intake.female", "3.5", "IOM: median food intake 3.5 ug/d, US women"),
    ("store.loss_with_loop", "0.001", "IOM p. 310: 0.1 to 0.2 % a day, whatever the pool"),
    ("store.loss_with_loop:doets2013", "0.0013", "Doets 2013: 0.13 +/- 0.03 % of the store a day"),
    ("store.loss_without_loop", "0.002", "IOM p. 331, 527: 0.2 % a day in pernicious anaemia"),
    ("plasma.transcobalamin_share", "0.25", "Nexo 2011: 20 to 30 %, about 25 % of B12 on transcobalamin"),
    ("plasma.binding_capacity", "1.8", "Swiss cyanocobalamin label: serum binding capacity about 1.8 ng/mL"),
    ("methylation.trap_healthy_share", "0.26", "BIOMD213, synthase x 1: 5-MTHF share 26 %"),
    # metabolites
    ("homocysteine.baseline:unfortified_elderly", "12", "Swiss, 60 to 69 years: Hcy 12"),
    ("homocysteine.folic_acid_max", "0.25", "HLTC 2005: folic acid 5 mg, -25 % (22 to 28)"),
    ("homocysteine.pyridoxine_change", "0", "HLTC 2005: B6 no significant effect"),
    ("methylmalonate.baseline", "120", "Bailey 2013, above 287 pmol/L: MMA 120 (119 to 125) nmol/L"),
    ("combined_indicator.scale", "3.79", "Fedosov 2015, recalled: 3.79 / (1 + (age / 230)^2.6)"),
    ("combined_indicator.age", "230", "the same"),
    ("combined_indicator.exponent", "2.6", "the same"),
    ("combined_indicator.deficient_below", "-0.5", "Fedosov 2015: deficiency below -0.5"),
    ("limits.b12", "133 258", "NICE NG239: 180 and 350 ng/L"),
    ("limits.holotc", "25 70", "NICE NG239: active B12 below 25, 25 to 70, above 70 pmol/L"),
    ("limits.mma", "271", "Kuzminski's laboratory: MMA 73 to 271 nmol/L"),
    ("limits.homocysteine", "13.9", "Kuzminski's laboratory: Hcy 5.1 to 13.9 umol/L"),
    ("brain.albumin_ratio/age", "18 70", "controls' median 4.1 to 6.1 across ages 18 to 70"),
    ("brain.albumin_ratio/ratio", "4.1 6.1", "the same"),
    ("regimen.oral/amount", "2000", "Kuzminski 1998: oral 2 mg/d"),
    ("regimen.us/amount", "100 100 100 100", "US label: 100 ug"),
    ("regimen.japan/amount", "500 500", "Japan: 500 ug three times a week"),
    # the MRG fibre
    (
        "mrg.geometry/fibre_diameter",
        "1.0 2.0 5.7 7.3 8.7 10.0 11.5 12.8 14.0 15.0 16.0",
        "ModelDB 3810 and later",
    ),
    ("mrg.geometry/node_diameter", "0.7 1.4 1.9 2.4 2.8 3.3 3.7 4.2 4.7 5.0 5.5", "ModelDB 3810 and later"),
    (
        "mrg.geometry/axon_diameter",
        "0.8 1.6 3.4 4.6 5.8 6.9 8.1 9.2 10.4 11.5 12.7",
        "ModelDB 3810 and later",
    ),
    (
        "mrg.geometry/internode_length",
        "100 200 500 750 1000 1150 1250 1350 1400 1450 1500",
        "ModelDB 3810 and later: deltax",
    ),
    ("mrg.geometry/flut_length", "5 10 35 38 40 46 50 54 56 58 60", "ModelDB 3810 and later"),
    ("mrg.geometry/lamellae", "15 30 80 100 110 120 130 135 140 145 150", "ModelDB 3810 and later: nl"),
    ("mrg.node_length", "1.0", "ModelDB 3810"),
    ("mrg.mysa_length", "3.0", "ModelDB 3810"),
    ("mrg.mysa_periaxonal_width", "0.002", "ModelDB 3810: node and MYSA"),
    ("mrg.periaxonal_width", "0.004", "ModelDB 3810: FLUT and STIN"),
    ("mrg.axial_resistivity", "70", "70 Ohm cm, axoplasm and periaxonal fluid"),
    ("mrg.axolemma_capacity", "2", "2 uF/cm2 everywhere"),
    ("mrg.lamella_capacity", "0.1", "0.1 uF/cm2 per lamella membrane"),
    ("mrg.lamella_capacity:arancibiacarcamo2017", "0.9", "optic-nerve axon: myelin 0.9 uF/cm2 per membrane"),
    ("mrg.lamella_conductance", "0.001", "0.001 S/cm2 per lamella membrane"),
    ("mrg.mysa_leak", "0.001", "MYSA 1e-3 S/cm2"),
    ("mrg.internode_leak", "0.0001", "FLUT and STIN 1e-4 S/cm2"),
    ("mrg.node.naf_density", "3.0", "node, S/cm2"),
    ("mrg.node.nap_density", "0.01", "node, S/cm2"),
    ("mrg.node.ks_density", "0.08", "node, S/cm2"),
    ("mrg.node.leak_density", "0.007", "node, S/cm2"),
    ("mrg.node.sodium_reversal", "50", "E_Na +50 mV"),
    ("mrg.node.potassium_reversal", "-90", "E_K -90 mV"),
    ("mrg.node.m_alpha_shift:gaines2018", "20.4", "Gaines' motor node: +20.4"),
    ("mrg_interpolated.internode_length_thick", "-8.215 272.4 -780.2", "ASCENT, D >= 5.643"),
    ("mrg_interpolated.lamellae", "-0.4749 16.85 -0.7648", "ASCENT"),
    ("mrg_interpolated.axon_diameter", "0.02361 0.3673 0.7122", "ASCENT"),
    ("mrg_interpolated.node_diameter", "0.01093 0.1008 1.099", "ASCENT"),
    ("gaines.motor.node_density", "3.0 0.01 0.08 0.02568 0.007", "Gaines motor: Naf Nap Ks Kf L"),
    ("gaines.sensory.node_density", "3.0 0.01 0.04106 0.02737 0.006005", "Gaines sensory: Naf Nap Ks Kf L"),
    ("gaines.motor.mysa_density", "0.002581 0.15074 0.002232 0.002", "Gaines motor MYSA: Ks Kf q L"),
    ("gaines.sensory.internode_density", "0.001324 0.02737 0.003102 0.0001716", "Gaines sensory FLUT, STIN"),
    ("gaines.hcn_reversal", "-54.9", "E_q -54.9 mV"),
    ("sundt.sodium_density", "0.04", "Sundt as in PyFibers: gbar 0.04"),
    ("sundt.axial_resistivity", "100", "Ra 100 Ohm cm"),
    # myelin: the reference set of the untreated lesion
    ("myelin.peripheral.clearance", "0.5", "k_cl 0.5 /d"),
    ("myelin.peripheral.remyelination", "0.7", "k_re0 0.7 /d"),
    ("myelin.shared.differentiation_exponent", "3", "p 3"),
    ("myelin.shared.debris_signal", "0.05", "K 0.05"),
    ("myelin.shared.debris_block", "0.25", "K_D 0.25"),
    ("myelin.shared.thickening", "0.015", "k_w 0.015 /d"),
    ("myelin.shared.thickness_start", "0.02", "w0 0.02"),
    ("myelin.shared.supply_on", "0.9", "k_on 0.9 /d"),
    ("myelin.shared.supply_off", "0.15", "k_off 0.15 /d"),
    # norms
    ("norm.median_motor.latency", "3.7 0.5", "Buschbacher 1999, n = 249"),
    ("norm.median_motor.amplitude", "10.2 3.6", "the same"),
    ("norm.median_motor.velocity", "57 5", "the same"),
    ("norm.ulnar_motor.latency", "3.0 0.3", "Buschbacher 1999, n = 248"),
    ("norm.ulnar_motor.amplitude", "11.6 2.1", "the same"),
    ("norm.ulnar_motor.velocity", "60.4 5.2", "Czech laboratories, n = 227"),
    ("norm.tibial_motor.latency", "4.5 0.8", "Buschbacher 1999, n = 250"),
    ("norm.tibial_motor.amplitude", "12.9 4.5", "the same, middle age group"),
    ("norm.peroneal_motor.latency", "4.8 0.8", "Buschbacher 1999, n = 242"),
    ("norm.peroneal_motor.amplitude", "6.8 2.5", "the same, below 40 years"),
    ("norm.peroneal_motor.velocity", "48.4 4.6", "Uppsala"),
    ("norm.median_sensory.amplitude", "25.7 12.5", "Czech laboratories: D2, uV"),
    ("norm.median_sensory.velocity", "55.8 4.7", "Czech laboratories"),
    ("norm.ulnar_sensory.velocity", "55.8 4.8", "Czech laboratories"),
    ("norm.sural.velocity", "50.1 5.1", "Uppsala, n = 77"),
    ("norm.sural.log_amplitude", "2.84 0.73", "Uppsala: ln uV"),
    ("norm.n9.latency", "10.1 0.8", "Trondheim"),
    ("norm.n13.latency", "13.4 0.9", "Trondheim"),
    ("norm.n20.latency", "19.2 1.1", "Trondheim"),
    ("norm.n22.latency", "23.7 1.9", "Trondheim"),
    ("norm.p40.latency", "41.6 2.8", "Trondheim"),
    ("norm.n9_n13.interval", "3.3 0.4", "Trondheim"),
    ("norm.n13_n20.interval", "5.9 0.6", "Trondheim"),
    ("norm.n22_p40.interval", "17.5 1.5", "Trondheim"),
    ("norm.n20.amplitude", "4.2 2.3", "Trondheim, uV"),
    ("norm.p40.amplitude", "1.9 1.0", "Trondheim, uV"),
    ("norm.mep_arm.cmct", "6.0 1.4", "active, root stimulation, n = 29"),
    ("norm.mep_leg.cmct", "14.5 1.2", "the same, foot"),
    ("norm.p100.latency", "96.7 6.2", "five Norwegian laboratories, n = 76"),
    ("norm.p100.amplitude", "8.4 4.1", "the same, N70-P100, uV"),
    ("norm.baep_i.latency", "1.5 0.2", "Trondheim, 157 persons, click"),
    ("norm.baep_iii.latency", "3.7 0.2", "the same"),
    ("norm.baep_v.latency", "5.6 0.3", "the same"),
    ("norm.baep_i_iii.interval", "2.2 0.2", "the same"),
    ("norm.baep_iii_v.interval", "1.9 0.2", "the same"),
    ("norm.baep_i_v.interval", "4.0 0.2", "the same"),
    ("norm.baep_i.amplitude", "0.24 0.13", "the same, uV at 70 dB"),
    ("norm.baep_v.amplitude", "0.52 0.18", "the same, IV-V"),
    ("norm.blink.latency", "10.29 1.8", "R1 of healthy Koreans"),
    ("norm.ulnar_motor.f_latency", "26.5 2.1", "minimum F latency of 100 volunteers"),
    ("norm.tibial_motor.f_latency", "47.0 4.1", "the same"),
    ("norm.median_motor.f_latency", "24.8 1.7", "20 volunteers"),
    ("norm.radial.amplitude", "24.6 8.2", "second web space, 43 adults, uV"),
    ("efns.latency", "1.5", "I-A: 50 % above the upper limit"),
    ("efns.velocity", "0.7", "I-B: 30 % below the lower limit"),
    ("efns.f_latency", "1.3", "I-C: 30 % above the upper limit"),
    ("efns.f_latency_of_low", "1.5", "I-C: 50 % where the amplitude is below 80 % of its limit"),
    ("efns.block", "0.5", "I-E: 50 % lower"),
    ("efns.probable_block", "0.3", "II: 30 % lower"),
    ("efns.dispersion", "1.3", "I-F: more than 30 % longer"),
    ("efns.duration.median_motor", "6.6", "I-G, ms"),
    ("efns.duration.ulnar_motor", "6.7", "I-G"),
    ("efns.duration.peroneal_motor", "7.6", "I-G"),
    ("efns.duration.tibial_motor", "8.8", "I-G"),
    ("series.tibial_sep", "87.3", "Misra and Kalita 2007, n = 57"),
    ("series.vep", "63.6", "the same"),
    ("series.vep:minn2012", "35", "Minn 2012: 14 of 40"),
    ("series.mep_leg", "56.6", "Misra and Kalita 2007"),
    ("series.conduction", "15", "the same"),
    ("series.gas_legs", "72", "Fang 2023"),
    ("series.gas_arms", "42", "the same"),
    ("readout_noise.b12", "0.23", "Solomon 2005: within-patient variation 23 % (Cbl)"),
    ("readout_noise.mma", "0.23", "the same: 23 % (MMA)"),
    ("readout_noise.homocysteine", "0.17", "the same: 17 % (Hcy)"),
    ("cognition.vitacog/treated", "0.76", "VITACOG: atrophy 0.76 % a year treated"),
    ("cognition.vitacog/placebo", "1.08", "VITACOG: 1.08 % a year on placebo"),
    ("norm.velocity_per_height", "-0.25", "2 to 3 m/s less per 10 cm"),
    ("motor_units.median_motor", "228", "228 +/- 93 in the thenar muscles of 33 volunteers"),
    ("motor_units.peroneal_motor", "131", "131 +/- 45 in the extensor digitorum brevis"),
]

# name of the entry, the same from the source, relative difference allowed (the ledger rounds)
DERIVED = [
    ("absorption.active_max", 1.33, 0.001),  # 50, 20 and 5 % of 1, 5 and 25 ug: see the test below
    ("absorption.release_rate", 24 / 4, 0.01),  # into blood within 3 to 4 h
    ("store.loss_with_loop", math.log(2) / 690, 0.01),  # terminal half-time 690 d
    ("plasma.haptocorrin_rate", math.log(2) / 9.7, 0.001),  # half-life 9 to 10 d
    ("synthase.nitrous_oxide_rate", math.log(2) / (46 / 1440), 0.001),  # half-time 46 min
    ("synthase.turnover", -math.log(1 - 0.80) / 3, 0.1),  # 80 % back at 72 h
    ("homocysteine.turnover", math.log(2) / (3.7 / 24), 0.001),  # half-life 3 to 4 h
    ("homocysteine.baseline", (7.6 + 7.8) / 2, 0.001),  # the interval of a median printed as 8
    ("homocysteine.folic_acid_half", 0.4 * (0.25 / 0.20 - 1), 0.001),  # 0.4 mg: -20 %
    ("methylmalonate.age_slope", math.log(196.9 / 121.0) / 50, 0.01),  # above 70 against 21 to 30 years
    ("brain.csf_b12", 17.8 * PG_PER_ML, 0.01),  # 17.8 pg/mL
    ("brain.csf_rate", math.log(2.5e9 / 150 / 4752) / 30, 0.02),  # 2.5 mg in 150 mL, 4752 pg/mL at a month
    ("injection.release_rate.hydroxocobalamin", math.log(2) / (5 / 24), 0.01),  # half-times of 2 to 12 h
    ("assay.antibodies", 15 / 23, 0.01),  # 15 of 23 untreated patients
    ("assay.falsely_normal", (0.33 + 0.53) / 2, 0.03),  # 33 to 53 % of sera with antibodies
    (
        "assay.method_spread",
        statistics.stdev(map(math.log, (168, 202, 211))),
        0.02,
    ),  # three methods, same donors
    ("assay.reporting_limit", 60 * PG_PER_ML, 0.01),  # "less than 60 pg/mL"
    ("nitrous_oxide.supplemented", 4 / 12, 0.02),  # 4 of 12 took cobalamin
    ("regimen.uk_neurological/interval", (2, 365.25 / 6), 0.001),  # alternate days, then every two months
    ("regimen.us/duration", (7, 14, 5 * 3.5, 0), 0.001),  # 6 to 7 days, 7 alternate days, 2 to 3 weeks
    (
        "myelin.shared.thickening",
        -math.log(1 - 1 / 3) / (37 - 8),
        0.1,
    ),  # from nothing on day 8 to 1/3 on day 37
    ("myelin.shared.healing", math.log(2) / 35, 0.02),  # half-time 35 days
    ("nerve.taper_length", 420 / math.log(56.5 / 46.1), 0.02),  # proximal and distal velocity of the leg
    ("volume.conductivity_axoplasm", 1 / 0.70, 0.002),  # 70 Ohm cm
    ("motor_unit.amplitude.median_motor", 10.2 / 228, 0.02),  # synchronous units of one size
    ("motor_unit.amplitude.tibial_motor", 12.9 / 127, 0.02),
    ("norm.radial.velocity", (100 / 1.7, 100 / 1.7**2 * 0.1), 0.02),  # onset 1.7 +/- 0.1 ms over 10 cm
    ("f_wave.share.arm", -math.log(1 - 0.83) / 228, 0.01),  # persistence 83 %, 228 units
    ("f_wave.share.leg", -math.log(1 - 0.97) / 127, 0.01),  # 97 %, 127 units
    ("motor_unit.time_constant.tibial_motor", 2.6 * 8.8 / 6.6, 0.01),  # ratio of the limits of duration
    ("motor_unit.time_constant.peroneal_motor", 2.6 * 7.6 / 6.6, 0.01),
    ("motor_unit.time_constant.ulnar_motor", 2.6 * 6.7 / 6.6, 0.01),
    ("series.conduction:minn2012", 100 * 18 / 49, 0.01),
    ("series.tibial_sep:minn2012", 100 * 38 / 49, 0.01),
    ("series.demyelinating:hemmer1998", 100 / 9, 0.02),
    ("clinic.frequency.paraesthesia", 100 * 26 / 28, 0.005),
    ("clinic.frequency.numbness", 100 * 9 / 12, 0.005),
    ("clinic.frequency.memory", 100 * 13 / 150, 0.005),
    ("clinic.frequency.speech", 100 * 9 / 150, 0.005),
    ("clinic.frequency.reflexes", 100 * 25 / 28, 0.005),
    ("clinic.frequency.weakness", 100 * 9 / 28, 0.005),
    ("clinic.frequency.lhermitte", 100 * 3 / 10, 0.005),
    ("clinic.frequency.confusion", 100 * 3 / 68, 0.005),
]


POSTERIOR = "all calibration rows of both tables, by the posterior of people"


def _numbers(name: str) -> tuple[float, ...]:
    """Numbers of `entry`, `entry/column` of a table, or `entry:alternative`."""
    name, _, column = name.partition("/")
    name, _, alternative = name.partition(":")
    entry: Entry = LEDGER.entry(name)
    if column:
        return tuple(entry.columns[column])
    value = (entry.alternatives[alternative] if alternative else entry).value
    return value if isinstance(value, tuple) else (value,)


def _fitted(name: str) -> bool:
    """Whether a number was fitted: what a source prints is then where its range came from, not its value."""
    return not re.search("[:/]", name) and LEDGER.entry(name).kind == "calibrated"


@pytest.mark.parametrize(("name", "printed", "said"), READ, ids=[row[0] for row in READ])
def test_number_is_the_one_printed(name: str, printed: str, said: str) -> None:
    wanted = [Decimal(text) for text in printed.split()]
    found = _numbers(name)
    assert len(found) == len(wanted), said
    if _fitted(name):
        low, high = LEDGER.entry(name).range or (0.0, 0.0)
        assert all(low <= float(text) <= high for text in wanted), (
            f"{name}: {said} lies outside the range of the fit"
        )
        return
    for have, text in zip(found, wanted, strict=True):
        half_a_digit = 0.5 * 10.0 ** int(text.as_tuple().exponent)
        assert abs(have - float(text)) <= half_a_digit * (1 - 1e-9), f"{name}: {have}, but {said}"


@pytest.mark.parametrize(("name", "again", "allowed"), DERIVED, ids=[row[0] for row in DERIVED])
def test_derived_number_follows(name: str, again: float | tuple[float, ...], allowed: float) -> None:
    wanted = again if isinstance(again, tuple) else (again,)
    if _fitted(name):
        low, high = LEDGER.entry(name).range or (0.0, 0.0)
        assert all(low <= value <= high for value in wanted)
        return
    assert _numbers(name) == pytest.approx(wanted, rel=allowed)


def test_absorption_gives_the_published_shares() -> None:
    """Adams 1971: about half of 1 ug, a fifth of 5 ug and a twentieth of 25 ug."""
    most, half = LEDGER["absorption.active_max"], LEDGER["absorption.active_half"]
    assert [most / (half + dose) for dose in (1, 5, 25)] == pytest.approx([0.50, 0.20, 0.05], abs=0.002)


def test_combined_indicator_gives_the_published_medians() -> None:
    """Greibe 2018: medians of holoTC, B12 (pmol/L), MMA, homocysteine (umol/L) and of the indicator itself."""
    exponent = LEDGER["combined_indicator.exponent"]
    for age in (25, 35):
        factor = LEDGER["combined_indicator.scale"] / (
            1 + (age / LEDGER["combined_indicator.age"]) ** exponent
        )
        before = math.log10(16 * 128 / (0.8 * 17.9)) - factor
        after = math.log10(19 * 168 / (0.7 * 17.2)) - factor
        assert (before, after) == pytest.approx((-1.65, -1.34), abs=0.05)


def test_geometry_gives_the_other_columns_of_its_table() -> None:
    """STIN length, lamellar capacity and periaxonal resistance stand in the deposit; the ledger derives them."""
    table = LEDGER.table("mrg.geometry")
    rows = {
        d: {key: column[i] for key, column in table.items()} for i, d in enumerate(table["fibre_diameter"])
    }
    # D: STIN length (um), xc (uF/cm2), periaxonal resistance of MYSA and of STIN (MOhm/cm)
    published = {
        5.7: (70.5, 6.250e-4, 5.857e5, 1.636e5),
        10.0: (175.1667, 4.167e-4, 3.374e5, 8.068e4),
        16.0: (228.8333, 3.333e-4, 2.025e5, 4.385e4),
        1.0: (13.8333, 3.333e-3, 1.587e6, 6.928e5),
    }
    fixed = LEDGER["mrg.node_length"] + 2 * LEDGER["mrg.mysa_length"]

    def periaxonal(diameter: float, width: float) -> float:
        area = math.pi * ((diameter / 2 + width) ** 2 - (diameter / 2) ** 2)  # um2
        return LEDGER["mrg.axial_resistivity"] / (area * 1e-8) * 1e-6

    for diameter, wanted in published.items():
        row = rows[diameter]
        found = (
            (row["internode_length"] - fixed - 2 * row["flut_length"]) / LEDGER["mrg.stin_count"],
            LEDGER["mrg.lamella_capacity"] / (LEDGER["mrg.membranes_per_lamella"] * row["lamellae"]),
            periaxonal(row["node_diameter"], LEDGER["mrg.mysa_periaxonal_width"]),
            periaxonal(row["axon_diameter"], LEDGER["mrg.periaxonal_width"]),
        )
        assert found == pytest.approx(wanted, rel=5e-4), diameter


def test_node_gates_give_the_published_check_values() -> None:
    """Steady state and time constant (ms) of the four gates of the MRG node at 37 C, from the rates of the ledger."""
    published = {
        -80: ((0.073209, 0.051809), (0.620695, 1.011788), (0.202604, 17.966772), (0.043030, 28.581478)),
        -40: ((0.813816, 0.031309), (0.006757, 0.200993), (0.938173, 4.867731), (0.902994, 2.897119)),
        20: ((0.999656, 0.003337), (0.000019, 0.072643), (0.999871, 0.551283), (0.909091, 2.715027)),
    }

    def linoid(v: float, a: float, b: float, c: float) -> float:
        return a * (v + b) / (1 - math.exp(-(v + b) / c))

    def sigmoid(v: float, a: float, b: float, c: float) -> float:
        return a / (1 + math.exp(-(v + b) / c))

    def rate(name: str) -> tuple[float, ...]:
        return LEDGER.vector(f"mrg.node.{name}")

    slope, width = rate("m_alpha")
    gates = {
        "m": (
            linoid,
            (slope, LEDGER["mrg.node.m_alpha_shift"], width),
            linoid,
            rate("m_beta"),
            "q10_activation",
        ),
        "h": (linoid, rate("h_alpha"), sigmoid, rate("h_beta"), "q10_inactivation"),
        "p": (linoid, rate("p_alpha"), linoid, rate("p_beta"), "q10_activation"),
        "s": (sigmoid, rate("s_alpha"), sigmoid, rate("s_beta"), "q10_slow"),
    }
    for potential, wanted in published.items():
        for (opens, alpha, closes, beta, q10), (steady, time) in zip(gates.values(), wanted, strict=True):
            factor, reference = rate(q10)
            warm = factor ** ((37 - reference) / 10)
            a, b = opens(potential, *alpha) * warm, closes(potential, *beta) * warm
            assert a / (a + b) == pytest.approx(steady, abs=1e-6)
            assert 1 / (a + b) == pytest.approx(time, abs=1e-6)


def test_calibrated_entries_name_calibration_rows() -> None:
    """What was fitted says to which rows, and no validation row is among them."""
    roles = {target.name: target.role for target in load_published()}
    text = files("remyelin.evidence").joinpath("data", "posterior.csv").read_text(encoding="utf-8")
    posterior = next(line for line in text.splitlines() if not line.startswith("#")).split(",")
    for entry in LEDGER.entries():
        if entry.kind == "calibrated" and entry.locator == POSTERIOR:
            assert entry.name in posterior, entry.name
        elif entry.kind == "calibrated":
            named = re.match(r"rows: ([\w., ]+)(?:; constraints: (.+))?$", entry.locator)
            assert named, f"{entry.name}: locator names no rows of targets.csv"
            for constraint in (named[2] or "").split(", "):
                assert not constraint or LEDGER.entry(constraint).name.startswith("presentation."), entry.name
            for row in named[1].split(", "):
                assert roles.get(row) == "calibration", f"{entry.name}: {row}"


def test_the_second_reading_is_broad() -> None:
    """Every layer that holds numbers from sources is read twice."""
    layers = {LEDGER.entry(re.split("[:/]", name)[0]).layer for name, *_ in [*READ, *DERIVED]}
    assert layers == {"case", "cobalamin", "myelin", "fibre", "nerve", "clinic"}
