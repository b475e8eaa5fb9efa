"""Somatosensory, visual and motor evoked potentials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from remyelin.nerve.anatomy import Array
from remyelin.nerve.arrivals import last_arrival, total_density, window
from remyelin.nerve.conduction_studies import muscle
from remyelin.nerve.findings import Row
from remyelin.nerve.laboratory import (
    Central,
    Conduct,
    Evoked,
    Laboratory,
    Results,
    Visual,
    against_norms,
    measured,
)
from remyelin.nerve.potentials import evoked_potential
from remyelin.nerve.responses import Waveform, measure
from remyelin.nerve.volley import Volley
from remyelin.numerics import NERVE_SAMPLE_MS


def evoked(name: str, study: Evoked, lab: Laboratory, along: Conduct) -> Results:
    """Stimulate a mixed nerve and record the volley on its way to the cortex.

    The response of a station to a weaker volley grows with a declared central gain.
    """
    limb, ledger = study.limb, lab.ledger
    nerve, wrist = f"{limb}_sensory", lab.site(f"{limb}_sensory.{study.site}")
    root = lab.anatomy.part(f"{limb}_sensory.root", lab.person)
    ascending = f"{limb}_ascending"
    to_ganglion = along(nerve, "muscle_afferent", 0.0, wrist)
    to_cord = along(ascending, "posterior_column", 0.0, root)
    whole = lab.anatomy.length(ascending, lab.person)
    brain = along("lemniscus", "lemniscal", 0.0, lab.anatomy.length("lemniscus", lab.person))
    activation = ledger["delay.activation"]

    def station(wave: str, seen: Callable[[Volley], Volley]) -> Waveform:
        delay = activation if wave == "n9" else activation + ledger[f"delay.{wave}"]
        if wave == "n9":
            erb = along(nerve, "muscle_afferent", lab.site(f"{nerve}.erb"), wrist)
            return evoked_potential([seen(erb)], delay, ledger["evoked.width.peripheral"])
        if wave in ("n13", "n22"):
            volleys = [seen(to_ganglion), seen(to_cord)]
            return evoked_potential(volleys, delay, ledger["evoked.width.cord"])
        column = along(ascending, "posterior_column", 0.0, whole)
        volleys = [seen(to_ganglion), seen(column), seen(brain)]
        return evoked_potential(volleys, delay, ledger["evoked.width.cortex"])

    waves: Results = [
        response(name, wave, lab, partial(station, wave), central=wave != "n9") for wave in study.waves
    ]
    return [*waves, *intervals(name, study.intervals, study.waves, waves, lab)]


def intervals(
    name: str,
    pairs: Sequence[tuple[str, str]],
    keys: Sequence[str],
    waves: Results,
    lab: Laboratory,
    prefix: str = "",
) -> Results:
    """Return the intervals between pairs of waves, of which `keys` are the names in their order."""
    rows = {key: row for key, (row, _) in zip(keys, waves, strict=True)}
    results: Results = []
    for first, second in pairs:
        one, two = rows[first].latency, rows[second].latency
        interval = two - one if one is not None and two is not None else None
        norms = against_norms(lab, f"{prefix}{first}_{second}", interval=interval)
        site = f"{rows[first].site}-{rows[second].site}"
        row = Row(name, site, "evoked", interval=interval, assessed=norms, absent=interval is None)
        results.append((row, None))
    return results


def visual(name: str, study: Visual, lab: Laboratory, along: Conduct) -> Results:
    """Show a pattern to one eye and record over the visual cortex."""
    parts = [
        along(branch, "optic", 0.0, lab.anatomy.length(branch, lab.person))
        for branch in ("optic", "radiation")
    ]

    def station(seen: Callable[[Volley], Volley]) -> Waveform:
        delay, width = lab.ledger[f"delay.{study.wave}"], lab.ledger["evoked.width.vision"]
        return evoked_potential([seen(part) for part in parts], delay, width)

    return [response(name, study.wave, lab, station, central=True)]


def response(
    name: str,
    wave: str,
    lab: Laboratory,
    station: Callable[[Callable[[Volley], Volley]], Waveform],
    central: bool,
    site: str = "",
    marker: str = "peak",
) -> tuple[Row, Waveform]:
    """Return the response of a station against what it would be in health; central ones have their gain.

    Its latency is that of the peak, or of the onset if `marker` says so; `site` is its name where it is not
    the wave's.
    """
    ledger = lab.ledger
    waveform = station(lambda part: part)
    highest = float(waveform.value.max())
    if (name, wave) not in lab.healthy:
        lab.healthy[name, wave] = float(station(_intact).value.max())
    share = max(highest, 0.0) / lab.healthy[name, wave]
    if central:
        half = ledger["evoked.central_gain"]
        share = share * (1 + half) / (share + half)
    known = f"norm.{wave}.amplitude" in ledger
    normal = ledger.vector(f"norm.{wave}.amplitude")[0] if known else 1.0
    unit = "uV" if known else "of normal"
    drawn = Waveform(waveform.time, waveform.value * (share * normal / highest if share > 0 else 0), unit)
    found = measure(drawn, ledger["noise.evoked"] * normal)
    norms = against_norms(
        lab,
        wave,
        latency=getattr(found, marker) if found else None,
        amplitude=found.amplitude if found and known else None,
    )
    # Negative is up: a wave named P points down.
    shown = Waveform(drawn.time, -drawn.value, unit) if wave.startswith("p") else drawn
    row = measured(name, site or wave.upper(), "evoked", unit, found, assessed=norms)
    return (row if found is None else replace(row, latency=getattr(found, marker))), shown


def central(name: str, study: Central, lab: Laboratory, along: Conduct) -> Results:
    """Motor evoked potential and central motor conduction time, roots stimulated at the foramen.

    The first motoneurons fire when a fixed share of the normal corticospinal volley has arrived.
    """
    ledger = lab.ledger
    end = sum(lab.anatomy.part(part, lab.person) for part in study.stretches)
    descending = along("corticospinal", "corticospinal", 0.0, end)
    needed = ledger["evoked.recruitment"]
    weight = descending.conducted / len(descending.conducted)
    arrived = float(weight.sum())
    root = lab.anatomy.part(f"{study.motor.limb}_motor.root", lab.person)
    floor = ledger["noise.motor"]
    from_cell = muscle(study.muscle, study.motor, lab, along, 0.0)
    cell, foramen = (
        measure(waveform, floor)
        for waveform in (from_cell, muscle(study.muscle, study.motor, lab, along, root))
    )
    if arrived <= needed or cell is None or foramen is None:
        absent = Row(
            name,
            "cortex",
            "evoked",
            amplitude_unit="mV",
            assessed=against_norms(lab, name, cmct=None),
            absent=True,
        )
        return [(absent, None)]
    fired = _time_of_share(descending, weight, needed)
    spinal = ledger["delay.cortex"] + fired + ledger["delay.motoneuron"]
    recruited = ledger["evoked.mep_share"] * (arrived - needed) / (1 - needed)
    drawn = Waveform(from_cell.time + spinal, from_cell.value * recruited, "mV")
    found = measure(drawn, floor)
    cmct = spinal + cell.onset - foramen.onset if found else None
    row = measured(
        name, "cortex", "evoked", "mV", found, interval=cmct, assessed=against_norms(lab, name, cmct=cmct)
    )
    if found is not None:
        row = replace(row, latency=found.onset)
    return [(row, drawn)]


def _time_of_share(volley: Volley, weight: Array, share: float) -> float:
    """Time (ms) at which `share` of the original fibres of a volley has arrived."""
    time, _ = window(last_arrival(volley), NERVE_SAMPLE_MS)
    arrived = total_density(volley, weight, 0.0, time).cumsum()
    return float(np.interp(share, arrived, time))


def _intact(part: Volley) -> Volley:
    """Return the volley as it would be were every internode and axon healthy."""
    nothing = np.zeros_like(part.excess)
    return replace(part, conducted=np.ones_like(part.conducted), excess=nothing, variance=nothing)
