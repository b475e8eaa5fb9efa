"""Motor and sensory nerve conduction studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.signals.potentials import Medium, muscle_potential, nerve_potential
from remyelin.nerve.signals.responses import Waveform, measure
from remyelin.nerve.studies.entrapment import beyond
from remyelin.nerve.studies.f_waves import f_wave
from remyelin.nerve.studies.laboratory import Laboratory, against_norms, measured, normed
from remyelin.nerve.studies.study import Conduct, Dated, Study


@dataclass(frozen=True, slots=True)
class Motor(Study):
    """A motor study: its limb, and the sites of distal and proximal stimulation."""

    limb: str
    distal: str
    proximal: str

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Stimulate distally and proximally and record from the muscle."""
        return motor(name, self, lab, along)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return both sites of stimulation."""
        return {
            self.distal: normed(ledger, name, "latency", "amplitude"),
            self.proximal: normed(ledger, name, "velocity"),
        }


@dataclass(frozen=True, slots=True)
class Sensory(Study):
    """A sensory study: its limb and site; whether the other electrode is distal to it (a finger).

    `distance` names which of :class:`Distances` lies between them.
    """

    limb: str
    site: str
    distal: bool
    distance: str = "sensory"

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Stimulate a nerve and record from it at the other electrode."""
        return sensory(name, self, lab, along)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the one site."""
        return {self.site: normed(ledger, name, "amplitude", "velocity")}


def muscle(name: str, study: Motor, lab: Laboratory, along: Conduct, start: float) -> list[Waveform]:
    """Potential of the muscle after a stimulus `start` mm from the motoneurons, by date."""
    muscle = lab.site(f"{study.limb}_motor.{study.distal}") + lab.distances.motor
    return muscle_potential(
        along(f"{study.limb}_motor", "motor", start, muscle),
        lab.ledger[f"motor_units.{name}"],
        lab.ledger[f"motor_unit.amplitude.{name}"],
        lab.ledger[f"motor_unit.time_constant.{name}"],
        lab.ledger["delay.activation"] + lab.ledger[f"delay.terminal.{name}"],
    )


def motor(name: str, study: Motor, lab: Laboratory, along: Conduct) -> list[Dated]:
    """Stimulate distally and proximally and record from the muscle."""
    floor = lab.ledger["noise.motor"]
    places = [lab.site(f"{study.limb}_motor.{label}") for label in (study.distal, study.proximal)]
    near, far = (beyond(muscle(name, study, lab, along, place), name, lab.entrapment) for place in places)
    late = f_wave(name, study.limb, study.distal, lab, along)
    held = 0.0 if lab.entrapment is None else lab.entrapment.of(name)[0]
    first: Dated = []
    second: Dated = []
    for here, there, (f_alone, persistence) in zip(near, far, late, strict=True):
        f_latency = None if f_alone is None else f_alone + held
        distal, proximal = measure(here, floor), measure(there, floor)
        onset = distal.onset if distal else None
        norms = against_norms(
            lab, name, latency=onset, amplitude=distal.amplitude if distal else None, f_latency=f_latency
        )
        row = measured(
            name,
            study.distal,
            "motor",
            "mV",
            distal,
            distance=lab.distances.motor,
            f_latency=f_latency,
            f_persistence=persistence,
            assessed=norms,
        )
        first.append((row, here))
        distance = places[0] - places[1]
        velocity = distance / (proximal.onset - onset) if proximal and onset is not None else None
        norms = against_norms(lab, name, velocity=velocity)
        row = measured(
            name,
            study.proximal,
            "motor",
            "mV",
            proximal,
            distance=distance,
            velocity=velocity,
            assessed=norms,
        )
        second.append((row, there))
    return [first, second]


def sensory(name: str, study: Sensory, lab: Laboratory, along: Conduct) -> list[Dated]:
    """Stimulate a nerve at one electrode and record its potential at the other."""
    place, distance = lab.site(f"{study.limb}_sensory.{study.site}"), lab.distance(study.distance)
    start, stop = (place, place + distance) if study.distal else (place - distance, place)
    run = along(f"{study.limb}_sensory", "cutaneous", start, stop)
    waveforms = nerve_potential(
        run,
        lab.ledger[f"fibre_count.{name}"],
        lab.ledger["delay.activation"],
        Medium.from_ledger(lab.ledger, name),
        lab.tables,
        float(run.line.slices.temperature[-1]),
        -1,
    )
    floor = lab.ledger["noise.sensory"]
    dated: Dated = []
    for waveform in beyond(waveforms, name, lab.entrapment):
        found = measure(waveform, floor)
        velocity = distance / found.onset if found else None
        norms = against_norms(lab, name, amplitude=found.amplitude if found else None, velocity=velocity)
        row = measured(
            name, study.site, "sensory", "uV", found, distance=distance, velocity=velocity, assessed=norms
        )
        dated.append((row, waveform))
    return [dated]
