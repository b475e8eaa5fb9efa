"""The nineteen symptoms of the lay article: names, pathways, mechanisms, how often, and what is computed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from remyelin.evidence import Entry, Ledger

STATUSES: Final = ("computed", "outside the model")
KINDS: Final = ("negative", "positive", "central", "secondary")


@dataclass(frozen=True, slots=True)
class Symptom:
    """One symptom.

    Attributes
    ----------
    number : int
        Place in the article's list, from 1.
    id, name, article : str
        Identifier, usual name, and how the article words it.
    hpo : tuple of (str, str)
        Terms of the Human Phenotype Ontology, the first the closest: identifier and label.
    pathways : tuple of str
        Pathways it depends on; empty where none is modelled.
    kind : {"negative", "positive", "central", "secondary"}
        Loss of function, excess of it, network, or by way of something else.
    mechanism : str
        One sentence.
    status : {"computed", "outside the model"}
        Whether :func:`remyelin.clinic.symptoms` returns it.
    reason : str
        Why it is outside the model; empty where it is computed.
    correction : str
        Where the article is wrong or loose, or what is not known; may be empty.
    frequency : Entry or None
        Percentage of patients with it, with its source; None where no number was found.
    """

    number: int
    id: str
    name: str
    article: str
    hpo: tuple[tuple[str, str], ...]
    pathways: tuple[str, ...]
    kind: str
    mechanism: str
    status: str
    reason: str
    correction: str
    frequency: Entry | None


def catalogue(ledger: Ledger) -> tuple[Symptom, ...]:
    """Return the symptoms in the order of the article.

    Parameters
    ----------
    ledger : Ledger
        Where the frequencies stand.

    Returns
    -------
    tuple of Symptom
        Nineteen of them.
    """
    frequencies = ledger.group("clinic.frequency")
    return tuple(
        Symptom(
            number=number,
            id=text["id"],
            name=text["name"],
            article=text["article"],
            hpo=tuple((identifier, label) for identifier, label in text["hpo"]),
            pathways=tuple(text["pathways"]),
            kind=text["kind"],
            mechanism=text["mechanism"],
            status=text["status"],
            reason=text.get("reason", ""),
            correction=text["correction"],
            frequency=frequencies.get(text["id"]),
        )
        for number, text in enumerate(_texts(), start=1)
    )


@cache
def _texts() -> tuple[dict[str, Any], ...]:
    text = files("remyelin.clinic").joinpath("symptoms.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["symptom"])
