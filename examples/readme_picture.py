"""Draw the picture of the README: a scenario from blood to recovery.

python examples/readme_picture.py docs/images/pernicious-anaemia.svg
"""

from __future__ import annotations

import sys
from pathlib import Path

from remyelin import Ledger, load_case, run_course
from remyelin.base.figure import Figure
from remyelin.output.figures.course import biomarkers, symptoms, waveforms
from remyelin.output.figures.outlook import recovery_figure
from remyelin.output.figures.svg import to_svg

CHOSEN = {
    biomarkers: ("Serum B12", "Methylmalonate"),
    waveforms: ("sural, ankle", "tibial SEP, P40"),
    symptoms: ("Pins and needles",),
    recovery_figure: ("Functional disability (0 to 16)",),
}


def main(path: Path) -> None:
    """Compute the case and write the picture."""
    course = run_course(load_case("pernicious-anaemia"), Ledger.shipped())
    panels = tuple(
        next(panel for panel in figure(course).panels if panel.title == title)
        for figure, titles in CHOSEN.items()
        for title in titles
    )
    picture = Figure("readme", "A scenario, from blood to recovery", "", panels, columns=3, panel_height=2.0)
    svg = to_svg(picture).replace("<svg ", '<svg style="background:#fff" ', 1)
    path.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
