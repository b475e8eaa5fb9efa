"""Columns of an event table with observations, and their codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: What is observed, by DVID, in canonical units: pmol/L, pmol/L, nmol/L, umol/L.
MARKERS: Final = ("b12", "holotc", "mma", "homocysteine")
REQUIRED: Final = ("ID", "TIME", "EVID")
#: Covariates, with their fields of an exposure and whether these are profiles over time: age (years), food (ug/day),
#: working share of intrinsic factor, filtration (mL/min/1.73 m2).
COVARIATES: Final[Mapping[str, tuple[str, bool]]] = {
    "AGE": ("age", False),
    "INTAKE": ("food_intake", True),
    "IF": ("intrinsic_factor", True),
    "GFR": ("filtration", True),
}
#: Columns with what they hold, in words; the table of ``remyelin estimate --help``.
CODES: Final[Mapping[str, str]] = {
    "ID": "person, a number",
    "TIME": "days, in order within a person",
    "EVID": "0 observation, 1 dose, 2 other (a prediction, a change of a covariate), 3 reset, 4 reset and dose",
    "DV": "observation in the unit of its DVID",
    "DVID": "1 serum B12 (pmol/L), 2 holotranscobalamin (pmol/L), 3 methylmalonate (nmol/L), 4 homocysteine (umol/L); "
    "1 where blank",
    "MDV": "1 where nothing was measured",
    "AMT": "dose, ug",
    "CMT": "1 oral, 2 nasal, 3 im, 4 sc, 5 iv; also as words",
    "FORM": "1 cyanocobalamin, 2 hydroxocobalamin, 3 methylcobalamin; also as words; 1 where blank",
    "FOOD": "1 where taken with a meal",
    "RATE": "0: doses are given at once",
    "II": "days between the doses of ADDL and SS",
    "ADDL": "number of additional doses",
    "SS": "1 where such doses were given for ten years before",
    "AGE": "years",
    "INTAKE": "cobalamin in food, ug a day",
    "IF": "working share of absorption by intrinsic factor, 0 to 1; 1 where blank",
    "GFR": "filtration, mL/min/1.73 m2",
}
COLUMNS: Final = tuple(CODES)
