"""Report of a case at presentation beside the model, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from remyelin.base.plain import percent
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.markers import MARKERS, STATUS
from remyelin.output.chances import bounds_of
from remyelin.output.chances import shown as shown_chance
from remyelin.output.figures.course import label_of
from remyelin.output.formatting import number
from remyelin.output.records import ReportedRow
from remyelin.person.course import Course
from remyelin.person.record import understood
from remyelin.person.record.wording import nearest_to, read

#: Values of the blood beside those of B12 status.
BLOOD = ("combined_indicator", "csf_b12", "haemoglobin", "mcv")


PLACED, UNUSED = "used to place the person", "not used"
OUTSIDE, UNREAD = "outside the model", "not understood"
APART = f"{PLACED}, and not met"
AGREES, MISSES, TIMING, SILENT = "agrees", "miss", "agrees, not in time", "no verdict"
#: The same verdicts where the findings themselves placed the person: then they test nothing.
FITTED = {
    AGREES: "used, and met",
    TIMING: "used, met at another time",
    MISSES: "used, and not met",
}
FIT_ALONE = "used by the fit, not shown in the tables"
FACTOR = 2.0  # durations and laboratory values that differ by more than this are called different
ABSENT = 0.5  # share lost from which a sense reported absent agrees; one reported impaired, once it is found


def reported(course: Course) -> list[ReportedRow]:
    """Return one row for every finding of the case: ``what``, ``reported``, ``model``, ``note``.

    Where a finding of the case was used, its verdict is no test: see :data:`FITTED`. What the likelihood does not know,
    as memory, was not used and keeps its verdict.
    """
    rows, case = _rows(course), course.case
    if course.resembling is None:
        return rows
    used = [understood("symptom", item) for item in case.symptom]
    used += [understood("sign", item) for item in case.sign]
    used = [False] * (len(rows) - len(used)) + used
    return [
        {
            **row,
            "note": FITTED.get(row["note"], row["note"]),
            "model": FIT_ALONE if row["model"] == OUTSIDE else row["model"],
        }
        if own
        else row
        for row, own in zip(rows, used, strict=True)
    ]


def _rows(course: Course) -> list[ReportedRow]:
    given = course.data.isel(plan=0).sel(time=0.0)
    rows: list[ReportedRow] = []
    for name in (*STATUS, *BLOOD):
        stated = getattr(course.case.labs, name, None)
        if stated is None:
            continue
        unit = given[name].attrs["units"]
        rows.append(
            {
                "what": MARKERS[name].title,
                "reported": f"{number(stated)} {unit}",
                "model": f"{number(float(given[name]))} {unit}",
                "note": _placed(stated, float(given[name])) if MARKERS[name].status else UNUSED,
            }
        )
    known = {item.id: item for item in course.symptoms}
    for finding in course.case.symptom:
        shown = "present" if not finding.began else f"for {label_of(-finding.began)}"
        if finding.note:
            shown += f" ({finding.note})"
        item = known.get(finding.name)
        model, note = _outside(finding.name), SILENT
        if item is not None and item.tier == "mechanism":
            model, note = _symptom(course, finding.name, finding.began)
        elif item is not None:
            model = f"probability {_chance(given, item.id)}"
        label = item.name if item is not None else finding.name
        rows.append({"what": label, "reported": shown, "model": model, "note": note})
    presence = noticed_from(course)
    for finding in course.case.sign:
        model, note = _sign(given, finding.name, presence)
        rows.append(
            {"what": finding.name, "reported": finding.note or "present", "model": model, "note": note}
        )
    return rows


def _placed(stated: float, model: float) -> str:
    """Say whether a value that placed the person was met: within a factor of two."""
    return PLACED if stated / FACTOR <= model <= stated * FACTOR else APART


def _chance(given: xr.Dataset, name: str) -> str:
    """Return the probability of a symptom or sign without a mechanism, with its interval."""
    return shown_chance(bounds_of(given["chance"].sel(association=name).transpose("bound").to_numpy()))


def noticed_from(course: Course) -> float:
    """Return the severity from which this person notices a symptom, and a sign is found in it."""
    (entry,) = (entry for entry in course.provenance.used if entry.name == "clinic.presence")
    assert isinstance(entry.value, float)
    return entry.value * course.person.traits.notice


def _symptom(course: Course, name: str, began: float | None) -> tuple[str, str]:
    """Severity, since when it has been noticed (ledger: ``clinic.presence``), and the verdict."""
    data = course.data.isel(plan=0).sel(symptom=name)
    severity = f"severity {float(data['severity'].sel(time=0.0)):.2f}"
    present = data["present"].sel(time=slice(None, 0.0)).to_numpy().astype(bool)
    if not present[-1]:
        return f"{severity}, not noticed", MISSES
    # the latest stretch of time in which it has been noticed without a break
    breaks = np.flatnonzero(~present)
    first = int(breaks[-1]) + 1 if breaks.size else 0
    since = abs(float(data["time"].sel(time=slice(None, 0.0))[first]))
    if name == "weakness":
        now = data.sel(time=0.0)
        severity += f", power of the leg {int(now['power_leg'])}/5, of the arm {int(now['power_arm'])}/5"
    model = f"{severity}, noticed for {number(since / DAYS_PER_MONTH, 2)} months"
    alike = not began or 1 / FACTOR <= max(since, 1.0) / -began <= FACTOR
    return model, AGREES if alike else TIMING


def _sign(given: xr.Dataset, name: str, presence: float) -> tuple[str, str]:
    """Return the finding of the model's examination for a reported sign, and the verdict."""
    jerk, vibration = float(given["ankle_jerk"]), float(given["vibration_loss"])
    romberg, babinski = bool(given["romberg"]), bool(given["babinski"])
    leg, arm = int(given["power_leg"]), int(given["power_arm"])
    vision = bool(given["present"].sel(symptom="vision"))
    standing = f"Romberg sign {'present' if romberg else 'absent'}"
    feeling = f"{percent(vibration)} of the vibration sense of the legs lost"
    found = {
        "impaired position sense": (standing, romberg),
        "absent position sense": (standing, romberg),  # no share of it is at hand
        "impaired vibration sense": (feeling, vibration >= presence),
        "absent vibration sense": (feeling, vibration >= ABSENT),
        "absent ankle jerks": (f"ankle jerk {jerk:.1f} (0 absent, 2 normal)", jerk < 0.5),
        "normal ankle jerks": (f"ankle jerk {jerk:.1f} (0 absent, 2 normal)", 1.5 <= jerk < 2.5),
        "no Romberg sign": (standing, not romberg),
        "plantar responses flexor": (f"Babinski sign {'present' if babinski else 'absent'}", not babinski),
        "weakness": (f"power of the leg {leg}/5, of the arm {arm}/5", leg < 5 or arm < 5),
        "power": (f"power of the leg {leg}/5, of the arm {arm}/5", leg < 5 or arm < 5),
        "normal power": (f"power of the leg {leg}/5, of the arm {arm}/5", leg == arm == 5),
        "visual acuity": (f"{float(given['acuity']):.2f} in both eyes", vision),
    }
    if name in found:
        model, agrees = found[name]
        return model, AGREES if agrees else MISSES
    if name == "nystagmus":
        return f"probability {_chance(given, name)}", SILENT
    if name == "no anaemia":
        haemoglobin = given["haemoglobin"]
        return f"haemoglobin {number(float(haemoglobin))} {haemoglobin.attrs['units']}", UNUSED
    return _outside(name), SILENT


def _outside(name: str) -> str:
    """Say of a finding without an answer that it is outside the model, or not understood where a known word is near."""
    near = "" if read("sign", name) is not None else nearest_to(name)
    return f"{UNREAD}; did you mean {near!r}?" if near else OUTSIDE


def unanswered(rows: Sequence[ReportedRow]) -> str:
    """Return a sentence on the findings that the model has no answer to; empty where there are none."""
    named = [
        f"{row['what']} ({row['model']})" for row in rows if row["model"].split(";")[0] in (OUTSIDE, UNREAD)
    ]
    return f"Reported and not used: {'; '.join(named)}." if named else ""
