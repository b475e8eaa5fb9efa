"""``remyelin cases``: the shipped cases and scenarios."""

from __future__ import annotations

from remyelin.commands.common import Json, print_json


def cases(as_json: Json = False) -> None:
    """List the shipped cases and scenarios."""
    from remyelin.case import load_case, shipped_cases
    from remyelin.evidence import load_references

    references = load_references()
    rows = []
    for name in shipped_cases():
        case = load_case(name)
        citation = str(references[case.citation]) if case.citation else ""
        rows.append({"name": name, "title": case.title, "kind": case.kind, "citation": citation})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['name']:30} {row['kind']:9} {row['title']}")
