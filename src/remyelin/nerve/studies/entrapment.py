"""Entrapment of the median nerve at the wrist: responses that cross it come late and small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from remyelin.catalogue.studies import MEDIAN_MOTOR, MEDIAN_SENSORY
from remyelin.evidence import Ledger
from remyelin.nerve.signals.responses import Waveform

CROSSING: Final = (MEDIAN_MOTOR, MEDIAN_SENSORY)
"""Studies and pathways that cross the tunnel; the somatosensory one begins above it."""


@dataclass(frozen=True, slots=True)
class Entrapment:
    """Added latency (ms) of motor and sensory responses across the tunnel, and the shares of fibres that pass it.

    Attributes
    ----------
    motor_delay, sensory_delay : float
        ms.
    motor_kept, sensory_kept : float
        Shares, 0 to 1.

    Examples
    --------
    >>> from remyelin import nerve
    >>> nerve.Entrapment(motor_delay=1.0, sensory_delay=0.8, motor_kept=0.9, sensory_kept=0.7).motor_kept
    0.9
    """

    motor_delay: float
    sensory_delay: float
    motor_kept: float
    sensory_kept: float

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Entrapment:
        """Read the entries ``entrapment.carpal_tunnel.*``."""
        prefix = "entrapment.carpal_tunnel"
        return cls(
            ledger[f"{prefix}.motor_delay"],
            ledger[f"{prefix}.sensory_delay"],
            ledger[f"{prefix}.motor_kept"],
            ledger[f"{prefix}.sensory_kept"],
        )

    def of(self, name: str) -> tuple[float, float]:
        """Return delay (ms) and share kept of a study or pathway; 0 and 1 of one that does not cross the tunnel."""
        if name not in CROSSING:
            return 0.0, 1.0
        if name == MEDIAN_MOTOR:
            return self.motor_delay, self.motor_kept
        return self.sensory_delay, self.sensory_kept


def beyond(waveforms: Sequence[Waveform], name: str, entrapment: Entrapment | None) -> list[Waveform]:
    """Return the potentials of a study as they are recorded beyond an entrapment."""
    if entrapment is None or name not in CROSSING:
        return list(waveforms)
    delay, kept = entrapment.of(name)
    return [
        replace(wave, value=kept * np.interp(wave.time - delay, wave.time, wave.value, left=0.0))
        for wave in waveforms
    ]
