"""Somatosensory, visual and motor evoked potentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from remyelin.catalogue.segments import CORTICOSPINAL, LEMNISCUS, OPTIC, RADIATION
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.volley import Volley
from remyelin.nerve.settings import NERVE_ARRIVALS_KEPT, NERVE_SAMPLE_MS
from remyelin.nerve.signals.arrivals import last_arrival, total_density, windows
from remyelin.nerve.signals.potentials import evoked_potential
from remyelin.nerve.signals.responses import Waveform, measure
from remyelin.nerve.studies.findings import Row
from remyelin.nerve.studies.laboratory import Laboratory, against_norms, measured, normed
from remyelin.nerve.studies.motor_sensory import Motor, muscle
from remyelin.nerve.studies.study import Conduct, Dated, Study


@dataclass(frozen=True, slots=True)
class Evoked(Study):
    """Somatosensory evoked potentials: where the nerve is stimulated, the waves, and their intervals."""

    limb: str
    site: str
    waves: tuple[str, ...]
    intervals: tuple[tuple[str, str], ...]

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Stimulate a mixed nerve and record the volley on its way to the cortex."""
        return evoked(name, self, lab, along)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the waves and their intervals."""
        return {wave.upper(): normed(ledger, wave, "latency", "amplitude") for wave in self.waves} | {
            f"{a.upper()}-{b.upper()}": normed(ledger, f"{a}_{b}", "interval") for a, b in self.intervals
        }


@dataclass(frozen=True, slots=True)
class Visual(Study):
    """A visual evoked potential: its wave."""

    wave: str

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Record the response of the cortex to a pattern."""
        return visual(name, self, lab, along)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the one wave."""
        return {self.wave.upper(): normed(ledger, self.wave, "latency", "amplitude")}


@dataclass(frozen=True, slots=True)
class Central(Study):
    """A motor evoked potential: the motor study of its muscle, and the corticospinal stretches to it."""

    muscle: str
    motor: Motor
    stretches: tuple[str, ...]

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Stimulate the cortex and record from the muscle."""
        return central(name, self, lab, along)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the cortex, with the central conduction time."""
        return {"cortex": ("interval",) if f"norm.{name}.cmct" in ledger else ()}


def evoked(name: str, study: Evoked, lab: Laboratory, along: Conduct) -> list[Dated]:
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
    brain = along(LEMNISCUS, "lemniscal", 0.0, lab.anatomy.length(LEMNISCUS, lab.person))
    activation = ledger["delay.activation"]

    def station(wave: str, seen: Callable[[Volley], Volley]) -> list[Waveform]:
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

    waves = [response(name, wave, lab, partial(station, wave), central=wave != "n9") for wave in study.waves]
    return [*waves, *intervals(name, study.intervals, study.waves, waves, lab)]


def intervals(
    name: str,
    pairs: Sequence[tuple[str, str]],
    keys: Sequence[str],
    waves: Sequence[Dated],
    lab: Laboratory,
    prefix: str = "",
) -> list[Dated]:
    """Return the intervals between pairs of waves, of which `keys` are the names in their order."""
    by_key = dict(zip(keys, waves, strict=True))
    results: list[Dated] = []
    for first, second in pairs:
        dated: Dated = []
        for (begin, _), (end, _) in zip(by_key[first], by_key[second], strict=True):
            interval = (
                end.latency - begin.latency if begin.latency is not None and end.latency is not None else None
            )
            norms = against_norms(lab, f"{prefix}{first}_{second}", interval=interval)
            site = f"{begin.site}-{end.site}"
            row = Row(name, site, "evoked", interval=interval, assessed=norms, absent=interval is None)
            dated.append((row, None))
        results.append(dated)
    return results


def visual(name: str, study: Visual, lab: Laboratory, along: Conduct) -> list[Dated]:
    """Show a pattern to one eye and record over the visual cortex."""
    parts = [
        along(branch, OPTIC, 0.0, lab.anatomy.length(branch, lab.person)) for branch in (OPTIC, RADIATION)
    ]

    def station(seen: Callable[[Volley], Volley]) -> list[Waveform]:
        delay, width = lab.ledger[f"delay.{study.wave}"], lab.ledger["evoked.width.vision"]
        return evoked_potential([seen(part) for part in parts], delay, width)

    return [response(name, study.wave, lab, station, central=True)]


def response(
    name: str,
    wave: str,
    lab: Laboratory,
    station: Callable[[Callable[[Volley], Volley]], list[Waveform]],
    central: bool,
    site: str = "",
    marker: str = "peak",
) -> Dated:
    """Return the response of a station against that in health; central ones have their gain.

    Its latency is that of the peak, or of the onset if `marker` says so; `site` is its name where it is not
    the wave's.
    """
    ledger = lab.ledger
    healthy = float(station(_intact)[0].value.max())
    half, floor = ledger["evoked.central_gain"], ledger["noise.evoked"]
    known = f"norm.{wave}.amplitude" in ledger
    normal = ledger.vector(f"norm.{wave}.amplitude")[0] if known else 1.0
    unit = "uV" if known else "of normal"
    dated: Dated = []
    for waveform in station(lambda part: part):
        highest = float(waveform.value.max())
        share = max(highest, 0.0) / healthy
        if central:
            share = share * (1 + half) / (share + half)
        drawn = Waveform(waveform.time, waveform.value * (share * normal / highest if share > 0 else 0), unit)
        found = measure(drawn, floor * normal)
        latency = getattr(found, marker) if found else None
        norms = against_norms(
            lab, wave, latency=latency, amplitude=found.amplitude if found and known else None
        )
        # Negative is up: a wave named P points down.
        shown = Waveform(drawn.time, -drawn.value, unit) if wave.startswith("p") else drawn
        row = measured(name, site or wave.upper(), "evoked", unit, found, latency=latency, assessed=norms)
        dated.append((row, shown))
    return dated


def central(name: str, study: Central, lab: Laboratory, along: Conduct) -> list[Dated]:
    """Motor evoked potential and central motor conduction time, roots stimulated at the foramen.

    The first motoneurons fire when a fixed share of the normal corticospinal volley has arrived.
    """
    ledger = lab.ledger
    end = sum(lab.anatomy.part(part, lab.person) for part in study.stretches)
    descending = along(CORTICOSPINAL, CORTICOSPINAL, 0.0, end)
    needed, floor = ledger["evoked.recruitment"], ledger["noise.motor"]
    weight = descending.conducted / len(descending.line.healthy)
    fired = _time_of_share(descending, weight, needed)
    root = lab.anatomy.part(f"{study.motor.limb}_motor.root", lab.person)
    from_cell = muscle(study.muscle, study.motor, lab, along, 0.0)
    from_root = muscle(study.muscle, study.motor, lab, along, root)
    dated: Dated = []
    for date, arrived in enumerate(weight.sum(axis=-1).tolist()):
        waveform = from_cell[date]
        cell, foramen = measure(waveform, floor), measure(from_root[date], floor)
        if arrived <= needed or cell is None or foramen is None:
            norms = against_norms(lab, name, cmct=None)
            dated.append((measured(name, "cortex", "evoked", "mV", None, assessed=norms), None))
            continue
        spinal = ledger["delay.cortex"] + fired[date] + ledger["delay.motoneuron"]
        recruited = ledger["evoked.mep_share"] * (arrived - needed) / (1 - needed)
        drawn = Waveform(waveform.time + spinal, waveform.value * recruited, "mV")
        found = measure(drawn, floor)
        cmct = spinal + cell.onset - foramen.onset if found else None
        row = measured(
            name,
            "cortex",
            "evoked",
            "mV",
            found,
            latency=found.onset if found else None,
            interval=cmct,
            assessed=against_norms(lab, name, cmct=cmct),
        )
        dated.append((row, drawn))
    return [dated]


def _time_of_share(volley: Volley, weight: Array, share: float) -> Array:
    """Time (ms) at which `share` of the original fibres of a volley has arrived, by date."""
    found = np.empty(len(weight))
    for dates, time in windows(last_arrival(volley), NERVE_SAMPLE_MS):
        arrived = total_density(volley, dates, weight, 0.0, time).cumsum(axis=-1)
        found[dates] = [np.interp(share, one, time) for one in arrived]
    return found


@lru_cache(maxsize=NERVE_ARRIVALS_KEPT)
def _intact(part: Volley) -> Volley:
    """Return the volley as it would be were every internode and axon healthy, at one date; waves share it."""
    healthy = part.line.healthy[None]
    nothing = np.zeros_like(healthy)
    return replace(part, conducted=np.ones_like(healthy), excess=nothing, variance=nothing)
