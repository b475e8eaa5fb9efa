"""Every public object has a headline, parameters, what it returns, its errors and an example, as numpydoc has them."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

from test_examples import ROOMS, public

#: Parameters that every function of its kind has, described where the kind is.
UNSAID: Final = {"self", "cls", "args", "kwargs"}

#: What says that a function refuses input, where no section does.
REFUSES: Final = re.compile(r"\berrors?\b|refuse", re.IGNORECASE)


def described(doc: Any, section: str) -> set[str]:
    """Return the names that a section describes; several may stand on one line."""
    return {name.strip().lstrip("*") for item in doc[section] for name in item.name.split(",")}


def faults(name: str, thing: Any) -> list[str]:
    """Return what the docstring of a public object lacks."""
    found = []
    if inspect.isclass(thing):
        doc: Any = ClassDoc(thing)
        data = getattr(thing, "__dataclass_fields__", None) or getattr(thing, "model_fields", None) or {}
        inherited = {field for base in thing.__mro__[1:] for field in getattr(base, "__annotations__", {})}
        said = described(doc, "Attributes") | described(doc, "Parameters")
        # an attribute that is plain from its name may be left out, but not all of them
        if data and not said and set(data) - inherited:
            found.append("no attribute described")
        found += [f"attribute {one} does not exist" for one in said if data and not hasattr_of(thing, one)]
    else:
        doc = FunctionDoc(thing)
        signature = inspect.signature(thing)
        parameters = set(signature.parameters) - UNSAID
        said = described(doc, "Parameters")
        if len(parameters) > 1 or said:
            found += [f"parameter {one} not described" for one in sorted(parameters - said)]
            found += [f"parameter {one} does not exist" for one in sorted(said - parameters)]
        returns = str(signature.return_annotation)
        if returns not in ("None", "<class 'inspect._empty'>") and not (
            doc["Returns"]
            or doc["Yields"]
            or " ".join(doc["Summary"]).startswith(("Return", "Yield", "Build"))
        ):
            found.append("what it returns is not said")
        if "raise InputError(" in inspect.getsource(inspect.unwrap(thing)) and not (
            doc["Raises"] or REFUSES.search(inspect.getdoc(thing) or "")
        ):
            found.append("its errors are not said")
    if not doc["Summary"]:
        found.append("no headline")
    if not any(line.lstrip().startswith(">>>") for line in doc["Examples"]):
        found.append("no example")
    return [f"{name}: {fault}" for fault in found]


def hasattr_of(thing: type, name: str) -> bool:
    """Whether a class, or its instances, have an attribute."""
    fields = {*getattr(thing, "__dataclass_fields__", {}), *getattr(thing, "model_fields", {})}
    fields |= {one for base in thing.__mro__ for one in getattr(base, "__annotations__", {})}
    fields |= set(inspect.signature(thing).parameters)
    return name in fields or hasattr(thing, name)


@pytest.mark.parametrize("room", ROOMS)
def test_the_reference_of_a_room_is_whole(room: str) -> None:
    lacking = [fault for name, thing in public(room).items() for fault in faults(name, thing)]
    assert lacking == []
