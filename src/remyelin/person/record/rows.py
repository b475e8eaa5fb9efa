"""Rows of a record (when, kind, name, value, unit, note), one at a time, to typed entries."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.units import KINDS as QUANTITIES
from remyelin.base.units import parse
from remyelin.catalogue.causes import CAUSES, DIETS, cause_of, gas_causes
from remyelin.evidence import Ledger
from remyelin.person.record import terms
from remyelin.person.record.conditions import CONDITIONS, affirmed, condition_of, is_the_disease, outside_of
from remyelin.person.record.dates import calendar, offset
from remyelin.person.record.entries import KINDS, CauseOf, Entry, NotUnderstood, Stated, Treated
from remyelin.person.record.fields import (
    BOUND,
    DRUG,
    FOLATE,
    SEXES,
    NoTreatment,
    Row,
    Skip,
    amount,
    clean,
    decimal,
    event_of,
    kind_of,
    lab_name,
    plain,
    with_unit,
)
from remyelin.person.record.finding_rows import entries_of, is_complaint
from remyelin.person.record.grade_words import WORDS as GRADES
from remyelin.person.record.kidney import RESULTS, KidneyResult, filtration_of
from remyelin.person.record.medicines import without_b12
from remyelin.person.record.study_rows import study_entry, study_name

HEADER: Final = ("when", "kind", "name", "value", "unit", "note")
MAX_ROWS: Final = 2000
MARGIN: Final = 1.5
_CONDITION: Final = ("", "condition", "diagnosis", "comorbidity")
_FACTS: Final = {
    "age": "age",
    "height": "height",
    "weight": "weight",
    "temperature": "temperature",
}


@dataclass
class Reading:
    """Everything gathered while rows are read."""

    source: str
    ledger: Ledger
    zero: int | None = None
    person: Stated = field(default_factory=Stated)
    stated: dict[str, tuple[int, object]] = field(default_factory=dict)
    cause: CauseOf | None = None
    found: str = ""
    conditions: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    treatments: list[Treated] = field(default_factory=list)
    left: list[NotUnderstood] = field(default_factory=list)
    outside: str = ""
    others: list[str] = field(default_factory=list)  # conditions that the model does not know
    kidney: list[KidneyResult] = field(default_factory=list)
    partial: bool = False
    unread: bool = False  # whether a row on a complaint was left out

    def fail(self, row: Row, why: str) -> InputError:
        """Return the error of a contradiction in a row."""
        return InputError(f"{self.source}: line {row.line}: {why}")

    def take(self, row: Row) -> None:
        """Read one row; one that is not understood is kept with its reason."""
        kind = kind_of(row)
        left = len(self.left)
        try:
            if kind == "condition":
                self._condition(row)
            elif kind in KINDS:
                getattr(self, f"_{kind}")(row)
            else:
                if DRUG.search(f"{row.name} {row.value}"):
                    kind = "treatment"
                raise Skip(f"no kind {clean(row.kind)!r}; {nearest(kind, KINDS)}")
        except NoTreatment as reason:
            self.left.append(NotUnderstood(row.line, row.text, str(reason)))
            return
        except Skip as reason:
            self.left.append(NotUnderstood(row.line, row.text, str(reason)))
        except InputError as error:
            if str(error).startswith(f"{self.source}: "):
                raise
            self.left.append(NotUnderstood(row.line, row.text, str(error)))
        unread = len(self.left) > left
        if unread and kind == "person" and terms.fold(row.name) == "age":
            self.person = replace(self.person, age_line=row.line)
        self.unread |= unread and is_complaint(kind, row.name)
        if kind == "treatment" and unread and row.line not in {item.line for item in self.treatments}:
            # somebody who is treated in a way that was not understood must not be forecast as untreated
            self.treatments.append(Treated(row.line, None, 0.0, note=clean(row.name)))
            self.left[-1] = replace(
                self.left[-1], reason=f"{self.left[-1].reason}; it counts as a treatment of unknown dose"
            )

    def settle(self, notes: list[str]) -> None:
        """Draw the conclusions that need all rows together, and note them."""
        filtration, note = filtration_of(self.kidney, self.person.age, self.person.sex, self.ledger)
        notes += [note] if note else []
        if filtration is not None:
            self.person = replace(self.person, filtration=filtration)
        known = [item.start for item in self.treatments if item.order is not None]
        if known:  # folic acid beside B12 leaves the dose of B12 known
            self.treatments = [
                item
                for item in self.treatments
                if item.order is not None or not FOLATE.search(item.note) or item.start < min(known)
            ]
        if any("further improvement" in (item.order or "") for item in self.treatments):
            from remyelin.cobalamin.dosing import until_improved

            length = until_improved(self.ledger)
            notes.append(f'"Until no further improvement" is run as {length:g} days, as in the UK schedule.')
        if self.others:
            named = ", ".join(
                f'"{name}"' for name in {n.casefold(): n for n in reversed(self.others)}.values()
            )
            notes.append(
                f"The model does not know {named}; findings that this may cause are put down to the deficiency."
            )
        if self.unread and not self.partial and "presentation history" not in self.stated:
            # a complaint that could not be read was not kept silent
            self.partial = True
            notes.append("A row of a symptom or sign was left out, so the history counts as partial.")

    def day(self, row: Row) -> float:
        """Return the day of a row, which needs one."""
        if not row.when.strip():
            raise Skip("has no date; give a calendar date or an offset from presentation, as -5 mo")
        found = calendar(row.when)
        if found is None:
            return offset(row.when)
        if self.zero is None:
            raise Skip("has a calendar date, but no row says which day is day 0")
        return float(found - self.zero)

    # --- kinds ---------------------------------------------------------------------------------
    def _once(self, row: Row, key: str, value: object) -> None:
        if key in self.stated and self.stated[key][1] != value:
            raise self.fail(row, f"{key} contradicts line {self.stated[key][0]}; give one.")
        self.stated[key] = (row.line, value)

    def _person(self, row: Row) -> None:
        name = terms.fold(row.name)
        if name == "sex":
            sex = SEXES.get(terms.fold(row.value))
            if sex is None:
                raise Skip("sex must be female or male")
            self._once(row, "sex", sex)
            self.person = replace(self.person, sex=sex)
        elif name in _FACTS:
            key = _FACTS[name]
            value = parse(with_unit(row, key), key, name)
            self._once(row, key, value)
            self.person = replace(self.person, **{key: value})  # type: ignore[arg-type]
        elif (result := lab_name(row.name)) in RESULTS:
            self._kidney(row, result)
        elif name in _CONDITION or condition_of(name) or outside_of(name):
            self._condition(row)
        else:
            facts = [*_FACTS, *RESULTS, "sex", "condition"]
            raise Skip(f"no fact of a person {clean(row.name)!r}; {nearest(name, facts)}")

    def _condition(self, row: Row) -> None:
        """Read a condition, named in the column of names or of values; the other may affirm, deny or describe it."""
        name, said = ("", row.value) if terms.fold(row.name) in _CONDITION else (row.name, row.value)
        grade = GRADES["severity"].get(terms.fold(said)) if name else None
        whole = name if grade is not None else f"{name} {said}".strip()
        if not whole:
            raise Skip("names no condition")
        denied = grade == (0, 0)
        if not denied and (outside := outside_of(whole)):
            self.outside = outside
            raise Skip(f"the model knows nothing of {outside}, so that no forecast is given")
        text = "" if denied else affirmed(whole)
        if not text:
            raise Skip("an absent condition changes nothing")
        condition = condition_of(text)
        if condition is not None:
            if condition not in self.conditions:
                self.conditions.append(condition)
            return
        cause = cause_of(text)
        if cause is not None:
            raise Skip(f"{cause} is a cause in the model; to have it counted write ,cause,{cause}")
        if is_the_disease(text):
            raise Skip("the deficiency is what the model computes; give its results, complaints and signs")
        self.others.append(clean(whole))
        raise Skip(f"no background is known for this condition; {nearest(text, CONDITIONS)}")

    def _presentation(self, row: Row) -> None:
        name = terms.fold(row.name)
        if name == "found":
            found = terms.found_of(row.value)
            if found is None:
                raise Skip(f"found must be one of {', '.join(terms.FOUND)}")
            self._once(row, "presentation found", found)
            self.found = found
        elif name == "history":
            history = terms.history_of(row.value)
            if history is None:
                raise Skip(f"history must be one of {', '.join(terms.HISTORY)}")
            self._once(row, "presentation history", history)
            self.partial = history == "partial"
        elif name != "date":  # the date was read before all other rows
            raise Skip(
                "presentation has a date, how it was found (found) and a history (complete or partial)"
            )

    def _cause(self, row: Row) -> None:
        kind = "unknown" if terms.fold(row.name) == "unknown" else cause_of(row.name)
        if kind is None:
            known = [*CAUSES, "unknown"]
            raise Skip(f"no cause {clean(row.name)!r} in the model; {nearest(terms.fold(row.name), known)}")
        before = self.cause
        if before is not None and before.kind != kind and "unknown" not in (before.kind, kind):
            raise self.fail(row, f"the cause {kind!r} contradicts {before.kind!r}; give one, or unknown.")
        if before is None or before.kind == "unknown":
            before = CauseOf(kind)
        if kind == "unknown":
            self.cause = before
            return
        event = event_of(row.value)
        if event in ("began", "ended"):
            day = self.day(row)
            self._once(row, f"cause {event}", day)
            self.cause = replace(before, **{event: day})  # type: ignore[arg-type]
        elif row.value.strip():
            self.cause = before
            try:
                self.cause = replace(before, **amount(kind, row))  # type: ignore[arg-type]
            except InputError as error:
                raise Skip(
                    f"{str(error).rstrip('.')}; the cause is kept, "
                    "and the date on which it began goes into the first column"
                ) from None
        elif row.when.strip():
            self.cause = replace(before, began=self.day(row))
        else:
            self.cause = before

    def _diet(self, row: Row) -> None:
        name = terms.fold(row.name)
        if name in ("food", "intake"):
            value = parse(with_unit(row, "intake"), "intake", "intake")
            self._once(row, "food intake", value)
            self.person = replace(self.person, food_intake=value)
        elif name in DIETS:
            self._cause(replace(row, kind="cause", name="vegan diet"))
        else:
            raise Skip(f"no diet {clean(row.name)!r}; give vegan, or intake with a number of ug/d")

    def _lab(self, row: Row) -> None:
        name = lab_name(row.name)
        if name in RESULTS:
            self._kidney(row, name)
            return
        if name is None:
            raise Skip(
                f"the model computes no {clean(row.name)!r}; {nearest(terms.fold(row.name), terms.LABS)}"
            )
        day = self.day(row)
        bound = BOUND.match(row.value)
        value = parse(with_unit(row, name), name, name)
        text = " ".join(part for part in (decimal(row.value.strip()), row.unit.strip()) if part)
        if value <= 0:
            raise Skip(
                "a value of 0 is below the limit of every laboratory; write it as below its limit, as <50"
            )
        self._plausible(name, value, bool(bound))
        self.entries.append(
            Entry(
                row.line, day, "lab", name, value, bound[1] if bound else "", text=text, note=clean(row.note)
            )
        )

    def _kidney(self, row: Row, name: str) -> None:
        value = parse(with_unit(row, name), name, terms.fold(row.name))
        day = self.day(row) if row.when.strip() else 0.0
        bound = BOUND.match(row.value)
        normal = name == "filtration" and bound is not None and bound[1] == ">"
        unknown = normal and value < self.ledger["renal.reference_filtration"]
        result = KidneyResult(row.line, day, name, math.inf if unknown else value)
        for other in self.kidney:
            if (other.name, other.day) == (name, day) and other.value != result.value:
                raise self.fail(row, f"{name} contradicts line {other.line}; give one.")
        self.kidney.append(result)
        if unknown:
            raise Skip("a filtration above this limit may be normal; no effect of the kidney is assumed")

    def _plausible(self, name: str, value: float, censored: bool) -> None:
        key = f"plausible.{name}"
        if censored or key not in self.ledger:
            return
        low, high = self.ledger.vector(key)
        # the check asks back at these limits; a record is refused a value only well beyond them
        if not low / MARGIN <= value <= high * MARGIN:
            kind = QUANTITIES[name]
            raise Skip(
                f"{value:.4g} {kind.canonical} is implausible for {kind.label.removeprefix('a ')}; "
                "look at number and unit of the report"
            )

    def _symptom(self, row: Row) -> None:
        self.entries += entries_of(row, "symptom", self.day)

    def _sign(self, row: Row) -> None:
        self.entries += entries_of(row, "sign", self.day)

    def _scale(self, row: Row) -> None:
        name = terms.scale_of(row.name)
        if name is None:
            raise Skip(
                f"no scale {clean(row.name)!r} in the model; {nearest(terms.fold(row.name), terms.SCALES)}"
            )
        day = self.day(row)
        top = terms.SCALE_TOP[name]
        value = plain(row.value.partition("/")[0])
        if not 0 <= value <= top:
            raise Skip(f"{name} runs from 0 to {top:g}")
        self.entries.append(
            Entry(row.line, day, "scale", name, value, text=clean(row.value), note=clean(row.note))
        )

    def _study(self, row: Row) -> None:
        name = study_name(row)
        self.entries.append(study_entry(row, name, self.day(row)))

    def _treatment(self, row: Row) -> None:
        event = event_of(row.value) or "began"
        name = row.name.strip()
        if cause_of(name) in gas_causes():  # an exposure, written as clinicians list it: among what was taken
            self._cause(row if row.when.strip() else replace(row, value=""))
            return
        why = without_b12(name)
        if why:
            raise NoTreatment(why)
        if not row.when.strip() and event != "ended":
            raise Skip("has no date")
        day = self.day(row)
        if event == "ended":
            open_ones = [
                i for i, item in enumerate(self.treatments) if item.stop is None and item.start <= day
            ]
            same = [i for i in open_ones if _same_treatment(self.treatments[i], name)]
            chosen = same or (open_ones if not name or len(open_ones) == 1 else [])
            if not chosen:
                raise self.fail(row, "ends a treatment that no earlier row begins; give its beginning.")
            last = chosen[-1]
            if self.treatments[last].start >= day:
                raise self.fail(row, "a treatment ends on or before the day it began; look at the dates.")
            self.treatments[last] = replace(self.treatments[last], stop=day)
            return
        if event not in ("began", "given", "once", "yes", "ongoing"):
            raise Skip("a treatment has the value began or ended")
        if FOLATE.search(name):
            self.treatments.append(Treated(row.line, None, day, note=clean(name)))
            raise Skip(
                "the model holds no folic acid, which improves the anaemia of B12 deficiency while nerves get worse; "
                "without B12 from then on or before no forecast is given"
            )
        # loads the whole layer; names of findings are read without it
        from remyelin.cobalamin import read_order

        try:
            read_order(name, day, day + 1.0, self.ledger)
        except InputError as error:
            self.treatments.append(Treated(row.line, None, day, note=clean(name)))
            raise Skip(f"{str(error).rstrip('.')}; it counts as a treatment of unknown dose") from None
        self.treatments.append(Treated(row.line, name, day, note=clean(row.note)))


def _same_treatment(item: Treated, name: str) -> bool:
    """Return whether a treatment is the one that a row names."""
    # of a treatment that could not be read the note holds the name
    written = item.order if item.order is not None else item.note
    folic = item.order is None and FOLATE.search(item.note) and FOLATE.search(name)
    return bool(folic) or terms.fold(written) == terms.fold(clean(name) if item.order is None else name)
