"""Ten thousand fibres from a library: their time, and the errors of quantised states in delay and block.

``python -m remyelin.bench.library`` draws fibres in which every internode has its own share of lamellae and its
own paranodal seal, sends one impulse down each, and compares some of them with the same fibres reduced internode
by internode without any rounding.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.base.plain import percent
from remyelin.bench.rows import Timing, timed
from remyelin.evidence import Ledger
from remyelin.fibre import Fibre, conduct, lose_lamellae, mrg, open_paranodes
from remyelin.fibre.protocols.quantise import States, quantise
from remyelin.fibre.solvers.library import conduct_assembled

FIBRES = 10_000
INTERNODES = 300
EXACT = 100
SEED = 300
DIAMETER, TEMPERATURE = 10.0, 37.0
FEWEST, WIDEST = 0.009, 50.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """States of the internodes of fibres: share of lamellae left and width of the seal, (fibres, internodes)."""

    lamellae: Array
    seal: Array


@dataclass(frozen=True, slots=True)
class Rounding:
    """Error of quantised states.

    Attributes
    ----------
    fibres, conducting : int
        Compared, and conducting without rounding.
    verdicts : int
        Fibres that conduct with and block without, or the reverse.
    mean_us, spread_us, most_us : float
        Difference of the delay over the healthy fibre of those that conduct: mean, standard deviation, largest.
    delay_us : float
        Their mean delay.
    """

    fibres: int
    conducting: int
    verdicts: int
    mean_us: float
    spread_us: float
    most_us: float
    delay_us: float


def draw(fibres: int, internodes: int = INTERNODES, seed: int = SEED) -> Population:
    """Draw fibres from nearly healthy to beyond block; the first two and last two internodes are intact.

    A fibre has a severity; the logarithm of an internode's share of lamellae is uniform down to a floor set by
    it, with one internode in three hundred anywhere down to the fewest; seals open likewise.
    """
    rng = np.random.default_rng(seed)
    severity = rng.uniform(0, 1, (fibres, 1))
    shape = (fibres, internodes)
    lamellae = np.exp(np.log(0.08) * severity * rng.uniform(0, 1, shape))
    focal = rng.random(shape) < 1 / INTERNODES
    lamellae = np.where(focal, np.exp(np.log(FEWEST) * rng.uniform(0, 1, shape)), lamellae)
    seal = np.exp(np.log(WIDEST) * severity * rng.uniform(0, 1, shape) ** 4)
    for values in (lamellae, seal):
        values[:, [0, 1, -2, -1]] = 1.0
    return Population(lamellae, seal)


def healthy(nodes: int, ledger: Ledger) -> Fibre:
    """Return the fibre the lesions are made in."""
    return mrg(DIAMETER, nodes, temperature=TEMPERATURE, grid="converged", ledger=ledger)


def states(ledger: Ledger) -> States:
    """Return the library of its states."""
    return quantise(healthy(2, ledger), FEWEST, WIDEST)


def run(library: States, drawn: Population, threads: int | None = None) -> tuple[Array, Timing]:
    """Send one impulse down each fibre; return its arrival (ms, NaN where it is blocked) and the timing.

    Choosing the internodes and putting the fibres together are timed with it.
    """

    def all_of_it() -> Array:
        numbers = library.nearest(drawn.lamellae, drawn.seal)
        result = conduct_assembled(library.library, numbers, threads=threads)
        return np.where(result["conducts"], result["arrival"][:, -1], np.nan)

    return timed(all_of_it)


def rounding(library: States, drawn: Population, ledger: Ledger) -> Rounding:
    """Compare with the same fibres reduced internode by internode, without rounding."""
    count, internodes = drawn.lamellae.shape
    whole = healthy(internodes + 1, ledger)
    rounded, _ = run(library, drawn)

    def exact(index: int) -> Fibre:
        thinned = lose_lamellae(whole, None, drawn.lamellae[index], partial=True)
        return open_paranodes(thinned, None, drawn.seal[index])

    result = conduct(exact(index) for index in range(count))
    truly = np.where(result["conducts"], result["arrival"][:, -1], np.nan)
    rest = float(conduct([whole])["arrival"][0, -1])
    both = np.isfinite(rounded) & np.isfinite(truly)
    error = 1e3 * (rounded - truly)[both]
    return Rounding(
        count,
        int(np.isfinite(truly).sum()),
        int((np.isfinite(rounded) != np.isfinite(truly)).sum()),
        float(error.mean()),
        float(error.std()),
        float(np.abs(error).max()),
        1e3 * float((truly[both] - rest).mean()),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m remyelin.bench.library", description=main.__doc__)
    parser.add_argument("--fibres", type=int, default=FIBRES, help="how many (default %(default)s)")
    parser.add_argument(
        "--exact", type=int, default=EXACT, help="how many to compare without rounding (default %(default)s)"
    )
    options = parser.parse_args(arguments)
    ledger = Ledger.shipped()
    run(states(ledger), draw(2, 10))  # compiled before anything is timed
    library, built = timed(lambda: states(ledger))
    arrival, took = run(library, draw(options.fibres))
    print(
        f"library of {library.library.size:,} internodes: {built.wall_s:.1f} s\n"
        f"{options.fibres:,} fibres of {INTERNODES} internodes, one impulse each: {took.wall_s:.1f} s on the "
        f"wall, {took.core_s:.1f} s of processor time; {percent(np.isfinite(arrival).mean(), 1)} conduct"
    )
    found = rounding(library, draw(options.exact, seed=SEED + 1), ledger)
    print(
        f"without rounding, {found.fibres} fibres: {found.conducting} conduct, {found.verdicts} verdicts differ; "
        f"delay {found.delay_us:,.0f} us, rounding {found.mean_us:+.1f} us on average (SD {found.spread_us:.1f}, "
        f"largest {found.most_us:.1f})"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
