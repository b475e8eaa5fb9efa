"""Simulation of the rows of the nerve layer.

The healthy rows chose path lengths, delays, volume conduction and one scale of diameter; the others did not
choose anything. Conditions that belong to an experiment are written here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remyelin.analysis.validation import nerve_population, nerve_series  # noqa: F401  register their rows
from remyelin.analysis.validation.verdicts import simulates
from remyelin.base.errors import SimulationError
from remyelin.catalogue.studies import (
    BAEP,
    MEDIAN_MOTOR,
    MEDIAN_SENSORY,
    MEDIAN_SEP,
    MEP_ARM,
    MEP_LEG,
    PERONEAL_MOTOR,
    SURAL,
    TIBIAL_MOTOR,
    TIBIAL_SEP,
    ULNAR_MOTOR,
    ULNAR_SENSORY,
    VEP,
)
from remyelin.evidence import Ledger
from remyelin.nerve import Distances, Person, Studies, Tables, battery, build_tables, intact

AGE = 40.0  # years
TALLER = 10.0  # cm
MILD_SHARE = 0.05  # of internodes vacuolated, without symptoms
MILD_DELAY_MS, MILD_KEPT = 0.5, 0.95
SURAL_DISTANCES = (100.0, 150.0, 250.0, 400.0)  # mm: malleolus to knee, as in the experiment
NEAR_NERVE = {"volume.depth.sural": 2.0, "volume.electrode_spacing": 50.0}  # mm; needle, far reference
FIBRE_COUNTS = (4000.0, 6000.0, 9000.0, 12000.0)  # in a sural nerve; the range seen in man


def study(
    ledger: Ledger,
    tables: Tables,
    *,
    height: float | None = None,
    temperature: float | None = None,
    distances: Distances | None = None,
) -> Studies:
    """Return the battery of a healthy person."""
    person = Person.of(ledger, age=AGE, height=height, temperature=temperature)
    return battery(intact(person, ledger), person, tables, ledger, distances=distances)


HEALTHY = {
    "median_dml": (MEDIAN_MOTOR, "wrist", "latency"),
    "median_cmap": (MEDIAN_MOTOR, "wrist", "amplitude"),
    "median_mcv": (MEDIAN_MOTOR, "elbow", "velocity"),
    "ulnar_dml": (ULNAR_MOTOR, "wrist", "latency"),
    "ulnar_cmap": (ULNAR_MOTOR, "wrist", "amplitude"),
    "ulnar_mcv": (ULNAR_MOTOR, "elbow", "velocity"),
    "tibial_dml": (TIBIAL_MOTOR, "ankle", "latency"),
    "tibial_cmap": (TIBIAL_MOTOR, "ankle", "amplitude"),
    "peroneal_dml": (PERONEAL_MOTOR, "ankle", "latency"),
    "peroneal_cmap": (PERONEAL_MOTOR, "ankle", "amplitude"),
    "peroneal_mcv": (PERONEAL_MOTOR, "knee", "velocity"),
    "median_snap": (MEDIAN_SENSORY, "wrist", "amplitude"),
    "median_scv": (MEDIAN_SENSORY, "wrist", "velocity"),
    "ulnar_scv": (ULNAR_SENSORY, "wrist", "velocity"),
    "sural_scv": (SURAL, "ankle", "velocity"),
    "median_n9": (MEDIAN_SEP, "N9", "latency"),
    "median_n13": (MEDIAN_SEP, "N13", "latency"),
    "median_n20": (MEDIAN_SEP, "N20", "latency"),
    "tibial_n22": (TIBIAL_SEP, "N22", "latency"),
    "tibial_p40": (TIBIAL_SEP, "P40", "latency"),
    "vep_p100": (VEP, "P100", "latency"),
    "baep_i": (BAEP, "I", "latency"),
    "baep_iii": (BAEP, "III", "latency"),
    "baep_v": (BAEP, "V", "latency"),
    "cmct_arm": (MEP_ARM, "cortex", "interval"),
    "cmct_leg": (MEP_LEG, "cortex", "interval"),
}


@simulates(
    *(f"healthy_{name}" for name in HEALTHY),
    note="all rows at once from one set of values; 170 cm, limbs at 34 C",
)
def healthy(ledger: Ledger) -> Mapping[str, float]:
    """Studies of the healthy adult of the norms."""
    found = study(ledger, build_tables(ledger))
    return {f"healthy_{name}": _value(found, *where) for name, where in HEALTHY.items()}


@simulates(
    "height_slope",
    note="mean of the motor velocities of tibial and peroneal nerve and of the sural velocity, 180 against "
    "170 cm. In the model only taper makes the tall slower: 10 cm of height put the tested stretch about 5 cm "
    "further from the cell body, and the fibre thins by 1 % in 2 cm, which is 2.4 %. The whole slope would need a "
    "taper twice as steep; but the taper is fixed by the ratio of distal to proximal velocity within the same legs, "
    "and a steeper one would bring F waves of the tibial nerve, early already, earlier still. What is missing must "
    "act on the whole limb: 0.7 C cooler or 2.3 % thinner fibres per 10 cm would do. Neither is in the evidence, so "
    "neither is in the model",
)
def height_slope(ledger: Ledger) -> Mapping[str, float]:
    """Velocity of the leg nerves by height."""
    tables = build_tables(ledger)
    usual = ledger["nerve.reference_height"]
    short, tall = (_leg_velocity(study(ledger, tables, height=usual + extra)) for extra in (0.0, TALLER))
    return {"height_slope": tall - short}


@simulates(
    "sural_distance_exponent",
    note="near-nerve electrode (2 mm) with a far reference, 100 to 400 mm, as in the experiment (Horowitz and "
    "Krarup 1992); with the surface electrodes of the battery over 100 to 180 mm it is 1.17",
)
def sural_distance_exponent(ledger: Ledger) -> Mapping[str, float]:
    """Exponent of sural amplitude against distance."""
    tables, usual = build_tables(ledger), Distances.from_ledger(ledger)
    near = ledger.replace(NEAR_NERVE)
    amplitudes = [
        _value(study(near, tables, distances=Distances(usual.motor, mm)), SURAL, "ankle", "amplitude")
        for mm in SURAL_DISTANCES
    ]
    slope = np.polyfit(np.log(SURAL_DISTANCES), np.log(amplitudes), 1)[0]
    return {"sural_distance_exponent": float(-slope)}


@simulates(
    "snap_amplitude_vs_count",
    note="sural nerves of 4,000 to 12,000 myelinated fibres of one distribution of diameters, so that those of "
    "11 um and more vary with the rest; amplitude is then proportional to the count, and this is how well the "
    "logarithm describes a proportional relation over that range",
)
def snap_amplitude_vs_count(ledger: Ledger) -> Mapping[str, float]:
    """Sural amplitude against the logarithm of the count of large fibres."""
    tables = build_tables(ledger)
    amplitudes = [
        _value(study(ledger.replace({"fibre_count.sural": n}), tables), SURAL, "ankle", "amplitude")
        for n in FIBRE_COUNTS
    ]
    r = np.corrcoef(np.log10(FIBRE_COUNTS), amplitudes)[0, 1]
    return {"snap_amplitude_vs_count": float(r**2)}


@simulates(
    "p100_delay_amplitude_kept",
    note="5 % of internodes vacuolated everywhere, none bare and no axon lost, as a state without symptoms: P100 at "
    "least 0.5 ms later with at least 95 % of its amplitude. That mild deficiency is such a state is assumed here",
)
def p100_delay_amplitude_kept(ledger: Ledger) -> Mapping[str, float]:
    """Latency and amplitude of P100 when a few internodes are vacuolated."""
    tables, person = build_tables(ledger), Person.of(ledger, age=AGE)
    usual = intact(person, ledger)
    mild = usual.assign(vacuolated=usual["vacuolated"] + MILD_SHARE, intact=usual["intact"] - MILD_SHARE)
    before, after = (battery(state, person, tables, ledger, [VEP]) for state in (usual, mild))
    later = _value(after, VEP, "P100", "latency") - _value(before, VEP, "P100", "latency")
    kept = _value(after, VEP, "P100", "amplitude") / _value(before, VEP, "P100", "amplitude")
    return {"p100_delay_amplitude_kept": float(later >= MILD_DELAY_MS and kept >= MILD_KEPT)}


@simulates("proximal_distal_cmap", note="median nerve, elbow over wrist")
def proximal_distal_cmap(ledger: Ledger) -> Mapping[str, float]:
    """Amplitude of the muscle potential from the elbow over that from the wrist."""
    found = study(ledger, build_tables(ledger))
    near, far = (_value(found, MEDIAN_MOTOR, site, "amplitude") for site in ("wrist", "elbow"))
    return {"proximal_distal_cmap": far / near}


def _value(found: Studies, name: str, site: str, quantity: str) -> float:
    value = getattr(found.row(name, site), quantity)
    if value is None:
        raise SimulationError(f"{name}, {site}: no response in a healthy person with these numbers.")
    return float(value)


def _leg_velocity(found: Studies) -> float:
    motor = [_value(found, name, "knee", "velocity") for name in (TIBIAL_MOTOR, PERONEAL_MOTOR)]
    return float(np.mean([*motor, _value(found, SURAL, "ankle", "velocity")]))
