"""Captions of experiments name their panels, which stand below each other on a phone, and no side."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pkgutil import iter_modules

from remyelin.analysis import experiments


def test_no_caption_of_an_experiment_names_a_side() -> None:
    captions = [
        ast.unparse(call.args[2])
        for module in iter_modules(experiments.__path__)
        for call in ast.walk(
            ast.parse(inspect.getsource(import_module(f"{experiments.__name__}.{module.name}")))
        )
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Figure"
    ]
    assert len(captions) > 10
    for caption in captions:
        assert not re.search(r"\b(?:left|middle|right)\b", caption, re.IGNORECASE), caption
