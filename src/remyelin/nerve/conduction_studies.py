"""Motor and sensory nerve conduction studies."""

from __future__ import annotations

from remyelin.nerve.f_waves import f_wave
from remyelin.nerve.laboratory import Conduct, Laboratory, Motor, Results, Sensory, against_norms, measured
from remyelin.nerve.potentials import Medium, muscle_potential, nerve_potential
from remyelin.nerve.responses import Waveform, measure


def muscle(name: str, study: Motor, lab: Laboratory, along: Conduct, start: float) -> Waveform:
    """Potential of the muscle after a stimulus `start` mm from the motoneurons."""
    muscle = lab.site(f"{study.limb}_motor.{study.distal}") + lab.distances.motor
    return muscle_potential(
        along(f"{study.limb}_motor", "motor", start, muscle),
        lab.ledger[f"motor_units.{name}"],
        lab.ledger[f"motor_unit.amplitude.{name}"],
        lab.ledger[f"motor_unit.time_constant.{name}"],
        lab.ledger["delay.activation"] + lab.ledger[f"delay.terminal.{name}"],
    )


def motor(name: str, study: Motor, lab: Laboratory, along: Conduct) -> Results:
    """Stimulate distally and proximally and record from the muscle."""
    results: Results = []
    floor = lab.ledger["noise.motor"]
    before: tuple[float, float | None] | None = None
    for label in (study.distal, study.proximal):
        place = lab.site(f"{study.limb}_motor.{label}")
        waveform = muscle(name, study, lab, along, place)
        found = measure(waveform, floor)
        onset = found.onset if found else None
        late = persistence = None
        if before is None:
            distance, velocity = lab.distances.motor, None
            late, persistence = f_wave(name, study, lab, along)
            norms = against_norms(
                lab, name, latency=onset, amplitude=found.amplitude if found else None, f_latency=late
            )
        else:
            distance = before[0] - place
            velocity = distance / (onset - before[1]) if onset is not None and before[1] is not None else None
            norms = against_norms(lab, name, velocity=velocity)
        results.append(
            (
                measured(
                    name,
                    label,
                    "motor",
                    "mV",
                    found,
                    distance=distance,
                    velocity=velocity,
                    f_latency=late,
                    f_persistence=persistence,
                    assessed=norms,
                ),
                waveform,
            )
        )
        before = (place, onset)
    return results


def sensory(name: str, study: Sensory, lab: Laboratory, along: Conduct) -> Results:
    """Stimulate a nerve at one electrode and record its potential at the other."""
    place, distance = lab.site(f"{study.limb}_sensory.{study.site}"), lab.distance(study.distance)
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
    norms = against_norms(lab, name, amplitude=found.amplitude if found else None, velocity=velocity)
    row = measured(
        name, study.site, "sensory", "uV", found, distance=distance, velocity=velocity, assessed=norms
    )
    return [(row, waveform)]
