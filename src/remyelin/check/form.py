"""The questions of ``remyelin check --ask`` as a form, each answer with its own refusal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import KINDS
from remyelin.check.ask import QUESTIONS, age_of, sex_of
from remyelin.check.known import LABS, Known, Lab, lab
from remyelin.check.words import Word, clean, look_up, unknown, vocabulary
from remyelin.evidence import Ledger

T = TypeVar("T")
SOURCE: Final = "answers to the questions"


def questions() -> dict[str, Any]:
    """Return the questions as plain JSON-ready data: lists of words by kind, laboratory values with their units."""
    return {
        "words": [
            {
                "kind": kind,
                "question": question,
                "choices": [
                    {"name": word.name, "plain": word.plain, "dated": lasting(word)}
                    for word in vocabulary()
                    if word.kind == kind
                ],
            }
            for kind, question in QUESTIONS.items()
        ],
        "labs": [
            {"marker": marker, "label": label, "units": list(KINDS[marker].factors)}
            for marker, label in LABS.items()
        ],
    }


def lasting(word: Word) -> bool:
    """Whether the form asks since when something is there: a symptom, a cause, or treatment with the vitamin."""
    return word.kind == "symptom" or bool(word.cause) or (word.kind, word.name) == ("drug", "b12")


def read_since(since: Mapping[str, str], known: Known) -> tuple[dict[Word, float], dict[str, str]]:
    """Read since when the words of the form have been there.

    Parameters
    ----------
    since : mapping of str to str
        Lengths of time as typed, by ``kind.name``; those of words that were not ticked are not read.
    known : Known
        What the form holds beside.

    Returns
    -------
    days : dict of Word to float
    refused : dict of str to str
        A sentence for each that cannot be read, by ``kind.name``.
    """
    from remyelin.check.handover import since_of

    days: dict[Word, float] = {}
    refused: dict[str, str] = {}
    for word in known.words:
        key = f"{word.kind}.{word.name}"
        text = since.get(key, "").strip()
        try:
            if text:
                days[word] = since_of(text, known.age)
            elif (word.kind, word.name) == ("drug", "b12") and known.labs:
                refused[key] = "values measured under treatment mean something else; say since when, as 5 mo."
        except InputError as error:
            refused[key] = str(error)
    return days, refused


def read_form(
    age: str,
    sex: str,
    words: Mapping[str, Collection[str]],
    labs: Mapping[str, str],
    ledger: Ledger,
    confirmed: Collection[str] = (),
) -> tuple[Known, dict[str, str]]:
    """Read every answer of the form.

    Parameters
    ----------
    age, sex : str
        As typed; empty where left out.
    words : mapping of str to collection of str
        Words by kind (a key of :data:`QUESTIONS`).
    labs : mapping of str to str
        Laboratory values with their units by marker; empty where left out.
    ledger : Ledger
        Holds what is plausible for a laboratory value.
    confirmed : collection of str
        Laboratory values to take as written although they look implausible for their unit.

    Returns
    -------
    known : Known
        What could be read.
    refused : dict of str to str
        A sentence for each answer that could not, by field (``age``, ``sex``, a kind of words, a marker);
        where it is not empty, `known` is not the whole.
    """
    refused: dict[str, str] = {}

    def read(field: str, text: str, reader: Callable[[str], T]) -> T | None:
        if not text.strip():
            return None
        try:
            return reader(text.strip())
        except InputError as error:
            # the sentence stands beside its field, so it need not name it
            refused[field] = (
                str(error).removeprefix(f"{field}: ").replace(f"add --confirmed {field}", "confirm it")
            )
            return None

    found: dict[Word, None] = {}
    for kind, names in words.items():
        if kind not in QUESTIONS:
            refused[kind] = f"{clean(kind)!r} is no question; {nearest(kind, QUESTIONS)}"
            continue
        for name in names:
            word = look_up(kind, name)
            if word is None:
                refused[kind] = unknown(kind, name)
            else:
                found[word] = None
    values: dict[str, Lab] = {}
    for marker, text in labs.items():
        if marker not in LABS:
            refused[marker] = f"{clean(marker)!r} is no laboratory value; {nearest(marker, LABS)}"
            continue
        sure = marker in confirmed
        value = read(marker, text, lambda text: lab(marker, text, ledger, confirmed=sure))  # noqa: B023
        if value is not None:
            values[marker] = value
    years = read("age", age, age_of)
    return Known(SOURCE, tuple(found), values, years, read("sex", sex, sex_of) or ""), refused
