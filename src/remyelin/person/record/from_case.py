"""Records of old case files: laboratory values at presentation, findings in words, treatment as given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from remyelin.base.units import KINDS
from remyelin.evidence import Ledger
from remyelin.person.case import Case
from remyelin.person.case import Finding as CaseFinding
from remyelin.person.record import terms, wording
from remyelin.person.record.entries import CauseOf, Entry, NotUnderstood, Record, Stated, Treated

_POWER: Final = re.compile(r"\b([0-5])[+-]?/5")
_ARM: Final = re.compile(
    r"\b(arms?|hands?|fingers?|wrists?|elbows?|shoulders?|grips?|deltoid|biceps|triceps|upper (?:limbs?|extremit\w+))\b"
)
_LEG: Final = re.compile(r"\b(legs?|foot|feet|toes?|ankles?|knees?|hips?|lower (?:limbs?|extremit\w+))\b")
_LIMBS: Final = {"power_arm": _ARM, "power_leg": _LEG}
#: Coexisting diseases that bring findings of their own, as conditions of a record.
_CONDITIONS: Final = {
    "diabetic neuropathy": "diabetes",
    "alcohol neuropathy": "alcohol",
    "cervical stenosis": "cervical myelopathy",
}


def record_of_case(case: Case, source: str, ledger: Ledger) -> Record:
    """Return a case as a record; findings whose words are not understood are listed, not guessed.

    Parameters
    ----------
    case : Case
    source : str
        Name of the source in errors.
    ledger : Ledger

    Examples
    --------
    >>> from remyelin import Ledger, load_case
    >>> from remyelin.person.record import record_of_case
    >>> record = record_of_case(load_case('vegan-diet'), 'vegan-diet', Ledger.shipped())
    >>> record.cause.kind
    'vegan diet'
    """
    entries: list[Entry] = []
    left: list[NotUnderstood] = []
    for name in terms.LABS:
        value = getattr(case.labs, name)
        if value is not None and value > 0:
            text = f"{value:.4g} {KINDS[name].canonical}"
            entries.append(Entry(0, 0.0, "lab", name, value, text=text))
    for kind, findings in (("symptom", case.symptom), ("sign", case.sign)):
        for item in findings:
            made = list(_entries(kind, item))
            # sight reported as a symptom and measured as acuity is one finding
            known = {(one.kind, one.name, one.day, one.event) for one in entries}
            entries += [one for one in made if (one.kind, one.name, one.day, one.event) not in known]
            if not made:
                reason = f"the model computes no {kind} of these words"
                left.append(NotUnderstood(0, item.name, reason))
    cause = CauseOf(
        "unknown" if case.cause.kind != "none" and not case.cause.stated else case.cause.kind,
        case.cause.began if case.cause.stated else None,
        case.cause.ended if case.cause.stated else None,
        case.cause.hours_per_day,
        case.cause.inspired_fraction,
        case.cause.lost,
        case.cause.stated,
    )
    treatments = tuple(
        Treated(0, item.regimen, item.start, note="as assumed by the case" if not item.stated else "")
        for item in sorted(case.treatment, key=lambda item: item.start)
    )
    person = case.person
    stated = Stated(
        person.age,
        person.sex,
        person.height,
        person.weight,
        filtration=person.filtration,
        food_intake=case.intake.food,
    )
    found = "symptoms" if any(entry.kind in ("symptom", "sign") for entry in entries) else ""
    ordered = tuple(sorted(entries, key=lambda entry: entry.day))
    conditions = tuple(_CONDITIONS[name] for name in case.coexisting if name in _CONDITIONS)
    return Record(source, stated, cause, found, conditions, ordered, treatments, tuple(left))


def understood(kind: str, item: CaseFinding) -> bool:
    """Whether a ``symptom`` or ``sign`` of a case becomes an entry of its record.

    Parameters
    ----------
    kind : str
        "symptom" or "sign".
    item : Finding
        Of the case.

    Returns
    -------
    bool

    Examples
    --------
    >>> from remyelin import load_case
    >>> from remyelin.person.record import understood
    >>> case = load_case("stabler-2013")
    >>> all(isinstance(understood("symptom", item), bool) for item in case.symptom)
    True
    """
    return any(True for _ in _entries(kind, item))


def _entries(kind: str, item: CaseFinding) -> Iterator[Entry]:
    words = terms.fold(item.name)
    note = item.note[:60]
    if words in wording.SENTENCES:
        kind, name, grade = wording.SENTENCES[words]
        known = terms.finding(kind, name)
        assert known is not None
        yield Entry(0, 0.0, kind, name, levels=terms.levels_of(known, grade), text=grade, note=note)
        return
    if kind == "sign" and words in ("weakness", "power") and (by_limb := _powers(item.note)):
        for name, grade in by_limb.items():
            power = terms.SIGNS[name]
            yield Entry(0, 0.0, kind, power.name, levels=terms.levels_of(power, grade), text=grade, note=note)
        return
    read = wording.read(kind, item.name)
    if read is None:
        return
    kind, found, grade = read
    # what the model gives a probability of alone is compared in the answer of a case, and finds no person
    if found.type == "chance":
        return
    levels = terms.levels_of(found, grade or "present") or terms.levels_of(found, "impaired")
    if levels is None:
        return
    yield Entry(0, 0.0, kind, found.name, levels=levels, text=grade or "present", note=note)
    if item.began is not None and item.began < 0 and found.type == "severity":
        yield Entry(0, item.began, kind, found.name, event="began", text="began", note=note)


def _powers(note: str) -> dict[str, str]:
    """Return the grade of the weakest muscle, "0" to "5", by ``power_leg`` and ``power_arm``, as a note writes it.

    A note names its limbs before the grades or behind them, as its first word of either kind does; limbs that share a
    grade have it both. Without a limb a grade is of the leg.

    Examples
    --------
    >>> _powers("arms and legs 4/5"), _powers("4/5 in the arms, 2/5 in the legs")
    ({'power_arm': '4', 'power_leg': '4'}, {'power_arm': '4', 'power_leg': '2'})
    """
    text = note.casefold()
    words = [(at.start(), name, "limb") for name, limb in _LIMBS.items() for at in limb.finditer(text)]
    words += [(at.start(), at[1], "grade") for at in _POWER.finditer(text)]
    words.sort()
    groups: list[dict[str, set[str]]] = []
    before = ""
    for _, word, kind in words:
        if kind == words[0][2] and before != kind:
            groups.append({"limb": set(), "grade": set()})
        groups[-1][kind].add(word)
        before = kind
    found: dict[str, str] = {}
    for group in groups:
        for name in (group["limb"] or {"power_leg"}) if group["grade"] else ():
            found[name] = min({*group["grade"], found.get(name, "5")})
    return found
