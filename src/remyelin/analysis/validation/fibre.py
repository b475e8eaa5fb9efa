"""Simulation of the rows of the fibre layer. Conditions are fixed in each function's note.

Parity rows use the published grid; every lesion, temperature and length uses the converged one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.validation import gaines  # noqa: F401  register their rows
from remyelin.analysis.validation.verdicts import simulates
from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Geometry,
    Pulse,
    bare,
    build,
    conduct,
    lose_lamellae,
    mrg,
    mrg_node,
    pulse_stimulus,
    remyelinate,
    retract,
    simulate_full,
)
from remyelin.fibre.models.circuit import circuit

Array = NDArray[np.float64]

_DIAMETERS = (5.7, 7.3, 8.7, 10.0, 11.5, 12.8, 14.0, 15.0, 16.0)
_ROWS = tuple(f"mrg_cv_{diameter:g}um" for diameter in _DIAMETERS)
_STRONG = Pulse(amplitude=20.0)  # excites whatever can be excited, so that only conduction decides


def _healthy(ledger: Ledger, temperature: float = 37.0, nodes: int = 31) -> Fibre:
    return mrg(10.0, nodes, temperature=temperature, grid="converged", ledger=ledger)


def _one_thin(
    ledger: Ledger, shares: Sequence[float], temperature: float = 37.0
) -> tuple[Array, NDArray[np.bool_]]:
    """Internodal time (us) of internode 15 with a share of its lamellae, and whether the impulse passes."""
    fibre = _healthy(ledger, temperature)
    data = conduct([lose_lamellae(fibre, 15, share, partial=True) for share in shares], duration=12.0)
    arrival = data["arrival"].values
    return (arrival[:, 16] - arrival[:, 15]) * 1e3, np.asarray(data["conducts"].values)


@simulates(*_ROWS, note="reduced solver at its default step of 4 us, 31 nodes, passive ends, published grid")
def converged_velocities(ledger: Ledger) -> Mapping[str, float]:
    """Velocities of the nine published diameters."""
    data = conduct([mrg(d, 31, ends="passive", ledger=ledger) for d in _DIAMETERS])
    return dict(zip(_ROWS, data["velocity"].values.tolist(), strict=True))


@simulates(
    "mrg_parity_1us", "mrg_parity_5us", note="full solver, backward Euler, crossings of -30 mV, from -80 mV"
)
def parity(ledger: Ledger) -> Mapping[str, float]:
    """NEURON's own numbers at NEURON's own steps."""
    fibre = mrg(10.0, 31, ends="passive", ledger=ledger)
    flat = (np.full(fibre.n_compartments, fibre.initial), np.zeros(fibre.n_compartments))
    where = fibre.node_positions
    found = {}
    for name, step in (("mrg_parity_1us", 1.0), ("mrg_parity_5us", 5.0)):
        run = simulate_full(
            fibre, (pulse_stimulus(fibre, Pulse()),), 1.5, step=step, scheme="backward-euler", start=flat
        )
        found[name] = float((where[23] - where[7]) / (run.crossing[23] - run.crossing[7]))
    return found


@simulates(
    "human_velocity_per_um",
    note="12.8 um at 34 C on the converged grid; on the published grid the same fibre gives 5.1",
)
def velocity_per_um(ledger: Ledger) -> Mapping[str, float]:
    """Velocity over diameter of the thickest fibres of a sural nerve."""
    data = conduct(mrg(12.8, 31, temperature=34.0, grid="converged", ledger=ledger))
    return {"human_velocity_per_um": float(data["velocity"].values[0]) / 12.8}


@simulates("temperature_slope", "internodal_time_normal", note="10 um, converged grid")
def healthy(ledger: Ledger) -> Mapping[str, float]:
    """Velocity at 32 and 37 C."""
    cold, warm = conduct([_healthy(ledger, 32.0), _healthy(ledger, 37.0)])["velocity"].values
    return {"temperature_slope": float(warm - cold) / 5, "internodal_time_normal": 1150.0 / float(warm)}


@simulates(
    "internodal_time_before_block_paranodal",
    "blocked_node_capacity",
    note="myelin drawn back from both sides of one node in steps of 1 um, the bared axolemma passive; longest "
    "time over the node's own internode before block, and the capacity of node and bared axolemma at block; "
    "the time grows without limit towards block, so its largest value depends on the steps, and the bared "
    "axolemma carries no potassium channels here",
)
def drawn_back(ledger: Ledger) -> Mapping[str, float]:
    """Acute paranodal damage of one node."""
    fibre = _healthy(ledger)
    gaps = np.arange(1.0, 61.0)
    lesioned = [retract(fibre, 15, gap) for gap in gaps]
    data = conduct(lesioned, duration=8.0)
    arrival, passes = data["arrival"].values, data["conducts"].values
    over = (arrival[:, 16] - arrival[:, 14]) * 1e3 - 1150.0 / float(conduct(fibre)["velocity"].values[0])
    blocked = lesioned[int(np.argmin(passes))]
    net = circuit(blocked)
    node = int(blocked.nodes[15])
    bared = net.exposed & (np.abs(blocked.centres - blocked.centres[node]) < 200.0)
    return {
        "internodal_time_before_block_paranodal": float(np.max(over[passes])),
        "blocked_node_capacity": float(net.axolemma_capacity[bared].sum()) * 1e3,
    }


@simulates(
    "block_thickness_single_internode",
    "internodal_time_max_saltatory",
    note="10 um, converged grid, fibre thins with its lamellae, 60 shares from 0.3 to 10 %; the threshold moves "
    "with the lamellar capacity: 1.0 % at 0.1, 1.4 % at 0.3 and 2.5 % at 0.9 uF/cm2 (0.9 % on the published grid)",
)
def one_thin_internode(ledger: Ledger) -> Mapping[str, float]:
    """Thinning of one internode until the impulse stops."""
    shares = np.geomspace(0.003, 0.1, 60)
    time, passes = _one_thin(ledger, shares.tolist())
    return {
        "block_thickness_single_internode": 100 * float(shares[~passes].max()),
        "internodal_time_max_saltatory": float(np.max(time[passes])),
    }


@simulates(
    "block_thickness_uniform",
    note="10 um, converged grid, every internode thinned, 40 shares from 1 to 10 %; 3.5 to 4 % on the published "
    "grid. The source's single cable has no conducting periaxonal space, which drains current here",
)
def uniform_thinning(ledger: Ledger) -> Mapping[str, float]:
    """Thinning of all internodes until the impulse stops."""
    shares = np.geomspace(0.01, 0.1, 40)
    fibre = _healthy(ledger)
    fibres = [lose_lamellae(fibre, None, share) for share in shares]
    passes = conduct(fibres, pulse=_STRONG, duration=12.0)["conducts"].values
    return {"block_thickness_uniform": 100 * float(shares[~passes].max())}


@simulates(
    "heat_blocks_worst",
    note="one internode thinned to each of 40 shares from 0.5 to 10 %: the lesion with the longest internodal time "
    "at 37 C, warmed in steps of 0.25 C until it blocks",
)
def heat_and_the_worst_lesion(ledger: Ledger) -> Mapping[str, float]:
    """Warming that blocks the slowest of unselected lesions."""
    shares = np.geomspace(0.005, 0.1, 40)
    time, passes = _one_thin(ledger, shares.tolist())
    worst = float(shares[int(np.argmax(np.where(passes, time, -np.inf)))])
    warmed = np.arange(0.25, 8.01, 0.25)
    fibres = [lose_lamellae(_healthy(ledger, 37.0 + by), 15, worst, partial=True) for by in warmed]
    blocked = ~conduct(fibres, duration=12.0)["conducts"].values
    return {"heat_blocks_worst": float(warmed[blocked].min()) if blocked.any() else float("nan")}


@simulates(
    "heat_speeds_mild",
    "heat_blocks_5_percent",
    note="uniform thinning to 25 % (sign of the change from 36 to 38 C) and to 5 % (steps of 0.25 C to 45 C), "
    "converged grid; on the published grid 5 % does not block up to 41 C",
)
def heat_and_uniform_thinning(ledger: Ledger) -> Mapping[str, float]:
    """Warming of mildly and severely thinned fibres."""
    mild = [lose_lamellae(_healthy(ledger, at), None, 0.25) for at in (36.0, 38.0)]
    cool, warm = conduct(mild, pulse=_STRONG)["velocity"].values
    warmed = np.arange(0.0, 8.01, 0.25)
    severe = [lose_lamellae(_healthy(ledger, 37.0 + by), None, 0.05) for by in warmed]
    blocked = ~conduct(severe, pulse=_STRONG, duration=12.0)["conducts"].values
    return {
        "heat_speeds_mild": float(np.sign(warm - cool)),
        "heat_blocks_5_percent": float(warmed[blocked].min()) if blocked.any() else float("nan"),
    }


@simulates(
    "continuous_conduction_ratio",
    "cv_bare_26C",
    note="seven bare internodes of a 10 um fibre with 4 % of the nodal channel density (assumed) but its persistent "
    "sodium, so that they rest; the impulse is started inside the bare stretch, velocity over its fifth internode, "
    "at 37 C over that of the healthy fibre, and at 26 C",
)
def bare_axolemma(ledger: Ledger) -> Mapping[str, float]:
    """Continuous conduction along bare axolemma."""
    fibres = [
        bare(_healthy(ledger, at, nodes=13), range(3, 10), channel_share=0.04, persistent_sodium=0.0)
        for at in (37.0, 26.0)
    ]
    inside = Pulse(amplitude=100.0, duration=0.3, node=4)
    arrival = conduct(fibres, pulse=inside, duration=15.0, window=False)["arrival"].values
    warm, cold = 1.15 / (arrival[:, 8] - arrival[:, 7])
    normal = float(conduct(_healthy(ledger))["velocity"].values[0])
    return {"continuous_conduction_ratio": float(warm) / normal, "cv_bare_26C": float(cold)}


@simulates(
    "short_internodes_rescue",
    note="three bare internodes with 2, 4, 8 and 16 % of the nodal channel density but its persistent "
    "sodium, so that "
    "they rest: holds if all are blocked, and all conduct with four quarter-length internodes of full thickness in "
    "place of each of the two before them",
)
def short_internodes(ledger: Ledger) -> Mapping[str, float]:
    """Short internodes before a bare stretch."""
    fibre = _healthy(ledger, nodes=25)
    stripped = [
        bare(fibre, [12, 13, 14], channel_share=share, persistent_sodium=0.0)
        for share in (0.02, 0.04, 0.08, 0.16)
    ]
    shortened = [remyelinate(each, [10, 11], 1.0, 0.25) for each in stripped]
    plain, helped = (
        conduct(each, duration=15.0, window=False)["conducts"].values for each in (stripped, shortened)
    )
    return {"short_internodes_rescue": float(bool(np.all(helped) and not np.any(plain)))}


@simulates(
    "cv_internode_length_flat_max",
    note="10 um, converged grid, internodes of 200 to 5000 um with the other measures unchanged: holds if velocity "
    "rises to one maximum and is within 5 % of it over at least a factor of 1.5 in length",
)
def internode_length(ledger: Ledger) -> Mapping[str, float]:
    """Velocity against internode length."""
    lengths = (200.0, 400.0, 800.0, 1150.0, 1500.0, 2000.0, 2500.0, 3000.0, 4000.0, 5000.0)
    fibres = [
        build(
            "MRG", Geometry(10.0, 3.3, 6.9, length, 46.0, 120.0), 31, mrg_node(ledger), 37.0, "converged",
            "sealed", ledger,
        )
        for length in lengths
    ]  # fmt: skip
    found = conduct(fibres, pulse=Pulse(amplitude=4.0))["velocity"].values
    top = int(np.argmax(found))
    single = bool(np.all(np.diff(found[: top + 1]) > 0) and np.all(np.diff(found[top:]) < 0))
    flat = np.array(lengths)[found > 0.95 * found[top]]
    inside = 0 < top < len(lengths) - 1
    return {"cv_internode_length_flat_max": float(single and inside and flat.max() / flat.min() >= 1.5)}


@simulates(
    "node_length_effect",
    note="10 um, converged grid, node lengths 0.48 to 2.1 um (a factor of 4.4 about 1 um) at constant "
    "channel density; "
    "larger than published because a thick fibre's short node carries little of the current its internode takes",
)
def node_length(ledger: Ledger) -> Mapping[str, float]:
    """Change of velocity over the range of node lengths, relative to the node of 1 um."""
    ledgers = [ledger.replace({"mrg.node_length": length}) for length in (0.48, 1.0, 2.1)]
    short, normal, long = conduct([_healthy(each) for each in ledgers], pulse=Pulse(amplitude=4.0))[
        "velocity"
    ].values
    return {"node_length_effect": 100 * float(long - short) / float(normal)}


@simulates(
    "third_thickness_velocity",
    note="10 um, converged grid: 40.25 mm between nodes 3 and 38, four internodes (4.6 mm) at one third",
)
def focal_third(ledger: Ledger) -> Mapping[str, float]:
    """Velocity over a nerve with a short lesion at one third of its thickness."""
    fibre = _healthy(ledger, nodes=41)
    lesioned = lose_lamellae(fibre, [18, 19, 20, 21], 1 / 3)
    arrival = conduct([fibre, lesioned])["arrival"].values
    took = arrival[:, 38] - arrival[:, 3]
    return {"third_thickness_velocity": float(took[0] / took[1])}


@simulates(
    "rpt_ratio",
    note="one internode at the share of its lamellae that gives an internodal time nearest 200 us; shortest "
    "interval "
    "of two equal strong pulses, in steps of 50 us, at which both arrive, over that of the healthy fibre",
)
def transmission_of_pairs(ledger: Ledger) -> Mapping[str, float]:
    """Refractory period of transmission across one thinned internode."""
    shares = np.geomspace(0.005, 0.1, 40)
    time, passes = _one_thin(ledger, shares.tolist())
    share = float(shares[int(np.argmin(np.where(passes, np.abs(time - 200.0), np.inf)))])
    fibre = mrg(10.0, 24, grid="converged", ledger=ledger)

    def period(of: Fibre) -> float:
        intervals = np.arange(0.4, 6.01, 0.05)
        low, high = 0, len(intervals) - 1
        while high - low > 1:
            middle = (low + high) // 2
            if _both_arrive(of, float(intervals[middle])):
                high = middle
            else:
                low = middle
        return float(intervals[high])

    return {"rpt_ratio": period(lose_lamellae(fibre, 12, share, partial=True)) / period(fibre)}


def _both_arrive(fibre: Fibre, interval: float) -> bool:
    """Whether two pulses (ms apart) both raise the last node but two above -30 mV."""
    pulses = [pulse_stimulus(fibre, Pulse(amplitude=5.0, node=1, start=at)) for at in (0.0, interval)]
    run = simulate_full(fibre, tuple(pulses), interval + 2.5, step=4.0, record=fibre.nodes[[-3]], every=2)
    above = run.potential[:, 0] > -30.0
    return int(np.count_nonzero(above[1:] & ~above[:-1])) >= 2
