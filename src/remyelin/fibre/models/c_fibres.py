"""Unmyelinated fibres: Rattay and Aberham 1993, Tigerholm 2014, Thio 2024 (autonomic and cutaneous).

Tigerholm and Thio let the ions inside and in a thin space around the axon change with every impulse. Here
concentrations stay as they are at rest. That leaves threshold and velocity of a rested fibre nearly as they are
(docs/fibre-protocols.md states by how much) and takes away what only the ions do: slowing and fatigue in long
trains. A leak balances the membrane at its published rest, as in both models.
"""

from __future__ import annotations

from typing import Literal

from remyelin.base.checks import number, one_of
from remyelin.base.units import BODY_TEMPERATURE, Q10_INTERVAL
from remyelin.evidence import Ledger
from remyelin.fibre.models.channels import ChannelSet, Current, Form, Gate, Rate
from remyelin.fibre.models.fibre import Fibre
from remyelin.fibre.models.own import bare_cable
from remyelin.fibre.models.thio import thio_membrane
from remyelin.fibre.models.tigerholm import tigerholm_membrane
from remyelin.fibre.settings import TEMPERATURE_LIMITS

Kind = Literal["autonomic", "cutaneous"]


def rattay_c_fibre(
    diameter_um: float, length_mm: float, *, temperature: float = BODY_TEMPERATURE, ledger: Ledger
) -> Fibre:
    """Build the unmyelinated fibre of Rattay and Aberham 1993: Hodgkin and Huxley's membrane, faster.

    Parameters
    ----------
    diameter_um, length_mm, temperature, ledger
        As for :func:`~remyelin.fibre.sundt_c_fibre`, with its errors.

    References
    ----------
    Rattay, Aberham 1993, IEEE Trans Biomed Eng 40:1201.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import rattay_c_fibre
    >>> rattay_c_fibre(1.0, 2.0, ledger=Ledger.shipped()).diameter
    1.0
    """
    return _c_fibre(
        "Rattay 1993", "rattay", rattay_membrane(ledger), diameter_um, length_mm, temperature, ledger
    )


def tigerholm_c_fibre(
    diameter_um: float, length_mm: float, *, temperature: float = BODY_TEMPERATURE, ledger: Ledger
) -> Fibre:
    """Build the nociceptive C fibre of Tigerholm 2014, whose concentrations stay at rest.

    Threshold and velocity of a rested fibre hold nearly; slowing and fatigue in long trains are missing.

    Parameters
    ----------
    diameter_um, length_mm, temperature, ledger
        As for :func:`~remyelin.fibre.sundt_c_fibre`, with its errors.

    References
    ----------
    Tigerholm et al. 2014, J Neurophysiol 111:1721, doi:10.1152/jn.00777.2012.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import tigerholm_c_fibre
    >>> tigerholm_c_fibre(1.0, 2.0, ledger=Ledger.shipped()).diameter
    1.0
    """
    membrane = tigerholm_membrane(_warmth(temperature, "Tigerholm 2014"), ledger)
    return _c_fibre("Tigerholm 2014", "tigerholm", membrane, diameter_um, length_mm, temperature, ledger)


def thio_c_fibre(
    kind: Kind,
    diameter_um: float,
    length_mm: float,
    *,
    temperature: float = BODY_TEMPERATURE,
    ledger: Ledger,
) -> Fibre:
    """Build an autonomic or cutaneous C fibre of Thio 2024, whose concentrations stay at rest.

    Threshold and velocity of a rested fibre hold nearly; slowing and fatigue in long trains are missing.

    Parameters
    ----------
    kind : "autonomic" or "cutaneous"
    diameter_um, length_mm, temperature, ledger
        As for :func:`~remyelin.fibre.sundt_c_fibre`, with its errors.

    References
    ----------
    Thio et al. 2024, PLoS Comput Biol 20:e1012475, doi:10.1371/journal.pcbi.1012475.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import thio_c_fibre
    >>> thio_c_fibre('cutaneous', 1.0, 2.0, ledger=Ledger.shipped()).diameter
    1.0
    """
    one_of(kind, "kind", "Thio 2024", ("autonomic", "cutaneous"))
    membrane = thio_membrane(kind, _warmth(temperature, "Thio 2024"), ledger)
    resistivity = ledger[f"thio.{kind}.axial_resistivity"]
    return _c_fibre(
        f"Thio 2024 {kind}", "thio", membrane, diameter_um, length_mm, temperature, ledger, resistivity
    )


def _warmth(temperature: float, model: str) -> float:
    low, high = TEMPERATURE_LIMITS
    return number(temperature, "temperature", model, at_least=low, at_most=high, unit="C")


def _c_fibre(
    model: str,
    name: str,
    membrane: ChannelSet,
    diameter_um: float,
    length_mm: float,
    temperature: float,
    ledger: Ledger,
    resistivity: float | None = None,
) -> Fibre:
    low, high = ledger.vector("sundt.diameter_limits")
    return bare_cable(
        model,
        number(diameter_um, "diameter", model, at_least=low, at_most=high, unit="um"),
        length_mm,
        membrane,
        piece=ledger[f"{name}.compartment_length"],
        resistivity=ledger[f"{name}.axial_resistivity"] if resistivity is None else resistivity,
        capacity=ledger[f"{name}.capacity"],
        rest=ledger[f"{name}.rest"],
        temperature=temperature,
        ledger=ledger,
    )


def rattay_membrane(ledger: Ledger) -> ChannelSet:
    """Return sodium ``na`` (m^3 h), potassium ``k`` (n^4) and ``leak``."""
    factor, warm, cold = ledger.vector("rattay.speed")
    q10 = factor ** (Q10_INTERVAL / (warm - cold))

    def rate(form: Form, name: str) -> Rate:
        return Rate(form, *ledger.vector(f"rattay.{name}"))

    gates = (
        Gate("m", rate("linoid", "m_alpha"), rate("exponential", "m_beta"), q10, cold),
        Gate("h", rate("exponential", "h_alpha"), rate("sigmoid", "h_beta"), q10, cold),
        Gate("n", rate("linoid", "n_alpha"), rate("exponential", "n_beta"), q10, cold),
    )
    m, h, n = (int(power) for power in ledger.vector("rattay.powers"))
    powers = ((("m", m), ("h", h)), (("n", n),), ())
    densities, reversals = ledger.vector("rattay.density"), ledger.vector("rattay.reversal")
    return ChannelSet(
        "rattay",
        gates,
        tuple(
            Current(name, density, reversal, power)
            for name, density, reversal, power in zip(
                ("na", "k", "leak"), densities, reversals, powers, strict=True
            )
        ),
    )
