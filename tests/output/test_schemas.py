"""The published JSON Schemas describe the shipped files, and refuse wrong ones."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from remyelin.analysis.cohort import shipped_populations
from remyelin.analysis.trial import shipped_trials
from remyelin.base.errors import InputError
from remyelin.output.schemas import SCHEMAS, schema
from remyelin.person.case import shipped_cases

ROOT = Path(__file__).parents[2]
SHIPPED = [
    *(("case", path) for path in shipped_cases().values()),
    *(("cohort", path) for path in shipped_populations().values()),
    *(("trial", path) for path in shipped_trials().values()),
]


def without_words(data: Any) -> Any:
    """Leave descriptions out: they follow docstrings."""
    if isinstance(data, dict):
        return {key: without_words(value) for key, value in data.items() if key != "description"}
    return [without_words(item) for item in data] if isinstance(data, list) else data


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=lambda item: getattr(item, "stem", item))
def test_shipped_files_are_valid(name: str, path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema(name)).validate(data)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_published_schemas_are_those_of_the_code(name: str) -> None:
    published = ROOT / "docs" / "schemas" / f"{name}.schema.json"
    found = json.loads(published.read_text(encoding="utf-8"))
    assert without_words(found) == without_words(schema(name)), "run examples/schemas.py"
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(
    ("key", "value"),
    [("age", "old"), ("age", None), ("height", 163), ("sex", "f"), ("hight", "163 cm")],
)
def test_wrong_values_of_a_case_are_refused(key: str, value: Any) -> None:
    data = tomllib.loads(shipped_cases()["stabler-2013"].read_text(encoding="utf-8"))
    data["person"][key] = value
    assert not jsonschema.Draft202012Validator(schema("case")).is_valid(data)


def test_an_unknown_name_is_one_sentence() -> None:
    with pytest.raises(InputError, match="no schema named 'cases'; did you mean 'case'"):
        schema("cases")


@pytest.mark.parametrize("name", ["replete-control", "stabler-2013"])
def test_a_summary_is_described_key_by_key(name: str) -> None:
    """Every key that a run writes is in the schema, at every depth, and none that is required is missing."""
    from remyelin.evidence import Ledger
    from remyelin.output.summary import summarise
    from remyelin.person.case import load_case
    from remyelin.person.course import run_course

    described = closed(schema("summary"))
    written = json.loads(json.dumps(summarise(run_course(load_case(name), Ledger.shipped()))))
    jsonschema.Draft202012Validator(described).validate(written)
    written["symptoms"][0]["colour"] = "blue"
    assert not jsonschema.Draft202012Validator(described).is_valid(written)
    del written["symptoms"][0]["colour"], written["recovery"]["plans"][0]["median"]
    assert not jsonschema.Draft202012Validator(described).is_valid(written)


def closed(part: Any) -> Any:
    """Return a schema that refuses every key it does not name."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    shut = {"additionalProperties": False} if "properties" in part else {}
    return shut | {key: closed(value) for key, value in part.items()}
