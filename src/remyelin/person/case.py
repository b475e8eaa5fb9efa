"""The case: the facts and assumptions about one person, read from TOML, validated and frozen.

All times are relative to presentation (the day of diagnosis): history is negative. What a source
does not state stays unstated here (None) and becomes a prior from the ledger in
:mod:`remyelin.person`; nothing is filled in silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import core_schema

from remyelin.base.errors import InputError, nearest
from remyelin.base.refusals import in_words, key_of
from remyelin.base.text_files import load_toml, read_text, shipped_or_path
from remyelin.base.units import BARE, KINDS, parse, show
from remyelin.catalogue.causes import CAUSES, partial_causes
from remyelin.person.examination import examine

#: Diseases of nerve and cord beside deficiency; see :mod:`remyelin.person.coexisting`.
DISEASES = (
    "diabetic neuropathy",
    "alcohol neuropathy",
    "copper deficiency",
    "cervical stenosis",
    "carpal tunnel syndrome",
)
#: Words that say that a cause is not known.
UNKNOWN_WORDS: Final = ("", "unknown", "not known", "unclear", "idiopathic", "?")
_NO_CAUSE: Final = (
    "where the cause is not known, `remyelin fit` (on the page: My results) weighs all causes that the results allow: "
    "`remyelin new --record mine.csv`."
)
#: A case, in errors.
WHAT: Final = "a case file (*.toml)"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Marks a float that is written with its unit: ``Annotated[float, Quantity("age")]``."""

    kind: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Read with :func:`remyelin.base.units.parse`, write with :func:`remyelin.base.units.show`."""
        kind = self.kind
        return core_schema.no_info_plain_validator_function(
            lambda value: parse(value, kind),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: show(value, kind), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """Describe the text that is read: a number with one of the units, or a number alone where that is taken."""
        known = KINDS[self.kind]
        units = [unit for unit in known.factors if unit]
        written: dict[str, Any] = {
            "type": "string",
            "pattern": r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*(\S.*)?$",
            "description": f"{known.label} with its unit: {', '.join(units) or 'none'}",
            "examples": [show(max(known.low, 1), self.kind)],
        }
        return {"anyOf": [written, {"type": "number"}]} if self.kind in BARE else written


Age = Annotated[float, Quantity("age")]
Height = Annotated[float, Quantity("height")]
Weight = Annotated[float, Quantity("weight")]
Time = Annotated[float, Quantity("time")]
Duration = Annotated[float, Quantity("duration")]
Hours = Annotated[float, Quantity("hours")]
Fraction = Annotated[float, Quantity("fraction")]
Rate = Annotated[float, Quantity("intake")]
B12 = Annotated[float, Quantity("b12")]
HoloTC = Annotated[float, Quantity("holotc")]
MMA = Annotated[float, Quantity("mma")]
Homocysteine = Annotated[float, Quantity("homocysteine")]
Filtration = Annotated[float, Quantity("filtration")]
Haemoglobin = Annotated[float, Quantity("haemoglobin")]
Haematocrit = Annotated[float, Quantity("haematocrit")]
MCV = Annotated[float, Quantity("mcv")]
LONGEST_TABLE: Final = 20_000
"""Characters of a regimen, which may be an event table."""
Text = Annotated[str, Field(max_length=2000)]
Marker = Literal["b12", "holotc", "mma", "homocysteine", "haemoglobin", "haematocrit", "mcv"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Person(_Frozen):
    """Person of a case: age (y), sex, height (cm), weight (kg), glomerular filtration (mL/min/1.73 m2)."""

    age: Age
    sex: Literal["female", "male"]
    height: Height | None = None
    weight: Weight | None = None
    filtration: Filtration | None = None


class Cause(_Frozen):
    """Why cobalamin fails, since when, and whether the source says so."""

    kind: Literal[tuple(CAUSES)]  # type: ignore[valid-type]
    began: Time | None = None
    ended: Time | None = None
    hours_per_day: Hours | None = None
    inspired_fraction: Fraction | None = None
    lost: Fraction | None = None
    stated: bool = True
    note: Text = ""

    @model_validator(mode="after")
    def _consistent(self) -> Cause:
        known = CAUSES[self.kind]
        if not known.gas:
            for key in ("ended", "hours_per_day", "inspired_fraction"):
                if getattr(self, key) is not None:
                    raise ValueError(f"cause.{key}: only a nitrous oxide exposure has it; remove it.")
        if self.lost is not None and not known.partial:
            raise ValueError(f"cause.lost: only {', '.join(partial_causes())} have it; remove it.")
        if self.began is not None and self.began >= 0:
            raise ValueError('cause.began: must lie before presentation, as "-2 y".')
        if self.began is not None and self.ended is not None and self.ended <= self.began:
            raise ValueError("cause.ended: lies before cause.began; put the dates in order.")
        return self


class Intake(_Frozen):
    """Cobalamin in food, in ug a day."""

    food: Rate | None = None
    note: Text = ""


class Treatment(_Frozen):
    """A regimen, by name, in the dosing grammar or as an event table; when it starts; the share of doses taken."""

    regimen: Annotated[str, Field(min_length=1, max_length=LONGEST_TABLE)]
    start: Time = 0.0
    adherence: Fraction = 1.0
    stated: bool = True
    note: Text = ""


class Labs(_Frozen):
    """Laboratory values at presentation, before treatment; those in `confirmed` really stand so on the report."""

    b12: B12 | None = None
    holotc: HoloTC | None = None
    mma: MMA | None = None
    homocysteine: Homocysteine | None = None
    haemoglobin: Haemoglobin | None = None
    haematocrit: Haematocrit | None = None
    mcv: MCV | None = None
    confirmed: Annotated[tuple[Marker, ...], Field(max_length=20, strict=False)] | None = None
    note: Text = ""


class Finding(_Frozen):
    """A symptom or sign the source reports, with its beginning where stated."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    began: Time | None = None
    note: Text = ""


class Plan(_Frozen):
    """Dates of nerve studies, and the horizon of the course."""

    studies: Annotated[tuple[Time, ...], Field(min_length=1, max_length=12)] = Field(
        default=("0 d", "3 mo", "12 mo"), validate_default=True, strict=False
    )
    horizon: Duration = Field(default="36 mo", validate_default=True)

    @model_validator(mode="after")
    def _in_order(self) -> Plan:
        if any(b <= a for a, b in zip(self.studies, self.studies[1:], strict=False)):
            raise ValueError("plan.studies: dates are out of order; list each once, earliest first.")
        if self.horizon <= 0:
            raise ValueError('plan.horizon: must be longer than nothing, as "36 mo".')
        if self.studies[0] < 0:
            raise ValueError('plan.studies: a study lies before presentation; begin with "0 d" or later.')
        if self.studies[-1] > self.horizon:
            raise ValueError("plan.studies: a study lies beyond plan.horizon; extend the horizon.")
        return self


class Case(_Frozen):
    """One person, one cause, one treatment, one plan of studies.

    Times are in days from presentation, age in years, height in cm, weight in kg, filtration in mL/min/1.73 m2, food
    in ug of cobalamin a day; b12 and holotc in pmol/L, mma in nmol/L, homocysteine in umol/L, haemoglobin in g/L,
    haematocrit in %, mcv in fL. ``remyelin new`` writes a file with every key explained.

    Examples
    --------
    >>> from remyelin import load_case
    >>> case = load_case('stabler-2013')
    >>> case.person.age, case.labs.b12 is not None, case.treatment[0].regimen
    (57.0, True, 'us practice 1 mg')
    """

    name: Name
    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["case", "scenario"] = "case"
    citation: Annotated[str, Field(max_length=100)] = ""
    summary: Text = ""
    outcome: Text = ""
    person: Person
    cause: Cause
    coexisting: Annotated[tuple[Literal[DISEASES], ...], Field(max_length=5, strict=False)] = ()  # type: ignore[valid-type]
    intake: Intake = Intake()
    treatment: Annotated[tuple[Treatment, ...], Field(max_length=20, strict=False)] = ()
    labs: Labs = Labs()
    symptom: Annotated[tuple[Finding, ...], Field(max_length=100, strict=False)] = ()
    sign: Annotated[tuple[Finding, ...], Field(max_length=100, strict=False)] = ()
    plan: Plan = Plan()

    @model_validator(mode="after")
    def _in_order(self) -> Case:
        if len(set(self.coexisting)) < len(self.coexisting):
            raise ValueError("coexisting: a disease is named twice; name each once.")
        for i, item in enumerate(self.treatment):
            if not 0 <= item.start <= self.plan.horizon:
                raise ValueError(f"treatment[{i}].start: must lie between presentation and plan.horizon.")
        for kind, findings in (("symptom", self.symptom), ("sign", self.sign)):
            for i, finding in enumerate(findings):
                if finding.began is not None and finding.began > 0:
                    raise ValueError(f'{kind}[{i}].began: must not lie after presentation, as "-3 mo".')
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _in_known_words(cls, raw: Any, read: Callable[[Any], Case]) -> Case:
        """Name findings as the answers name them, whatever word for them was written."""
        from remyelin.person.record.wording import canonical  # a record reads cases, too

        case = read(raw)
        named = [
            canonical(kind, item)
            for kind, items in (("symptom", case.symptom), ("sign", case.sign))
            for item in items
        ]
        lists = {kind: tuple(item for own, item in named if own == kind) for kind in ("symptom", "sign")}
        return (
            case.model_copy(update=lists) if lists != {"symptom": case.symptom, "sign": case.sign} else case
        )


def shipped_cases() -> Mapping[str, Path]:
    """Return the names of the cases that come with the package, and their files.

    Examples
    --------
    >>> from remyelin import shipped_cases
    >>> 'stabler-2013' in shipped_cases()
    True
    """
    folder = Path(str(files("remyelin"))) / "cases"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_case(name_or_path: str) -> Case:
    """Load a shipped case by name, or a case file by path.

    Returns
    -------
    Case

    Raises
    ------
    InputError
        One sentence with the file, the key and what would be right.

    Examples
    --------
    >>> from remyelin import load_case
    >>> load_case('stabler-2013').person.sex
    'female'
    """
    return read_case(shipped_or_path(name_or_path, shipped_cases(), "case"))


def read_case(path: Path) -> Case:
    """Read and validate one case file.

    Returns
    -------
    Case

    Examples
    --------
    >>> from remyelin import read_case, shipped_cases
    >>> read_case(shipped_cases()['vegan-diet']).cause.kind
    'vegan diet'
    """
    return parse_case(read_text(path, WHAT), str(path))


def parse_case(text: str, source: str, confirmed: Collection[str] = ()) -> Case:
    """Validate the text of a case file; `source` names it in errors, `confirmed` laboratory values that are right."""
    raw = load_toml(text, source, "a case file")
    if not raw:
        raise InputError(f"{source}: is empty; `remyelin new FILE` writes a commented case to start from.")
    return case_of(raw, source, confirmed)


def case_of(raw: Mapping[str, Any], source: str, confirmed: Collection[str] = ()) -> Case:
    """Validate a case given as plain data, as read from TOML or JSON; `source` names it in errors.

    Raises
    ------
    InputError
        If it is no case, or one that cannot be; see :func:`remyelin.person.examination.examine`.
    """
    try:
        case = Case.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{source}: {_explain(error)}") from None
    except RecursionError:
        raise InputError(f"{source}: not a case: nested too deeply.") from None
    try:
        examine(case, raw.get("labs"), confirmed)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    return case


def dosed(case: Case, regimen: str) -> Case:
    """Return a case with another regimen from presentation on, in place of its treatments.

    Raises
    ------
    InputError
        If it is empty or too long for a regimen.
    """
    data = to_toml_data(case) | {"treatment": [{"regimen": regimen, "note": "given beside the case"}]}
    return case_of(data, case.name)


def to_toml_data(case: Case) -> dict[str, Any]:
    """Return the case as plain data that reads back to the same case, unstated keys left out."""
    return case.model_dump(mode="json", exclude_none=True)


@cache
def _fields() -> dict[str, tuple[str, ...]]:
    models: dict[str, type[BaseModel]] = {
        "": Case,
        "person": Person,
        "cause": Cause,
        "intake": Intake,
        "treatment": Treatment,
        "labs": Labs,
        "symptom": Finding,
        "sign": Finding,
        "plan": Plan,
    }
    return {table: tuple(model.model_fields) for table, model in models.items()}


def _explain(error: ValidationError) -> str:
    """Turn the first of pydantic's errors into one sentence with the key and the valid values."""
    errors = error.errors(include_url=False)
    # A misspelt key also leaves its right name missing; the misspelling is what helps.
    first = next((item for item in errors if item["type"] == "extra_forbidden"), errors[0])
    key, loc = key_of(first), first["loc"]
    kind, message = first["type"], first["msg"]
    if kind == "extra_forbidden":
        table = str(loc[0]) if len(loc) > 1 else ""
        return f"unknown key {key!r}; {nearest(str(loc[-1]), _fields().get(table, ()))}"
    if key == "cause" and kind == "missing":
        return f"key 'cause' is missing; {_NO_CAUSE}"
    if key == "cause.kind" and str(first["input"]).strip().casefold() in UNKNOWN_WORDS:
        return f"cause.kind: a course needs a cause, and {first['input']!r} is none; {_NO_CAUSE}"
    if kind == "missing":
        return f"key {key!r} is missing; `remyelin new FILE` shows every key."
    if kind == "value_error":
        text = re.sub(r"^Value error, ", "", message)
        return text if not key or text.startswith(key) else f"{key}: {text}"
    return in_words(first)
