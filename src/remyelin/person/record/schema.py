"""JSON Schema of a record's rows, and the commented template."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from remyelin.person.record import terms
from remyelin.person.record.entries import KINDS
from remyelin.person.record.rows import HEADER


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a record as an array of rows.

    A CSV file has the same columns in the same order; in TOML each row is a table ``[[record]]``.

    Examples
    --------
    >>> from remyelin.person.record import json_schema
    >>> json_schema()['type']
    'array'
    """
    names = {kind: terms.names(kind) for kind in ("lab", "symptom", "sign", "study", "scale")}
    text = {"type": "string", "maxLength": 500}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record of a person",
        "description": "Rows of a dated record; every column is text, numbers carry their unit.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["kind", "name"],
            "properties": {
                "when": {
                    **text,
                    "description": "Calendar date (2025-03-14), or offset from presentation (-5 mo, 0 d).",
                },
                "kind": {"enum": list(KINDS)},
                "name": {**text, "examples": sorted(name for some in names.values() for name in some)},
                "value": {
                    **text,
                    "description": "Number, <number, >number, a grade, began or ended.",
                },
                "unit": text,
                "note": text,
            },
            "propertyNames": {"enum": list(HEADER)},
        },
    }


def template() -> str:
    """Return a commented CSV record that is valid as it stands.

    Examples
    --------
    >>> from remyelin.person.record import template
    >>> 'when,kind,name,value,unit,note' in template()
    True
    """
    return files("remyelin.person.record").joinpath("new_record.csv").read_text(encoding="utf-8")
