"""F waves: the impulse that a motoneuron sends back when a shock to its nerve has reached it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from remyelin.nerve.settings import NERVE_SAMPLE_MS
from remyelin.nerve.signals.arrivals import last_arrival, total_density, windows
from remyelin.nerve.studies.laboratory import Laboratory
from remyelin.nerve.studies.study import Conduct


def f_wave(
    name: str, limb: str, distal: str, lab: Laboratory, along: Conduct
) -> list[tuple[float | None, float]]:
    """Return the latency of the earliest F wave of a train of shocks, and the share of shocks with one, by date.

    Each motoneuron reached by the antidromic impulse answers with a small chance, so that how many units
    conduct decides how often an F wave is seen, and of a train the earliest is taken to come when one
    answer is expected. What a fibre loses on the way up it loses again on the way down; an internode that
    blocks does so once.

    Parameters
    ----------
    name : str
        Of the motor study.
    limb, distal : str
        Limb of the nerve, and its site of distal stimulation.
    lab : Laboratory
    along : Conduct

    Returns
    -------
    latency : float or None
        ms; None if not one answer is expected in the whole train.
    persistence : float
    """
    ledger, nerve = lab.ledger, f"{limb}_motor"
    wrist = lab.site(f"{nerve}.{distal}")
    up = along(nerve, "motor", 0.0, wrist)
    down = along(nerve, "motor", 0.0, wrist + lab.distances.motor)
    units, share = ledger[f"motor_units.{name}"], ledger[f"f_wave.share.{limb}"]
    persistence = 1 - np.exp(-units * share * down.conducted.mean(axis=-1))
    there_and_back = replace(
        down,
        line=replace(down.line, healthy=up.line.healthy + down.line.healthy),
        excess=up.excess + down.excess,
        # delays met twice are the same delays
        variance=up.variance + down.variance + 2 * np.sqrt(up.variance * down.variance),
    )
    delay = ledger["delay.activation"] + ledger["f_wave.turnaround"] + ledger[f"delay.terminal.{name}"]
    weight = ledger["f_wave.stimuli"] * share * units / len(down.line.healthy) * down.conducted
    found: list[tuple[float | None, float]] = [(None, float(seen)) for seen in persistence]
    for dates, time in windows(delay + last_arrival(there_and_back), NERVE_SAMPLE_MS):
        expected = total_density(there_and_back, dates, weight, delay, time).cumsum(axis=-1)
        for date, count in zip(dates.tolist(), expected, strict=True):
            if count[-1] >= 1:
                found[date] = float(np.interp(1, count, time)), float(persistence[date])
    return found
