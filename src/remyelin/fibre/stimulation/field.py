"""Potentials of a field solver along the path of a fibre, resampled to its compartments.

A field solver returns the potential of each electrode at 1 mA along a path through the tissue. A fibre is laid
along that path by arc length. By reciprocity the same field is the lead of the electrode: the potential (mV)
that 1 mA at a point of the fibre leaves at the electrode is the potential that 1 mA at the electrode leaves at
that point, whatever the tissue, as long as it is linear and resistive. So a :class:`Field` both stimulates and
records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from remyelin.base.checks import number, one_of
from remyelin.base.errors import InputError
from remyelin.fibre.checks import numbers
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.settings import FIELD_SLACK_UM
from remyelin.fibre.stimulation.extracellular import (
    extracellular_stimulus,
)
from remyelin.fibre.stimulation.stimulus import Stimulus
from remyelin.fibre.stimulation.waveform import Waveform

Array = NDArray[np.float64]
Scheme = Literal["cubic", "monotone", "linear"]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The potential of one electrode along the path of a fibre; a source and a lead.

    Attributes
    ----------
    arc : (k,) float
        Position along the path, um, increasing.
    value : (k,) float
        Potential of 1 `unit` at each position, mV.
    start : float or "centre"
        Where on the path the fibre begins, um; "centre" puts its middle on the middle of the path.
    scheme : "cubic", "monotone" or "linear"
        Interpolation between the positions. Straight lines have kinks, each of which acts as a small electrode.
    unit : str
        Unit of the amplitude.

    Raises
    ------
    InputError
        If positions do not increase, lengths differ, or something is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import Field, mrg, rectangular, threshold
    >>> fibre = mrg(10.0, 21, ledger=Ledger.shipped())
    >>> arc = np.linspace(0.0, 24000.0, 241)  # um
    >>> solution = 400.0 / np.hypot(1.0, (arc - 12000.0) / 1000.0)  # mV per mA
    >>> field = Field(arc, solution)
    >>> found = threshold(fibre, field, rectangular(0.1), between=(-0.01, -1.0), per_decade=8)
    >>> round(float(found.threshold), 3)
    -0.141
    """

    arc: Array
    value: Array
    start: float | Literal["centre"] = 0.0
    scheme: Scheme = "cubic"
    unit: str = "mA"

    def __post_init__(self) -> None:
        arc, value = numbers(self.arc, "arc", "field"), numbers(self.value, "value", "field")
        if arc.ndim != 1 or arc.shape != value.shape or len(arc) < 2:
            raise InputError(
                f"field: give as many potentials as positions, two or more, not shapes {arc.shape} and {value.shape}."
            )
        back = np.flatnonzero(np.diff(arc) <= 0)
        if len(back):
            raise InputError(
                f"field: position {back[0] + 1} ({arc[back[0] + 1]:g} um) does not lie behind position {back[0]} "
                f"({arc[back[0]]:g} um); sort the path."
            )
        one_of(self.scheme, "scheme", "field", get_args(Scheme))
        if self.start != "centre":
            number(self.start, "start", "field", unit="um")
        for name, array in (("arc", arc), ("value", value)):
            kept = array.copy()
            kept.flags.writeable = False
            object.__setattr__(self, name, kept)

    @property
    def length(self) -> float:
        """Length of the path, um."""
        return float(self.arc[-1] - self.arc[0])

    def potential(self, fibre: Fibre) -> Array:
        """Return the potential (mV) of 1 unit at the middle of every compartment of a fibre, shape (n,).

        Raises
        ------
        InputError
            If the fibre does not lie on the path from end to end.
        """
        long = float(fibre.length.sum())
        first = (
            float(self.arc[0]) + 0.5 * (self.length - long) if self.start == "centre" else float(self.start)
        )
        if first < self.arc[0] - FIELD_SLACK_UM or first + long > self.arc[-1] + FIELD_SLACK_UM:
            raise InputError(
                f"field: the fibre lies from {first:g} to {first + long:g} um, the path from {self.arc[0]:g} to "
                f"{self.arc[-1]:g} um; give a longer path, a shorter fibre, or another start."
            )
        from scipy.interpolate import CubicSpline, PchipInterpolator

        at = np.clip(first + fibre.centres, self.arc[0], self.arc[-1])
        if self.scheme == "linear":
            return np.interp(at, self.arc, self.value)
        curve = CubicSpline if self.scheme == "cubic" and len(self.arc) > 2 else PchipInterpolator
        found: Array = np.asarray(curve(self.arc, self.value)(at), dtype=np.float64)
        return found

    def stimulus(self, fibre: Fibre, waveform: Waveform, amplitude: float = 1.0) -> Stimulus:
        """Return the stimulus of `amplitude` times the waveform."""
        return extracellular_stimulus(fibre, amplitude * self.potential(fibre), waveform)


@dataclass(frozen=True, slots=True, eq=False)
class CompartmentField:
    """The potential of one electrode at every compartment of one fibre; a source and a lead.

    Attributes
    ----------
    value : (n,) float
        Potential of 1 `unit` at the middle of each compartment, mV.
    unit : str
        Unit of the amplitude.

    Raises
    ------
    InputError
        If there is not one finite potential per compartment.

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import CompartmentField, above, mrg
    >>> fibre = mrg(10.0, 5, ledger=Ledger.shipped())
    >>> field = CompartmentField(above(fibre, 1000.0, 0.2).potential(fibre))
    >>> field.potential(fibre).shape
    (45,)
    """

    value: Array
    unit: str = "mA"

    def __post_init__(self) -> None:
        kept = numbers(self.value, "value", "field").copy()
        if kept.ndim != 1:
            raise InputError(f"field: give one potential per compartment, not shape {kept.shape}.")
        kept.flags.writeable = False
        object.__setattr__(self, "value", kept)

    def potential(self, fibre: Fibre) -> Array:
        """Return the potential (mV) of 1 unit at every compartment of the fibre, shape (n,)."""
        if len(self.value) != fibre.n_compartments:
            raise InputError(
                f"field: there are {len(self.value)} potentials for {fibre.n_compartments} compartments; give a Field "
                "to lay any fibre along a path."
            )
        return self.value

    def stimulus(self, fibre: Fibre, waveform: Waveform, amplitude: float = 1.0) -> Stimulus:
        """Return the stimulus of `amplitude` times the waveform."""
        return extracellular_stimulus(fibre, amplitude * self.potential(fibre), waveform)
