"""Quantities with units at the boundary: ``"205 pg/mL"`` becomes 151.3 pmol/L, and back.

Inside the program every quantity is a float in the canonical unit named here. Bare numbers are refused where more than
one unit is usual: a pmol/L value read as pg/mL is a silent error of a third. An age, a weight, hours a day, a
temperature and a filtration have one usual unit, which may be left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from remyelin.base.errors import InputError

PMOL_PER_NMOL: Final = 1000.0
NMOL_PER_UMOL: Final = 1000.0
PER_MILLE: Final = 1e-3
PG_PER_NG: Final = 1000.0
UG_PER_MG: Final = 1000.0
PERCENT: Final = 100.0
UMOL_PER_L_OF_CREATININE: Final = 88.4  # in 1 mg/dL, 113.1 g/mol
MICROGRAM_TO_NMOL_COBALAMIN: Final = 0.738  # cyanocobalamin, 1355.4 g/mol
DAYS_PER_YEAR: Final = 365.25
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12
HOURS_PER_DAY: Final = 24.0
DAYS_PER_WEEK: Final = 7.0

#: Words for units, as people write them.
UNIT_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks", "wks"), "wk"),
    **dict.fromkeys(("month", "months", "mos"), "mo"),
    **dict.fromkeys(("year", "years", "yr", "yrs"), "y"),
    **dict.fromkeys(("minute", "minutes"), "min"),
    "mcg": "ug",
}

_NUMBER = re.compile(r"^\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*$")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of quantity: its canonical unit, other units that may be written, and its possible range."""

    label: str
    canonical: str
    factors: Mapping[str, float]
    low: float
    high: float


def _kind(label: str, factors: Mapping[str, float], low: float, high: float) -> Kind:
    return Kind(label, next(iter(factors)), factors, low, high)


_TIME = {
    "d": 1.0,
    "h": 1 / HOURS_PER_DAY,
    "wk": DAYS_PER_WEEK,
    "mo": DAYS_PER_MONTH,
    "y": DAYS_PER_YEAR,
}

# The limits only refuse what cannot be (a typing error, a wrong unit); they are not norms.
KINDS: Final[Mapping[str, Kind]] = {
    "age": _kind("an age", {"y": 1.0, "mo": 1 / 12}, 1.0, 120.0),
    "any_age": _kind(
        "an age",
        {"y": 1.0, "mo": 1 / 12, "wk": DAYS_PER_WEEK / DAYS_PER_YEAR, "d": 1 / DAYS_PER_YEAR},
        0.0,
        120.0,
    ),
    "height": _kind("a height", {"cm": 1.0, "m": 100.0}, 60.0, 250.0),
    "weight": _kind("a weight", {"kg": 1.0}, 5.0, 400.0),
    "time": _kind("a time relative to presentation", _TIME, -120 * DAYS_PER_YEAR, 60 * DAYS_PER_YEAR),
    "duration": _kind("a duration", _TIME, 0.0, 60 * DAYS_PER_YEAR),
    "hours": _kind("a number of hours a day", {"h": 1.0, "min": 1 / 60}, 0.0, 24.0),
    "intake": _kind("a daily intake", {"ug/d": 1.0, "mg/d": 1000.0}, 0.0, 100_000.0),
    "dose": _kind("a dose", {"ug": 1.0, "mg": 1000.0}, 0.0, 100_000.0),
    "temperature": _kind("a temperature", {"C": 1.0}, 15.0, 45.0),
    "filtration": _kind("a glomerular filtration", {"mL/min/1.73m2": 1.0, "mL/min": 1.0}, 1.0, 250.0),
    "creatinine": _kind(
        "a creatinine",
        {
            "umol/L": 1.0,
            "mg/dL": UMOL_PER_L_OF_CREATININE,
            "mmol/L": 1000.0,
            "mg/L": UMOL_PER_L_OF_CREATININE / 10,
        },
        10.0,
        3000.0,
    ),
    "fraction": _kind("a fraction", {"": 1.0, "%": 0.01}, 0.0, 1.0),
    "b12": _kind(
        "a serum B12",
        {"pmol/L": 1.0, "pg/mL": 0.738, "ng/L": 0.738, "ng/mL": 738.0, "ng/dL": 7.38, "ug/L": 738.0},
        0.0,
        1e6,
    ),
    "holotc": _kind("a holotranscobalamin", {"pmol/L": 1.0}, 0.0, 1e5),
    "mma": _kind("a methylmalonate", {"nmol/L": 1.0, "umol/L": 1000.0, "ng/mL": 8.468}, 0.0, 1e6),
    "homocysteine": _kind("a homocysteine", {"umol/L": 1.0, "mg/L": 7.397}, 0.0, 1000.0),
    "haemoglobin": _kind("a haemoglobin", {"g/L": 1.0, "g/dL": 10.0, "mmol/L": 16.114}, 10.0, 300.0),
    "haematocrit": _kind("a haematocrit", {"%": 1.0, "L/L": 100.0}, 5.0, 80.0),
    "mcv": _kind("a mean cell volume", {"fL": 1.0}, 30.0, 200.0),
}


#: Kinds with one usual unit, which may be left out: a year, a kilogram, an hour, a degree Celsius, a femtolitre, and
#: a millilitre a minute.
BARE: Final = frozenset({"age", "weight", "hours", "temperature", "mcv", "fraction", "filtration"})
#: Other names of units, in lower case.
_ALSO: Final[Mapping[str, Mapping[str, str]]] = {"mma": {"ug/l": "ng/mL"}, "mcv": {"um3": "fL"}}
_SIGNS: Final = str.maketrans(
    {"µ": "u", "μ": "u", "°": "", "²": "2", "³": "3", "⁻": "-", "¹": "1", "−": "-", "·": "."}
)
#: Kinds whose impossible values suggest no other unit: any number of years is some number of days.
_OF_TIME: Final = frozenset({"age", "any_age", "time", "duration", "hours"})


def parse(text: object, kind: str, where: str = "") -> float:
    """Read a quantity with its unit.

    Parameters
    ----------
    text : str, int or float
        A number and a unit, as ``"205 pg/mL"``, ``"57 y"``, ``"57 years"``, ``"-18 mo"``. A number alone is
        taken for the kinds of ``BARE``.
    kind : str
        A key of ``KINDS``.
    where : str, optional
        File and key, put in front of the error.

    Returns
    -------
    float
        The value in the canonical unit of the kind.

    Raises
    ------
    InputError
        If it is no number with a known unit, or is impossible.

    Examples
    --------
    >>> parse("57 years", "age") == parse(57, "age") == 57.0
    True
    >>> round(parse("205 pg/mL", "b12"), 1)
    151.3
    """
    known = KINDS[kind]
    units = ", ".join(unit or "no unit" for unit in known.factors)
    prefix = f"{where}: " if where else ""
    if kind in BARE and isinstance(text, int | float) and not isinstance(text, bool):
        text = repr(float(text))
    match = _NUMBER.match(text) if isinstance(text, str) else None
    written = (match[2] or "") if match else ""
    unit = _spelled(written, kind) or (known.canonical if kind in BARE else "")
    if match is None or unit not in known.factors:
        example = f"{max(known.low, 1):g} {known.canonical}".strip()
        raise InputError(
            f"{prefix}{_short(text)} is not {known.label}; write a number with one of the units {units}, "
            f'as "{example}".'
        )
    value = float(match[1]) * known.factors[unit]
    if not math.isfinite(value) or not known.low <= value <= known.high:
        others = [
            other or "no unit"
            for other, factor in known.factors.items()
            if other != unit and known.low < float(match[1]) * factor <= known.high
        ]
        hint = f"was it {' or '.join(others)}? " if others and kind not in _OF_TIME else ""
        raise InputError(
            f"{prefix}{_short(text)} is impossible for {known.label}; {hint}"
            f"it must lie between {known.low:g} and {f'{known.high:g} {known.canonical}'.strip()}."
        )
    return value


#: Units in which laboratories report, by system; holotranscobalamin and homocysteine have one.
SYSTEMS: Final[Mapping[str, Mapping[str, str]]] = {
    "SI": {"b12": "pmol/L", "holotc": "pmol/L", "mma": "nmol/L", "homocysteine": "umol/L"},
    "conventional": {"b12": "pg/mL", "holotc": "pmol/L", "mma": "ng/mL", "homocysteine": "umol/L"},
}


def per_unit(kind: str, unit: str) -> float:
    """Return the canonical amount in one `unit` of a kind: divide a canonical value by it to report.

    Raises
    ------
    InputError
        If the kind has no such unit.
    """
    factors = KINDS[kind].factors
    if unit not in factors:
        raise InputError(f"{unit!r} is no unit of {KINDS[kind].label}; give one of {', '.join(factors)}.")
    return factors[unit]


def show(value: float, kind: str) -> str:
    """Write a canonical value with its unit, so that :func:`parse` reads it back."""
    return f"{value:.10g} {KINDS[kind].canonical}".strip()


def _spelled(written: str, kind: str) -> str:
    """Return a unit as :data:`KINDS` has it, whatever the case, the spaces and the signs of powers."""
    text = written.translate(_SIGNS)
    text = re.sub(r"[\s.*]+([A-Za-z]+)\s*-1$", r"/\1", text)  # pmol.L-1
    text = re.sub(r"^mc(?=g|mol)", "u", re.sub(r"[\s{}_^]", "", text))
    text = UNIT_WORDS.get(text.casefold(), text)
    same = {**{unit.casefold(): unit for unit in KINDS[kind].factors}, **_ALSO.get(kind, {})}
    return same.get(text.casefold(), text)


def _short(text: object) -> str:
    shown = repr(text)
    return shown if len(shown) <= 60 else shown[:57] + "..."


# --- electrical units of the fibre: um, mV, ms, nA, uS, nF, MOhm --------------------------------------
UF_PER_CM2_TO_NF_PER_UM2: Final = 1e-5
S_PER_CM2_TO_US_PER_UM2: Final = 1e-2
OHM_CM_TO_MOHM_UM: Final = 1e-2
MS_PER_US: Final = 1e-3
MM_PER_UM: Final = 1e-3
Q10_INTERVAL: Final = 10.0  # degrees C over which a Q10 is stated

# --- physics -------------------------------------------------------------------------------------------
MMOL_PER_MOL: Final = 1000.0
FARADAY: Final = 96485.33212  # C/mol
GAS_CONSTANT: Final = 8.314462618  # J/(mol K)
ZERO_CELSIUS: Final = 273.15  # K
MV_PER_V: Final = 1e3
UV_PER_MV: Final = 1e3
BODY_TEMPERATURE: Final = 37.0  # C, what a fibre is built at when nothing is said
SPHERE: Final = 4 * math.pi  # steradian
POINT_SOURCE_MV: Final = 1e6  # mV um (S/m) per mA: potential of a point source is this I / (4 pi sigma r)
MS_PER_S: Final = 1e3
NA_PER_MA: Final = 1e6
