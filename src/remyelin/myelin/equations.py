"""The equations of one nerve segment, and their integration, compiled.

Every segment is an independent small system driven from outside, so a course is many of them side by
side. The equations are those of ``docs/myelin.md``; rates come as one record per segment (see
:data:`RATES`), built by :mod:`remyelin.myelin.parameters`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from remyelin.base.jit import compiled
from remyelin.myelin.settings import MULTIPLIED, RKC_GAP, RKC_REACH

STATES = (
    "intact",
    "vacuolated",
    "bare",
    "remyelinated",
    "thickness_sum",
    "length_sum",
    "channel_sum",
    "debris",
    "erk",
    "supply",
    "balance",
    "survivors",
    "regrown",
)
(
    INTACT,
    VACUOLATED,
    BARE,
    REMYELINATED,
    THICKNESS,
    LENGTH,
    CHANNEL,
    DEBRIS,
    ERK,
    SUPPLY,
    BALANCE,
    SURVIVORS,
    REGROWN,
) = range(len(STATES))

INPUTS = ("methylation", "toxin", "methylcobalamin", "mma", "gas")
PHI, TOXIN, DOSE, MMA, GAS = range(len(INPUTS))

#: Squares of stages that a step times the largest rate needs, of :func:`remyelin.myelin.chebyshev.reach`.
STABLE = 1.0 / RKC_REACH
GAP_STATES, GAP_SLOPES = RKC_GAP

RATES = np.dtype(
    [
        (name, np.float64)
        for name in (
            "injury",
            "injury_exponent",
            "injury_half",
            "susceptibility",
            "inflammatory_share",
            "inflammatory_time",
            "mma_weight",
            "mma_half",
            "toxin_rate",
            "healing",
            "stripping",
            "maturation",
            "remyelination",
            "differentiation_exponent",
            "clearance",
            "debris_signal",
            "debris_block",
            "bare_signal",
            "erk_rest",
            "erk_time",
            "supply_on",
            "supply_off",
            "drug_effect",
            "drug_half",
            "drug_exponent",
            "thickness_start",
            "thickness_limit",
            "thickening",
            "length_start",
            "length_limit",
            "lengthening",
            "redistribution",
            "axon_vacuolated",
            "axon_bare",
            "axon_trophic",
            "axon_direct",
            "axon_gas",
            "regrowth",
            "regrowth_share",
        )
    ]
)


@compiled
def _power(base: float, exponent: float) -> float:
    """Return a power of a share; whole exponents by multiplication, in a tenth of the time."""
    whole = int(exponent)
    if exponent != whole or whole < 0 or whole > MULTIPLIED:
        return base**exponent  # type: ignore[no-any-return]
    power = 1.0
    for _ in range(whole):
        power *= base
    return power


@compiled
def derivatives(y: Any, inputs: Any, p: Any, dy: Any) -> None:
    """Write the time derivative of one segment's state into `dy`.

    Parameters
    ----------
    y : (states,) array
        State in the order of :data:`STATES`.
    inputs : (inputs,) array
        Methylation potential (1 = replete), toxin (1 = full), methylcobalamin (mg/kg/day),
        methylmalonate (nmol/L) and nitrous oxide (inspired fraction, mean of the day) at this moment.
    p : record of :data:`RATES`
        Rates of the segment, 1/day.
    dy : (states,) array
        Filled with the derivative, 1/day.
    """
    m, v, d, r = y[INTACT], y[VACUOLATED], y[BARE], y[REMYELINATED]
    supply = y[SUPPLY]
    # A trial step that is too long may leave the bounds; it is refused, and must not become a power of less
    # than zero before it is.
    debris = max(y[DEBRIS], 0.0)
    erk = min(max(y[ERK], 0.0), 1.0)
    phi = min(max(inputs[PHI], 0.0), 1.0)

    # Harm of the methylation deficit: it saturates, and the deficit of half harm differs between persons.
    # It acts at once, and through the slow TNF/EGF balance.
    # Powers take most of the time of this function, so none is taken where the answer is known.
    deficit = 0.0
    if phi < 1.0:
        deficit = (p.susceptibility * (1.0 - phi) / p.injury_half) ** p.injury_exponent
        deficit /= 1.0 + deficit
    mma = p.mma_weight * inputs[MMA] / (inputs[MMA] + p.mma_half)
    injury = p.injury * ((1.0 - p.inflammatory_share) * deficit + p.inflammatory_share * y[BALANCE])
    injury *= 1.0 + mma
    toxic = p.toxin_rate * inputs[TOXIN]

    # What repairs: supply of cells, gated by the fall of Erk, blocked by debris.
    drug = 0.0
    if inputs[DOSE] > 0.0:
        drug = p.drug_effect / (1.0 + (p.drug_half / inputs[DOSE]) ** p.drug_exponent)
    signal = debris + p.bare_signal * max(d, 0.0)
    signal = signal / (signal + p.debris_signal) / (1.0 + drug)
    repair = 0.0
    if d > 0.0:
        repair = p.remyelination * supply * _power(1.0 - erk, p.differentiation_exponent) * phi
        repair /= 1.0 + debris / p.debris_block

    # Axons: the hazard, and in the periphery regrowth of a share of what was lost.
    hazard = (
        p.axon_vacuolated * v
        + p.axon_bare * d * (1.0 - p.axon_trophic * supply)
        + p.axon_direct * deficit
        + p.axon_gas * inputs[GAS]
    )
    survivors, regrown = y[SURVIVORS], y[REGROWN]
    growth = p.regrowth * phi * max(p.regrowth_share * (1.0 - survivors) - regrown, 0.0)
    # Regrown axons arrive with thin short sheaths and dilute the others.
    dilution = growth / (survivors + regrown) if growth > 0.0 else 0.0

    lost = injury + toxic + p.maturation + dilution
    healed = p.healing * phi * v
    stripped = p.stripping * v
    matured = p.maturation * r
    rebuilt = repair * d
    dy[INTACT] = -(injury + toxic + dilution) * m + healed + matured
    dy[VACUOLATED] = injury * m - healed - stripped - (toxic + dilution) * v
    dy[BARE] = stripped + toxic * (m + v + r) + injury * r - rebuilt - dilution * d
    dy[REMYELINATED] = rebuilt - (injury + toxic) * r - matured + dilution * (m + v + d)
    dy[THICKNESS] = (
        (rebuilt + dilution) * p.thickness_start
        + p.thickening * phi * (p.thickness_limit * r - y[THICKNESS])
        - lost * y[THICKNESS]
    )
    dy[LENGTH] = (
        (rebuilt + dilution) * p.length_start
        + p.lengthening * (p.length_limit * r - y[LENGTH])
        - lost * y[LENGTH]
    )
    dy[CHANNEL] = p.redistribution * (d - y[CHANNEL]) - (repair + dilution) * y[CHANNEL]
    dy[DEBRIS] = stripped + toxic * (m + v + r) - p.clearance * y[DEBRIS]
    dy[ERK] = (p.erk_rest + (1.0 - p.erk_rest) * signal - y[ERK]) / p.erk_time
    dy[SUPPLY] = p.supply_on * erk * (1.0 - supply) - p.supply_off * (1.0 - erk) * supply
    dy[BALANCE] = (deficit - y[BALANCE]) / p.inflammatory_time
    dy[SURVIVORS] = -hazard * survivors
    dy[REGROWN] = growth - hazard * regrown


@compiled
def largest_rate(p: Any) -> float:
    """Return a bound (1/day) on the rates by which any state of a segment relaxes, toxin left out.

    Parameters
    ----------
    p : record of :data:`RATES`
    """
    injury = p.injury * (1.0 + p.mma_weight)
    lost = injury + p.maturation + max(p.thickening, p.lengthening)
    sheaths = max(p.healing + p.stripping + injury, lost)
    sheaths = max(sheaths, p.redistribution + p.remyelination)
    cells = max(max(p.clearance, 1.0 / p.erk_time), max(p.supply_on, p.supply_off))
    axons = p.axon_vacuolated + p.axon_bare + p.axon_direct + p.axon_gas + p.regrowth
    return max(max(sheaths, cells), max(axons, 1.0 / p.inflammatory_time))  # type: ignore[no-any-return]


@compiled
def integrate(
    times: Any,
    inputs: Any,
    driven: Any,
    rates: Any,
    start: Any,
    kept: Any,
    coefficients: Any,
    margin: float,
    order: float,
    rtol: float,
    atol: float,
    safety: float,
    shrink: float,
    grow: float,
    first_step: float,
    max_steps: int,
    begun: Any,
    out: Any,
    going: Any,
) -> int:
    """Integrate independent segments with the Runge-Kutta-Chebyshev method.

    Inputs are linear between the given times, and every given time is a step end, so that a kink in
    the drive never lies inside a step. A step takes as many stages as its length needs to be stable.

    Parameters
    ----------
    times : (time,) array
        Increasing times, days.
    inputs : (drive, time, inputs) array
        Drives at those times.
    driven : (case,) int array
        Which of the drives is that of a case.
    rates : (case,) array of :data:`RATES`
        Rates of each case.
    start : (case, states) array
        State at the first time.
    kept : (time,) int array
        Where in `out` the state at a time goes; -1 for times whose state is not kept.
    coefficients : (number, stage, 5) array
        Of :func:`remyelin.myelin.chebyshev.coefficients`.
    margin : float
        Over :func:`largest_rate`.
    order, rtol, atol, safety, shrink, grow, first_step, max_steps
        Step control.
    begun : (case, states + 1) array
        Slopes and step with which each case goes on, as `going` holds them; step 0 where it begins anew.
    out : (case, kept, states) array
        Filled with the states.
    going : (case, kept or 0, states + 1) array
        Filled with the slopes and the next step at the times kept: a case that goes on from there takes the same
        steps, to the last bit, as one that was never interrupted.

    Returns
    -------
    int
        -1, or the index of the first case that needed too many steps.
    """
    most = coefficients.shape[0] - 1
    n_states = start.shape[1]
    y = np.empty(n_states)
    first = np.empty(n_states)  # slopes at the begin of a step
    slopes = np.empty(n_states)
    older = np.empty(n_states)  # stage before the last
    old = np.empty(n_states)  # last stage
    new = np.empty(n_states)
    now = np.empty(inputs.shape[2])
    for case in range(start.shape[0]):
        drive = driven[case]
        # loops, not slices: the compiler takes seconds for the errors an assignment of a slice can raise
        for i in range(n_states):
            y[i] = start[case, i]
        if kept[0] >= 0:
            for i in range(n_states):
                out[case, kept[0], i] = y[i]
        step = begun[case, n_states]
        if step > 0.0:
            for i in range(n_states):
                first[i] = begun[case, i]
        else:
            derivatives(y, inputs[drive, 0], rates[case], first)
            step = first_step
        fixed = largest_rate(rates[case])
        attempts = 0
        for index in range(1, times.size):
            span = times[index] - times[index - 1]
            toxin = max(inputs[drive, index - 1, TOXIN], inputs[drive, index, TOXIN])
            rate = margin * (fixed + 2.0 * rates[case].toxin_rate * toxin)
            done = 0.0
            while done < span:
                attempts += 1
                if attempts > max_steps:
                    return case
                # The last step of an interval ends exactly on the given time.
                final = done + step >= span
                size = span - done if final else step
                # reach of s stages, solved for s
                stages = max(int(np.sqrt(1.0 + STABLE * size * rate)) + 1, 2)
                if stages > most:
                    stages = most
                    size = (most * most - 1.0) / (STABLE * rate)
                    final = False
                weight = size * coefficients[stages, 1, 2]
                for i in range(n_states):
                    older[i] = y[i]
                    old[i] = y[i] + weight * first[i]
                for stage in range(2, stages + 1):
                    mu, nu = coefficients[stages, stage, 0], coefficients[stages, stage, 1]
                    own, begin = size * coefficients[stages, stage, 2], size * coefficients[stages, stage, 3]
                    share = (done + coefficients[stages, stage, 4] * size) / span
                    for i in range(now.size):
                        now[i] = inputs[drive, index - 1, i] * (1.0 - share)
                        now[i] += inputs[drive, index, i] * share
                    derivatives(old, now, rates[case], slopes)
                    rest = 1.0 - mu - nu
                    for i in range(n_states):
                        value = mu * old[i] + nu * older[i] + rest * y[i] + own * slopes[i] + begin * first[i]
                        older[i] = old[i]
                        new[i] = value
                    for i in range(n_states):
                        old[i] = new[i]
                share = (done + size) / span
                for i in range(now.size):
                    now[i] = inputs[drive, index - 1, i] * (1.0 - share)
                    now[i] += inputs[drive, index, i] * share
                derivatives(new, now, rates[case], slopes)
                error = 0.0
                for i in range(n_states):
                    gap = GAP_STATES * (y[i] - new[i]) + GAP_SLOPES * size * (first[i] + slopes[i])
                    part = abs(gap) / (atol + rtol * max(abs(y[i]), abs(new[i])))
                    # Treat NaN as an infinite error; max() would drop it.
                    error = max(error, part) if part < np.inf else np.inf
                if error <= 1.0:
                    done = span if final else done + size
                    for i in range(n_states):
                        y[i] = new[i]
                        first[i] = slopes[i]
                factor = grow if error == 0.0 else safety * error ** (-1.0 / (order + 1.0))
                proposed = size * min(grow, max(shrink, factor))
                # A step cut short to land on a time says nothing against the longer one.
                step = max(step, proposed) if final and error <= 1.0 else proposed
            if kept[index] >= 0:
                for i in range(n_states):
                    out[case, kept[index], i] = y[i]
                if going.shape[1] > 0:
                    for i in range(n_states):
                        going[case, kept[index], i] = first[i]
                    going[case, kept[index], n_states] = step
    return -1
