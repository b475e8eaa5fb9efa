"""The nineteen symptoms as rows, as text for the terminal, and as a page each for the documentation."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.catalogue.pathways import words
from remyelin.evidence import Entry, Ledger, load_references
from remyelin.evidence.catalogue import Symptom, catalogue
from remyelin.evidence.targets import Target
from remyelin.output.formatting import number
from remyelin.person.record import terms

ASSUMED: Final = "assumed"
TIERS: Final = {
    "mechanism": "computed from the conduction of its pathways",
    "association": "a probability from published frequencies; no mechanism is claimed",
    "no evidence": "no evidence that deficiency causes it",
}
CAUTION: Final = "A research and teaching model, never medical advice; treatment should not be delayed."
INDEX: Final = (
    "A frequency is that of one published series of patients, or of the general population where it is said. "
    "The range is the 95 % interval of the counts where they are known."
)
_WIDTH: Final = 100
_KEY: Final = re.compile(r"\b[a-z]\w+\b")


def severity_word(severity: float, presence: float | None = None) -> str:
    """Return the word of a severity of 0 to 1, by the limits of the ledger's ``record.grades``.

    Parameters
    ----------
    severity : float
    presence : float, optional
        Severity from which this person notices a symptom; the first of the limits when omitted.

    Examples
    --------
    >>> severity_word(0.0), severity_word(0.5), severity_word(0.12, 0.1)
    ('not noticed', 'moderate', 'mild')
    """
    grade = bisect_right(_grades(), severity)
    if presence is not None:
        grade = max(grade, 1) if severity >= presence else 0
    return ("not noticed", "mild", "moderate", "severe")[grade]


@cache
def _grades() -> tuple[float, ...]:
    return Ledger.shipped().vector("record.grades")


def entries(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the nineteen symptoms as JSON-ready rows.

    Returns
    -------
    list of dict
        ``number``, ``name`` (identifier), ``label``, ``tier``, ``frequency`` (None, or ``value``, ``low``, ``high``
        in %, ``kind``, ``mark``, ``population``, ``note``, ``row`` of the tables of published numbers and its
        ``role``), ``elsewhere`` (other published frequencies, alike), ``background`` (None, or the share of people
        with it whatever their vitamin), ``source`` (citations, or ``assumed``), ``hpo`` (identifier and label of each
        term), ``clock``.
    """
    return [_row(symptom) for symptom in catalogue(ledger)]


def _row(symptom: Symptom) -> dict[str, Any]:
    figures = [_figure(entry, row) for entry, row in symptom.figures]
    return {
        "number": symptom.number,
        "name": symptom.id,
        "label": symptom.name,
        "tier": symptom.tier,
        "frequency": figures[0] if figures else None,
        "elsewhere": figures[1:],
        "background": None if symptom.background is None else _everybody(symptom.background),
        "source": sources(symptom.frequency or symptom.background),
        "hpo": [{"id": identifier, "label": label} for identifier, label in symptom.hpo],
        "clock": symptom.clock,
    }


def _figure(entry: Entry, row: Target) -> dict[str, Any]:
    low, high = entry.range or (row.lower, row.upper)
    return {
        "value": entry.value,
        "low": low,
        "high": high,
        "unit": entry.unit,
        "kind": entry.kind,
        "mark": entry.mark,
        "population": entry.population,
        "note": entry.note,
        "row": row.name,
        "role": row.role,
    }


def _everybody(entry: Entry) -> dict[str, Any]:
    """Return a share of everybody as JSON-ready data, by age where the source says so."""
    low, high = entry.range or (None, None)
    by_age = {key: list(column) for key, column in entry.columns.items()}
    return {
        **(by_age or {"share": entry.value, "low": low, "high": high}),
        "unit": "%",
        "kind": entry.kind,
        "mark": entry.mark,
        "population": entry.population,
        "note": entry.note,
        "source": sources(entry),
    }


def sources(entry: Entry | None) -> list[str]:
    """Return the citations behind a share of people; the word ``assumed`` where there is none."""
    if entry is None or not entry.source:
        return [ASSUMED]
    references = load_references()
    texts = [cited(str(references[key])) for key in entry.source]
    recalled = entry.mark == "recall"
    return [f"{text} (recalled from memory)" if recalled and "memory" not in text else text for text in texts]


def cited(note: str) -> str:
    """Return a note of the ledger with authors and year in place of the keys of sources.

    Examples
    --------
    >>> cited('in another survey (kurland2012)')
    'in another survey (subjective memory complaints in 499 people of 65 years and over)'
    """
    known = load_references()
    return _KEY.sub(lambda key: known[key[0]].short if key[0] in known else key[0], note)


def listing(ledger: Ledger) -> str:
    """Return the symptoms as text, by tier."""
    lines: list[str] = []
    found = catalogue(ledger)
    for tier, meaning in TIERS.items():
        lines += ["", f"{tier.upper()}: {meaning}"]
        for symptom in found:
            if symptom.tier == tier:
                shown = _indexed(symptom)
                lines.append(f"  {symptom.number:2} {symptom.name:38} {shown:34} {symptom.hpo[0][0]}")
    lines += ["", "`remyelin symptoms NAME` explains one, by its number, name or identifier."]
    return "\n".join(lines[1:])


def share(entry: Entry | None) -> str:
    """Return a frequency in words: ``93 % (77 to 98)``."""
    if entry is None or not isinstance(entry.value, float):
        return "no frequency found"
    low, high = entry.range or (entry.value, entry.value)
    memory = ", recalled from memory" if entry.mark == "recall" else ""
    return f"{number(entry.value, 2)} % ({number(low, 2)} to {number(high, 2)}){memory}"


def named(name: str, ledger: Ledger) -> Symptom:
    """Return the symptom of a number, a name, an identifier or another word for it.

    Raises
    ------
    InputError
        If there is none; the nearest name is given.
    """
    found = catalogue(ledger)
    wanted = name.strip().casefold()
    for symptom in found:
        if wanted in (str(symptom.number), symptom.id, symptom.name.casefold()):
            return symptom
    read = terms.finding("symptom", name)
    by_id = {symptom.id: symptom for symptom in found}
    if read is not None and read.name in by_id:
        return by_id[read.name]
    also = [word for word in terms.words("symptom") if _names(word).name in by_id]
    hint = nearest(wanted, {*by_id, *also})
    if not hint.startswith("did you mean"):
        hint = nearest(wanted, by_id)
    raise InputError(f"no symptom named {name!r}; {hint}")


def _names(word: str) -> terms.Finding:
    found = terms.finding("symptom", word)
    assert found is not None
    return found


def described(symptom: Symptom) -> str:
    """Return one symptom as text for the terminal."""
    lines = [f"{symptom.number}. {symptom.name} ({symptom.tier})"]
    for heading, paragraphs in _parts(symptom):
        lines += ["", heading.upper()]
        lines += [
            textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
            for text in paragraphs
        ]
    return "\n".join(lines)


def page(symptom: Symptom) -> str:
    """Return the page of one symptom in the documentation, as Markdown."""
    lines = [f"# {symptom.name}", "", f"Tier: **{symptom.tier}** ({TIERS[symptom.tier]}). {CAUTION}"]
    for heading, paragraphs in _parts(symptom):
        lines += ["", f"## {heading}"]
        for text in paragraphs:
            # a line that began with % would be a comment of the page
            filled = textwrap.fill(text.replace(" %", "\0%"), _WIDTH, break_on_hyphens=False)
            lines += ["", filled.replace("\0%", " %")]
    return "\n".join(lines) + "\n"


def write_pages(folder: Path, ledger: Ledger) -> None:
    """Write a page a symptom, and an index of them, into a folder.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    found = catalogue(ledger)
    index = ["# The nineteen symptoms", "", CAUTION, "", textwrap.fill(INDEX, _WIDTH), ""]
    for tier, meaning in TIERS.items():
        index += [
            f"## {tier.capitalize()}: {meaning}",
            "",
            "| no. | symptom | published frequency (range) |",
            "| --- | --- | --- |",
        ]
        index += [
            f"| {symptom.number} | [{symptom.name}]({symptom.id}.md) | {_indexed(symptom)} |"
            for symptom in found
            if symptom.tier == tier
        ]
        index.append("")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for symptom in found:
            (folder / f"{symptom.id}.md").write_text(page(symptom), encoding="utf-8")
        (folder / "README.md").write_text("\n".join(index), encoding="utf-8")
    except OSError as error:
        raise InputError(f"--pages {folder}: {error.strerror}; give a folder that can be written.") from None


def _parts(symptom: Symptom) -> Sequence[tuple[str, Sequence[str]]]:
    terms = ", ".join(f"{label} ({identifier})" for identifier, label in symptom.hpo)
    mechanism = [symptom.mechanism]
    if symptom.pathways:
        mechanism.append(f"Pathways: {', '.join(map(words, symptom.pathways))}.")
    return (
        (
            "Clinical picture",
            (
                symptom.picture,
                f'The article words it "{symptom.article}". Terms of the Human Phenotype Ontology: {terms}.',
            ),
        ),
        ("Mechanism", mechanism),
        ("Numbers", _numbers(symptom)),
        ("Recovery under treatment", (symptom.clock,)),
        ("Common other causes", (symptom.causes,)),
        ("Not known", (symptom.unknown,)),
        *((("Correction of the article", (symptom.correction,)),) if symptom.correction else ()),
    )


def _indexed(symptom: Symptom) -> str:
    """Return the share of a list of symptoms: of patients, or of everybody where deficiency is no cause."""
    if symptom.tier == "no evidence":
        return f"{share(symptom.background)} of the general population"
    return share(symptom.frequency)


def _numbers(symptom: Symptom) -> Sequence[str]:
    lines = []
    for place, (entry, row) in enumerate(symptom.figures):
        low, high = entry.range or (row.lower, row.upper)
        whom = f" of {entry.population}" if entry.population else ""
        value = f"{entry.value:.3g} % ({low:.3g} to {high:.3g})"
        lines.append(
            f"{'Another figure: ' if place else ''}{value}{whom}: {cited(entry.note)}. "
            f"Row `{row.name}` ({row.role}). Source: {'; '.join(sources(entry))}."
        )
    if not lines and symptom.tier == "mechanism":
        lines.append(
            "No frequency among deficient people was found: how often the model gives it is assumed."
        )
    elif not lines:
        lines.append("No frequency among deficient people was found.")
    if symptom.background is not None:
        lines.append(_whatever(symptom.background))
    return lines


def _whatever(entry: Entry) -> str:
    """Return how common a symptom is in everybody, as a sentence with its source."""
    if entry.columns:
        ages = zip(*(entry.columns[key] for key in ("age", "share", "low", "high")), strict=True)
        shown = ", ".join(f"{at:g} % ({low:g} to {high:g}) at {age:g} years" for age, at, low, high in ages)
    else:
        shown = share(entry)
    whom = f", {entry.population}" if entry.population else ""
    note = f" ({cited(entry.note)})" if entry.note else ""
    return f"In the general population: {shown}{whom}{note}. Source: {'; '.join(sources(entry))}."
