"""Examples of public docstrings run as they stand."""

from __future__ import annotations

import doctest
import importlib
import inspect

import pytest

import remyelin

#: Public names whose example runs; a new public name comes with one.
WITH_EXAMPLE = ("open_course", "sweep")
MODULES = (
    "remyelin.base.extensions",
    "remyelin.cobalamin.causes",
    "remyelin.evidence.memo",
    "remyelin.person.chain",
)


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_the_example_of_a_public_name_runs(name: str) -> None:
    thing = getattr(remyelin, name)
    module = importlib.import_module(thing.__module__)
    found = doctest.DocTestFinder(recurse=False).find(thing, name, module=module, globs=vars(module).copy())
    assert sum(len(test.examples) for test in found), f"{name} has no example"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in found:
        runner.run(test)
    assert runner.failures == 0
    assert inspect.getdoc(thing)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
