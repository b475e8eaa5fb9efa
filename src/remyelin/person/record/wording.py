"""Findings as a case words them: which finding, of which grade, and the name by which the answers know it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from remyelin.base.errors import LONGEST_NAME
from remyelin.person.record import terms

if TYPE_CHECKING:
    from remyelin.person.case import Finding as CaseFinding

_GRADES: Final = {
    "impaired": "impaired",
    "reduced": "reduced",
    "absent": "absent",
    "loss of": "absent",
    "brisk": "brisk",
    "normal": "normal",
    "preserved": "normal",
    "negative": "absent",
    "positive": "present",
    "no": "absent",
}
#: Functions that are named as symptoms: what is impaired or lost is then the function.
_FUNCTIONS: Final = ("gait", "vision", "taste_smell", "concentration", "pain_perception", "speech", "memory")
_FAILING: Final = ("impaired", "reduced", "absent", "loss of")

#: Findings written as a sentence of their own: kind, name and grade.
SENTENCES: Final[Mapping[str, tuple[str, str, str]]] = {
    "plantar responses flexor": ("sign", "babinski", "absent"),
    "plantar responses extensor": ("sign", "babinski", "present"),
    "visual acuity": ("symptom", "vision", "present"),
}
#: Signs as the answers of a course name them: a finding of the record and its grades.
_SIGNS: Final[Mapping[tuple[str, str], str]] = {
    **{
        (name, grade): f"impaired {name} sense"
        for name in ("vibration", "position")
        for grade in ("", "impaired", "reduced")
    },
    ("vibration", "absent"): "absent vibration sense",
    ("position", "absent"): "absent position sense",
    ("ankle_jerk", "absent"): "absent ankle jerks",
    ("ankle_jerk", "normal"): "normal ankle jerks",
    ("romberg", "absent"): "no Romberg sign",
    ("babinski", "absent"): "plantar responses flexor",
}
#: Names that stand as they are: the answers know them as symptoms or signs of their own.
_STAND: Final = {
    "symptom": ("reflexes", "visual acuity"),
    "sign": ("weakness", "power", "normal power", "visual acuity", "nystagmus", "no anaemia"),
}
_CLOSE: Final = 0.9  # a slip of the pen; at 0.88 hyperaesthesia would be taken for hypoaesthesia


def read(kind: str, text: str) -> tuple[str, terms.Finding, str] | None:
    """Return the finding of a text, whether it is a symptom or a sign, and the word of its grade.

    Parameters
    ----------
    kind : {"symptom", "sign"}
        The list of the case it stands in; the other one is tried too.
    text : str

    Returns
    -------
    tuple of str, Finding and str, or None
        The grade is empty where the text has none. None where no list knows the words.

    Examples
    --------
    >>> kind, finding, grade = read("symptom", "Pins and needles")
    >>> kind, finding.name, grade
    ('symptom', 'paraesthesia', '')
    >>> kind, finding, grade = read("symptom", "loss of vibration sense")
    >>> kind, finding.name, grade
    ('sign', 'vibration', 'absent')
    """
    words = terms.fold(text)
    kinds = (kind, "sign" if kind == "symptom" else "symptom")
    # "loss of vision" and "reduced pain" name a symptom; "impaired vibration sense" is a sign with its grade
    for one in kinds:
        found = terms.finding(one, words)
        if found is not None and found.type in ("severity", "chance"):
            return one, found, ""
    prefix = next((prefix for prefix in _GRADES if words.startswith(f"{prefix} ")), "")
    rest = words.removeprefix(f"{prefix} ") if prefix else words
    for one in kinds:
        found = terms.finding(one, rest) or terms.finding(one, rest.removesuffix("s"))
        if found is not None:
            failing = found.name in _FUNCTIONS and prefix in _FAILING
            return one, found, "" if failing else _GRADES.get(prefix, "")
    return None


def canonical(kind: str, item: CaseFinding) -> tuple[str, CaseFinding]:
    """Return a finding of a case under the name that the answers know, and the list it belongs to.

    The words that were written go into its note. A finding that is denied, or that no answer names, stays as it is.

    Parameters
    ----------
    kind : {"symptom", "sign"}
    item : Finding

    Returns
    -------
    tuple of str and Finding
    """
    words = terms.fold(item.name)
    if words in (*map(terms.fold, (*_SIGNS.values(), *SENTENCES)), *_STAND[kind]):
        return kind, item
    found = read(kind, item.name)
    if found is None:
        return kind, item
    where, finding, grade = found
    if where == "sign":
        name = _SIGNS.get((finding.name, grade), "")
    elif kind == "sign" and finding.name == "weakness" and not grade:
        where, name = kind, "weakness"
    else:
        name = finding.name if grade in ("", "present") else ""
    if not name:
        return kind, item
    changed = {"name": name}
    if terms.fold(name) != words:
        changed["note"] = "; ".join(part for part in (item.note, item.name.strip()) if part)[:2000]
    return where, item.model_copy(update=changed)


def nearest_to(text: str) -> str:
    """Return the known word nearest to a text that :func:`read` does not know; empty where none is near.

    Examples
    --------
    >>> nearest_to("tinglin"), nearest_to("spinothalamic loss")
    ('tingling', '')
    """
    known = [word for kind in ("symptom", "sign") for word in terms.words(kind)]
    return next(iter(get_close_matches(terms.fold(text)[:LONGEST_NAME], known, n=1, cutoff=_CLOSE)), "")
