"""The membrane of the nociceptive C fibre of Tigerholm 2014, its concentrations at rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.evidence import Ledger
from remyelin.fibre.models.balance import balanced, nernst
from remyelin.fibre.models.channels import ChannelSet, Current, Gate, RateFunction, steady_gate
from remyelin.fibre.models.kinetics import Gaussian, InverseSum, Steady, Step

Array = NDArray[np.float64]
POWERED = ("m7", "h7", "s7", "m8", "h8", "s8", "u8", "m9", "h9", "s9", "n", "a", "b")
HALF = 4  # numbers of one rate of the form floor, span, half, slope


@dataclass(frozen=True, slots=True)
class _Switched:
    """A function below and another from a potential (mV) on."""

    at: float
    below: RateFunction
    above: RateFunction

    def __call__(self, potential: ArrayLike) -> Array:
        v = np.asarray(potential, dtype=np.float64)
        found: Array = np.where(
            v < self.at, self.below(np.minimum(v, self.at)), self.above(np.maximum(v, self.at))
        )
        return found


@dataclass(frozen=True, slots=True)
class _Exponential:
    """offset + scale * exp((V - middle) / slope)."""

    offset: float
    scale: float
    middle: float
    slope: float

    def __call__(self, potential: ArrayLike) -> Array:
        v = np.asarray(potential, dtype=np.float64)
        found: Array = self.offset + self.scale * np.exp((v - self.middle) / self.slope)
        return found


@dataclass(frozen=True, slots=True)
class _Line:
    """slope * V + offset."""

    slope: float
    offset: float

    def __call__(self, potential: ArrayLike) -> Array:
        found: Array = self.slope * np.asarray(potential, dtype=np.float64) + self.offset
        return found


@dataclass(frozen=True, slots=True)
class _Inverse:
    """offset + scale / (sum of exponentials)."""

    offset: float
    scale: float
    parts: tuple[_Exponential, _Exponential]

    def __call__(self, potential: ArrayLike) -> Array:
        first, second = self.parts
        found: Array = self.offset + self.scale / (first(potential) + second(potential))
        return found


def tigerholm_membrane(temperature: float, ledger: Ledger) -> ChannelSet:
    """Return the nine currents of the membrane, and ``leak``, which balances them and the pump at rest.

    Sodium Nav1.7 (m^3 h s), Nav1.8 (m^3 h s u), Nav1.9 (m h s); potassium: delayed rectifier (n^4), M (slow and
    fast gate), A (m h), sodium-activated; hyperpolarisation-activated (slow and fast gate).

    Parameters
    ----------
    temperature : float
        Degrees C.
    ledger : Ledger
    """
    na_out, na_in, k_out, k_in = ledger.vector("tigerholm.concentrations")
    sodium, potassium = nernst(na_out, na_in, temperature), nernst(k_out, k_in, temperature)
    by_sodium = ledger["tigerholm.h_sodium"]
    mixed = by_sodium * sodium + (1 - by_sodium) * potassium
    nav17, nav18, nav19, kdr, km, ka, ih, kna = ledger.vector("tigerholm.density")
    slow_m, fast_m = ledger.vector("tigerholm.km_shares")
    slow_h, fast_h = ledger.vector("tigerholm.h_shares")
    most, half, power = ledger.vector("tigerholm.kna")
    power_of = dict(zip(POWERED, (int(one) for one in ledger.vector("tigerholm.powers")), strict=True))

    def raised(*gates: str) -> tuple[tuple[str, int], ...]:
        return tuple((gate, power_of[gate]) for gate in gates)

    currents = (
        Current("nav17", nav17, sodium, raised("m7", "h7", "s7")),
        Current("nav18", nav18, sodium, raised("m8", "h8", "s8", "u8")),
        Current("nav19", nav19, sodium, raised("m9", "h9", "s9")),
        Current("kdr", kdr, potassium, raised("n")),
        Current("km_slow", km * slow_m, potassium, (("w_slow", 1),)),
        Current("km_fast", km * fast_m, potassium, (("w_fast", 1),)),
        Current("ka", ka, potassium, raised("a", "b")),
        Current("h_slow", ih * slow_h, mixed, (("q_slow", 1),)),
        Current("h_fast", ih * fast_h, mixed, (("q_fast", 1),)),
        Current("kna", kna * most / (1 + (half / na_in) ** power), potassium),
    )
    membrane = ChannelSet("tigerholm", _gates(ledger), currents)
    scale, k_half, one, to_one, two, to_two, beside = ledger.vector("tigerholm.pump")
    by_k, by_na = ledger.vector("tigerholm.pump_powers")
    out, back = ledger.vector("tigerholm.pump_ions")
    pump = scale / (1 + k_half / k_out) ** by_k
    pump *= one / (1 + (to_one / (na_in + beside)) ** by_na) + two / (
        1 + (to_two / (na_in + beside)) ** by_na
    )

    def h_of(share: float) -> list[tuple[str, float]]:
        return [("h_slow", share), ("h_fast", share)]

    carried = {
        "na": [("nav17", 1.0), ("nav18", 1.0), ("nav19", 1.0), *h_of(by_sodium)],
        "k": [(name, 1.0) for name in ("kdr", "km_slow", "km_fast", "ka", "kna")] + h_of(1 - by_sodium),
    }
    return balanced(
        membrane,
        carried,
        {"na": -pump * out / back, "k": pump},
        {"na": sodium, "k": potassium},
        ledger["tigerholm.rest"],
        temperature,
    )


def _gates(ledger: Ledger) -> tuple[Gate, ...]:
    q = ledger.vector("tigerholm.q10")
    of_17, of_18, of_kdr, of_km, of_ka, of_h = (q[k : k + 2] for k in range(0, len(q), 2))

    def rates(name: str) -> tuple[Step, Step]:
        numbers = ledger.vector(f"tigerholm.{name}")
        return Step(*numbers[:HALF]), Step(*numbers[HALF:])

    def slow(name: str) -> Gate:
        half, slope, *times = ledger.vector(f"tigerholm.nav18_{name}")
        time = InverseSum((Step(*times[:HALF]), Step(*times[HALF:])))
        return steady_gate(f"{name}8", Steady(1.0, 0.0, ((1.0, half, slope),)), time, *of_18)

    opening = ledger.vector("tigerholm.nav17_m")
    gates = [
        Gate("m7", Step(0.0, *opening[:3]), Step(0.0, *opening[3:]), *of_17),
        Gate("h7", *rates("nav17_h"), *of_17),
        Gate("s7", *rates("nav17_s"), *of_17),
        Gate("m8", *rates("nav18_m"), *of_18),
    ]
    half, slope, *time = ledger.vector("tigerholm.nav18_h")
    gates += [
        steady_gate("h8", Steady(1.0, 0.0, ((1.0, half, slope),)), Gaussian(*time), *of_18),
        slow("s"),
        slow("u"),
        Gate("m9", *rates("nav19_m"), *of_17),
        Gate("h9", *rates("nav19_h"), *of_17),
    ]
    up, falls, down, half, slope = ledger.vector("tigerholm.nav19_s")
    gates.append(Gate("s9", _Exponential(0.0, up, 0.0, falls), Step(0.0, down, half, slope), *of_17))

    half, slope, floor, scale, steep, middle, switch, base, bell, c1, s1, c2, s2 = ledger.vector(
        "tigerholm.kdr"
    )
    below = _Inverse(base, bell, (_Exponential(0.0, 1.0, c1, s1), _Exponential(0.0, 1.0, c2, s2)))
    above = _Exponential(floor, scale, middle, 1 / steep)
    open_n = Steady(1.0, 0.0, ((1.0, half, slope),))
    gates.append(steady_gate("n", open_n, _Switched(switch, below, above), *of_kdr))

    half, slope, rise, offset, switch, short, up, of_up, down, of_down = ledger.vector("tigerholm.km")
    open_w = Steady(1.0, 0.0, ((1.0, half, slope),))
    gates.append(
        steady_gate("w_slow", open_w, _Switched(switch, _Line(0.0, short), _Line(rise, offset)), *of_km)
    )
    both = (_Exponential(0.0, up, half, of_up), _Exponential(0.0, down, half, of_down))
    gates.append(steady_gate("w_fast", open_w, _Inverse(0.0, 1.0, both), *of_km))

    numbers = ledger.vector("tigerholm.ka")
    (m_half, m_slope, m_power, h_half, h_slope), times = numbers[:5], numbers[5:]
    gates += [
        steady_gate(
            "a", Steady(1 / m_power, 0.0, ((1.0, m_half, m_slope),)), Gaussian(*times[:HALF]), *of_ka
        ),
        steady_gate("b", Steady(1.0, 0.0, ((1.0, h_half, h_slope),)), Gaussian(*times[HALF:]), *of_ka),
    ]
    half, slope, switch, *times_h = ledger.vector("tigerholm.ih")
    for k, name in enumerate(("q_slow", "q_fast")):
        part = times_h[2 * HALF * k : 2 * HALF * (k + 1)]
        time_h = _Switched(switch, _Exponential(*part[HALF:]), _Exponential(*part[:HALF]))
        gates.append(steady_gate(name, Steady(1.0, 0.0, ((1.0, half, slope),)), time_h, *of_h))
    return tuple(gates)
