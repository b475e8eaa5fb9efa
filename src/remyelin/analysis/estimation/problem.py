"""Estimation problem of one person: predictions, residuals and the most likely factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from remyelin.analysis.estimation.columns import MARKERS
from remyelin.analysis.estimation.table import Occasion, Subject
from remyelin.base.errors import InputError, SimulationError, nearest
from remyelin.cobalamin import Parameters, course_of
from remyelin.evidence import Ledger

Array = NDArray[np.float64]

#: Factors of the typical person: field of an exposure, and entry of the ledger with the SD of its logarithm.
SCALES: Final[Mapping[str, tuple[str, str]]] = {
    "store": ("store_scale", "spread.store"),
    "plasma": ("plasma_scale", "spread.plasma"),
    "mma": ("metabolite_scale_mma", "spread.mma"),
    "homocysteine": ("metabolite_scale_hcy", "spread.homocysteine"),
}
LEAST: Final = 1e-6  # smallest concentration that is compared
SEARCH_STEP: Final = 1e-3  # relative step of differences in the search


@dataclass(frozen=True, slots=True)
class Model:
    """Free parameters of the estimation, and the noise of an observation.

    Attributes
    ----------
    scales : tuple of str
        Factors of the typical person: "store", "plasma", "mma", "homocysteine".
    entries : mapping of str to float
        Numbers of the ledger that are estimated too, each with the SD of the logarithm about its value.
    noise : mapping of str to float
        SD of the logarithm of an observation by marker; the ledger's ``readout_noise.*`` where not given.

    Examples
    --------
    >>> from remyelin.analysis.estimation import Model
    >>> Model(scales=("store", "plasma")).names
    ('store', 'plasma')
    """

    scales: tuple[str, ...] = ("store", "plasma", "mma", "homocysteine")
    entries: Mapping[str, float] = field(default_factory=dict)
    noise: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.scales:
            if name not in SCALES:
                raise InputError(f"model: no scale {name!r}; {nearest(name, SCALES)}")
        for name in self.noise:
            if name not in MARKERS:
                raise InputError(f"model: no marker {name!r}; {nearest(name, MARKERS)}")
        if any(not spread > 0 for spread in (*self.entries.values(), *self.noise.values())):
            raise InputError("model: every SD must be above 0.")
        if not self.names:
            raise InputError("model: nothing is free; name a scale or an entry of the ledger.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the estimated quantities."""
        return (*self.scales, *self.entries)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One person's rows, and the free quantities.

    Attributes
    ----------
    subject : Subject
    model : Model
    ledger : Ledger
    marker : (row,) array of int
        Position in :data:`MARKERS`.
    observed : (row,) array
        NaN where only a prediction is asked for.
    noise : (row,) array
        SD of the logarithm of an observation.
    spread : (parameter,) array
        SD of the prior of the logarithm.
    limits : two (parameter,) arrays
        Lowest and highest logarithm.
    """

    subject: Subject
    model: Model
    ledger: Ledger
    typical: Parameters
    marker: NDArray[np.int64]
    observed: Array
    noise: Array
    spread: Array
    limits: tuple[Array, Array]

    @classmethod
    def of(cls, subject: Subject, model: Model, ledger: Ledger) -> Problem:
        """Gather the rows of a person.

        Raises
        ------
        InputError
            For a person without an observation.
        """
        marker = np.concatenate([one.marker for one in subject.occasions])
        observed = np.concatenate([one.value for one in subject.occasions])
        if not np.isfinite(observed).any():
            raise InputError(f"table: person {subject.id:g} has no observation; nothing can be estimated.")
        noise = np.array([model.noise.get(name, ledger[f"readout_noise.{name}"]) for name in MARKERS])[marker]
        spread = np.array([*(ledger[SCALES[name][1]] for name in model.scales), *model.entries.values()])
        typical, limits = Parameters.from_ledger(ledger), _limits(model, ledger)
        return cls(subject, model, ledger, typical, marker, observed, noise, spread, limits)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows with an observation."""
        return np.isfinite(self.observed)

    @property
    def time(self) -> Array:
        """Days of the rows."""
        return np.concatenate([one.time for one in self.subject.occasions])

    def predicted(self, logs: Array) -> Array:
        """Return the concentrations of the rows at logarithms of the free factors."""
        scales = {
            SCALES[name][0]: float(np.exp(log)) for name, log in zip(self.model.scales, logs, strict=False)
        }
        parameters = _parameters(logs, self.model, self.ledger) if self.model.entries else self.typical
        return np.concatenate([_simulated(one, scales, parameters) for one in self.subject.occasions])

    def residuals(self, logs: Array) -> Array:
        """Return residuals of the observations, then of the priors, in SD."""
        known = self.known
        misfit = (np.log(self.observed[known]) - np.log(self.predicted(logs)[known])) / self.noise[known]
        return np.concatenate([misfit, logs / self.spread])

    def mode(self, start: Array | None = None, held: Mapping[int, float] | None = None) -> Any:
        """Return the result of the search for the most likely logarithms.

        Parameters
        ----------
        start : (parameter,) array, optional
            The typical person when omitted.
        held : mapping of int to float, optional
            Parameters, by position, that stay at a value.

        Returns
        -------
        OptimizeResult
            Over the parameters that are not held.

        Raises
        ------
        SimulationError
            If none is found.
        """
        fixed = held or {}
        free = [i for i in range(len(self.spread)) if i not in fixed]

        def whole(part: Array) -> Array:
            logs = np.empty(len(self.spread))
            logs[free] = part
            for i, value in fixed.items():
                logs[i] = value
            return logs

        first = np.zeros(len(self.spread)) if start is None else start
        found = least_squares(
            lambda part: self.residuals(whole(part)),
            first[free],
            bounds=(self.limits[0][free], self.limits[1][free]),
            x_scale=self.spread[free],
            diff_step=SEARCH_STEP,
        )
        if not found.success:
            raise SimulationError(
                f"estimate: no mode was found for person {self.subject.id:g}: {found.message}"
            )
        return found


def _limits(model: Model, ledger: Ledger) -> tuple[Array, Array]:
    """Return the lowest and highest logarithm of every factor; entries of the ledger stay in their ranges."""
    lows, highs = [-np.inf] * len(model.scales), [np.inf] * len(model.scales)
    for name in model.entries:
        value, (low, high) = ledger[name], ledger.entry(name).range or (0.0, np.inf)
        if not (value > 0.0 and low < high):
            raise InputError(f"model: {name} is no positive number with a range; it cannot be estimated.")
        lows.append(float(np.log(low / value)) if low > 0.0 else -np.inf)
        highs.append(float(np.log(high / value)))
    return np.array(lows), np.array(highs)


def _parameters(logs: Array, model: Model, ledger: Ledger) -> Parameters:
    changes: dict[str, float | str] = {}
    for name, log in zip(model.entries, logs[len(model.scales) :], strict=True):
        low, high = ledger.entry(name).range or (-np.inf, np.inf)
        # a factor at an end may be past it by a rounding
        changes[name] = float(np.clip(ledger[name] * np.exp(log), low, high))
    return Parameters.from_ledger(ledger.replace(changes))


def _simulated(occasion: Occasion, scales: Mapping[str, float], parameters: Parameters) -> Array:
    """Return the concentrations of the rows of an occasion, in its order."""
    exposure = replace(occasion.exposure, **scales)  # type: ignore[arg-type]
    found = occasion.predicted(lambda of, days: course_of(of, days, parameters), exposure)
    return np.maximum(found, LEAST)
