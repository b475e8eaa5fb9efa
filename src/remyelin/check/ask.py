"""The questions of ``remyelin check --ask``: on the terminal, one at a time, every one may be left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, TypeVar

from remyelin.base.errors import InputError
from remyelin.base.units import KINDS, parse
from remyelin.check.answer import answer
from remyelin.check.known import LABS, Known, Lab, lab
from remyelin.check.words import Word, clean, look_up, unknown, vocabulary
from remyelin.evidence import Ledger

QUESTIONS: Final = {
    "symptom": "Which of these does the person have?",
    "risk": "Which of these are true?",
    "drug": "Which of these does the person take?",
    "condition": "Is any of these known?",
}
T = TypeVar("T")
TRIES: Final = 5  # wrong answers to one question before giving up


def ask(
    reply: Callable[[], str], say: Callable[[str], None], ledger: Ledger, confirmed: Collection[str] = ()
) -> Known:
    """Ask, and return the answers.

    Parameters
    ----------
    reply : callable
        Returns the next line of the person; raises EOFError where there is none.
    say : callable
        Shows a line.
    ledger : Ledger
        Holds what is plausible for a laboratory value.
    confirmed : collection of str
        Laboratory values to take as written although they look implausible for their unit.

    Raises
    ------
    InputError
        If one question got too many answers that cannot be read, or the answers end.
    """
    say("Answer and press Enter; Enter alone leaves a question out. Nothing is stored.")
    age = _until(reply, say, 'Age, as "57 y"?', age_of)
    sex = _until(reply, say, "Sex, female or male?", sex_of)
    words: list[Word] = []
    for kind, question in QUESTIONS.items():
        choices = [word for word in vocabulary() if word.kind == kind]
        listed = "\n".join(f"  {number:2} {word.plain}" for number, word in enumerate(choices, 1))
        found = _until(
            reply,
            say,
            f"{question} Numbers, separated by commas:\n{listed}",
            lambda text, kind=kind, choices=choices: _chosen(text, kind, choices),  # type: ignore[misc]
        )
        words += found or []
        for line in _at_once(found or [], ledger):
            say(f"NOW, before the other questions: {line}")
    labs: dict[str, Lab] = {}
    for marker, label in LABS.items():
        units = ", ".join(KINDS[marker].factors)
        value = _until(
            reply,
            say,
            f"{label[0].upper()}{label[1:]}, with its unit ({units})?",
            lambda text, marker=marker: lab(marker, text, ledger, confirmed=marker in confirmed),  # type: ignore[misc]
        )
        if value is not None:
            labs[marker] = value
    return Known("answers on the terminal", tuple(dict.fromkeys(words)), labs, age, sex or "")


def _at_once(words: Sequence[Word], ledger: Ledger) -> Iterator[str]:
    """Return the warning of an emergency that does not wait for the rest of the answers."""
    known = Known("", tuple(word for word in words if "emergency" in word.groups))
    if known.words:
        yield from (line.text for line in answer(known, ledger).lines if line.section == "urgent")


def _until(
    reply: Callable[[], str], say: Callable[[str], None], question: str, read: Callable[[str], T]
) -> T | None:
    """Ask until the answer can be read; None where it is left out."""
    say(question)
    for _ in range(TRIES):
        try:
            text = reply().strip()
        except EOFError:
            raise InputError(
                "the answers ended before the questions did; Enter alone leaves one out."
            ) from None
        if not text:
            return None
        try:
            return read(text)
        except InputError as error:
            say(f"{error} Try again, or Enter to leave it out.")
    raise InputError(f"no answer to {question.splitlines()[0]!r} could be read in {TRIES} tries.")


def age_of(text: str) -> float:
    """Return an age in years; a bare number is one of years."""
    return parse(f"{text} y" if text.replace(".", "", 1).isdigit() else text, "any_age")


def sex_of(text: str) -> str:
    """Return ``female`` or ``male``, which may be written by their first letter."""
    for sex in ("female", "male"):
        if text.casefold() in (sex, sex[0]):
            return sex
    raise InputError(f"{clean(text)!r} is neither female nor male.")


def _chosen(text: str, kind: str, choices: list[Word]) -> list[Word]:
    found = []
    for part in text.split(","):
        item = part.strip()
        if item.isascii() and item.isdigit() and len(item) < 4 and 1 <= int(item) <= len(choices):
            found.append(choices[int(item) - 1])
        elif word := look_up(kind, item):
            found.append(word)
        else:
            raise InputError(unknown(kind, item, "choose from the list."))
    return found
