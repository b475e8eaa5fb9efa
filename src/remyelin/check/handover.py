"""Hand over the answers of a check: as a case for the course, and as the rows of a record for one's own results."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_MONTH, DAYS_PER_YEAR, per_unit, show
from remyelin.catalogue.causes import CAUSES, NONE, UNKNOWN
from remyelin.check.answer import answer
from remyelin.check.dated import outside
from remyelin.check.dated import refusal as unusable
from remyelin.check.known import LABS, Known, Lab
from remyelin.check.words import Word
from remyelin.evidence import Ledger
from remyelin.evidence.catalogue import catalogue
from remyelin.person.case import Labs, case_of, to_toml_data
from remyelin.person.record import parse_csv, terms
from remyelin.person.record.conditions import condition_of
from remyelin.person.record.dates import offset
from remyelin.person.record.rows import HEADER

#: A published schedule, run so that plans differ in their start only; nobody is told to take it.
SCHEDULE: Final = "uk neurological"
NAME: Final = "check"
TITLE: Final = "Person entered in Check"
_SUMMARY_MOST: Final = 1900  # characters; a case takes 2000


@dataclass(frozen=True, slots=True)
class Handover:
    """Answers of a check as the course and My results take them.

    Attributes
    ----------
    case : mapping or None
        Plain data of a case for the course; None where `refused` says why there is none.
    refused : dict of str to str
        A sentence for each answer of the form that the course needs, by field; ``""`` is the form as a whole.
    record : str
        CSV of everything that was entered. Rows the model cannot use are in it, too: a fit lists them.
    left : tuple of str
        What the course does not use, in words; the record has it.
    urgent : tuple of str
        What guidance says is to be done at once.
    """

    case: Mapping[str, Any] | None
    refused: dict[str, str]
    record: str
    left: tuple[str, ...]
    urgent: tuple[str, ...]


def hand_over(
    known: Known, ledger: Ledger, since: Mapping[Word, float] | None = None, confirmed: Collection[str] = ()
) -> Handover:
    """Return a case and a record of everything that was entered.

    Parameters
    ----------
    known : Known
    ledger : Ledger
        Its weights of causes choose the one that stands in for an unknown one in the case.
    since : mapping of Word to float, optional
        Days for which a symptom, a cause or a drug has been there.
    confirmed : collection of str
        Laboratory values that stand so on the report although they look implausible for their unit.

    Returns
    -------
    Handover

    Raises
    ------
    InputError
        If what was entered contradicts itself.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.check.form import read_form
    >>> ledger = Ledger.shipped()
    >>> known, _ = read_form('72', 'female', {'symptom': ['numbness']}, {'b12': '150 pg/mL'}, ledger)
    >>> found = hand_over(known, ledger)
    >>> found.case['labs']['b12'], found.case['cause']['stated']
    ('150 pg/mL', False)
    >>> print(found.record.splitlines()[-1])
    0 d,lab,b12,150,pg/mL,
    """
    since = since or {}
    record = _record(known, since)
    # contradictions are told now, in the words of the record
    parse_csv(record, "the answers", ledger)
    refused = {
        field: f"the course needs {what}; My results does without."
        for field, what, missing in (
            ("age", "an age", known.age is None),
            ("sex", "a sex", not known.sex),
        )
        if missing
    }
    if reason := outside(known):
        refused[""] = f"No course can be opened: {reason}"
    elif reason := _treated(known, ledger):
        refused[""] = f"No course can be opened: {reason} My results takes treated persons."
    left = tuple(_left(known, ledger))
    case = None
    if not refused:
        raw = case_data(known, ledger, since, confirmed, left)
        # values keep the units they came in, everything else is as the case reads it
        case = to_toml_data(case_of(raw, "the answers")) | {"labs": raw["labs"]}
    urgent = tuple(line.text for line in answer(known, ledger).lines if line.section == "urgent")
    warned = urgent if any("emergency" in word.groups for word in known.words) else ()
    return Handover(case, refused, record, left, warned)


def case_data(
    known: Known,
    ledger: Ledger,
    since: Mapping[Word, float] | None = None,
    confirmed: Collection[str] = (),
    left: Collection[str] = (),
) -> dict[str, Any]:
    """Return the case of a person with known age and sex as plain data, laboratory values in the units they came in.

    A cause that nobody stated is the likeliest of the ledger's causes of an unknown deficiency, marked as not stated.
    """
    since = since or {}
    causes = [word for word in known.words if word.cause]
    cause: dict[str, Any]
    if causes:
        kind = causes[0].cause
        cause = {"kind": kind, "stated": True}
        if causes[0] in since:
            cause["began"] = show(-since[causes[0]], "time")
    else:
        kind = likeliest_cause(ledger)
        note = (
            f"The cause is not known; the course is computed with the commonest, {kind}, and can be changed."
        )
        cause = {"kind": kind, "stated": False, "note": note}
    if CAUSES[kind].gas:
        cause["ended"] = "0 d"
    person: dict[str, Any] = {"age": f"{known.age:g} y", "sex": known.sex}
    if "filtration" in known.labs:
        person["filtration"] = show(known.labs["filtration"].value, "filtration")
    labs: dict[str, Any] = {name: written(found) for name, found in known.labs.items() if _held(name, found)}
    if sure := [name for name in confirmed if name in labs]:
        labs["confirmed"] = sure
    summary = f"As entered in the check. {cause.get('note', '')}".strip()
    if left:
        summary += f" Entered and not used by the course: {'; '.join(left)}."
    return {
        "name": NAME,
        "title": TITLE,
        "kind": "scenario",
        "summary": summary[:_SUMMARY_MOST],
        "person": person,
        "cause": cause,
        "labs": labs,
        "symptom": [
            {"name": name, **({"began": show(-since[word], "time")} if word in since else {})}
            for word, name in _findings(known, ledger).items()
        ],
        "treatment": [{"regimen": SCHEDULE, "start": "0 d", "stated": False}],
    }


def likeliest_cause(ledger: Ledger) -> str:
    """Return the cause with the largest weight among those an unknown cause may be."""
    weights = dict(zip(UNKNOWN, ledger.vector("record.causes"), strict=True))
    return max((name for name in weights if name != NONE), key=lambda name: weights[name])


def written(found: Lab) -> str:
    """Return a laboratory value as number and unit, in the unit it came in, without its bound."""
    return f"{found.value / per_unit(found.marker, found.unit):.6g} {found.unit}"


def _held(marker: str, found: Lab) -> bool:
    """Whether a case can hold a value: it has no bounds, and filtration is a fact of the person."""
    return marker in Labs.model_fields and not found.bound


def _findings(known: Known, ledger: Ledger) -> dict[Word, str]:
    """Return the entered symptoms of nerves and of the list with the names that a case gives them."""
    named = {item.id for item in catalogue(ledger)}
    return {
        word: word.name if word.name in named else word.plain
        for word in known.words
        if word.kind == "symptom" and (word.name in named or "neurological" in word.groups)
    }


def _left(known: Known, ledger: Ledger) -> Iterator[str]:
    """Name the words that a case has no place for."""
    causes = [word for word in known.words if word.cause]
    findings = _findings(known, ledger)
    for word in known.words:
        if word not in findings and word not in causes[:1]:
            yield word.plain
    for marker, found in known.labs.items():
        if found.bound:
            yield f"{LABS[marker]} {found.shown}"


def _treated(known: Known, ledger: Ledger) -> str:
    """Say why values cannot be entered as those of an untreated person; empty where they can."""
    drugs = any(word.kind == "drug" and word.name == "b12" for word in known.words)
    return unusable(replace(known, treated=()), ledger) if drugs else ""


def _record(known: Known, since: Mapping[Word, float]) -> str:
    """Write everything that was entered as rows of a record."""
    rows: list[tuple[str, ...]] = []
    if known.age is not None:
        rows.append(("", "person", "age", f"{known.age:g}", "y", ""))
    if known.sex:
        rows.append(("", "person", "sex", known.sex, "", ""))
    causes = [word for word in known.words if word.cause]
    rows.append(("", "cause", causes[0].cause if causes else "unknown", "", "", ""))
    for word in known.words:
        rows += _rows(word, word in causes[:1], since.get(word))
    for marker, found in known.labs.items():
        number, unit = written(found).split(" ", 1)
        kind, when = ("person", "") if marker == "filtration" else ("lab", "0 d")
        rows.append((when, kind, marker, f"{found.bound}{number}", unit, ""))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([HEADER, *rows])
    return out.getvalue()


def _rows(word: Word, is_cause: bool, since: float | None) -> Iterator[tuple[str, ...]]:
    """Write one word; a word without a place in a record is written by its name, so that a fit lists it as not used."""
    began = "" if since is None else f"-{since / DAYS_PER_MONTH:.6g} mo"
    if is_cause:
        if began:
            yield (began, "cause", word.cause, "began", "", "")
    elif word.kind == "symptom":
        known = word.name in terms.SYMPTOMS or terms.finding("symptom", word.name) is not None
        name = word.name if known else word.plain
        yield ("0 d", "symptom", name, "present", "", "")
        if began and known:
            yield (began, "symptom", name, "began", "", "")
    elif word.kind == "drug" and word.name == "b12":
        yield (began, "treatment", word.plain, "began", "", "dose not known")
    else:
        spelled = next((name for name in (word.name, word.plain, *word.also) if condition_of(name)), "")
        yield ("", "person", "condition", spelled or word.plain, "", f"since {began[1:]}" if began else "")


def since_of(text: str, age: float | None) -> float:
    """Return for how many days something has been there, from text as ``5 mo`` or ``since 2 years``.

    Raises
    ------
    InputError
        If it is no length of time, or longer than the person's life.
    """
    words = text.strip().casefold().removeprefix("since ").removeprefix("for ").lstrip("-~ ")
    try:
        days = -offset(f"-{words}")
    except InputError:
        raise InputError(f"{text.strip()[:40]!r} is no length of time; write it as 5 mo or 2 y.") from None
    if days <= 0:
        raise InputError("nothing is no length of time; write it as 5 mo or 2 y.")
    if age is not None and days > age * DAYS_PER_YEAR:
        raise InputError(f"{text.strip()[:40]} is longer than a life of {age:g} years.")
    return days
