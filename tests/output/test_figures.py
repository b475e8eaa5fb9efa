"""A reader can tell every line of a figure: what its legends name, and where."""

from __future__ import annotations

import re

from remyelin.base.figure import Figure, Heat, Panel, Series
from remyelin.output.figures.svg import to_svg

BLUE, GREEN, BLACK = "#0072B2", "#009E73", "#111111"


def line(label: str, colour: str, *, points: bool = False) -> Series:
    return Series(label, [0.0, 1.0], [0.0, 1.0], colour, points=points)


def panel(*series: Series, heat: Heat | None = None) -> Panel:
    return Panel("a panel", "months", "%", series, heat=heat)


def texts(figure: Figure) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", to_svg(figure))


def test_lines_of_most_panels_are_named_once() -> None:
    both = (line("treated", BLUE), line("untreated", GREEN))
    figure = Figure("f", "F", "", (panel(*both), panel(*both), panel(both[0])))
    assert figure.shared == ("treated", "untreated")
    drawn = texts(figure)
    assert drawn.count("treated") == drawn.count("untreated") == 1


def test_a_colour_that_comes_again_is_named_in_each_panel() -> None:
    figure = Figure(
        "f",
        "F",
        "",
        (
            panel(line("reflexes", GREEN), line("gait", BLUE)),
            panel(line("tibial SEP", GREEN), line("gait", BLUE)),
        ),
        columns=2,
    )
    assert figure.shared == ("gait",)
    drawn = texts(figure)
    assert [drawn.count(name) for name in ("reflexes", "tibial SEP", "gait")] == [1, 1, 1]


def test_what_is_in_one_panel_is_named_there() -> None:
    both = (line("treated", BLUE), line("untreated", GREEN))
    figure = Figure("f", "F", "", (panel(*both), panel(*both, line("published", BLACK, points=True))))
    assert figure.shared == ("treated", "untreated")
    assert texts(figure).count("published") == 1
    assert figure.as_dict()["shared"] == ["treated", "untreated"]


def test_a_lone_line_needs_no_legend_and_a_map_names_its_categories() -> None:
    assert "treated" not in texts(Figure("f", "F", "", (panel(line("treated", BLUE)),)))
    heat = Heat(
        [0.0, 1.0], [0.0, 1.0], [[0, 1], [1, 0]], "", categories=(("block", BLUE), ("conducts", GREEN))
    )
    drawn = texts(Figure("f", "F", "", (panel(heat=heat),)))
    assert {"block", "conducts"} <= set(drawn)
