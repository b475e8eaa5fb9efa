"""Captions of experiments say which panel they are about on a phone, too."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pkgutil import iter_modules

from remyelin.analysis import experiments
from remyelin.base.figure import Figure, Panel
from remyelin.output.figures.captions import captioned


def figure(caption: str, *titles: str) -> Figure:
    return Figure("one", "One", caption, tuple(Panel(title, "x", "y", ()) for title in titles))


def test_sides_become_the_titles_of_their_panels() -> None:
    said = captioned(figure("Left: a. Middle: b. Right: c.", "Velocity", "Safety", "Period")).caption
    assert said == "Velocity: a. Safety: b. Period: c."
    assert (
        captioned(figure("Right: only the second.", "First", "Second")).caption == "Second: only the second."
    )


def test_other_words_stay() -> None:
    text = "Left alone it fires; the right column has none."
    assert captioned(figure(text, "First", "Second")).caption == text


def test_every_side_that_an_experiment_names_is_one_that_is_replaced() -> None:
    """A side without a colon, as in "on the right", would stay in a caption."""
    found = 0
    for module in iter_modules(experiments.__path__):
        source = inspect.getsource(import_module(f"{experiments.__name__}.{module.name}"))
        for call in ast.walk(ast.parse(source)):
            if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Figure"):
                continue
            caption = ast.unparse(call.args[2])
            sides = re.findall(r"\b(?:left|middle|right)\b", caption, re.IGNORECASE)
            assert len(sides) == len(re.findall(r"\b(?:Left|Middle|Right):", caption)), caption
            found += len(sides)
    assert found > 0
