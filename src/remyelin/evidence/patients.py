"""Published patients, one a record, as their sources describe them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Patient:
    """One row of ``patients.csv``: a published patient, or two whom a source describes together.

    An empty text or None means that the source, as far as it was read, does not state the finding; it never means that
    the finding was absent. Case reports favour the severe, the fast and the recovered.

    Attributes
    ----------
    id : str
    group : str
        ``deficiency`` or ``nitrous oxide``.
    n : int
        Patients in the row.
    cause, exposure : str
        Cause of deficiency; amount and duration of nitrous oxide.
    symptoms_months : float or None
        From the first neurological symptom to treatment.
    b12_pmol_per_l, mma_nmol_per_l, hcy_umol_per_l : float or None
        Serum B12, methylmalonate, homocysteine; with ``_bound`` ``<`` or ``>`` when the report gives a limit, and
        ``_words`` where it gives words.
    hb_g_dl, mcv_fl, age : str
        A number, or the words of the source.
    sex : str
        ``F``, ``M``, or one letter for each patient of the row.
    paraesthesia, numbness, romberg, babinski, lhermitte : str
        ``y`` or ``n``, or the words of the source.
    gait_disorder : str
        ``mild``, ``aid``, ``unable``, or ``disordered`` with the words of the source.
    first_symptom, weakness, vibration, position, ankle_jerk, knee_jerk, ncs, sep, vep, mep, mri_cord : str
        Findings in words.
    treatment, outcome, outcome_words, time_to_first_improvement : str
    followup_months : float or None
        Time of the outcome after treatment began.
    source, address, read : str
        Where the patient was published, and how much of the source was read.

    Examples
    --------
    >>> from remyelin import load_patients
    >>> patient = load_patients()[0]
    >>> patient.id, patient.n
    ('scd01', 1)
    """

    id: str
    group: str
    n: int
    cause: str
    exposure: str
    symptoms_months: float | None
    b12_pmol_per_l: float | None
    b12_bound: str
    b12_words: str
    mma_nmol_per_l: float | None
    mma_bound: str
    mma_words: str
    hcy_umol_per_l: float | None
    hcy_bound: str
    hcy_words: str
    hb_g_dl: str
    mcv_fl: str
    age: str
    sex: str
    first_symptom: str
    paraesthesia: str
    numbness: str
    gait_disorder: str
    weakness: str
    vibration: str
    position: str
    romberg: str
    ankle_jerk: str
    knee_jerk: str
    babinski: str
    lhermitte: str
    ncs: str
    sep: str
    vep: str
    mep: str
    mri_cord: str
    treatment: str
    followup_months: float | None
    outcome: str
    outcome_words: str
    time_to_first_improvement: str
    source: str
    address: str
    read: str


_NUMBERS = tuple(field.name for field in fields(Patient) if field.type == "float | None")


@cache
def load_patients() -> tuple[Patient, ...]:
    """Return every row of the shipped ``patients.csv`` in file order.

    Examples
    --------
    >>> first = load_patients()[0]
    >>> first.id, first.b12_pmol_per_l, first.babinski
    ('scd01', 98.0, 'n')
    """
    text = files("remyelin.evidence").joinpath("data", "patients.csv").read_text(encoding="utf-8")
    return tuple(
        Patient(**{name: _read(name, value) for name, value in row.items()})
        for row in csv.DictReader(io.StringIO(text))
    )


def _read(name: str, value: str) -> Any:
    if name == "n":
        return int(value)
    if name in _NUMBERS:
        return float(value) if value else None
    return value
