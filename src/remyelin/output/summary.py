"""A course in plain JSON-ready data: what the terminal prints, the page shows and ``summary.json`` keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from remyelin.base import plain
from remyelin.cobalamin import in_words
<<<<<<< HEAD
from remyelin.evidence import Entry, Ledger, load_references, printed
from remyelin.evidence.catalogue import Symptom
from remyelin.evidence.ledger import KINDS, LAYERS
=======
from remyelin.evidence import Entry, Ledger, printed
from remyelin.evidence.entries import KINDS, LAYERS
>>>>>>> main
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
from remyelin.person.course import DISCLAIMER, Course
from remyelin.person.inference.answer import silence
from remyelin.person.inference.resembling import FINDINGS

SCHEMA: Final = "remyelin-summary/2"

_UNITS = {"1": "x", "-": ""}  # a factor of the typical person's, a share


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
    symptoms = _symptoms(course)
    shown = [
        case.citation,
        *(k for e in used for k in e.source),
        *(k for row in symptoms for k in row["sources"]),
    ]
    cited = list(dict.fromkeys(key for key in shown if key))
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
<<<<<<< HEAD
        "symptoms": symptoms,
        "signs": _signs(course),
        "cognition": _cognition(course),
=======
        "symptoms": symptoms(course),
        "signs": signs(course),
        "cognition": cognition(course),
>>>>>>> main
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
            "one, so that their agreement is no test; what follows after presentation is the model's."
        )
        return f"{used} {silence(course.resembling.posterior)}".strip()
    free = "symptoms, signs and their beginnings were not used, and there the model can be wrong."
    if any(fact.basis == "placed" for fact in course.person.facts):
        placed = "Laboratory values placed this person on the model's curve, so their agreement is no test"
    else:
        placed = "No laboratory value placed this person: what the source does not state is a prior"
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
            span = _with_unit(f"{number(fact.low)} to {number(fact.high)}", fact.unit)
            basis = f"not stated; prior {span} ({fact.entry})"
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
            }
        )
    return rows


def _with_unit(shown: str, unit: str) -> str:
    """Write a number of a person with its unit; a factor of the typical one as x, a share without any."""
    return f"{shown} {_UNITS.get(unit, unit)}".strip()


def _not_stated(course: Course) -> list[str]:
    case = course.case
    lines = []
    if not case.cause.stated or case.cause.note:
        lines.append(f"cause ({case.cause.kind}): {case.cause.note or 'assumed'}")
    lines += [
        f"treatment ({in_words(item.regimen, Ledger.shipped())}): {item.note or 'assumed'}"
        for item in case.treatment
        if not item.stated or item.note
    ]
    if case.labs.note:
        lines.append(f"laboratory values: {case.labs.note}")
    lines += [
        f"{fact.name}: {_with_unit(number(fact.value), fact.unit)} is a prior"
        for fact in course.person.facts
        if fact.basis == "prior"
    ]
    return lines


<<<<<<< HEAD
def _readings(course: Course) -> list[ReadingRow]:
    """What published limits say of the biomarkers at each date; the sources of the limits."""
    references = load_references()
    rows: list[ReadingRow] = []
    for items in zip(*course.readings.values(), strict=True):
        first = items[0]
        limits = " and ".join(number(limit) for limit in first.limits)
        source = "; ".join(references[key].printed for key in first.source)
        rows.append(
            {
                "name": first.marker,
                "label": MARKERS[first.marker].title,
                "limits": f"{limits} {first.unit}".removesuffix(" 1").removesuffix(" -"),
                "verdicts": [item.verdict for item in items],
                "cites": list(first.source),
                "source": f"{source} ({first.locator})" if first.locator else source,
            }
        )
    return rows


def _biomarkers(course: Course) -> list[BiomarkerRow]:
    given = course.data.isel(plan=0)
    rows: list[BiomarkerRow] = []
    for name in STATUS:
        at = [plain.number(given[name].sel(time=date), 6) for date in course.studies]
        sample = [plain.number(value, 6) for value in course.samples["SI"][name]]
        other = course.samples["conventional"][name]
        unit = other.attrs["units"]
        rows.append(
            {
                "name": name,
                "label": MARKERS[name].title,
                "values": at,
                "unit": given[name].attrs["units"],
                "sample": sample,
                "sample_below_limit": _below_limit(course.samples["SI"], name),
                "conventional": {
                    "unit": unit,
                    "values": [None if v is None else plain.number(v / per_unit(name, unit), 6) for v in at],
                    "sample": [plain.number(value, 6) for value in other],
                },
            }
        )
    for name in BLOOD:
        at = [plain.number(given[name].sel(time=date), 6) for date in course.studies]
        rows.append(
            {"name": name, "label": MARKERS[name].title, "values": at, "unit": given[name].attrs["units"]}
        )
    for compartment in given.compartment.values.tolist():
        phi = given["methylation"].sel(compartment=compartment)
        at = [plain.number(phi.sel(time=date), 6) for date in course.studies]
        label = f"Methylation potential, {compartment}"
        rows.append(
            {
                "name": f"methylation_{compartment}",
                "label": label,
                "values": at,
                "unit": "of replete",
            }
        )
    return rows


def _studies(course: Course) -> list[StudyRow]:
    """One row per assessed quantity, with its value, z and flag at every date and in health."""
    rows: list[StudyRow] = []
    for reference in course.healthy.rows:
        for position, norm in enumerate(reference.assessed):
            cells: list[StudyCell] = []
            for studies in course.studies.values():
                found = studies.row(reference.study, reference.site).assessed[position]
                flag = "" if found.flag == "normal" else found.flag
                value = None if found.value is None else plain.number(found.value, 6)
                cells.append(
                    {"value": value, "z": None if found.z is None else plain.number(found.z, 3), "flag": flag}
                )
            normal = (
                f"{np.exp(norm.mean):.3g} (factor {np.exp(norm.sd):.2g})"
                if norm.logarithmic
                else f"{norm.mean:.3g} ({norm.sd:.2g})"
            )
            rows.append(
                {
                    "study": words(reference.study),
                    "site": reference.site,
                    "label": f"{words(reference.study)}, {reference.site}: {named(norm.quantity)}",
                    "quantity": f"{reference.site}, {named(norm.quantity)}",
                    "unit": norm.unit,
                    "normal": normal,
                    "limit": plain.number(norm.limit, 6),
                    "healthy": None if norm.value is None else plain.number(norm.value, 6),
                    "values": cells,
                }
            )
    return rows


def _symptoms(course: Course) -> list[SymptomRow]:
    severity = course.data["severity"].isel(plan=0)
    rows: list[SymptomRow] = []
    for item in course.symptoms:
        computed = item.id in severity.symptom.values
        at = (
            [float(f"{float(severity.sel(symptom=item.id, time=date)):.4g}") for date in course.studies]
            if computed
            else []
        )
        rows.append(
            {
                "name": item.id,
                "label": item.name,
                "tier": item.tier,
                "values": at,
                "picture": item.picture,
                "mechanism": item.mechanism,
                "pathways": [pathway_label(name) for name in item.pathways],
                "kind": item.kind,
                **of_symptom(course, item.id),
                "clock": item.clock,
                "unknown": item.unknown,
                "causes": item.causes,
                "frequency": _frequency(item),
                "sources": list(dict.fromkeys(key for entry, _ in item.figures for key in entry.source)),
                "hpo": [list(pair) for pair in item.hpo],
                "correction": item.correction,
            }
        )
    return rows


def _frequency(item: Symptom) -> str:
    """How often published series found it, and of whom: ``93 % (77 to 98) of 28 patients; elsewhere 97 %``."""
    entry = item.frequency
    if entry is None or not isinstance(entry.value, float):
        return "not found"
    low, high = entry.range or (None, None)
    shown = f"{number(entry.value, 2)} % ({number(low, 2)} to {number(high, 2)})"
    if entry.population:
        shown += f" of {entry.population}"
    if entry.mark == "recall":
        shown += ", from memory"
    others = sorted({other.value for other, _ in item.figures[1:] if isinstance(other.value, float)})
    if not others:
        return shown
    reach = number(others[0], 2) if len(others) == 1 else f"{number(others[0], 2)} to {number(others[-1], 2)}"
    return f"{shown}; elsewhere {reach} %"


SIGNS = (
    ("vibration_loss", "Vibration sense of the legs, share lost"),
    ("ankle_jerk", "Ankle jerk (0 absent, 2 normal, 4 greatly increased)"),
    ("knee_jerk", "Knee jerk"),
    ("biceps_jerk", "Biceps jerk"),
    ("romberg", "Romberg sign"),
    ("babinski", "Babinski sign"),
    ("power_leg", "Power of the leg as a whole (MRC grade, 5 normal, 0 none)"),
    ("power_arm", "Power of the arm as a whole"),
    ("acuity", "Visual acuity, each eye (decimal, 1 is 20/20)"),
    ("p300_delay", "P300, later than in health by (ms; number of crossings assumed)"),
    ("scale_rankin", "Modified Rankin scale (0 no symptom, 5 needs constant care)"),
    ("disability", "Functional disability (0 to 16), the sum of its items:"),
    ("scale_gait", "gait (0 to 4)"),
    ("scale_sensory", "sensory (0 to 3)"),
    (
        "scale_mental",
        "mental (0 to 3; points that are more likely than not, from published frequencies)",
    ),
    ("scale_neuropathy", "neuropathy (0 to 3)"),
    ("scale_pyramidal", "pyramidal (0 to 3)"),
)


def _signs(course: Course) -> list[SignRow]:
    """What an examination would find at each date."""
    given = course.data.isel(plan=0)
    rows: list[SignRow] = []
    for name, label in SIGNS:
        found = [given[name].sel(time=date).item() for date in course.studies]
        shown = [("present" if v else "absent") if isinstance(v, bool) else _plain(v) for v in found]
        if name == "acuity":
            shown = [_snellen(value) for value in found]
        rows.append({"name": name, "label": label, "values": [float(v) for v in found], "shown": shown})
    return rows


def _plain(value: float) -> str:
    """Two decimals at most; what is as good as nothing is 0."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _snellen(acuity: float) -> str:
    """Write a decimal acuity with its fraction: ``0.5 (20/40)``."""
    return f"{_plain(acuity)} (20/{20.0 / acuity:.0f})" if acuity > 0.02 else "below 0.02"


def _cognition(course: Course) -> Cognition:
    """Cognition as a whole, beside the symptoms it does not carry."""
    score = course.data["cognition"].isel(plan=0)
    return {
        "label": "Cognition as a whole, standard deviations from health",
        "values": [plain.number(score.sel(time=date), 3) for date in course.studies],
        "note": "Weak, and its size assumed: large trials that lowered homocysteine had no effect on cognition.",
    }


=======
>>>>>>> main
def _rests_on(used: tuple[Entry, ...]) -> RestsOn:
    kinds = Counter(entry.kind for entry in used)
    layers: list[dict[str, str | int]] = [
        {"layer": layer, **{kind: count for kind, count in _by_kind(used, layer)}}
        for layer in LAYERS
        if any(entry.layer == layer for entry in used)
    ]
    share = kinds["assumed"] / len(used)
    sentence = (
        f"This run used {len(used)} entries of the evidence ledger, of which {kinds['assumed']} ({share:.0%}) are "
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
