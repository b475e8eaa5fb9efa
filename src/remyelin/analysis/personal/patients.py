"""Published patients: presentation in, outcome predicted, beside two simple rivals.

The outcome that can be scored is whether recovery was complete at a stated time. With so few timed outcomes no
superiority is claimed over anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.base.errors import RemyelinError
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.causes import gas_causes
from remyelin.evidence import Ledger, load_patients
from remyelin.evidence.patients import Patient
from remyelin.person.inference.forecast import Forecast, forecast
from remyelin.person.inference.posterior import Posterior, fit_person
from remyelin.person.inference.settings import RECORD_LEAST_EFFECTIVE
from remyelin.person.record import Record
from remyelin.person.record.fields import Row
from remyelin.person.record.reading import record_of_rows

Floats = NDArray[np.float64]
#: Order that stands for treatments whose schedule the source does not give.
SCHEDULE: Final = "us practice 1 mg"
EVERY: Final = 1  # of the patients without a timed outcome, one in so many in the shipped check
PERSONS: Final = 160  # simulated for each patient
UNTIMED: Final = 12.0  # months at which an outcome without a time is looked up; it is not scored
_CAUSES: Final = (
    (r"pernicious|autoimmune gastritis|\bIF\b", "pernicious anaemia"),
    (r"vegan|vegetarian|\bdiet\b", "vegan diet"),
    (r"nitrous", "nitrous oxide"),
    (r"gastrectomy|gastric bypass", "gastrectomy"),
    (r"ileal|crohn|ileum", "ileal disease"),
    (r"gastritis", "food-cobalamin malabsorption"),
)
_GRADES: Final = (
    ("absent", "absent"),
    ("reduced", "reduced"),
    ("normal", "normal"),
    ("brisk", "brisk"),
    ("increased", "brisk"),
)


def record_of(patient: Patient, ledger: Ledger) -> Record:
    """Return the statements of a source on a patient at presentation, and nothing else."""
    rows: list[tuple[str, str, str, str]] = []
    age = re.match(r"^\d+", patient.age)
    if age:
        rows.append(("", "person", "age", f"{age[0]} y"))
    if patient.sex in ("F", "M"):
        rows.append(("", "person", "sex", {"F": "female", "M": "male"}[patient.sex]))
    cause = next((name for pattern, name in _CAUSES if re.search(pattern, patient.cause, re.I)), "unknown")
    if "unknown" in patient.cause or "possible" in patient.cause:
        cause = "unknown"
    rows.append(("", "cause", cause, ""))
    if cause in gas_causes():
        months = re.search(r"([\d.]+) months", patient.exposure)
        rows.append((f"{-max(float(months[1]), 0.3) if months else -6:g} mo", "cause", cause, "began"))
        rows.append(("0 d", "cause", cause, "ended"))
    rows.append(("", "presentation", "found", "symptoms"))
    # the table of patients has columns, and an empty cell is never absence
    rows.append(("", "presentation", "history", "partial"))
    for name, value, bound, unit in (
        ("b12", patient.b12_pmol_per_l, patient.b12_bound, "pmol/L"),
        ("mma", patient.mma_nmol_per_l, patient.mma_bound, "nmol/L"),
        ("homocysteine", patient.hcy_umol_per_l, patient.hcy_bound, "umol/L"),
    ):
        if value is not None:
            rows.append(("0 d", "lab", name, f"{bound}{value:g} {unit}"))
    for name, text, unit in (("haemoglobin", patient.hb_g_dl, "g/dL"), ("mcv", patient.mcv_fl, "fL")):
        number = re.match(r"^[\d.]+$", text)
        if number:
            rows.append(("0 d", "lab", name, f"{number[0]} {unit}"))
    present = {
        "paraesthesia": patient.paraesthesia,
        "numbness": patient.numbness,
        "lhermitte": patient.lhermitte,
        "weakness": patient.weakness,
    }
    for name, text in present.items():
        word = text[:1].casefold()
        if word in ("y", "n") or (name == "weakness" and text):
            rows.append(("0 d", "symptom", name, "none" if word == "n" else "present"))
    gait = patient.gait_disorder.split()[0].strip(",") if patient.gait_disorder else ""
    if gait:
        rows.append(
            ("0 d", "symptom", "gait", gait if gait in ("none", "mild", "aid", "unable") else "present")
        )
    if re.search(r"visual|vision", patient.first_symptom, re.I):
        rows.append(("0 d", "symptom", "vision", "present"))
    for name, text in (
        ("vibration", patient.vibration),
        ("position", patient.position),
        ("ankle jerk", patient.ankle_jerk),
        ("knee jerk", patient.knee_jerk),
    ):
        grade = next((grade for word, grade in _GRADES if text.startswith(word)), "")
        if grade and not (grade == "brisk" and name in ("vibration", "position")):
            rows.append(("0 d", "sign", name, grade))
    for name, text in (("romberg", patient.romberg), ("babinski", patient.babinski)):
        if text[:1] in ("y", "n"):
            rows.append(("0 d", "sign", name, "present" if text[:1] == "y" else "absent"))
    if patient.symptoms_months:
        first = next(
            (
                name
                for name in ("paraesthesia", "numbness", "gait", "weakness", "vision")
                if any(row[2] == name and row[3] not in ("none", "") for row in rows)
            ),
            None,
        )
        if first:
            rows.append((f"{-patient.symptoms_months:g} mo", "symptom", first, "began"))
    rows.append(("0 d", "treatment", SCHEDULE, "began"))
    made = [Row(line, *row, "", "") for line, row in enumerate(rows, start=1)]
    return record_of_rows(made, patient.id, ledger)


def complete_at(found: Forecast, months: float) -> float | None:
    """Return the chance that nothing is left that a person notices or a scale counts; None without a forecast."""
    if found.refused is not None:
        return None
    own = found.plans[0]
    at = int(np.argmin(np.abs(own.days - months * DAYS_PER_MONTH)))
    noticed = np.max([values[:, at] for name, values in own.symptoms.items() if name != "reflexes"], axis=0)
    return float(np.mean((own.scale[:, at] == 0) & (noticed < _PRESENCE)))


_PRESENCE: Final = 0.15  # clinic.presence, above which a symptom is noticed


def run(
    ledger: Ledger,
    *,
    seed: int = 0,
    patients: Sequence[Patient] | None = None,
    every: int = 1,
    more: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """Fit published patients and score the timed outcomes.

    Parameters
    ----------
    ledger : Ledger
    seed : int
    patients : sequence of Patient, optional
        Which; the published ones when omitted.
    every : int
        Of the published patients without a timed outcome, only one in so many is fitted.
    more : int
        Persons simulated where fewer leave too small an effective sample; 0 for no more.
    progress : callable
    """
    rows = []
    for patient in chosen(load_patients(), every) if patients is None else patients:
        progress(patient.id)
        rows.append(_row(patient, ledger, seed, more))
    timed = [row for row in rows if row["complete"] is not None and row["months"] is not None]
    rate = [float(np.mean([other["complete"] for other in timed if other is not row])) for row in timed]
    for row, base in zip(timed, rate, strict=True):
        row["base_rate"] = base
    outcomes = np.array([row["complete"] for row in timed], dtype=float)
    ours = np.array([row["base_rate"] if row["probability"] is None else row["probability"] for row in timed])
    typical = np.array([row["typical"] for row in timed])
    scores = {"fit": (ours - outcomes) ** 2, "base rate": (np.array(rate) - outcomes) ** 2}
    scores["typical person"] = (typical - outcomes) ** 2
    rng = np.random.default_rng(seed)
    again = rng.integers(len(timed), size=(4000, len(timed)))
    return {
        "schema": "remyelin-fit-patients/1",
        "patients": len(rows),
        "of": len(load_patients()),
        "persons": PERSONS,
        "more": more,
        "refused": sum(row["refused"] is not None for row in rows) / len(rows),
        "timed_outcomes": len(timed),
        "superiority_claimed": False,
        "brier": {
            name: {
                "mean": float(values.mean()),
                "low": float(np.quantile(values[again].mean(axis=1), 0.05)),
                "high": float(np.quantile(values[again].mean(axis=1), 0.95)),
            }
            for name, values in scores.items()
        },
        "rows": rows,
    }


def chosen(patients: Sequence[Patient], every: int) -> list[Patient]:
    """Return the patients with a timed outcome, and one in `every` of the others."""
    timed = [item for item in patients if item.followup_months is not None and item.outcome]
    rest = [item for item in patients if item not in timed]
    return [*timed, *rest[::every]]


def _row(patient: Patient, ledger: Ledger, seed: int, more: int) -> dict[str, Any]:
    complete = None
    if patient.outcome in ("complete", "near-complete", "partial", "improved"):
        complete = float(patient.outcome == "complete")
    months = patient.followup_months
    row: dict[str, Any] = {
        "id": patient.id,
        "outcome": patient.outcome,
        "months": months,
        "complete": complete,
    }
    try:
        record = record_of(patient, ledger)
        posterior = fit_person(record, ledger, seed=seed, persons=PERSONS)
        if more > PERSONS and record.entries and posterior.sample.effective < RECORD_LEAST_EFFECTIVE:
            posterior = fit_person(record, ledger, seed=seed, persons=more)
        found = forecast(posterior, others=False)
    except RemyelinError as error:
        return row | {"refused": str(error), "probability": None, "typical": 0.5, "effective": 0.0}
    when = UNTIMED if months is None else months
    return row | {
        "refused": found.refused,
        "fits": found.fits,
        "effective": round(posterior.sample.effective, 1),
        "entries": len(found.compared),
        "disagrees": [item.entry.label for item in found.compared if not item.agrees],
        "probability": complete_at(found, when),
        "typical": _typical(posterior, when),
    }


def _typical(posterior: Posterior, months: float) -> float:
    """Return 1 where the typical person of the most probable cause has recovered completely, else 0."""
    from remyelin.person.inference.findings import Nested
    from remyelin.person.inference.people import simulated
    from remyelin.person.inference.sampler import Draws

    shared = posterior.setting
    cause = int(np.argmax(shared.prior.causes))
    own = np.array([len(shared.numbers) - 1])  # the ledger's own set
    draws = Draws(np.zeros((1, shared.prior.coordinates)), np.array([cause]), own)
    days = np.array([0.0, months * DAYS_PER_MONTH]) if months > 0 else np.array([0.0])
    people = simulated(draws, posterior.plan, days, (), shared)
    one, none = np.ones((1, 1)), np.zeros((1, 1, 1))
    hidden = Nested(one, one, np.zeros((1, 1), dtype=np.int64), none, none)
    state = posterior.likelihood.state(people, hidden, days[-1:], none)
    noticed = max(float(values.max()) for name, values in state.severities.items() if name != "reflexes")
    return float(float(state.scale["total"].max()) == 0.0 and noticed < _PRESENCE)
