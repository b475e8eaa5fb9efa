"""Examples of public docstrings run as they stand, and their number may only grow."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

import remyelin

ROOMS: Final = (
    "remyelin",
    "remyelin.evidence",
    "remyelin.cobalamin",
    "remyelin.myelin",
    "remyelin.fibre",
    "remyelin.nerve",
    "remyelin.clinic",
    "remyelin.person.record",
    "remyelin.person.inference",
    "remyelin.analysis.cohort",
    "remyelin.analysis.trial",
    "remyelin.analysis.estimation",
    "remyelin.analysis.validation",
    "remyelin.analysis.experiments",
    "remyelin.analysis.claims",
    "remyelin.check",
)
MODULES: Final = (
    "remyelin.evidence.memo",
    "remyelin.base.units",
    "remyelin.base.extensions",
    "remyelin.base.plain",
    "remyelin.cobalamin.causes",
    "remyelin.person.chain",
)
#: Public functions and classes without an example that runs; may only fall.
WITHOUT: Final = 4
#: Rooms and names whose examples take minutes: they fit a person.
LONG: Final = ("remyelin.person.inference", "remyelin.fit_person")

_RECORD: Final = """when,kind,name,value,unit,note
,person,age,68,y
,person,sex,female
,cause,pernicious anaemia
0 d,lab,b12,140,pg/mL
0 d,lab,mma,900,nmol/L
"""


def public(room: str) -> dict[str, Any]:
    """Return the functions and classes of a room that no room before it lists."""
    before = {
        id(getattr(importlib.import_module(name), item))
        for name in ROOMS[: ROOMS.index(room)]
        for item in importlib.import_module(name).__all__
    }
    module = importlib.import_module(room)
    things = {name: getattr(module, name) for name in module.__all__}
    return {
        name: thing
        for name, thing in things.items()
        if (inspect.isclass(thing) or callable(thing)) and id(thing) not in before
    }


def examples(name: str, thing: Any, globs: dict[str, Any]) -> doctest.DocTest:
    """Return the example of one object, without those of its methods."""
    text = inspect.getdoc(thing) or ""
    module = importlib.import_module(thing.__module__)
    return doctest.DocTestParser().get_doctest(text, vars(module) | globs, name, module.__file__, 0)


def runs(test: doctest.DocTest) -> bool:
    """Whether a line of the example is run."""
    return any(not item.options.get(doctest.SKIP) for item in test.examples)


def names_for(room: str) -> dict[str, Any]:
    """Return what the examples of a room take as made before."""
    if room not in LONG:
        return {}
    from remyelin.person.record import parse_csv

    record = parse_csv(_RECORD, "example", remyelin.Ledger.shipped())
    return {"record": record, "posterior": remyelin.fit_person(record, rough=True)}


def once(run_course: Callable[..., Any]) -> Callable[..., Any]:
    """Return `run_course` that keeps its answers, each with the whole case, every number and every option."""
    kept: dict[str, Any] = {}

    def course(case: Any, ledger: Any, **options: Any) -> Any:
        key = f"{case!r} {ledger.digest()} {sorted(options.items())!r}"
        if key not in kept:
            kept[key] = run_course(case, ledger, **options)
        return kept[key]

    return course


def test_another_case_ledger_or_option_is_another_course() -> None:
    asked = []
    course = once(lambda *given, **options: asked.append(given) or len(asked))
    case, ledger = remyelin.load_case("stabler-2013"), remyelin.Ledger.shipped()
    other = case.model_copy(update={"person": case.person.model_copy(update={"age": 61.0})})
    heavy = ledger.replace({"prior.weight": 80.0})
    found = [course(case, ledger), course(other, ledger), course(case, heavy), course(case, ledger, sets=2)]
    assert found == [1, 2, 3, 4]
    assert course(case, remyelin.Ledger.shipped()) == 1


@pytest.fixture(autouse=True)
def _figures() -> Iterator[None]:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("Agg")
    yield
    plt.close("all")


@pytest.mark.parametrize("room", ROOMS)
def test_the_examples_of_a_room_run(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left_out = () if os.environ.get("REMYELIN_LONG") else LONG
    if room in left_out:
        pytest.skip("fits a person; REMYELIN_LONG=1 runs it")
    globs = names_for(room)
    # a course is computed once for all examples that begin with it
    monkeypatch.setattr(remyelin, "run_course", once(remyelin.run_course), raising=False)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for name, thing in public(room).items():
        if f"{room}.{name}" not in left_out:
            runner.run(examples(f"{room}.{name}", thing, globs))
    assert runner.failures == 0
    assert runner.tries > 0


def test_public_objects_without_an_example_only_become_fewer() -> None:
    missing = [
        f"{room}.{name}"
        for room in ROOMS
        for name, thing in public(room).items()
        if not runs(examples(name, thing, {}))
    ]
    assert len(missing) <= WITHOUT, missing


def test_every_public_object_has_a_docstring() -> None:
    bare = [
        f"{room}.{name}"
        for room in ROOMS
        for name, thing in public(room).items()
        if not inspect.getdoc(thing)
    ]
    assert not bare


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
