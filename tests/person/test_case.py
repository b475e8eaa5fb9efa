"""Cases: what is valid is read as written, what is not is refused in one sentence with its key."""

from __future__ import annotations

import copy
import os
import string
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.base.errors import InputError
from remyelin.evidence import load_references
from remyelin.person.case import case_of, load_case, parse_case, read_case, shipped_cases, to_toml_data

LONG = bool(os.environ.get("REMYELIN_LONG"))
VALID: dict[str, Any] = {
    "name": "x",
    "title": "t",
    "person": {"age": "57 y", "sex": "female", "height": "163 cm"},
    "cause": {"kind": "nitrous oxide", "began": "-9 mo", "ended": "0 d", "hours_per_day": "1.5 h"},
    "labs": {"b12": "205 pg/mL", "mma": "3600 nmol/L"},
    "treatment": [{"regimen": "us", "start": "0 d"}, {"regimen": "oral", "start": "6 mo"}],
    "symptom": [{"name": "numbness", "began": "-3 mo"}],
    "plan": {"studies": ["0 d", "3 mo", "12 mo"], "horizon": "24 mo"},
}


def one_sentence(error: pytest.ExceptionInfo[InputError] | InputError) -> str:
    text = str(error.value if isinstance(error, pytest.ExceptionInfo) else error)
    assert text, "the error says something"
    assert "\n" not in text
    assert len(text) < 400
    assert "Traceback" not in text
    assert "pydantic" not in text.lower()
    return text


@pytest.mark.parametrize("name", shipped_cases())
def test_shipped_case_is_valid_and_reads_back(name: str) -> None:
    case = load_case(name)
    assert case.name == name
    assert case.kind == "scenario" or case.citation, "a published case cites its source"
    assert not case.citation or case.citation in load_references()
    again = parse_case(tomli_w.dumps(to_toml_data(case)), name)
    assert again == case


def test_units_are_converted() -> None:
    case = parse_case(tomli_w.dumps(VALID), "f")
    assert case.labs.b12 == pytest.approx(205 * 0.738)
    assert case.plan.studies == pytest.approx((0, 91.3125, 365.25))
    assert case.cause.hours_per_day == 1.5
    assert case.labs.homocysteine is None, "what is not stated stays unstated"


@pytest.mark.parametrize("age", [57, 57.0, "57", "57 y", "57 years", "684 months"])
def test_an_age_needs_no_unit_and_takes_its_words(age: Any) -> None:
    data = copy.deepcopy(VALID)
    data["person"]["age"] = age
    assert parse_case(tomli_w.dumps(data), "mine.toml").person.age == 57.0


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("persn",), {}, "did you mean 'person'"),
        (("person", "hight"), "163 cm", "did you mean 'height'"),
        (("person", "age"), [57], "person.age: [57] is not an age"),
        (("person", "age"), True, "person.age: True is not an age"),
        (("person", "height"), 163, "person.height: 163 is not a height"),
        (("cause", "began"), -9, "cause.began: -9 is not a time"),
        (("labs", "b12"), 205, "pmol/L, pg/mL"),
        (("person", "age"), "57 kg", "units y, mo"),
        (("person", "age"), "570 y", "impossible"),
        (("person", "height"), "-3 cm", "impossible"),
        (("person", "sex"), "f", "'female' or 'male'"),
        (("labs", "b12"), "205", "pmol/L, pg/mL"),
        (("labs", "mma"), "nan nmol/L", "not a methylmalonate"),
        (("labs", "mma"), "1e999 nmol/L", "impossible"),
        (("cause", "kind"), "bad diet", "vegan diet"),
        (("cause", "began"), "9 mo", "before presentation"),
        (("cause", "ended"), "-10 mo", "in order"),
        (("cause", "lost"), "80 %", "only ileal disease"),
        (("person", "filtration"), "0 mL/min", "impossible"),
        (("treatment", 0, "adherence"), "150 %", "impossible"),
        (("plan", "studies"), ["3 mo", "0 d"], "out of order"),
        (("plan", "studies"), ["0 d", "0 d"], "out of order"),
        (("plan", "studies"), [], "plan.studies"),
        (("plan", "horizon"), "2 mo", "horizon"),
        (("treatment",), "us", "treatment: must be a list"),
        (("treatment", 0, "start"), "-1 d", "treatment[0].start"),
        (("symptom", 0, "began"), "3 d", "symptom[0].began"),
        (("sign",), [{"name": "absent ankle jerks", "began": "3 d"}], "sign[0].began"),
        (("name",), "Not A Name", "name"),
        (("person",), [], "must be a table"),
    ],
)
def test_error_names_key_and_what_is_right(path: tuple[Any, ...], value: Any, says: str) -> None:
    data = copy.deepcopy(VALID)
    place: Any = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(InputError) as error:
        parse_case(tomli_w.dumps(data), "mine.toml")
    text = one_sentence(error)
    assert text.startswith("mine.toml: ")
    assert says in text


@pytest.mark.parametrize("key", ["name", "title", "person", "cause"])
def test_missing_key_is_named(key: str) -> None:
    data = {k: v for k, v in VALID.items() if k != key}
    with pytest.raises(InputError, match=f"key '{key}' is missing"):
        parse_case(tomli_w.dumps(data), "f")


def _leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(node, dict):
        return [leaf for key, child in node.items() for leaf in _leaves(child, (*path, key))]
    if isinstance(node, list):
        return [leaf for i, child in enumerate(node) for leaf in _leaves(child, (*path, i))]
    return [path]


JUNK = st.one_of(
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=True),
    st.booleans(),
    st.text(alphabet=string.printable + "µ°é\u202e", max_size=30),
    st.sampled_from(
        ["-1 y", "1e308 y", "5", "", "5 y y", "0x10 cm", "--1 d", "1 d;", "NaN d", "inf d", "1_0 d"]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.sampled_from(["a", "kind", "began"]), st.integers(), max_size=2),
)


@settings(max_examples=1600 if LONG else 400, deadline=None)
@given(data=st.data())
def test_mutated_case_is_valid_or_refused(data: st.DataObject) -> None:
    case = copy.deepcopy(VALID)
    for _ in range(data.draw(st.integers(1, 3))):
        leaves = _leaves(case)
        if not leaves:
            break
        path = data.draw(st.sampled_from(leaves))
        place: Any = case
        for part in path[:-1]:
            place = place[part]
        action = data.draw(st.sampled_from(["set", "drop", "rename"]))
        if action == "set" or isinstance(path[-1], int):
            place[path[-1]] = data.draw(JUNK)
        elif action == "drop":
            del place[path[-1]]
        else:
            place[data.draw(st.text(string.ascii_letters + "_", min_size=1, max_size=8))] = place.pop(
                path[-1]
            )
    try:
        parse_case(tomli_w.dumps(case), "f")
    except InputError as error:
        one_sentence(error)


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: b.decode("latin-1"))))
def test_any_text_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as error:
        parse_case(text, "f")
    one_sentence(error)


def test_nesting_is_refused() -> None:
    with pytest.raises(InputError, match=r"nested too deeply|not valid TOML|unknown key"):
        parse_case("x = " + "[" * 20_000 + "]" * 20_000, "f")


def test_files_that_are_no_case(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").touch()
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    with (tmp_path / "huge.toml").open("wb") as stream:
        stream.truncate(200_000_000)  # sparse: refused by its size, never read
    for path, says in [
        (tmp_path, "is a directory"),
        (tmp_path / "none.toml", "no such file"),
        (tmp_path / "empty.toml", "is empty"),
        (tmp_path / "binary.toml", "UTF-8"),
        (tmp_path / "huge.toml", "200 MB is too large"),
        (Path("/dev/null"), "not a regular file"),
    ]:
        with pytest.raises(InputError, match=says) as error:
            read_case(path)
        assert str(path) in one_sentence(error)


def test_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'stabler-2013'"):
        load_case("stabler2013")


def test_a_key_named_like_a_validator_of_the_library_is_an_unknown_key() -> None:
    with pytest.raises(InputError, match="unknown key 'function-after'"):
        case_of({"function-after": []}, "case")
    with pytest.raises(InputError, match=r"unknown key 'person\.function-after'"):
        case_of({"person": {"function-after": 1}}, "case")
