"""Rows of the nerve layer of ``population.csv``: studies of people on the day they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from remyelin import nerve
from remyelin.analysis.validation.nerve_series import (
    ARMS,
    BODY,
    abnormal,
    demyelinating,
    patients,
    series,
)
from remyelin.analysis.validation.population_rows import SEEN, seen
from remyelin.analysis.validation.verdicts import simulates
from remyelin.catalogue.studies import LEG_NERVES, MOTOR, SENSORY, SURAL, TIBIAL_MOTOR, TIBIAL_SEP
from remyelin.evidence import Ledger
from remyelin.nerve import Studies


def _amplitude(found: Studies, study: str) -> float:
    """Return the amplitude of a response, 0 when it is absent."""
    row = next(row for row in found.rows if row.study == study)
    return 0.0 if row.absent or row.amplitude is None else float(row.amplitude)


def _neuropathy(found: Studies) -> bool:
    return abnormal(found, (*MOTOR, *SENSORY), 2)


def _median(found: tuple[Studies, ...], value: Callable[[Studies], float]) -> float:
    return float(np.median([value(item) for item in found])) if found else float("nan")


@lru_cache(maxsize=2)
def _pattern(ledger: Ledger) -> Mapping[str, float]:
    gas = tuple(item for item in series(ledger, "gas").patients if _neuropathy(item))
    other = tuple(item for item in series(ledger, "cord").patients if _neuropathy(item))
    tibial = [_median(group, lambda item: _amplitude(item, TIBIAL_MOTOR)) for group in (gas, other)]
    sural = [_median(group, lambda item: _amplitude(item, SURAL)) for group in (gas, other)]
    axonal = [not demyelinating(item) and _low(item) for item in gas]
    motor = np.mean([abnormal(item, MOTOR) for item in gas]) if gas else 0.0
    sensory = np.mean([abnormal(item, SENSORY) for item in gas]) if gas else 0.0
    legs = np.mean([abnormal(item, LEG_NERVES) for item in gas]) if gas else 0.0
    arms = np.mean([abnormal(item, ARMS) for item in gas]) if gas else 0.0
    return {
        "n2o_tibial_cmap_ratio": tibial[0] / tibial[1] if tibial[1] > 0.0 else float("inf"),
        "n2o_sural_snap_higher": float(sural[0] > sural[1]),
        "n2o_axonal_share": 100.0 * float(np.mean(axonal)) if gas else float("nan"),
        "n2o_motor_over_sensory": float(motor > sensory and legs > arms),
    }


def _low(found: Studies) -> bool:
    """Return whether an amplitude is low or a response absent."""
    return any(
        row.absent or any(item.quantity == "amplitude" and item.flag != "normal" for item in row.assessed)
        for row in found.rows
        if row.study in (*MOTOR, *SENSORY)
    )


@simulates(
    "n2o_tibial_cmap_ratio",
    "n2o_sural_snap_higher",
    "n2o_axonal_share",
    "n2o_motor_over_sensory",
    note="76 virtual users of nitrous oxide and 57 patients with cord disease of a deficiency on the day "
    "they come; those "
    "with two abnormal nerves of seven; an axonal study has a low or absent response and meets no criteria of "
    "demyelination",
)
def pattern(ledger: Ledger) -> Mapping[str, float]:
    """Pattern of the neuropathy, nitrous oxide beside deficiency."""
    return _pattern(ledger)


@simulates("n2o_p40_late", note="those of the 76 users with a sign of the cord whose wave is there: mean, ms")
def late(ledger: Ledger) -> Mapping[str, float]:
    """Latency of the potential of the leg after nitrous oxide."""
    tables = nerve.build_tables(ledger)

    def latency(states: object) -> float | None:
        study = nerve.battery(states, BODY, tables, ledger, (TIBIAL_SEP,))  # type: ignore[arg-type]
        row = next(row for row in study.rows if row.site == "P40")
        return None if row.absent else row.latency

    healthy = latency(nerve.intact(BODY, ledger)) or 0.0
    group = patients(ledger, "gas")
    states = group.states.isel(month=0, drop=True)
    found = [latency(states.isel(patient=int(i))) for i in np.flatnonzero(group.cord())]
    known = [value - healthy for value in found if value is not None]
    return {"n2o_p40_late": float(np.mean(known)) if known else float("nan")}


#: Share of users with disease of the cord alone.
alone = seen("n2o_myelopathy_alone", note=SEEN + "; of users with a sign of the cord or a neuropathy")
