"""Draw the figures of docs/demyelination.md: what ``remyelin experiment`` draws, one SVG per figure.

Run from the repository: ``python docs/figures/demyelination.py [EXPERIMENT ...]``; all of them take some four
minutes of processor time.
"""

from __future__ import annotations

import sys
from pathlib import Path

from remyelin.analysis.experiments import EXPERIMENTS, run_experiment
from remyelin.evidence import Ledger
from remyelin.output.figures.svg import to_svg

HERE = Path(__file__).parent
FIGURES = {
    "thickness": ("thickness",),
    "crossing": ("crossing",),
    "block-maps": ("block-seal", "block-length"),
    "lesion-length": ("lesion-length",),
    "paranodes": ("paranodes",),
    "warming": ("warming",),
    "refractory": ("refractory",),
    "recovery": ("recovery",),
    "excitability": ("excitability",),
    "bare-axolemma": ("bare-axolemma",),
}


def path_of(figure: str) -> Path:
    """Return where a figure is kept."""
    return HERE / f"demyelination-{figure}.svg"


def main(wanted: list[str]) -> None:
    """Write the figures of the experiments named, or of all."""
    ledger = Ledger.shipped()
    for name in wanted or FIGURES:
        result = run_experiment(name, ledger)
        print(f"{EXPERIMENTS[name].title}\n" + "\n".join(f"- {finding}" for finding in result.findings))
        drawn = {figure.name: figure for figure in result.figures}
        for figure in FIGURES[name]:
            # An image file needs a width of its own; a page gives it one.
            svg = to_svg(drawn[figure]).replace('width="100%"', 'width="920"', 1)
            path_of(figure).write_text(svg + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
