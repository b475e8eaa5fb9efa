"""Conditions of a person beside the deficiency, and the words that affirm or deny them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from remyelin.person.outside import PREGNANCY
from remyelin.person.record.terms import fold

#: Other conditions that bring findings of their own (`record.background.*` in the ledger).
CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "diabetes": ("diabetic", "niddm", "iddm", "t1dm", "t2dm"),
    "alcohol": ("alcoholism",),
    "chemotherapy": (),
    "cervical myelopathy": ("spondylotic myelopathy", "cervical stenosis", "spinal stenosis"),
    "renal failure": ("kidney failure", "chronic kidney disease", "ckd"),
}
#: States of a person of which the model knows nothing.
OUTSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    PREGNANCY: ("pregnancy", "pregnant", "gravid", "gravidity", "breastfeeding", "lactation"),
    "an inborn defect of cobalamin": (
        "inborn error of metabolism",
        "inborn error of cobalamin metabolism",
        "cobalamin c disease",
        "cblc",
        "methylmalonic acidaemia",
        "methylmalonic acidemia",
        "transcobalamin deficiency",
        "transcobalamin ii deficiency",
        "imerslund",
    ),
}
#: Names of the disease itself, which is what the model computes.
_ITSELF: Final = re.compile(
    r"\b(?:b ?12|cobalamin) deficien|\bcombined degeneration|\bfunicular|\bmegaloblastic|\bmacrocytic|\bb ?12 neuropath"
)
_ABSENT: Final = re.compile(
    r"^(?:no|not(?! (?:sure|certain|clear|known|excluded|ruled out))|non(?= (?:diabetic|pregnant))|without|denies|never"
    r"|negative for|ruled out|excluded|family history)\b"
)
_CONTRAST: Final = re.compile(r";|\b(?:but|however|although)\b")
_CLAUSE: Final = re.compile(rf"[,.:]|\band\b|{_CONTRAST.pattern}")


def affirmed(text: str) -> str:
    """Return a text without its denials and its statements on the family; empty where no more is left.

    Examples
    --------
    >>> affirmed("No diabetes, no CKD"), affirmed("no diabetes but alcohol excess"), affirmed("not sure: diabetic?")
    ('', 'alcohol excess', 'not sure: diabetic?')
    """
    return " ".join(_clauses(text, _CONTRAST))


def _clauses(text: str, ends: re.Pattern[str]) -> list[str]:
    parts = (part.strip() for part in ends.split(fold(text)))
    return [part for part in parts if part and not _ABSENT.match(part)]


def is_the_disease(text: str) -> bool:
    """Return whether a text names the deficiency or its disease of cord, nerves and blood.

    Examples
    --------
    >>> is_the_disease("Vitamin B-12 deficiency"), is_the_disease("subacute combined degeneration of the cord")
    (True, True)
    """
    return bool(_ITSELF.search(fold(text)))


def condition_of(name: str) -> str | None:
    """Return the condition of a name, or the one named within longer words; None for none.

    Examples
    --------
    >>> condition_of("Type 2 diabetes mellitus"), condition_of("CKD stage 3"), condition_of("diabetes insipidus")
    ('diabetes', 'renal failure', None)
    """
    return None if "insipidus" in fold(name) else _within(CONDITIONS, name)


def outside_of(name: str) -> str | None:
    """Return the state of :data:`OUTSIDE` that a condition names, also within longer words, if it is not denied.

    A denial ends with its clause, so that nobody in such a state is missed.

    Examples
    --------
    >>> outside_of("No contraception, pregnancy possible"), outside_of("not pregnant"), outside_of("diabetes")
    ('pregnancy and breastfeeding', None, None)
    """
    return next((found for part in _clauses(name, _CLAUSE) if (found := _within(OUTSIDE, part))), None)


def _within(table: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    wanted = f" {re.sub('[^a-z0-9]+', ' ', fold(name))} "
    return next(
        (key for key, also in table.items() if any(f" {word} " in wanted for word in (key, *also))), None
    )
