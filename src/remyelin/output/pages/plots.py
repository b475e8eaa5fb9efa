"""Figures in pages: one drawing as wide as the page, and one for the screen of a phone; the styles show one of them."""

from __future__ import annotations

from markupsafe import Markup

from remyelin.base.figure import Figure
from remyelin.output.figures.svg import to_narrow_svg, to_svg


def plot(figure: Figure) -> Markup:
    """Return both drawings of a figure; they are our own markup and need no escape."""
    return Markup(
        f'<div class="plot wide">{to_svg(figure)}</div><div class="plot narrow">{to_narrow_svg(figure)}</div>'
    )
