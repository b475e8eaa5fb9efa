"""Errors of pydantic in plain words: the key of a file, and a valid value there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: Longest repeated part of what was given, in characters.
LONGEST_SHOWN: Final = 60
#: Names by which pydantic tells the members of a union and its own validators apart; no keys of a file.
TAGS: Final = ("function-after", "constrained-str", "dict[str,any]")

_RIGHT: Final[Mapping[str, str]] = {
    "dict_type": "a table",
    "tuple_type": "a list",
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}


def key_of(error: Mapping[str, Any], where: str = "") -> str:
    """Return the key of a file that an error of pydantic is about, as ``endpoint[0].visit``.

    Parameters
    ----------
    error : mapping
        One item of ``ValidationError.errors()``.
    where : str
        The key under which the validated table stands in the file.

    Examples
    --------
    >>> key_of({"type": "missing", "loc": ("endpoint", 0, "visit")})
    'endpoint[0].visit'
    """
    place, key = error["loc"], where
    # a key that the file has and no table knows may be called like a tag
    unknown = len(place) - 1 if error["type"] == "extra_forbidden" else -1
    for number, part in enumerate(place):
        if part not in TAGS or number == unknown:
            key += f"[{part}]" if isinstance(part, int) else (f".{part}" if key else str(part))
    return key


def in_words(error: Mapping[str, Any], where: str = "") -> str:
    """Return one sentence for an error of pydantic about a single value.

    Parameters
    ----------
    error, where
        As for :func:`key_of`.

    Examples
    --------
    >>> in_words({"type": "tuple_type", "loc": ("sizes",), "input": 10, "msg": ""})
    'sizes: must be a list, not 10.'
    """
    key = key_of(error, where) or "the file"
    given, context = error.get("input"), error.get("ctx", {})
    shown = repr(given)
    shown = shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 3] + "..."
    kind = str(error["type"])
    if kind == "tuple_type" and isinstance(given, dict):
        return f"{key}: must be a list of tables; write [[{key}]] instead of [{key}]."
    if kind in ("model_type", "model_attributes_type"):
        return f"{key}: must be a table, as [{key}], not {shown}."
    if kind in _RIGHT:
        return f"{key}: must be {_RIGHT[kind]}, not {shown}."
    if kind == "too_long":
        return f"{key}: {context['actual_length']} are given; give at most {context['max_length']}."
    if kind == "too_short":
        return f"{key}: {context['actual_length']} are given; give at least {context['min_length']}."
    if kind == "string_pattern_mismatch":
        return f"{key}: {shown} is no name; give 1 to 64 small letters a to z, digits and hyphens, the first no hyphen."
    message = str(error["msg"])
    return f"{key}: {message[0].lower() + message[1:]}, not {shown}."
