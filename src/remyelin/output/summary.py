"""Summary of a course in plain JSON-ready data, for the terminal, the page and ``summary.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from remyelin.base import plain
from remyelin.base.plain import percent
from remyelin.cobalamin import in_words
from remyelin.evidence import Entry, Ledger, printed
from remyelin.evidence.entries import KINDS, LAYERS
from remyelin.output.answer import told
from remyelin.output.biomarkers import biomarkers, readings
from remyelin.output.chances import beside, mental
from remyelin.output.doubt import doubts
from remyelin.output.figures.course import label_of
from remyelin.output.figures.outlook import forecast_summary, recovery_summary
from remyelin.output.findings import cognition, signs, studies, symptoms
from remyelin.output.formatting import number
from remyelin.output.records import (
    AssumedRow,
    PersonRow,
    RestsOn,
    Summary,
)
from remyelin.output.reported import noticed_from, reported
from remyelin.output.rows import nerve_report
from remyelin.person.answer import Answer, answer_of
from remyelin.person.conditioned import MOVED
from remyelin.person.course import DISCLAIMER, Course
from remyelin.person.inference.answer import silence
from remyelin.person.inference.resembling import FINDINGS
from remyelin.person.person import Fact

SCHEMA: Final = "remyelin-summary/2"

_UNITS = {"1": "x", "-": "", "C": "°C"}  # a factor of the typical person's, a share


def summarise(course: Course) -> Summary:
    """Return the summary of a course; nothing in it depends on the clock.

    Parameters
    ----------
    course : Course

    Returns
    -------
    Summary
        Plain data that JSON can hold, described in :mod:`remyelin.output.records`.
    """
    case, provenance = course.case, course.provenance
    used = provenance.used
    found = answer_of(course)
    answer = told(found)
    rows = symptoms(course)
    named = [
        case.citation,
        *(k for e in used for k in e.source),
        *(k for row in rows for k in row["sources"]),
    ]
    cited = list(dict.fromkeys(key for key in named if key))
    return {
        "schema": SCHEMA,
        "version": provenance.version,
        "disclaimer": DISCLAIMER,
        "seed": provenance.seed,
        "exact": provenance.exact,
        "overrides": {name: str(value) for name, value in provenance.overrides.items()},
        "case": {
            "name": case.name,
            "title": case.title,
            "kind": case.kind,
            "coexisting": list(case.coexisting),
            "summary": case.summary,
            "outcome": case.outcome,
            "citation": printed(case.citation),
            "key": case.citation,
        },
        "person": _person(course),
        "not_stated": _not_stated(course),
        "treatment": [
            f"{in_words(item.regimen, Ledger.shipped())}, from {label_of(item.start)}"
            for item in case.treatment
        ],
        "dates": [{"day": date, "label": label_of(date)} for date in course.studies],
        "biomarkers": biomarkers(course),
        "readings": readings(course),
        "potassium": None
        if course.potassium_days is None
        else (
            f"Severe anaemia is being treated: labels ask to watch serum potassium from day "
            f"{course.potassium_days[0]:g} to day {course.potassium_days[1]:g}."
        ),
        "studies": studies(course),
        "nerve_report": nerve_report(course),
        "symptoms": rows,
        "signs": signs(course),
        "cognition": cognition(course),
        "beside": beside(course),
        "mental": mental(course),
        "presence": noticed_from(course),
        "alike": _alike(course, found, answer["items"][0]["value"]),
        "reported": reported(course),
        "reported_note": _reported_note(course),
        "answer": answer,
        "forecast": forecast_summary(answer),
        "doubts": doubts(course),
        "recovery": recovery_summary(course, answer),
        "rests_on": _rests_on(used),
        "assumed": [_assumed(entry) for entry in used if entry.kind == "assumed"],
        "citations": [printed(key) for key in cited],
        "footnotes": {key: number for number, key in enumerate(cited, 1)},
    }


def _reported_note(course: Course) -> str:
    if course.resembling is not None:
        used = (
            "Laboratory values, symptoms, signs and their beginnings were all used to find persons who resemble this "
            "one, so that their agreement is no test; the course after presentation is the model's."
        )
        return f"{used} {silence(course.resembling.posterior)}".strip()
    free = "symptoms, signs and their beginnings were not used, and there the model can be wrong."
    if any(basis_of(fact) == "placed" for fact in course.person.facts):
        placed = "Laboratory values placed this person on the model's curve, so their agreement is no test"
    else:
        placed = "No laboratory value placed this person: values that the source does not state are priors"
    return f"{placed}; {free}"


def _alike(course: Course, answer: Answer, told_now: str) -> str:
    """Say that tables show one person, and where its disability lies among those simulated like it."""
    own, points = int(course.data["disability"].isel(plan=0).sel(time=0.0)), answer.now.points
    inside = round(points.low) <= own <= round(points.high)
    expected = "with the traits that are expected"
    if course.resembling is not None:
        expected = (
            "the most probable one with these findings that is about as disabled as the middle of the others"
        )
    return (
        f"The tables show one simulated person, {expected}: {own} of 16 points at presentation. "
        f"Persons simulated like it, each with traits and a parameter set of its own, have {told_now}"
        f"{'' if inside else '; the person of the tables lies outside that range'}."
    )


def _person(course: Course) -> list[PersonRow]:
    rows: list[PersonRow] = [{"name": "sex", "shown": course.person.sex, "basis": "stated"}]
    stated = "stated" if course.case.kind == "case" else "set by the scenario"
    rows[0]["basis"] = stated
    for fact in course.person.facts:
        basis = stated
        if fact.basis == "prior":
            basis = "not stated; usual value"
            if fact.low is not None:
                span = _with_unit(f"{number(fact.low)} to {number(fact.high)}", fact.unit)
                basis = f"not stated; usual value, {span}"
        elif basis_of(fact) == "expected":
            basis = "expected of somebody who is found ill on this day"
        elif fact.basis == "placed":
            basis = "placed by the laboratory values of the case"
        elif fact.basis == FINDINGS:
            basis = "placed by the findings and the laboratory values of the case"
        rows.append(
            {
                "name": fact.name,
                "shown": _with_unit(number(fact.value), fact.unit),
                "basis": basis,
                "value": plain.number(fact.value, 6),
                "unit": fact.unit,
                "entry": fact.entry if fact.basis == "prior" else "",
            }
        )
    return rows


def basis_of(fact: Fact) -> str:
    """Return the basis of a fact; "expected" for a susceptibility, which no laboratory value places.

    It is that of the persons who are found on the day of presentation (:mod:`remyelin.person.conditioned`).
    """
    moved = {f"spread.{name}" for name in MOVED}
    return "expected" if fact.basis == "placed" and fact.entry in moved else fact.basis


def _with_unit(shown: str, unit: str) -> str:
    """Write a number of a person with its unit; a factor of the typical one as x, a share without any."""
    return f"{shown} {_UNITS.get(unit, unit)}".strip()


def _not_stated(course: Course) -> list[str]:
    case = course.case
    lines = []
    if not case.cause.stated or case.cause.note:
        lines.append(f"cause ({case.cause.kind}): {case.cause.note or 'assumed'}")
    lines += [
        f"treatment ({in_words(item.regimen, Ledger.shipped()).split(': ')[0]}): {item.note or 'assumed'}"
        for item in case.treatment
        if not item.stated or item.note
    ]
    if case.labs.note:
        lines.append(f"laboratory values: {case.labs.note}")
    lines += [
        f"{fact.name}: {_with_unit(number(fact.value), fact.unit)}, the usual value"
        for fact in course.person.facts
        if fact.basis == "prior"
    ]
    return lines


def _rests_on(used: tuple[Entry, ...]) -> RestsOn:
    kinds = Counter(entry.kind for entry in used)
    layers: list[dict[str, str | int]] = [
        {"layer": layer, **{kind: count for kind, count in _by_kind(used, layer)}}
        for layer in LAYERS
        if any(entry.layer == layer for entry in used)
    ]
    share = kinds["assumed"] / len(used)
    sentence = (
        f"This run used {len(used)} entries of the evidence ledger, of which {kinds['assumed']} ({percent(share)}) are "
        "assumptions with a range: nobody has measured them. They are densest where myelin meets deficiency and where "
        "a pathway's state becomes a symptom."
    )
    return {
        "entries": len(used),
        "kinds": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
        "layers": layers,
        "sentence": sentence,
    }


def _by_kind(used: tuple[Entry, ...], layer: str) -> Iterator[tuple[str, int]]:
    for kind in KINDS:
        yield kind, sum(entry.layer == layer and entry.kind == kind for entry in used)


def _assumed(entry: Entry) -> AssumedRow:
    value = "table" if entry.value is None else entry.value
    shown = (
        ", ".join(number(v) for v in value)
        if isinstance(value, tuple)
        else (value if isinstance(value, str) else number(value))
    )
    low, high = entry.range or (None, None)
    span = f"{number(low)} to {number(high)}" if entry.range else ""
    return {"name": entry.name, "value": shown, "range": span, "unit": entry.unit, "note": entry.note}
