"""The unmyelinated C fibre of Sundt, Gamper & Jaffe 2015: a bare cable with sodium and potassium channels."""

from __future__ import annotations

import numpy as np

from remyelin.base.checks import number
from remyelin.base.errors import InputError
from remyelin.base.units import BODY_TEMPERATURE, FARADAY, GAS_CONSTANT, MV_PER_V, ZERO_CELSIUS
from remyelin.evidence import Ledger
from remyelin.fibre.models.channels import ChannelSet, Current, Gate, Rate
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.models.own import bare_cable
from remyelin.fibre.settings import TEMPERATURE_LIMITS


def sundt_c_fibre(
    diameter_um: float,
    length_mm: float,
    *,
    temperature: float = BODY_TEMPERATURE,
    ledger: Ledger,
) -> Fibre:
    """Build an unmyelinated axon; every compartment is a "node" of bare, excitable membrane.

    The leak's reversal is the one that leaves no net current at the resting potential, as in the
    published model, so it moves with temperature.

    Parameters
    ----------
    diameter_um : float
        Of the axon, um.
    length_mm : float
        mm; rounded to whole compartments.
    temperature : float
        Degrees C.
    ledger : Ledger

    Returns
    -------
    Fibre

    Raises
    ------
    InputError
        For a diameter outside the range of C fibres or a length under two compartments.

    References
    ----------
    Sundt, Gamper, Jaffe 2015, J Neurophysiol, doi:10.1152/jn.00226.2015.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import sundt_c_fibre
    >>> sundt_c_fibre(1.0, 2.0, ledger=Ledger.shipped()).diameter
    1.0
    """
    diameter_um = number(diameter_um, "diameter", "Sundt 2015", unit="um")
    length_mm = number(length_mm, "length", "Sundt 2015", unit="mm")
    temperature = number(
        temperature,
        "temperature",
        "Sundt 2015",
        at_least=TEMPERATURE_LIMITS[0],
        at_most=TEMPERATURE_LIMITS[1],
        unit="C",
    )
    low, high = ledger.vector("sundt.diameter_limits")
    if not low <= diameter_um <= high:
        raise InputError(f"Sundt 2015: an axon of {diameter_um} um is outside {low:g} to {high:g} um.")
    rest, leak = ledger["sundt.rest"], ledger["sundt.leak_density"]
    membrane = sundt_membrane(temperature, ledger)
    return bare_cable(
        "Sundt 2015",
        diameter_um,
        length_mm,
        membrane,
        piece=ledger["sundt.compartment_length"],
        resistivity=ledger["sundt.axial_resistivity"],
        capacity=ledger["sundt.capacity"],
        rest=rest,
        leak=leak,
        leak_reversal=rest + membrane.current_density(rest, temperature) / leak,
        temperature=temperature,
        ledger=ledger,
    )


def sundt_membrane(temperature: float, ledger: Ledger) -> ChannelSet:
    """Return sodium ``na`` (m^3 h, Traub & Miles) and delayed-rectifier potassium ``kdr`` (n^3 l, Borg-Graham).

    The Borg-Graham gates move a charge z across the field, so the slope of their rates follows the
    absolute temperature: alpha = k exp(-z g (V - V_half) F/RT), beta = k exp(z (1 - g) (V - V_half) F/RT).

    Parameters
    ----------
    temperature : float
        Degrees C.
    ledger : Ledger

    Returns
    -------
    ChannelSet
    """
    thermal = GAS_CONSTANT * (temperature + ZERO_CELSIUS) / FARADAY * MV_PER_V
    q10 = ledger.vector("sundt.q10")

    def borg_graham(name: str) -> Gate:
        speed, half, charge, asymmetry = ledger.vector(f"sundt.{name}_gate")
        forward, backward = -charge * asymmetry, charge * (1 - asymmetry)
        return Gate(
            name,
            Rate("exponential", speed, -half, thermal / forward),
            Rate("exponential", speed, -half, thermal / backward if backward else np.inf),
            *q10,
        )

    gates = (
        Gate(
            "m",
            Rate("linoid", *ledger.vector("sundt.m_alpha")),
            Rate("linoid", *ledger.vector("sundt.m_beta")),
            *q10,
        ),
        Gate(
            "h",
            Rate("exponential", *ledger.vector("sundt.h_alpha")),
            Rate("sigmoid", *ledger.vector("sundt.h_beta")),
            *q10,
        ),
        borg_graham("n"),
        borg_graham("l"),
    )
    m, h, n, slow = (int(power) for power in ledger.vector("sundt.powers"))
    currents = (
        Current("na", ledger["sundt.sodium_density"], ledger["sundt.sodium_reversal"], (("m", m), ("h", h))),
        Current(
            "kdr",
            ledger["sundt.potassium_density"],
            ledger["sundt.potassium_reversal"],
            (("n", n), ("l", slow)),
        ),
    )
    return ChannelSet("sundt", gates, currents)
