"""Simulation of the rows on how often symptoms with a mechanism are noticed at presentation.

A symptom is noticed from the severity of the person (trait ``notice``), as in every other row. What an examination or
a test finds, and the two rows that maps were set on, count from the usual threshold.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.validation.clinic import in_cord_disease, percent, series_of
from remyelin.analysis.validation.verdicts import simulates
from remyelin.evidence import Ledger
from remyelin.person.presentation import FELT

Bools = NDArray[np.bool_]
IN_BED = 4
"""Points of the item of gait of the disability scale: wheelchair or bed."""


def noticed(ledger: Ledger, kind: str, *names: str) -> Bools:
    """Return which patients of a series notice any of these symptoms at presentation."""
    state = series_of(ledger, kind).state
    return np.asarray(np.any([state.noticed[name][:, 0] for name in names], axis=0))


@simulates(
    "gait_karachi",
    "gait_alone_healton",
    "anosmia_derin",
    note="the 120 patients of the series of pernicious anaemia; smell counts as gone from the severity called severe",
)
def deficiency(ledger: Ledger) -> Mapping[str, float]:
    """Return the frequencies in deficiency with any nerve disease."""
    others = [name for name in FELT if name != "gait"]
    gait = noticed(ledger, "healton", "gait")
    smell = series_of(ledger, "healton").state.severity["taste_smell"][:, 0]
    return {
        "gait_karachi": percent(gait),
        "gait_alone_healton": percent(gait & ~noticed(ledger, "healton", *others)),
        "anosmia_derin": percent(smell >= ledger.vector("record.grades")[-1]),
    }


@simulates(
    "paraesthesia_zhang",
    "numbness_zhou",
    "babinski_zhang",
    "babinski_zhou",
    "pyramidal_india",
    "weakness_zhang",
    "weakness_linazi",
    note="those of the series of cord disease with a Babinski or Romberg sign",
)
def cord(ledger: Ledger) -> Mapping[str, float]:
    """Return the frequencies in disease of the cord, which series give differently."""
    series = series_of(ledger, "cord")
    ill = in_cord_disease(series)
    babinski = percent(np.asarray(series.state.signs["babinski"], dtype=np.bool_)[ill, 0])
    weak = percent(noticed(ledger, "cord", "weakness")[ill])
    return {
        "paraesthesia_zhang": percent(noticed(ledger, "cord", "paraesthesia", "numbness")[ill]),
        "numbness_zhou": percent(noticed(ledger, "cord", "numbness")[ill]),
        "babinski_zhang": babinski,
        "babinski_zhou": babinski,
        "pyramidal_india": babinski,
        "weakness_zhang": weak,
        "weakness_linazi": weak,
    }


@simulates(
    "sensory_hassing",
    "numbness_wang",
    "gait_hassing",
    "weakness_wang",
    "motor_hassing",
    "bedbound_swart",
    note="the 51 virtual users of nitrous oxide, when they are found",
)
def gas(ledger: Ledger) -> Mapping[str, float]:
    """Return the frequencies after nitrous oxide."""
    weak = percent(noticed(ledger, "gas", "weakness"))
    return {
        "sensory_hassing": percent(noticed(ledger, "gas", "paraesthesia", "numbness")),
        "numbness_wang": percent(noticed(ledger, "gas", "numbness")),
        "gait_hassing": percent(noticed(ledger, "gas", "gait")),
        "weakness_wang": weak,
        "motor_hassing": weak,
        "bedbound_swart": percent(series_of(ledger, "gas").state.scale["gait"][:, 0] >= IN_BED),
    }


@simulates(
    "lhermitte_cases",
    "speech_karachi",
    "superficial_scd20",
    "hyposmia_derin",
    note="above the usual threshold of noticing at presentation: electric shocks after nitrous oxide, speech and smell "
    "in the series of pernicious anaemia, superficial sensation in cord disease",
)
def above_threshold(ledger: Ledger) -> Mapping[str, float]:
    """Return the frequencies of findings of an examination or a test, and those that two maps were set on."""
    presence = ledger["clinic.presence"]

    def found(kind: str, name: str) -> Bools:
        severity = series_of(ledger, kind).state.severity[name][:, 0]
        return np.asarray(severity >= presence)

    return {
        "lhermitte_cases": percent(found("gas", "lhermitte")),
        "speech_karachi": percent(found("healton", "speech")),
        "superficial_scd20": percent(
            found("cord", "pain_perception")[in_cord_disease(series_of(ledger, "cord"))]
        ),
        "hyposmia_derin": percent(found("healton", "taste_smell")),
    }
