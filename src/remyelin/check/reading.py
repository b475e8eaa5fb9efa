"""Read the facts of a person from a file: a case, a check file (both TOML), or a FHIR bundle (JSON)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.files import there
from remyelin.base.text_files import load_toml, read_text
from remyelin.base.units import KINDS as QUANTITIES
from remyelin.base.units import parse
from remyelin.check import fhir
from remyelin.check.fhir_shapes import refuse_other_formats
from remyelin.check.known import LABS, Known, Lab, lab
from remyelin.check.words import Word, clean, look_up, unknown, vocabulary
from remyelin.evidence import Ledger
from remyelin.person.case import Case, parse_case, shipped_cases
from remyelin.person.record.wording import nearest_to

MAX_BYTES: Final = 5_000_000
LOOKED_AT: Final = 2_000  # bytes that tell a format
WHAT: Final = "a check or case file (*.toml) or FHIR (*.json, *.xml, *.ndjson)"
_LISTS: Final = {"symptoms": "symptom", "risks": "risk", "drugs": "drug", "conditions": "condition"}
_KEYS: Final = (*_LISTS, "person", "labs")


def read(name_or_path: str, ledger: Ledger, confirmed: Collection[str] = ()) -> Known:
    """Read a file, or a shipped case by its name.

    Parameters
    ----------
    name_or_path : str
    ledger : Ledger
        Holds what is plausible for a laboratory value.
    confirmed : collection of str
        Laboratory values to take as written although they look implausible for their unit.

    Returns
    -------
    Known

    Raises
    ------
    InputError
        One sentence with the place, what is wrong and what would be right.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.check import answer, read
    >>> ledger = Ledger.shipped()
    >>> known = read('stabler-2013', ledger)
    >>> known.sex
    'female'
    """
    for name in confirmed:
        if name not in LABS:
            raise InputError(f"--confirmed: {clean(name)!r} is no laboratory value; {nearest(name, LABS)}")
    shipped = shipped_cases()
    if name_or_path in shipped:
        return parse_toml(read_text(shipped[name_or_path], WHAT), name_or_path, ledger, confirmed)
    path = Path(name_or_path)
    if (
        path.suffix not in (".toml", ".json", ".xml", ".ndjson")
        and "/" not in name_or_path
        and not there(path)
    ):
        raise InputError(f"no file or shipped case named {clean(name_or_path)!r}; give {WHAT}.")
    source = clean(path)
    _refuse_other_formats(path, source)
    text = read_text(path, WHAT, MAX_BYTES)
    if path.suffix in (".json", ".xml", ".ndjson"):
        return fhir.parse_bundle(text, source, ledger, confirmed)
    return parse_text(text, source, ledger, confirmed)


def parse_text(text: str, source: str, ledger: Ledger, confirmed: Collection[str] = ()) -> Known:
    """Read the text of a case file, a check file, or FHIR, by how it begins; `source` names it in errors."""
    try:
        refuse_other_formats(text[:LOOKED_AT])
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    if is_fhir(text):
        return fhir.parse_bundle(text, source, ledger, confirmed)
    return parse_toml(text, source, ledger, confirmed)


def _refuse_other_formats(path: Path, source: str) -> None:
    try:
        if not path.is_file():  # a pipe would be waited for
            return
        with path.open("rb") as stream:
            start = stream.read(LOOKED_AT).decode("latin-1")
    except (OSError, ValueError):
        return  # reading it says why
    try:
        refuse_other_formats(start, named_table=path.suffix.lower() in (".csv", ".tsv"))
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


def is_fhir(text: str) -> bool:
    """Say whether a text is FHIR by how it begins: an object of JSON, a list of them, or XML; TOML is neither."""
    return re.match(r"\ufeff?\s*(?:\{|\[\s*\{|<)", text) is not None


def parse_toml(text: str, source: str, ledger: Ledger, confirmed: Collection[str] = ()) -> Known:
    """Read the text of a case file or a check file; `source` names it in errors."""
    raw = load_toml(text, source, "a check file")
    if not raw:
        raise InputError(f"{source}: is empty; `remyelin check --ask` asks the questions instead.")
    try:
        if "cause" in raw or "name" in raw:
            return _of_case(parse_case(text, source, confirmed), raw, source, ledger, confirmed)
        return _of_table(raw, source, ledger, confirmed)
    except InputError as error:
        sentence = str(error)
        raise InputError(sentence if sentence.startswith(source) else f"{source}: {sentence}") from None


def _of_case(
    case: Case, raw: Mapping[str, Any], source: str, ledger: Ledger, confirmed: Collection[str]
) -> Known:
    # A case words its findings freely: what is not understood is named, not refused.
    words: list[Word] = []
    unread = []
    # the case names its findings as the model does, which tells fewer apart than the check
    for name in (item["name"] for key in ("symptom", "sign") for item in raw.get(key, ())):
        word = look_up("symptom", name)
        if word:
            words.append(word)
        else:
            near = nearest_to(name)
            hint = f"; did you mean {near!r}?" if near else ""
            unread.append(f"the finding {clean(name)!r} is not a word this check knows{hint}")
    causes = [word for word in vocabulary() if word.cause and word.cause == case.cause.kind]
    if case.cause.stated:
        words += causes
    else:
        unread += [
            f"the cause {word.plain!r} is assumed by the case, so it does not count" for word in causes
        ]
    confirmed = {*confirmed, *(case.labs.confirmed or ())}
    labs = {
        marker: lab(marker, text, ledger, confirmed=marker in confirmed)
        for marker, text in raw.get("labs", {}).items()
        if marker in LABS
    }
    if case.person.filtration is not None:
        labs["filtration"] = Lab("filtration", case.person.filtration, QUANTITIES["filtration"].canonical)
    return Known(source, _once(words), labs, case.person.age, case.person.sex, tuple(unread), case)


def _of_table(raw: Mapping[str, Any], source: str, ledger: Ledger, confirmed: Collection[str]) -> Known:
    for key in raw:
        if key not in _KEYS:
            raise InputError(f"unknown key {clean(key)!r}; {nearest(str(key), _KEYS)}")
    words: list[Word] = []
    for key, kind in _LISTS.items():
        for text in _strings(raw.get(key, []), key):
            word = look_up(kind, text)
            if word is None:
                raise InputError(f"{key}: {unknown(kind, text)}")
            words.append(word)
    person = _table(raw.get("person", {}), "person", ("age", "sex"))
    sex = person.get("sex", "")
    if sex not in ("", "female", "male"):
        raise InputError(f'person.sex: must be "female" or "male", not {clean(sex)!r}.')
    age = parse(person["age"], "any_age", "person.age") if "age" in person else None
    given = _table(raw.get("labs", {}), "labs", tuple(LABS))
    labs = {
        marker: lab(marker, text, ledger, confirmed=marker in confirmed) for marker, text in given.items()
    }
    return Known(source, _once(words), labs, age, sex)


def _once(words: list[Word]) -> tuple[Word, ...]:
    return tuple(dict.fromkeys(words))


def _strings(value: object, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f'{key}: must be a list of words in quotes, as ["metformin"].')
    return value


def _table(value: object, key: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{key}: must be a table, as [{key}].")
    for name in value:
        if name not in known:
            raise InputError(f"unknown key {clean(f'{key}.{name}')!r}; {nearest(str(name), known)}")
    return value
