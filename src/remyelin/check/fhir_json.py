"""JSON from outside, and access to it that checks every type: the part of FHIR that knows nothing of medicine."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NoReturn

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.check.known import Moment
from remyelin.check.words import clean

LONGEST_NUMBER: Final = 40  # characters; no laboratory prints more
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?:[:.\d]*)(Z|[+-]\d{2}:\d{2})?")


def load(text: str) -> Any:
    """Return the data of a JSON text; refuse doubled keys, infinite numbers, and too deep nesting."""
    try:
        return json.loads(
            text.lstrip("\ufeff"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error.msg} at line {error.lineno}.") from None
    except RecursionError:
        raise InputError("nested too deeply for a FHIR bundle.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise InputError(f"the key {clean(twice)!r} stands twice in one object; which one counts?")
    return found


def _number(text: str) -> float:
    value = float(text) if len(text) <= LONGEST_NUMBER else math.inf
    if not math.isfinite(value):
        raise InputError(f"{clean(text[:LONGEST_NUMBER])} is too large or too long for a number.")
    return value


def _constant(text: str) -> NoReturn:
    raise InputError(f"{text} is not a number in JSON; leave out values that were not measured.")


def an_object(value: Any, where: str) -> dict[str, Any]:
    """Return a value that must be an object."""
    if not isinstance(value, dict):
        raise InputError(f"{where}: must be an object.")
    return value


def a_list(value: Any, where: str) -> list[Any]:
    """Return a value that must be a list."""
    if not isinstance(value, list):
        raise InputError(f"{where}: must be a list.")
    return value


def a_text(value: Any, where: str) -> str:
    """Return a value that must be text."""
    if not isinstance(value, str):
        raise InputError(f"{where}: must be text.")
    return value


def codings(concept: Any, where: str) -> Iterator[tuple[str, str]]:
    """Return the codes of a concept, each with its system."""
    for item in a_list(an_object(concept, where).get("coding", []), f"{where}.coding"):
        coding = an_object(item, f"{where}.coding")
        yield (
            a_text(coding.get("system", ""), f"{where}.coding.system"),
            a_text(coding.get("code", ""), f"{where}.coding.code"),
        )


def words_of(concept: Any, where: str) -> str:
    """Return the text of a concept: its own, or the display of its first coding."""
    text = a_text(an_object(concept, where).get("text", ""), f"{where}.text")
    if text:
        return text
    for item in a_list(concept.get("coding", []), f"{where}.coding"):
        shown = a_text(an_object(item, f"{where}.coding").get("display", ""), f"{where}.coding.display")
        if shown:
            return shown
    return ""


def a_date(value: Any, where: str) -> str:
    """Return the day of a FHIR date as ``YYYY-MM-DD`` (a missing month or day as 01), or nothing."""
    text = a_text(value, where)
    if not text:
        return ""
    match = _DATE.match(text)
    if not match:
        raise InputError(f"{where}: {clean(text)!r} is not a date, as 2024-05-31.")
    year, month, day = match[1], match[2] or "01", match[3] or "01"
    if not ("1800" <= year <= "2200" and "01" <= month <= "12" and "01" <= day <= "31"):
        raise InputError(f"{where}: {clean(text)!r} is not a date, as 2024-05-31.")
    return f"{year}-{month}-{day}"


def a_moment(value: Any, where: str) -> Moment:
    """Return the earliest and the latest moment a FHIR date can mean, to the minute where it has a time.

    Examples
    --------
    >>> a_moment("2024-02", "x")
    Moment(first='2024-02-01', last='2024-02-31', zone='')
    >>> a_moment("2024-02-03T10:30:00Z", "x")
    Moment(first='2024-02-03T10:30', last='2024-02-03T10:30', zone='Z')
    """
    first = a_date(value, where)
    if not first:
        return Moment()
    if timed := _TIME.match(value):
        return Moment(value[:16], value[:16], timed[1] or "")
    match = _DATE.match(value)
    assert match is not None  # a_date has seen to it
    return Moment(first, f"{match[1]}-{match[2] or '12'}-{match[3] or '31'}")


def moments(resource: Mapping[str, Any], keys: Collection[str], where: str) -> Moment:
    """Return the first date that stands under one of the keys; of a period its beginning to its end."""
    for key in keys:
        if key not in resource:
            continue
        if not key.endswith("Period"):
            return a_moment(resource[key], f"{where}.{key}")
        period = an_object(resource[key], f"{where}.{key}")
        begin, end = (a_moment(period.get(edge, ""), f"{where}.{key}.{edge}") for edge in ("start", "end"))
        end = end if end.last else begin
        zone = begin.zone if begin.zone == end.zone else ""
        return Moment(begin.first, end.last, zone) if begin.first else Moment()
    return Moment()


def days(date: str) -> float:
    """Return the day of a date as a number, good enough for an age."""
    year, month, day = (int(part) for part in date.split("-"))
    return DAYS_PER_YEAR * (year + (month - 1) / 12) + day
