"""A reader can tell every line of a figure: what its legends name, and where."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.figure import Figure, Heat, Panel, Series
from remyelin.output.figures import shapes
from remyelin.output.figures.axes import Axis
from remyelin.output.figures.svg import to_svg

SVG = "{http://www.w3.org/2000/svg}"

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


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(figure))


@given(
    low=st.floats(-1e6, 1e6),
    span=st.floats(1e-6, 1e6),
    most=st.integers(2, 9),
)
def test_ticks_lie_on_their_axis_evenly_and_say_their_value(low: float, span: float, most: int) -> None:
    axis = Axis(low, low + span, 0.0, 300.0)
    found = axis.ticks(most)
    values = np.array([value for value, _ in found])
    assert 1 <= len(found) <= most + 1
    slack = 1e-6 * span + 4 * np.spacing(abs(low) + span)  # a number far from 0 is rounded more coarsely
    assert (values >= low - slack).all()
    assert (values <= low + span + slack).all()
    if len(found) > 2:
        np.testing.assert_allclose(np.diff(values), values[1] - values[0], rtol=1e-6, atol=1e-9 * abs(low))
    for value, label in found:
        said = float(label.replace("\u2212", "-").replace(",", ""))
        assert said == pytest.approx(value, rel=1e-2, abs=1e-2 * span)
    assert len({label for _, label in found}) == len(found) or span < 1e-3 * abs(low)


@given(low=st.floats(1e-6, 1e3), times=st.floats(1.2, 1e9), most=st.integers(2, 9))
def test_ticks_of_a_logarithmic_axis_are_few(low: float, times: float, most: int) -> None:
    found = [value for value, _ in Axis(low, low * times, 0.0, 300.0, log=True).ticks(most)]
    assert len(found) <= most
    assert all(0.999 * low <= value <= 1.001 * low * times for value in found)
    assert found == sorted(found)
    if times > 100.0:
        assert found


def test_a_place_follows_its_number_on_either_scale() -> None:
    np.testing.assert_allclose(Axis(0.0, 10.0, 100.0, 0.0).at([0.0, 5.0, 10.0]), [100.0, 50.0, 0.0])
    found = Axis(1.0, 100.0, 0.0, 200.0, log=True).at([1.0, 10.0, None, 0.0, -3.0])
    np.testing.assert_allclose(found, [0.0, 100.0, np.nan, np.nan, np.nan])


@settings(deadline=None)
@given(words=st.text(max_size=30))
def test_any_words_make_a_drawing_that_parses(words: str) -> None:
    shown = "".join(letter for letter in words if letter.isprintable())
    series = Series(shown, [0.0, 1.0], [0.0, None], BLUE, low=[0.0, None], high=[1.0, 2.0])
    drawn = parsed(Figure("f", shown, "", (Panel(shown, shown, shown, (series, line("b" * 31, GREEN))),)))
    assert drawn[0].text == (shown or None)
    said = [item.text for item in drawn.iter(f"{SVG}text")]
    assert said.count(shown) >= 4 or not shown


def test_a_line_is_broken_where_a_number_is_missing() -> None:
    y = [0.0, 1.0, None, 2.0, 1.0]
    series = Series("a", [0.0, 1.0, 2.0, 3.0, 4.0], y, BLUE)
    drawn = [item for item in parsed(Figure("f", "F", "", (panel(series),))).iter(f"{SVG}path")]
    (path,) = [item.get("d") for item in drawn if item.get("stroke") == BLUE]
    assert path is not None
    assert path.count("M") == 2


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), count=st.integers(401, 5000))
def test_what_is_left_of_a_crowded_line_shows_all_its_peaks(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.linspace(0.0, 200.0, count)
    y = 50.0 + np.cumsum(rng.standard_normal(count))
    drawn = shapes.line(x, y, BLUE, 1.0, dashed=False)
    (path,) = re.findall(r' d="M([^"]*)"', drawn)
    places = np.array([[float(part) for part in pair.split()] for pair in path.split("L")])
    assert len(places) < count
    assert places[:, 1].max() == pytest.approx(y.max(), abs=0.051)
    assert places[:, 1].min() == pytest.approx(y.min(), abs=0.051)
    # within the width of a column every part of the line is still there
    for at in range(0, count, max(count // 40, 1)):
        near = np.abs(places[:, 0] - x[at]) <= 1.0
        assert near.any()


def test_an_area_keeps_its_corners_where_its_lines_meet() -> None:
    x, zero = np.array([0.0, 10.0, 20.0]), np.zeros(3)
    flat = shapes.area(x, zero, np.array([0.0, 5.0, 0.01]), BLUE)
    (path,) = re.findall(r' d="M([^"]*)Z"', flat)
    assert {"0 0", "20 0", "10 5"} <= set(path.split("L"))


def test_a_map_of_many_cells_is_an_image_of_the_same_colours() -> None:
    rows, columns = 31, 40
    z = np.linspace(0.0, 1.0, rows * columns).reshape(rows, columns)
    z[0, 0] = np.nan
    shade = shapes.shades(z, 0.0, 1.0)
    palette = shapes.colours(shapes.PALETTE, 256)
    assert shade[0, 0] == -1
    edge = np.arange(columns + 1.0) * 4.0, 200.0 - np.arange(rows + 1.0) * 5.0  # y rises upwards
    drawn = shapes.image(*edge, shade, palette)
    (data,) = re.findall(r"base64,([^\"]*)", drawn)
    raw = base64.b64decode(data)
    wide, tall = struct.unpack(">II", raw[16:24])
    place = raw.index(b"IDAT")
    (size,) = struct.unpack(">I", raw[place - 4 : place])
    pixels = np.frombuffer(zlib.decompress(raw[place + 4 : place + 4 + size]), dtype=np.uint8)
    shown = pixels.reshape(tall, wide + 1)[:, 1:]
    assert (wide, tall) == (320, 310)
    assert shown[-1, 0] == 0  # nothing there, below left
    assert shown[0, -1] == shade[-1, -1] == 255
    assert shown[155, 160] == shade[15, 20]


def test_the_palette_grows_lighter() -> None:
    mixed = [int(one[1:3], 16) + int(one[3:5], 16) for one in shapes.colours(shapes.PALETTE, 64)]
    assert (np.diff(mixed) >= 0).all()


def first_last_and_extremes(x: np.ndarray, y: np.ndarray) -> list[int]:
    """Return the visible points of a crowded line, column by column: the twin of the arrays."""
    column, keep = np.floor((x - x[0]) / shapes._COLUMN).astype(int).tolist(), set()
    for one in set(column):
        own = [at for at, other in enumerate(column) if other == one]
        keep |= {own[0], own[-1], min(own, key=lambda at: (y[at], at)), min(own, key=lambda at: (-y[at], at))}
    return sorted(keep)


@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_a_crowded_line_keeps_the_points_of_its_twin(decimals: int) -> None:
    """Equal values are many where numbers are rounded: the first of them is kept."""
    rng = np.random.default_rng(decimals)
    x = np.sort(rng.uniform(0.0, 60.0, 3000))
    y = rng.normal(size=x.size).round(decimals)
    wanted = first_last_and_extremes(x, y)
    across, down = shapes._thinned(x, y)
    np.testing.assert_array_equal(across, x[wanted])
    np.testing.assert_array_equal(down, y[wanted])
