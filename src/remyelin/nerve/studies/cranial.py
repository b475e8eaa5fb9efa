"""Brain-stem auditory responses and the blink reflex."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from remyelin.catalogue.segments import (
    COCHLEAR,
    FACIAL,
    LATERAL_LEMNISCUS,
    TRAPEZOID,
    TRIGEMINAL,
    TRIGEMINAL_ROOT,
)
from remyelin.evidence import Ledger
from remyelin.nerve.anatomy.branches import Array
from remyelin.nerve.conduction.volley import Volley
from remyelin.nerve.signals.potentials import evoked_potential
from remyelin.nerve.signals.responses import Waveform
from remyelin.nerve.studies.evoked import intervals, response
from remyelin.nerve.studies.laboratory import Laboratory, normed
from remyelin.nerve.studies.study import Conduct, Dated, Study

_PATH: Final = (COCHLEAR, TRAPEZOID, LATERAL_LEMNISCUS)
_STEPS: Final = ("baep_i", "baep_iii", "baep_v")


@dataclass(frozen=True, slots=True)
class Auditory(Study):
    """Brain-stem responses to a click: the waves and their intervals."""

    waves: tuple[str, ...]
    intervals: tuple[tuple[str, str], ...]

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Click into one ear and record on the way to the midbrain."""
        return auditory(name, self, lab, along)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return the waves and their intervals."""
        return {
            wave.upper(): normed(ledger, f"baep_{wave}", "latency", "amplitude") for wave in self.waves
        } | {
            f"{a.upper()}-{b.upper()}": normed(ledger, f"baep_{a}_{b}", "interval") for a, b in self.intervals
        }


@dataclass(frozen=True, slots=True)
class Blink(Study):
    """The early response of the eyelid to a shock at the forehead."""

    def perform(self, name: str, lab: Laboratory, along: Conduct, states: Mapping[str, Array]) -> list[Dated]:
        """Stimulate the supraorbital nerve and record from the eyelid."""
        return blink(name, lab, along)

    def sites(self, name: str, ledger: Ledger) -> Mapping[str, tuple[str, ...]]:
        """Return R1."""
        return {"R1": normed(ledger, name, "latency")}


def auditory(name: str, study: Auditory, lab: Laboratory, along: Conduct) -> list[Dated]:
    """Click into one ear and record from the distal nerve, the pons and the midbrain.

    Wave I is made where the nerve leaves the cochlea, III in the superior olive, V in the inferior
    colliculus; the hair cells and each synapse add their delay.
    """
    near = along(COCHLEAR, "auditory", 0.0, lab.site("auditory.meatus"))
    whole = [along(branch, "auditory", 0.0, lab.anatomy.length(branch, lab.person)) for branch in _PATH]
    before = {"i": [near], "iii": whole[:2], "v": whole}

    def station(wave: str, seen: Callable[[Volley], Volley]) -> list[Waveform]:
        passed = _STEPS[: _STEPS.index(f"baep_{wave}") + 1]
        delay = sum(lab.ledger[f"delay.{step}"] for step in passed)
        parts = [seen(part) for part in before[wave]]
        return evoked_potential(parts, delay, lab.ledger["evoked.width.brainstem"])

    waves = [
        response(name, f"baep_{wave}", lab, partial(station, wave), central=wave != "i", site=wave.upper())
        for wave in study.waves
    ]
    return [*waves, *intervals(name, study.intervals, study.waves, waves, lab, "baep_")]


def blink(name: str, lab: Laboratory, along: Conduct) -> list[Dated]:
    """Stimulate the supraorbital nerve and record R1 from the eyelid of the same side."""
    ledger = lab.ledger
    afferent = [
        along(branch, TRIGEMINAL, 0.0, lab.anatomy.length(branch, lab.person))
        for branch in (TRIGEMINAL, TRIGEMINAL_ROOT)
    ]
    efferent = along(FACIAL, FACIAL, 0.0, lab.anatomy.length(FACIAL, lab.person))
    delay = ledger["delay.activation"] + ledger["delay.blink"] + ledger["delay.terminal.orbicularis"]

    def station(seen: Callable[[Volley], Volley]) -> list[Waveform]:
        parts = [seen(part) for part in (*afferent, efferent)]
        # the burst begins when the first impulses reach the muscle: its peak comes a rise later
        width = ledger["evoked.width.reflex"]
        return evoked_potential(parts, delay + 2 * width, width)

    return [response(name, "blink", lab, station, central=True, site="R1", marker="onset")]
