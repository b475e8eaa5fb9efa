"""Nerve conduction studies and evoked potentials of one person at one date, against their norms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import xarray as xr

from remyelin.errors import InputError, nearest
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy import Anatomy, Array
from remyelin.nerve.norms import Assessment, assess
from remyelin.nerve.pathways import Distances
from remyelin.nerve.person import Person
from remyelin.nerve.potentials import (
    Medium,
    Response,
    Waveform,
    evoked_potential,
    measure,
    muscle_potential,
    nerve_potential,
)
from remyelin.nerve.tables import Tables
from remyelin.nerve.volley import Line, Spread, Volley, line, representative, states_of, volley
from remyelin.numerics import NERVE_CLASS_SPAN, NERVE_MIN_SAMPLES, NERVE_SAMPLE_MS, NERVE_STUDY_FIBRES

Conduct = Callable[[str, str, float, float], Volley]


@dataclass(frozen=True, slots=True)
class Row:
    """One nerve and site of a study table.

    Attributes
    ----------
    study, site, modality : str
        Modality is "motor", "sensory" or "evoked".
    latency : float or None
        ms; of the onset for nerve and muscle, of the peak for evoked potentials; None if absent.
    amplitude : float or None
        Baseline to negative peak, in `amplitude_unit`.
    area, duration : float or None
        Of the negative phase, in `amplitude_unit` times ms, and ms; not measured on evoked potentials.
    distance, velocity : float or None
        mm and m/s, from this site to the one before it, or to the electrode of a sensory study.
    interval : float or None
        Between two waves, or central motor conduction time, ms.
    assessed : tuple of Assessment
        The quantities for which there is a norm.
    absent : bool
        No response could be told from noise.
    """

    study: str
    site: str
    modality: str
    latency: float | None = None
    amplitude: float | None = None
    amplitude_unit: str = ""
    area: float | None = None
    duration: float | None = None
    distance: float | None = None
    velocity: float | None = None
    interval: float | None = None
    assessed: tuple[Assessment, ...] = ()
    absent: bool = False

    @property
    def abnormal(self) -> bool:
        """Whether any assessed quantity is beyond its limit or the response absent."""
        return self.absent or any(item.flag != "normal" for item in self.assessed)

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON-ready data."""
        return {**asdict(self), "abnormal": self.abnormal}


@dataclass(frozen=True, slots=True, eq=False)
class Studies:
    """The studies of one date: rows, waveforms by "study, site" (negative up), and the conditions."""

    rows: tuple[Row, ...]
    waveforms: Mapping[str, Waveform]
    person: Person

    def row(self, study: str, site: str) -> Row:
        """Return the row of a study and site.

        Raises
        ------
        InputError
            If there is none; the nearest is given.
        """
        known = {f"{row.study}, {row.site}": row for row in self.rows}
        key = f"{study}, {site}"
        if key not in known:
            raise InputError(f"no study and site {key!r}; {nearest(key, known)}")
        return known[key]

    def abnormal(self, study: str) -> bool:
        """Return whether any row of a study is abnormal.

        Raises
        ------
        InputError
            If the study is not in the battery.
        """
        rows = [row for row in self.rows if row.study == study]
        if not rows:
            raise InputError(f"no study {study!r}; {nearest(study, {row.study for row in self.rows})}")
        return any(row.abnormal for row in rows)


@dataclass(frozen=True, slots=True)
class _Motor:
    limb: str
    distal: str
    proximal: str


@dataclass(frozen=True, slots=True)
class _Sensory:
    limb: str
    site: str
    distal: bool  # whether the far electrode lies beyond the site (a finger) or before it (the calf)


@dataclass(frozen=True, slots=True)
class _Evoked:
    limb: str
    site: str
    waves: tuple[str, ...]
    intervals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Central:
    muscle: str
    stretches: tuple[str, ...]


STUDIES: Final[Mapping[str, _Motor | _Sensory | _Evoked | _Central]] = {
    "median_motor": _Motor("arm", "wrist", "elbow"),
    "ulnar_motor": _Motor("arm", "wrist", "elbow"),
    "tibial_motor": _Motor("leg", "ankle", "knee"),
    "peroneal_motor": _Motor("leg", "ankle", "knee"),
    "median_sensory": _Sensory("arm", "wrist", True),
    "ulnar_sensory": _Sensory("arm", "wrist", True),
    "sural": _Sensory("leg", "ankle", False),
    "median_sep": _Evoked("arm", "wrist", ("n9", "n13", "n20"), (("n9", "n13"), ("n13", "n20"))),
    "tibial_sep": _Evoked("leg", "ankle", ("n22", "p40"), (("n22", "p40"),)),
    "mep_arm": _Central("median_motor", ("corticospinal.cervical",)),
    "mep_leg": _Central("tibial_motor", ("corticospinal.cervical", "corticospinal.thoracic")),
}
"""The battery, by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Laboratory:
    """What is needed to study one person with one set of tables."""

    person: Person
    tables: Tables
    ledger: Ledger
    anatomy: Anatomy
    spread: Spread
    distances: Distances

    @classmethod
    def of(
        cls, person: Person, tables: Tables, ledger: Ledger, distances: Distances | None = None
    ) -> Laboratory:
        """Set up a laboratory; `distances` replace the usual ones."""
        return cls(
            person,
            tables,
            ledger,
            Anatomy.from_ledger(ledger),
            Spread.from_ledger(ledger),
            distances or Distances.from_ledger(ledger),
        )

    def line(self, branch: str, population: str, start: float, stop: float) -> Line:
        """Lay the fibres of a population along a branch; see :func:`remyelin.nerve.volley.line`."""
        fibres = representative(self.anatomy.populations[population], self.spread.frailty, NERVE_STUDY_FIBRES)
        return line(
            branch, population, start, stop, fibres, self.person, self.anatomy, self.tables, self.spread
        )

    def site(self, name: str) -> float:
        """Return the distance of a site from its cell bodies in this person, mm."""
        return self.anatomy.site(name, self.person)


def battery(
    states: xr.Dataset,
    person: Person,
    tables: Tables,
    ledger: Ledger,
    studies: Sequence[str] = tuple(STUDIES),
    conduct: Callable[[Line, Mapping[str, Array]], Volley] | None = None,
    distances: Distances | None = None,
) -> Studies:
    """Study one person: conduction studies, somatosensory and motor evoked potentials.

    Parameters
    ----------
    states : Dataset (segment)
        The myelin state at the date of the studies.
    person : Person
    tables : Tables
        See :func:`remyelin.nerve.build_tables`.
    ledger : Ledger
    studies : sequence of str
        Which of :data:`STUDIES`.
    conduct : callable, optional
        How a line conducts in a state: the closed form when omitted; see :mod:`remyelin.nerve.bundle`
        for sampled fibres by tables or by the exact engine.
    distances : Distances, optional
        Distances (mm) of the laboratory in place of the usual ones.

    Returns
    -------
    Studies

    Raises
    ------
    InputError
        For an unknown study, a distance that does not fit the limb, or an incomplete state.
    """
    extra = [str(name) for name in states["axons"].dims if name != "segment"] if "axons" in states else []
    if extra:
        raise InputError(f"studies are of one date; select one value of {extra[0]!r} first.")
    lab = Laboratory.of(person, tables, ledger, distances)
    arrays = states_of(states)
    memory: dict[tuple[str, str, float, float], Volley] = {}

    def along(branch: str, population: str, start: float, stop: float) -> Volley:
        key = (branch, population, start, stop)
        if key not in memory:
            run = lab.line(*key)
            memory[key] = conduct(run, arrays) if conduct else volley(run, arrays, tables, lab.spread)
        return memory[key]

    rows: list[Row] = []
    waveforms: dict[str, Waveform] = {}
    for name in studies:
        if name not in STUDIES:
            raise InputError(f"no study named {name!r}; {nearest(name, STUDIES)}")
        study = STUDIES[name]
        for row, waveform in _perform(name, study, lab, along):
            rows.append(row)
            if waveform is not None:
                waveforms[f"{name}, {row.site}"] = waveform
    return Studies(tuple(rows), waveforms, person)


_Results = list[tuple[Row, Waveform | None]]


def _perform(
    name: str, study: _Motor | _Sensory | _Evoked | _Central, lab: Laboratory, along: Conduct
) -> _Results:
    match study:
        case _Motor():
            return _motor(name, study, lab, along)
        case _Sensory():
            return _sensory(name, study, lab, along)
        case _Evoked():
            return _evoked(name, study, lab, along)
    return _central(name, study, lab, along)


def _assessed(lab: Laboratory, key: str, **values: float | None) -> tuple[Assessment, ...]:
    found = [assess(lab.ledger, key, quantity, value, lab.person) for quantity, value in values.items()]
    return tuple(item for item in found if item is not None)


def _row(study: str, site: str, modality: str, unit: str, found: Response | None, **more: Any) -> Row:
    if found is None:
        return Row(study, site, modality, amplitude_unit=unit, absent=True, **more)
    if modality == "evoked":
        return Row(study, site, modality, found.peak, found.amplitude, unit, **more)
    return Row(study, site, modality, found.onset, found.amplitude, unit, found.area, found.duration, **more)


def _muscle(name: str, study: _Motor, lab: Laboratory, along: Conduct, start: float) -> Waveform:
    """Potential of the muscle after a stimulus `start` mm from the motoneurons."""
    muscle = lab.site(f"{study.limb}_motor.{study.distal}") + lab.distances.motor
    return muscle_potential(
        along(f"{study.limb}_motor", "motor", start, muscle),
        lab.ledger[f"motor_units.{name}"],
        lab.ledger[f"motor_unit.amplitude.{name}"],
        lab.ledger["motor_unit.time_constant"],
        lab.ledger["delay.activation"] + lab.ledger[f"delay.terminal.{name}"],
    )


def _motor(name: str, study: _Motor, lab: Laboratory, along: Conduct) -> _Results:
    results: _Results = []
    floor = lab.ledger["noise.motor"]
    before: tuple[float, float | None] | None = None
    for label in (study.distal, study.proximal):
        place = lab.site(f"{study.limb}_motor.{label}")
        waveform = _muscle(name, study, lab, along, place)
        found = measure(waveform, floor)
        onset = found.onset if found else None
        if before is None:
            distance, velocity = lab.distances.motor, None
            assessed = _assessed(lab, name, latency=onset, amplitude=found.amplitude if found else None)
        else:
            distance = before[0] - place
            velocity = distance / (onset - before[1]) if onset is not None and before[1] is not None else None
            assessed = _assessed(lab, name, velocity=velocity)
        results.append(
            (
                _row(
                    name, label, "motor", "mV", found, distance=distance, velocity=velocity, assessed=assessed
                ),
                waveform,
            )
        )
        before = (place, onset)
    return results


def _sensory(name: str, study: _Sensory, lab: Laboratory, along: Conduct) -> _Results:
    place, distance = lab.site(f"{study.limb}_sensory.{study.site}"), lab.distances.sensory
    start, stop = (place, place + distance) if study.distal else (place - distance, place)
    run = along(f"{study.limb}_sensory", "cutaneous", start, stop)
    waveform = nerve_potential(
        run,
        lab.ledger[f"fibre_count.{name}"],
        lab.ledger["delay.activation"],
        Medium.from_ledger(lab.ledger, name),
        lab.tables,
        float(run.line.slices.temperature[-1]),
        -1,
    )
    found = measure(waveform, lab.ledger["noise.sensory"])
    velocity = distance / found.onset if found else None
    assessed = _assessed(lab, name, amplitude=found.amplitude if found else None, velocity=velocity)
    row = _row(
        name, study.site, "sensory", "uV", found, distance=distance, velocity=velocity, assessed=assessed
    )
    return [(row, waveform)]


def _evoked(name: str, study: _Evoked, lab: Laboratory, along: Conduct) -> _Results:
    limb, ledger = study.limb, lab.ledger
    nerve, wrist = f"{limb}_sensory", lab.site(f"{limb}_sensory.{study.site}")
    root = lab.anatomy.lengths[f"{limb}_sensory.root"] * lab.person.height / lab.anatomy.reference_height
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

    results: _Results = []
    peaks: dict[str, float | None] = {}
    for wave in study.waves:
        waveform = station(wave, lambda part: part)
        reference = float(station(wave, _intact).value.max())
        share = float(waveform.value.max()) / reference
        if wave != "n9":
            half = ledger["evoked.central_gain"]
            share = share * (1 + half) / (share + half)
        known = f"norm.{wave}.amplitude" in ledger
        normal = ledger.vector(f"norm.{wave}.amplitude")[0] if known else 1.0
        unit = "uV" if known else "of normal"
        drawn = Waveform(waveform.time, waveform.value * share * normal / float(waveform.value.max()), unit)
        found = measure(drawn, ledger["noise.evoked"] * normal) if share > 0 else None
        peaks[wave] = found.peak if found else None
        assessed = _assessed(
            lab, wave, latency=peaks[wave], amplitude=found.amplitude if found and known else None
        )
        # Negative is up: a wave named P points down.
        shown = Waveform(drawn.time, -drawn.value, unit) if wave.startswith("p") else drawn
        results.append((_row(name, wave.upper(), "evoked", unit, found, assessed=assessed), shown))
    for first, second in study.intervals:
        one, two = peaks[first], peaks[second]
        interval = two - one if one is not None and two is not None else None
        assessed = _assessed(lab, f"{first}_{second}", interval=interval)
        site = f"{first.upper()}-{second.upper()}"
        row = Row(name, site, "evoked", interval=interval, assessed=assessed, absent=interval is None)
        results.append((row, None))
    return results


def _central(name: str, study: _Central, lab: Laboratory, along: Conduct) -> _Results:
    """Motor evoked potential and central motor conduction time, roots stimulated at the foramen.

    The first motoneurons fire when a fixed share of the normal corticospinal volley has arrived.
    """
    ledger = lab.ledger
    motor = STUDIES[study.muscle]
    assert isinstance(motor, _Motor)
    scale = lab.person.height / lab.anatomy.reference_height
    end = scale * sum(lab.anatomy.lengths[part] for part in study.stretches)
    descending = along("corticospinal", "corticospinal", 0.0, end)
    needed = ledger["evoked.recruitment"]
    weight = descending.conducted / len(descending.conducted)
    arrived = float(weight.sum())
    root = scale * lab.anatomy.lengths[f"{motor.limb}_motor.root"]
    floor = ledger["noise.motor"]
    from_cell = _muscle(study.muscle, motor, lab, along, 0.0)
    cell, foramen = (
        measure(waveform, floor) for waveform in (from_cell, _muscle(study.muscle, motor, lab, along, root))
    )
    if arrived <= needed or cell is None or foramen is None:
        absent = Row(
            name,
            "cortex",
            "evoked",
            amplitude_unit="mV",
            assessed=_assessed(lab, name, cmct=None),
            absent=True,
        )
        return [(absent, None)]
    fired = _time_of_share(descending, weight, needed)
    spinal = ledger["delay.cortex"] + fired + ledger["delay.motoneuron"]
    recruited = ledger["evoked.mep_share"] * (arrived - needed) / (1 - needed)
    drawn = Waveform(from_cell.time + spinal, from_cell.value * recruited, "mV")
    found = measure(drawn, floor)
    cmct = spinal + cell.onset - foramen.onset if found else None
    row = _row(name, "cortex", "evoked", "mV", found, interval=cmct, assessed=_assessed(lab, name, cmct=cmct))
    if found is not None:
        row = replace(row, latency=found.onset)
    return [(row, drawn)]


def _time_of_share(volley: Volley, weight: Array, share: float) -> float:
    """Time (ms) at which `share` of the original fibres of a volley has arrived."""
    from scipy.special import gammainc

    healthy, mean = volley.line.healthy, np.maximum(volley.excess, NERVE_SAMPLE_MS**2)
    scale = (
        np.maximum(volley.variance, NERVE_SAMPLE_MS**2 * mean) / mean
    )  # of the gamma distribution of delays
    last = float((volley.arrival + NERVE_CLASS_SPAN * np.sqrt(volley.variance)).max())
    time = np.linspace(float(healthy.min()), last + NERVE_SAMPLE_MS, NERVE_MIN_SAMPLES)
    late = np.maximum(time[:, None] - healthy, 0.0)
    cumulative = gammainc(mean / scale, late / scale) @ weight
    return float(np.interp(share, cumulative, time))


def _intact(part: Volley) -> Volley:
    """Return the volley as it would be were every internode and axon healthy."""
    nothing = np.zeros_like(part.excess)
    return replace(part, conducted=np.ones_like(part.conducted), excess=nothing, variance=nothing)
