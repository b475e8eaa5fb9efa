"""JSON Schemas of the files that are read and written, for editors, forms and validators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from remyelin.base.errors import InputError, nearest

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind of file.

    Parameters
    ----------
    name : {"case", "record", "cohort", "trial", "summary"}
        A case, the rows of a record, a population, a design of a trial, or ``summary.json`` of a run.

    Raises
    ------
    InputError
        For another name.

    Examples
    --------
    >>> from remyelin.output.schemas import schema
    >>> schema("case")["required"]
    ['name', 'title', 'person', 'cause']
    """
    if name not in SCHEMAS:
        raise InputError(f"no schema named {name!r}; {nearest(name, SCHEMAS)}")
    return {"$schema": DRAFT, **SCHEMAS[name]()}


def _case() -> dict[str, Any]:
    from remyelin.person.case import Case

    return Case.model_json_schema()


def _record() -> dict[str, Any]:
    from remyelin.person.record import json_schema

    return json_schema()


def _cohort() -> dict[str, Any]:
    from remyelin.analysis.cohort import Population
    from remyelin.analysis.cohort.blocks import shipped_blocks

    found = Population.model_json_schema()
    # blocks stand in for covariates; they are put in their place before a population is validated
    found["properties"]["use"] = {
        "type": "array",
        "items": {"enum": sorted(shipped_blocks())},
        "description": "named blocks of covariates",
    }
    found["required"] = [name for name in found["required"] if name != "covariate"]
    return found


def _trial() -> dict[str, Any]:
    from remyelin.analysis.trial import Design

    return Design.model_json_schema()


def _summary() -> dict[str, Any]:
    """Describe every key of ``summary.json``; further keys may come."""
    from pydantic import TypeAdapter

    from remyelin.output.records import Summary

    return {**TypeAdapter(Summary).json_schema(), "title": "Summary of a course"}


SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "case": _case,
    "record": _record,
    "cohort": _cohort,
    "trial": _trial,
    "summary": _summary,
}
