"""The membranes of the autonomic and the cutaneous C fibre of Thio 2024, their concentrations at rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.base.units import MMOL_PER_MOL, Q10_INTERVAL
from remyelin.evidence import Ledger
from remyelin.fibre.models.balance import balanced, nernst
from remyelin.fibre.models.channels import ChannelSet, Current, Gate, steady_gate
from remyelin.fibre.models.kinetics import Bell, Constant, Steady, boltzmann
from remyelin.fibre.settings import SHORTEST_TIME_MS

Array = NDArray[np.float64]
TERM = 3  # numbers of a term of a steady state: span, half, slope
GATES = (
    ("nav17", ("m", "h")),
    ("nav18", ("m", "h", "s")),
    ("nav19", ("m", "h", "s")),
    ("cav12", ("m", "h")),
    ("cav22", ("m", "h", "s")),
    ("km", ("fast", "slow")),
    ("hcn", ("fast", "slow")),
    ("kv21", ("m", "h")),
    ("ka34", ("m", "h")),
    ("ka14", ("m", "h", "s")),
)


@dataclass(frozen=True, slots=True)
class _Pump:
    """Voltage dependence of the sodium pump over the driving force that carries it: range / (V - pole), 0 to 1."""

    pole: float
    span: float

    def __call__(self, potential: ArrayLike) -> Array:
        v = np.asarray(potential, dtype=np.float64)
        found: Array = self.span / np.maximum(v - self.pole, self.span)
        return found


def thio_membrane(kind: str, temperature: float, ledger: Ledger) -> ChannelSet:
    """Return the currents of the membrane, and ``leak``, which balances them at rest.

    Sodium Nav1.7, 1.8, 1.9; calcium Cav1.2, 2.2; potassium Kv2.1, KA3.4, KA1.4, M, and the calcium-activated BK and SK
    at the calcium of rest; hyperpolarisation-activated HCN; the sodium pump. The sodium-calcium exchanger, below
    1e-8 mA/cm2 in both fibres, is part of what the leak balances.

    Parameters
    ----------
    kind : "autonomic" or "cutaneous"
    temperature : float
        Degrees C.
    ledger : Ledger
    """
    na_out, na_in, k_out, k_in, ca_out, ca_in = ledger.vector("thio.concentrations")
    sodium, potassium = nernst(na_out, na_in, temperature), nernst(k_out, k_in, temperature)
    calcium = nernst(ca_out, ca_in, temperature, 2)
    density = dict(
        zip(
            ("nav17", "nav18", "nav19", "bk", "cav12", "cav22", "km", "hcn", "kv21", "ka34", "ka14", "sk"),
            ledger.vector(f"thio.{kind}.density"),
            strict=True,
        )
    )
    base, cool, half_na, to_na, half_k, to_k, zero, pole = ledger.vector("thio.pump")
    strength = ledger[f"thio.{kind}.pump"] * base ** ((cool - temperature) / Q10_INTERVAL)
    strength *= (na_in / (na_in + half_na)) ** to_na * (k_out / (k_out + half_k)) ** to_k
    span = zero - pole
    e_hcn, slow_hcn, fast_hcn = ledger.vector("thio.hcn")
    fast_km, slow_km = ledger.vector("thio.km_shares")
    opens, closes, parted, by_calcium = (int(power) for power in ledger.vector("thio.powers"))
    reversal = {"na": sodium, "ca": calcium, "k": potassium}

    def current(name: str) -> Current:
        letters = dict(GATES)[name]
        powers = tuple((f"{name}_{x}", opens if x == "m" else closes) for x in letters)
        return Current(name, density[name], reversal[{"n": "na", "c": "ca", "k": "k"}[name[0]]], powers)

    def split(name: str, part: str, share: float, at: float) -> Current:
        return Current(f"{name}_{part}", density[name] * share, at, ((f"{name}_{part}", parted),))

    currents = (
        *(current(name) for name in ("nav17", "nav18", "nav19", "cav12", "cav22", "kv21", "ka34", "ka14")),
        split("km", "fast", fast_km, potassium),
        split("km", "slow", slow_km, potassium),
        split("hcn", "fast", fast_hcn, e_hcn),
        split("hcn", "slow", slow_hcn, e_hcn),
        Current("bk", density["bk"], potassium, (("bk_m", by_calcium), ("bk_h", by_calcium))),
        Current("sk", density["sk"], potassium, (("sk_n", by_calcium),)),
        Current("pump", strength / span, zero, (("pump", 1),)),
    )
    membrane = ChannelSet(f"thio_{kind}", _gates(temperature, ledger), currents)
    of_sodium = (e_hcn - potassium) / (sodium - potassium)
    rest = ledger["thio.rest"]
    pumped = strength * (rest - zero) / (rest - pole)
    carried = {
        "na": [(name, 1.0) for name in ("nav17", "nav18", "nav19")]
        + [(f"hcn_{part}", of_sodium) for part in ("fast", "slow")],
        "k": [(name, 1.0) for name in ("kv21", "ka34", "ka14", "km_fast", "km_slow", "bk", "sk")]
        + [(f"hcn_{part}", 1 - of_sodium) for part in ("fast", "slow")],
        "ca": [("cav12", 1.0), ("cav22", 1.0)],
    }
    out, back = ledger.vector("thio.pump_ions")
    moved = {"na": out * pumped, "k": -back * pumped, "ca": 0.0}
    return balanced(membrane, carried, moved, reversal, rest, temperature)


def _gates(temperature: float, ledger: Ledger) -> tuple[Gate, ...]:
    q10, of_17, of_others = ledger.vector("thio.q10")
    gates = []
    for name, letters in GATES:
        for letter in letters:
            power, floor, *terms = ledger.vector(f"thio.{name}_{letter}_steady")
            shape = tuple((terms[k], terms[k + 1], terms[k + 2]) for k in range(0, len(terms), TERM))
            time = Bell(*ledger.vector(f"thio.{name}_{letter}_time"))
            reference = of_17 if name == "nav17" else of_others
            gates.append(steady_gate(f"{name}_{letter}", Steady(power, floor, shape), time, q10, reference))
    inside = ledger.vector("thio.concentrations")[-1]
    p = math.log10(inside / MMOL_PER_MOL)
    by_m, at_m, slope_m, by_h, at_h, slope_h = ledger.vector("thio.bk")
    times = ledger.vector("thio.bk_time")
    middle = len(times) // 2
    gates += [
        steady_gate(
            "bk_m",
            Steady(1.0, 0.0, ((1.0, by_m * p + at_m, slope_m),)),
            _calcium_bell(times[:middle], p),
            q10,
            of_others,
        ),
        steady_gate(
            "bk_h",
            Steady(1.0, 0.0, ((1.0, by_h * p + at_h, slope_h),)),
            _calcium_bell(times[middle:], p),
            q10,
            of_others,
        ),
    ]
    half, slope = ledger.vector("thio.sk")
    open_sk = float(boltzmann(p, half, slope))
    gates.append(steady_gate("sk_n", Constant(open_sk), Constant(-p), q10, of_others))
    *_, zero, pole = ledger.vector("thio.pump")
    gates.append(steady_gate("pump", _Pump(pole, zero - pole), Constant(SHORTEST_TIME_MS)))
    return tuple(gates)


def _calcium_bell(numbers: tuple[float, ...], p: float) -> Bell:
    """Return a time constant at the decimal logarithm p of the calcium inside (mol/L)."""
    offset, b, c, d, e, f, g = numbers
    return Bell(offset, 1.0, c - b * p, d * p, f - e * p, g * p, 0.0, 0.0, 1.0)
