"""Voltage-gated channels as data: rates, gates, currents, channel sets, and the MRG node.

A rate is a function of V (mV) in 1/ms: one of three forms::

    linoid       a (V + b) / (1 - exp(-(V + b) / c))     limit a c at V = -b
    sigmoid      a / (1 + exp(-(V + b) / c))
    exponential  a exp((V + b) / c)

or any function of the potential that returns 1/ms, such as a :class:`Kinetic` part of a gate that is published
by its steady state and time constant. The solvers tabulate every rate over potential, so a function costs no more
than a form.

A gate follows dx/dt = alpha (1 - x) - beta x, both multiplied by q10 ** ((T - reference) / 10). A
current is I = density * prod(gate ** power) * (V - reversal).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.checks import number, one_of, whole
from remyelin.base.errors import InputError, nearest
from remyelin.base.units import BODY_TEMPERATURE, Q10_INTERVAL
from remyelin.evidence import Ledger
from remyelin.fibre.settings import RATE_LOOKED_AT

Form = Literal["linoid", "sigmoid", "exponential"]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """A transition rate of a gate: form and its three numbers (1/ms or 1/(ms mV); mV; mV).

    Examples
    --------
    >>> from remyelin.fibre import Rate
    >>> float(Rate('exponential', 2.0, 60.0, 10.0)(-60.0))
    2.0
    """

    form: Form
    a: float
    b: float
    c: float

    def __post_init__(self) -> None:
        one_of(self.form, "form", "rate", get_args(Form))
        for name in ("a", "b"):
            number(getattr(self, name), name, "rate")
        if isinstance(self.c, bool) or not isinstance(self.c, Real) or np.isnan(self.c) or self.c == 0:
            raise InputError(f"rate: c is {self.c!r}; give a number other than zero, mV.")

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the rate (1/ms) at membrane potentials (mV), finite at removable singularities."""
        shifted = np.asarray(potential, dtype=np.float64) + self.b
        ratio = shifted / self.c
        with np.errstate(over="ignore"):
            if self.form == "exponential":
                return self.a * np.exp(ratio)
            if self.form == "sigmoid":
                return self.a / (1 + np.exp(-ratio))
            safe = np.where(ratio == 0, 1, ratio)
            return np.where(ratio == 0, self.a * self.c, self.a * shifted / -np.expm1(-safe))


RateFunction = Rate | Callable[[Array], ArrayLike]
"""A rate of a gate: a form, or a function of an array of potentials (mV) that returns 1/ms for each."""


@dataclass(frozen=True, slots=True)
class Kinetic:
    """One rate of a gate that is given by its steady state and time constant.

    Attributes
    ----------
    steady, time : callable
        Of an array of potentials (mV): the share of open gates in the steady state (0 to 1), and ms.
    opens : bool
        Whether this is the opening rate, steady / time, or the closing one, (1 - steady) / time.
    """

    steady: Callable[[Array], ArrayLike]
    time: Callable[[Array], ArrayLike]
    opens: bool

    def __call__(self, potential: ArrayLike) -> Array:
        """Return the rate (1/ms) at membrane potentials (mV)."""
        at = np.asarray(potential, dtype=np.float64)
        share = np.asarray(self.steady(at), dtype=np.float64)
        with np.errstate(
            divide="ignore", invalid="ignore"
        ):  # no rate at all is refused where it is looked at
            rate: Array = (share if self.opens else 1 - share) / np.asarray(self.time(at), dtype=np.float64)
        return rate


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate with opening and closing rates and their temperature factor.

    Attributes
    ----------
    name : str
    alpha, beta : Rate or callable
        Opening and closing rate, 1/ms. A function is given an array of potentials (mV) and returns as many rates,
        finite and not negative; it is looked at from -150 to 100 mV when the gate is made.
    q10 : float
        Factor on both rates per 10 degrees.
    reference_temperature : float
        At which they hold, degrees C.

    Raises
    ------
    InputError
        If a rate cannot be called, returns what is no rate, or a number cannot be used.

    Examples
    --------
    An own channel: a delayed rectifier with rates as functions, put into the nodes of a fibre.

    >>> import numpy as np
    >>> from remyelin.evidence import Ledger
    >>> from remyelin.fibre import ChannelSet, Current, Gate, Rate, mrg, mrg_node
    >>> ledger = Ledger.shipped()
    >>> n = Gate("n", lambda v: 0.1 * np.exp((v + 50.0) / 20.0), Rate("sigmoid", 0.2, 60.0, -15.0), 3.0, 37.0)
    >>> node = mrg_node(ledger)
    >>> own = ChannelSet("with kdr", (*node.gates, n), (*node.currents, Current("kdr", 0.02, -90.0, (("n", 4),))))
    >>> fibre = mrg(10.0, 21, ledger=ledger)
    >>> density = np.outer(fibre.channels >= 0, own.densities())
    >>> fibre = fibre.replace(channel_sets=(own,), density=density)
    >>> fibre.channel_sets[0].current("kdr")
    4
    """

    name: str
    alpha: RateFunction
    beta: RateFunction
    q10: float
    reference_temperature: float

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            if not callable(getattr(self, name)):
                raise InputError(
                    f"gate {self.name!r}: {name} is no rate; give a Rate, or a function of the potential (mV) that "
                    "returns 1/ms."
                )
            rate = getattr(self, name)
            if not isinstance(rate, Rate):
                _refuse_wrong(rate, f"gate {self.name!r}", name)
        number(self.q10, "q10", f"gate {self.name!r}", above=0.0)
        number(self.reference_temperature, "reference_temperature", f"gate {self.name!r}", unit="C")

    def kinetics(self, potential: ArrayLike, temperature: float) -> tuple[Array, Array]:
        """Return steady state (0..1) and time constant (ms) at potentials (mV) and temperature (C)."""
        factor = self.q10 ** ((temperature - self.reference_temperature) / Q10_INTERVAL)
        at = np.asarray(potential, dtype=np.float64)
        alpha, beta = np.asarray(self.alpha(at)), np.asarray(self.beta(at))
        return alpha / (alpha + beta), 1 / (factor * (alpha + beta))


def steady_gate(
    name: str,
    steady: Callable[[Array], ArrayLike],
    time: Callable[[Array], ArrayLike],
    q10: float = 1.0,
    reference_temperature: float = BODY_TEMPERATURE,
) -> Gate:
    """Return a gate that is given by its steady state and time constant.

    Parameters
    ----------
    name : str
    steady, time : callable
        Of an array of potentials (mV): open share in the steady state (0 to 1), and ms.
    q10, reference_temperature : float
        As for :class:`Gate`; the time constant is divided by the factor.

    Raises
    ------
    InputError
        As for :class:`Gate`.

    Examples
    --------
    >>> import numpy as np
    >>> from remyelin.fibre import steady_gate
    >>> gate = steady_gate("m", lambda v: 1 / (1 + np.exp(-(v + 25) / 7)), lambda v: 0.1 + 0 * v)
    >>> [float(x) for x in gate.kinetics(-25.0, 37.0)]
    [0.5, 0.1]
    """
    where = f"gate {name!r}"
    for part, function in (("steady", steady), ("time", time)):
        if not callable(function):
            raise InputError(f"{where}: {part} is no function of the potential (mV).")
    _refuse_outside(
        steady, where, "steady", "give shares between 0 and 1", lambda found: (found >= 0) & (found <= 1)
    )
    _refuse_outside(time, where, "time", "give ms above 0", lambda found: found > 0)
    return Gate(name, Kinetic(steady, time, True), Kinetic(steady, time, False), q10, reference_temperature)


def _refuse_wrong(rate: Callable[[Array], ArrayLike], where: str, name: str) -> None:
    """Raise InputError for a function whose result is no rate."""
    right = "give finite rates of 0/ms or more"
    _refuse_outside(rate, where, name, right, lambda found: np.isfinite(found) & (found >= 0))


def _refuse_outside(
    rate: Callable[[Array], ArrayLike],
    where: str,
    name: str,
    right: str,
    usable: Callable[[Array], NDArray[np.bool_]],
) -> None:
    """Raise InputError for a function of the potential whose values are unusable; `right` names the usable ones."""
    low, high, count = RATE_LOOKED_AT
    at = np.linspace(low, high, count)
    try:
        found = np.asarray(rate(at), dtype=np.float64)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{where}: {name} cannot be called with an array of potentials: {error}.") from None
    if found.shape != at.shape:
        raise InputError(
            f"{where}: {name} returns shape {found.shape} for {count} potentials; give one value for each."
        )
    bad = ~usable(found)
    if np.any(bad):
        first = int(np.flatnonzero(bad)[0])
        raise InputError(f"{where}: {name} is {found[first]:g} at {at[first]:g} mV; {right}.")


@dataclass(frozen=True, slots=True)
class Current:
    """A current of a channel set: density (S/cm2), reversal (mV) and the gates raised to powers.

    Examples
    --------
    >>> from remyelin.fibre import Current
    >>> Current('fast sodium', 3.0, 50.0, (('m', 3), ('h', 1))).powers
    (('m', 3), ('h', 1))
    """

    name: str
    density: float
    reversal: float
    powers: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        number(self.density, "density", f"current {self.name!r}", at_least=0.0, unit="S/cm2")
        number(self.reversal, "reversal", f"current {self.name!r}", unit="mV")


@dataclass(frozen=True, slots=True)
class ChannelSet:
    """The gates and currents of one kind of membrane.

    The density a compartment really carries stands in its :class:`~remyelin.fibre.Fibre`; the
    densities here are those of the published membrane.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg_node
    >>> [current.name for current in mrg_node(Ledger.shipped()).currents]
    ['naf', 'nap', 'ks', 'leak']
    """

    name: str
    gates: tuple[Gate, ...]
    currents: tuple[Current, ...]

    def __post_init__(self) -> None:
        known = {gate.name for gate in self.gates}
        for what, names in (
            ("gate", [gate.name for gate in self.gates]),
            ("current", [current.name for current in self.currents]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise InputError(f"channel set {self.name!r} has two {what}s named {name!r}.")
        for current in self.currents:
            for gate, power in current.powers:
                if gate not in known:
                    raise InputError(f"current {current.name!r} uses gate {gate!r}; {nearest(gate, known)}")
                whole(power, f"power of {gate!r}", f"current {current.name!r}")

    def current(self, name: str) -> int:
        """Return the position of a current by name."""
        names = [current.name for current in self.currents]
        if name not in names:
            raise InputError(f"channel set {self.name!r} has no current {name!r}; {nearest(name, names)}")
        return names.index(name)

    def densities(self) -> Array:
        """Return the densities (S/cm2) of the published membrane, shape (currents,)."""
        return np.array([current.density for current in self.currents])

    def with_densities(self, **densities: float) -> ChannelSet:
        """Return the set with other densities (S/cm2) for the currents named."""
        for name in densities:
            self.current(name)
        currents = tuple(replace(c, density=densities.get(c.name, c.density)) for c in self.currents)
        return replace(self, currents=currents)

    def current_density(self, potential: float, temperature: float) -> float:
        """Return the net steady-state current (mA/cm2, outward positive) at a held potential (mV)."""
        steady = {gate.name: gate.kinetics(potential, temperature)[0] for gate in self.gates}
        total = 0.0
        for current in self.currents:
            opened = np.prod([steady[gate] ** power for gate, power in current.powers])
            total += float(current.density * opened * (potential - current.reversal))
        return total


def mrg_node(ledger: Ledger) -> ChannelSet:
    """Return the channels of the MRG node (McIntyre, Richardson, Grill 2002; ModelDB 3810).

    Fast sodium ``naf`` (m^3 h), persistent sodium ``nap`` (p^3), slow potassium ``ks`` (s), leak ``leak``.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import mrg_node
    >>> [gate.name for gate in mrg_node(Ledger.shipped()).gates]
    ['m', 'h', 'p', 's']
    """

    def rate(form: Form, name: str) -> Rate:
        a, b, c = ledger.vector(f"mrg.node.{name}")
        return Rate(form, a, b, c)

    fast_rate, fast_slope = ledger.vector("mrg.node.m_alpha")
    activation = ledger.vector("mrg.node.q10_activation")
    m_alpha = Rate("linoid", fast_rate, ledger["mrg.node.m_alpha_shift"], fast_slope)
    gates = (
        Gate("m", m_alpha, rate("linoid", "m_beta"), *activation),
        Gate(
            "h",
            rate("linoid", "h_alpha"),
            rate("sigmoid", "h_beta"),
            *ledger.vector("mrg.node.q10_inactivation"),
        ),
        Gate("p", rate("linoid", "p_alpha"), rate("linoid", "p_beta"), *activation),
        Gate("s", rate("sigmoid", "s_alpha"), rate("sigmoid", "s_beta"), *ledger.vector("mrg.node.q10_slow")),
    )
    m, h, p, s = (int(power) for power in ledger.vector("mrg.node.powers"))
    sodium, potassium = ledger["mrg.node.sodium_reversal"], ledger["mrg.node.potassium_reversal"]
    currents = (
        Current("naf", ledger["mrg.node.naf_density"], sodium, (("m", m), ("h", h))),
        Current("nap", ledger["mrg.node.nap_density"], sodium, (("p", p),)),
        Current("ks", ledger["mrg.node.ks_density"], potassium, (("s", s),)),
        Current("leak", ledger["mrg.node.leak_density"], ledger["mrg.node.leak_reversal"]),
    )
    return ChannelSet("mrg_node", gates, currents)
