"""Whether the travelling window ever turns conduction into block: a random search against the full sweep.

``python -m remyelin.bench.window`` draws lesioned fibres, sends one impulse down each with the window and
without, and counts verdicts that differ. As whatever the window calls blocked is computed again in full, it also
counts the impulses that the window alone would have lost.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from remyelin.evidence import Ledger
from remyelin.fibre import (
    Fibre,
    Pulse,
    conduct,
    lose_lamellae,
    mrg,
    open_paranodes,
    remyelinate,
    scale_channels,
)
from remyelin.fibre.settings import DEFAULT_STEP_US
from remyelin.fibre.solvers.reduced import Settings, prepare, run

DIAMETERS = (5.7, 7.3, 8.7, 10.0, 11.5, 14.0, 16.0)
TEMPERATURES = (30.0, 34.0, 37.0)
FIBRES = 10_000
SEED = 7
LOT = 500  # fibres held at a time
LONGEST_WAIT = 30.0  # ms; the window gives up by itself long before


@dataclass(frozen=True, slots=True)
class Search:
    """Result of a search.

    Attributes
    ----------
    fibres, conducting : int
        Fibres drawn, and those that conduct in the full sweep.
    lost, gained : int
        Conducted impulses that the window calls blocked, and the reverse.
    rescued : int
        Conducted impulses that the window alone lost, each fibre swept by itself.
    moved_us : float
        Largest difference of the last arrival between the two.
    """

    fibres: int = 0
    conducting: int = 0
    lost: int = 0
    gained: int = 0
    rescued: int = 0
    moved_us: float = 0.0


def random_fibre(rng: np.random.Generator, ledger: Ledger, *, nodes: int | None = None) -> Fibre:
    """Draw a fibre of 20 to 45 nodes (or `nodes`) with healthy ends and lesions from mild to beyond block.

    Opened paranodes, lost lamellae, short thin new internodes and weakened nodes, in one focus or spread;
    published grid, 5.7 to 16 um, 30 to 37 C.
    """
    count = nodes or int(rng.integers(20, 46))
    fibre = mrg(
        float(rng.choice(DIAMETERS)), count, temperature=float(rng.choice(TEMPERATURES)), ledger=ledger
    )
    inner = np.arange(3, count - 4)
    state = rng.choice(4, size=len(inner), p=rng.dirichlet([5.0, 2.0, 2.0, 2.0]))
    if rng.random() < 0.5:  # one focus
        middle, reach = rng.integers(len(inner)), rng.integers(1, 8)
        state[np.abs(np.arange(len(inner)) - middle) > reach] = 0
    opened, thin, repaired = (inner[state == k] for k in (1, 2, 3))
    if rng.random() < 0.3:
        fibre = scale_channels(fibre, naf=float(rng.uniform(0.4, 1.2)))
    if len(opened):
        fibre = open_paranodes(fibre, opened, 10 ** rng.uniform(0, 1.7, len(opened)))
    if len(thin):
        worst = -2.2 if rng.random() < 0.3 else -1.7
        fibre = lose_lamellae(fibre, thin, 10 ** rng.uniform(worst, 0, len(thin)), partial=True)
    if len(repaired):
        least = np.log10(max(0.02, 1.5 / fibre.lamellae.max()))
        thickness = 10 ** rng.uniform(least, 0, len(repaired))
        fibre = remyelinate(fibre, repaired, thickness, rng.uniform(0.15, 0.6, len(repaired)))
    return fibre


def search(
    fibres: int = FIBRES,
    seed: int = SEED,
    *,
    ledger: Ledger | None = None,
    progress: Callable[[Search], None] = lambda so_far: None,
) -> Search:
    """Send an impulse down random lesioned fibres with the window and without, and compare.

    Parameters
    ----------
    fibres, seed : int
        How many to draw, from which stream of random numbers.
    ledger : Ledger, optional
        The shipped one when omitted.
    progress : callable, optional
        Called with what has been found after every lot.

    Returns
    -------
    Search
    """
    source = ledger or Ledger.shipped()
    rng = np.random.default_rng(seed)
    found = Search()
    while found.fibres < fibres:
        lot = [random_fibre(rng, source) for _ in range(min(LOT, fibres - found.fibres))]
        windowed, full = conduct(lot), conduct(lot, window=False)
        passed, truly = windowed["conducts"].values, full["conducts"].values
        alone = np.array([np.isfinite(_window_alone(fibre)) for fibre in lot])
        moved = np.abs(windowed["arrival"].values - full["arrival"].values)
        last = np.array([fibre.n_nodes - 1 for fibre in lot])
        moved_last = moved[np.arange(len(lot)), last][passed & truly]
        found = replace(
            found,
            fibres=found.fibres + len(lot),
            conducting=found.conducting + int(truly.sum()),
            lost=found.lost + int((truly & ~passed).sum()),
            gained=found.gained + int((passed & ~truly).sum()),
            rescued=found.rescued + int((truly & ~alone).sum()),
            moved_us=max(found.moved_us, 1e3 * float(np.max(moved_last, initial=0.0))),
        )
        progress(found)
    return found


def _window_alone(fibre: Fibre) -> float:
    """Arrival (ms) at the last node as the window finds it, without the second look in full."""
    settings, once = Settings(DEFAULT_STEP_US), np.zeros(1, dtype=np.int64)
    found = run(
        prepare([fibre], settings), once, [Pulse()], np.array([LONGEST_WAIT]), settings, fibre.n_nodes
    )
    return float(found.arrival[0, -1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the search from the command line; return 1 if a verdict differs."""
    parser = argparse.ArgumentParser(prog="python -m remyelin.bench.window", description=main.__doc__)
    parser.add_argument("--fibres", type=int, default=FIBRES, help="how many to draw (default %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the random numbers (default %(default)s)")
    options = parser.parse_args(arguments)
    found = search(
        options.fibres,
        options.seed,
        progress=lambda so_far: print(
            f"\r{so_far.fibres:,} of {options.fibres:,} fibres", end="", flush=True
        ),
    )
    print(
        f"\r{found.fibres:,} random lesioned fibres, seed {options.seed}: {found.conducting:,} conduct.\n"
        f"Called blocked by the window although they conduct:   {found.lost}\n"
        f"Would have been lost without the second look in full:  {found.rescued}\n"
        f"Called conducting by the window although blocked:   {found.gained}\n"
        f"Largest difference of the last arrival:             {found.moved_us:.3f} us"
    )
    return int(found.lost + found.gained > 0)


if __name__ == "__main__":
    raise SystemExit(main())
