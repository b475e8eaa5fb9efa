"""The nineteen symptoms of the lay article: names, tier, pathways, mechanism, frequency, clock of recovery."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from remyelin.evidence.entries import Entry
from remyelin.evidence.ledger import Ledger
from remyelin.evidence.targets import Target, load_published

TIERS: Final = ("mechanism", "association", "no evidence")
"""Basis of the answer to a symptom: its wires, published frequencies, or nothing that points to deficiency."""

ROW: Final = "row: "
"""Beginning of the locator of a frequency, before the name of its row."""

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
        Pathways it is computed from; empty outside the tier ``mechanism``.
    kind : {"negative", "positive", "central", "secondary"}
        Loss of function, excess of it, network, or by way of something else.
    tier : {"mechanism", "association", "no evidence"}
        ``mechanism``: :func:`remyelin.clinic.symptoms` returns a severity. ``association``:
        :mod:`remyelin.clinic.association` returns a probability. ``no evidence``: the background rate alone.
    mechanism : str
        The mechanism in the model, or what is known of one.
    picture : str
        The clinical picture.
    clock : str
        Course after treatment begins.
    unknown : str
        Open questions.
    causes : str
        Common other causes.
    correction : str
        Errors of the article and limits of the evidence; may be empty.
    frequency : Entry or None
        Percentage of patients with it, with its source; None where no number was found.
    background : Entry or None
        Percentage of people with it whatever their vitamin; None of the tier ``mechanism``.

    Examples
    --------
    >>> from remyelin import Ledger, clinic
    >>> clinic.catalogue(Ledger.shipped())[0].name
    'Pins and needles'
    """

    number: int
    id: str
    name: str
    article: str
    hpo: tuple[tuple[str, str], ...]
    pathways: tuple[str, ...]
    kind: str
    tier: Literal["mechanism", "association", "no evidence"]
    mechanism: str
    picture: str
    clock: str
    unknown: str
    causes: str
    correction: str
    frequency: Entry | None
    background: Entry | None

    @property
    def figures(self) -> tuple[tuple[Entry, Target], ...]:
        """Every published frequency with the row that holds it against a virtual series, the main one first.

        Examples
        --------
        >>> from remyelin import Ledger, clinic
        >>> gait = next(item for item in clinic.catalogue(Ledger.shipped()) if item.id == "gait")
        >>> [(entry.value, row.name) for entry, row in gait.figures][:2]
        [(100.0, 'gait_scd'), (77.0, 'gait_hassing')]
        """
        if self.frequency is None:
            return ()
        rows = {row.name: row for row in load_published()}
        entries = (self.frequency, *self.frequency.alternatives.values())
        return tuple((entry, rows[entry.locator.removeprefix(ROW)]) for entry in entries)


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

    Examples
    --------
    >>> from remyelin.evidence import Ledger
    >>> [symptom.id for symptom in catalogue(Ledger.shipped()) if symptom.tier == "no evidence"]
    ['tinnitus', 'cramps', 'back_pain']
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
            tier=text["tier"],
            mechanism=text["mechanism"],
            picture=text["picture"],
            clock=text["clock"],
            unknown=text["unknown"],
            causes=text["causes"],
            correction=text["correction"],
            frequency=frequencies.get(text["id"]),
            background=ledger.entry(f"background.{text['id']}")
            if f"background.{text['id']}" in ledger
            else None,
        )
        for number, text in enumerate(_texts(), start=1)
    )


@cache
def _texts() -> tuple[dict[str, Any], ...]:
    text = files("remyelin.evidence").joinpath("data", "symptoms.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["symptom"])
