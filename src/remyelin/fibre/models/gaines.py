"""Motor and sensory fibres of Gaines 2018: MRG's cable with channels in the internode as well as the node."""

from __future__ import annotations

from typing import Literal

import numpy as np

from remyelin.base.errors import InputError
from remyelin.base.units import BODY_TEMPERATURE
from remyelin.evidence import Ledger
from remyelin.fibre.models.channels import ChannelSet, Current, Form, Gate, Rate
from remyelin.fibre.models.fibre import MYSA, NODE, Fibre
from remyelin.fibre.models.mrg import Ends, Grid, mrg

Kind = Literal["motor", "sensory"]


def gaines_motor(
    diameter_um: float,
    n_nodes: int,
    *,
    temperature: float = BODY_TEMPERATURE,
    grid: Grid = "published",
    ends: Ends = "sealed",
    ledger: Ledger,
) -> Fibre:
    """Build the motor fibre of Gaines 2018 at one of the diameters of the MRG table.

    Fast potassium and slow potassium run along the whole axolemma and a hyperpolarisation-activated
    current (HCN) along the internode, in place of MRG's passive leak.

    Parameters
    ----------
    diameter_um, n_nodes, temperature, grid, ends, ledger
        As for :func:`~remyelin.fibre.mrg`, with its errors.

    References
    ----------
    Gaines et al. 2018, J Comput Neurosci 45:29.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import gaines_motor
    >>> fibre = gaines_motor(10.0, 5, ledger=Ledger.shipped())
    >>> fibre.n_nodes, fibre.temperature
    (5, 37.0)
    """
    return _gaines(
        "motor",
        mrg(diameter_um, n_nodes, temperature=temperature, grid=grid, ends=ends, ledger=ledger),
        ledger,
    )


def gaines_sensory(
    diameter_um: float,
    n_nodes: int,
    *,
    temperature: float = BODY_TEMPERATURE,
    grid: Grid = "published",
    ends: Ends = "sealed",
    ledger: Ledger,
) -> Fibre:
    """Build the sensory fibre of Gaines 2018; see :func:`gaines_motor`.

    Parameters
    ----------
    diameter_um, n_nodes, temperature, grid, ends, ledger
        As for :func:`~remyelin.fibre.mrg`, with its errors.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.fibre import gaines_sensory
    >>> fibre = gaines_sensory(10.0, 5, ledger=Ledger.shipped())
    >>> fibre.n_nodes, fibre.temperature
    (5, 37.0)
    """
    return _gaines(
        "sensory",
        mrg(diameter_um, n_nodes, temperature=temperature, grid=grid, ends=ends, ledger=ledger),
        ledger,
    )


def gaines_node(kind: Kind, ledger: Ledger) -> ChannelSet:
    """Return the nodal channels: ``naf``, ``nap``, ``ks``, ``kf`` (n^4) and ``leak``."""
    _known(kind)
    activation = ledger.vector("mrg.node.q10_activation")
    inactivation = ledger.vector("mrg.node.q10_inactivation")

    def rate(form: Form, name: str) -> Rate:
        return Rate(form, *ledger.vector(f"gaines.{kind}.{name}"))

    gates = (
        Gate("m", rate("linoid", "m_alpha"), rate("linoid", "m_beta"), *activation),
        Gate("h", rate("linoid", "h_alpha"), rate("sigmoid", "h_beta"), *inactivation),
        Gate("p", rate("linoid", "p_alpha"), rate("linoid", "p_beta"), *activation),
        _slow_potassium(ledger),
        fast_potassium_gate(ledger),
    )
    m, h, p, s = (int(power) for power in ledger.vector("mrg.node.powers"))
    n = int(ledger["gaines.fast_potassium_power"])
    sodium, potassium = ledger["mrg.node.sodium_reversal"], ledger["mrg.node.potassium_reversal"]
    naf, nap, ks, kf, leak = ledger.vector(f"gaines.{kind}.node_density")
    currents = (
        Current("naf", naf, sodium, (("m", m), ("h", h))),
        Current("nap", nap, sodium, (("p", p),)),
        Current("ks", ks, potassium, (("s", s),)),
        Current("kf", kf, potassium, (("n", n),)),
        Current("leak", leak, ledger["mrg.node.leak_reversal"]),
    )
    return ChannelSet(f"gaines_{kind}_node", gates, currents)


def gaines_internode(kind: Kind, ledger: Ledger) -> ChannelSet:
    """Return the channels of FLUT and STIN: ``ks``, ``kf``, ``hcn`` and ``leak``.

    As published, densities refer to the cylinder of the fibre, not of the axon.
    """
    _known(kind)
    half = ledger[f"gaines.{kind}.hcn_half_activation"]
    speed, slope = ledger.vector("gaines.hcn_rate")
    hcn = Gate(
        "q",
        Rate("exponential", speed, -half, -slope),
        Rate("exponential", speed, -half, slope),
        *ledger.vector("mrg.node.q10_slow"),
    )
    n = int(ledger["gaines.fast_potassium_power"])
    potassium = ledger["mrg.node.potassium_reversal"]
    ks, kf, q, leak = ledger.vector(f"gaines.{kind}.internode_density")
    currents = (
        Current("ks", ks, potassium, (("s", 1),)),
        Current("kf", kf, potassium, (("n", n),)),
        Current("hcn", q, ledger["gaines.hcn_reversal"], (("q", 1),)),
        Current("leak", leak, ledger["mrg.node.leak_reversal"]),
    )
    return ChannelSet(
        f"gaines_{kind}_internode", (_slow_potassium(ledger), fast_potassium_gate(ledger), hcn), currents
    )


def _gaines(kind: Kind, passive: Fibre, ledger: Ledger) -> Fibre:
    """Put the channels into an MRG fibre."""
    node, internode = gaines_node(kind, ledger), gaines_internode(kind, ledger)
    mysa = ledger.vector(f"gaines.{kind}.mysa_density")
    width = max(len(node.currents), len(internode.currents))
    at_node, under_myelin = passive.channels >= 0, passive.role != NODE
    density = np.zeros((passive.n_compartments, width))
    density[at_node, : len(node.currents)] = node.densities()
    density[under_myelin, : len(internode.currents)] = internode.densities()
    density[passive.role == MYSA, : len(mysa)] = mysa
    # Published per area of the fibre's cylinder; a Fibre counts per area of axolemma.
    density[under_myelin] *= (passive.sheath_diameter / passive.axon_diameter)[under_myelin, None]
    return passive.replace(
        model=f"Gaines 2018 {kind}",
        channel_sets=(node, internode),
        channels=np.where(under_myelin, 1, passive.channels),
        density=density,
        axolemma_leak=np.where(under_myelin, 0, passive.axolemma_leak),
        initial=ledger[f"gaines.{kind}.rest"],
    )


def _slow_potassium(ledger: Ledger) -> Gate:
    alpha = Rate("sigmoid", *ledger.vector("mrg.node.s_alpha"))
    beta = Rate("sigmoid", *ledger.vector("mrg.node.s_beta"))
    return Gate("s", alpha, beta, *ledger.vector("mrg.node.q10_slow"))


def fast_potassium_gate(ledger: Ledger) -> Gate:
    """Return the gate of the fast potassium current."""
    alpha = Rate("linoid", *ledger.vector("gaines.fast_potassium_alpha"))
    beta = Rate("linoid", *ledger.vector("gaines.fast_potassium_beta"))
    return Gate("n", alpha, beta, *ledger.vector("mrg.node.q10_slow"))


def _known(kind: str) -> None:
    if kind not in ("motor", "sensory"):
        raise InputError(f"Gaines 2018 has motor and sensory fibres, not {kind!r}.")
