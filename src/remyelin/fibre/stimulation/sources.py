"""Sources of a stimulus: anything that turns a waveform and an amplitude into currents of a fibre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import InputError
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.stimulation.stimulus import Pulse, Stimulus, pulse_stimulus
from remyelin.fibre.stimulation.waveform import Waveform


@runtime_checkable
class Source(Protocol):
    """Anything that turns a waveform and an amplitude into a stimulus: an electrode, a pipette, a field.

    Examples
    --------
    >>> from remyelin.fibre import Pipette, Source, rectangular
    >>> source: Source = Pipette(node=2)
    >>> callable(source.stimulus)
    True
    """

    @property
    def unit(self) -> str:
        """Unit of the amplitude."""

    def stimulus(self, fibre: Fibre, waveform: Waveform, amplitude: float = 1.0) -> Stimulus:
        """Return the stimulus of `amplitude` times the waveform; linear in the amplitude."""


@runtime_checkable
class Lead(Protocol):
    """Anything outside a fibre that its currents can be recorded at: an electrode, a field per unit of current."""

    def potential(self, fibre: Fibre) -> NDArray[np.float64]:
        """Return the potential (mV) that 1 mA at the electrode leaves at every compartment, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Pipette:
    """A source of current in the axoplasm of one node (counted from 0; negative from the far end).

    Examples
    --------
    >>> from remyelin.fibre import Pipette
    >>> Pipette(node=3).node
    3
    """

    node: int = 1

    @property
    def unit(self) -> str:
        """Unit of a stimulus amplitude at this source."""
        return "nA"

    def stimulus(self, fibre: Fibre, waveform: Waveform, amplitude: float = 1.0) -> Stimulus:
        """Return the stimulus of a current of `amplitude` times the waveform (nA)."""
        pattern = pulse_stimulus(fibre, Pulse(amplitude, waveform.end, self.node))
        return Stimulus(pattern.axoplasm, pattern.periaxonal, waveform.sample)


AnySource = Source | tuple[Source, ...] | Callable[[Fibre], Source]
"""One source, several that act together, or a function that places one at a fibre."""
AnyWaveform = Waveform | tuple[Waveform, ...]
"""One waveform, or one for each of several sources that act together."""


def placed(source: AnySource, fibre: Fibre) -> tuple[Source, ...]:
    """Return the sources that act together on a fibre.

    Raises
    ------
    InputError
        If something is no source.
    """
    several: Sequence[object] = source if isinstance(source, tuple) else (source,)
    if not several:
        raise InputError("source: give at least one source.")
    found: list[Source] = []
    for one in several:
        made = one if isinstance(one, Source) else one(fibre) if callable(one) else one
        if not isinstance(made, Source):
            raise InputError(
                f"source: {type(made).__name__} is no source of a stimulus; give an Electrode, a Pipette, a Field, "
                "or a function of the fibre that returns one."
            )
        found.append(made)
    return tuple(found)


def unit_of(sources: Sequence[Source]) -> str:
    """Return the unit of the amplitude that sources share.

    Raises
    ------
    InputError
        If they do not share one.
    """
    units = sorted({source.unit for source in sources})
    if len(units) > 1:
        raise InputError(
            f"source: sources that act together must share a unit, not have {' and '.join(units)}."
        )
    return units[0]


def unit_stimuli(fibre: Fibre, source: AnySource, waveform: AnyWaveform) -> tuple[Stimulus, ...]:
    """Return the stimuli of sources at amplitude 1; those that share a waveform are added up.

    Parameters
    ----------
    fibre : Fibre
    source : Source, tuple of Source or callable
    waveform : Waveform or tuple of Waveform
        One for all sources, or one each.

    Raises
    ------
    InputError
        If there are neither one nor as many waveforms as sources, or something is no waveform.
    """
    sources = placed(source, fibre)
    unit_of(sources)
    waveforms = waveform if isinstance(waveform, tuple) else (waveform,) * len(sources)
    for one in waveforms:
        if not isinstance(one, Waveform):
            raise InputError(
                f"waveform: {type(one).__name__} is no Waveform; make one with rectangular() or sampled()."
            )
    if len(waveforms) != len(sources):
        raise InputError(
            f"waveform: there are {len(waveforms)} waveforms for {len(sources)} sources; give one, or one each."
        )
    together: dict[Waveform, Stimulus] = {}
    for origin, course in zip(sources, waveforms, strict=True):
        new = origin.stimulus(fibre, course)
        old = together.get(course)
        together[course] = (
            new
            if old is None
            else Stimulus(old.axoplasm + new.axoplasm, old.periaxonal + new.periaxonal, old.sample)
        )
    return tuple(together.values())


def scaled(stimulus: Stimulus, amplitude: float) -> Stimulus:
    """Return a stimulus times a number."""
    return Stimulus(
        np.multiply(stimulus.axoplasm, amplitude),
        np.multiply(stimulus.periaxonal, amplitude),
        stimulus.sample,
    )


def end_of(waveform: AnyWaveform) -> float:
    """Return when the last of the waveforms ends, ms."""
    return max(one.end for one in (waveform if isinstance(waveform, tuple) else (waveform,)))


def start_of(waveform: AnyWaveform) -> float:
    """Return when the first of the waveforms begins, ms."""
    return min(float(one.time[0]) for one in (waveform if isinstance(waveform, tuple) else (waveform,)))


def delayed(waveform: AnyWaveform, by: float) -> AnyWaveform:
    """Return waveforms later by so many ms."""
    if isinstance(waveform, tuple):
        later = {one: one.delayed(by) for one in waveform}
        return tuple(later[one] for one in waveform)
    return waveform.delayed(by)
