"""Valid inputs, drawn over everything a case, a check or a request may say, extremes included."""

from __future__ import annotations

import random
from typing import Any

import tomli_w

from remyelin import Ledger
from remyelin.base.errors import InputError
from remyelin.base.units import KINDS, per_unit
from remyelin.catalogue.causes import CAUSES
from remyelin.check.words import vocabulary
from remyelin.cobalamin.doses import FORMS, ROUTES
from remyelin.cobalamin.dosing import REGIMENS
from remyelin.evidence.limits import MARKERS
from remyelin.person.case import case_of
from remyelin.person.plans import check_orders

LEDGER = Ledger.shipped()
TEXTS = (
    "A [/] case",
    "B12 [note] low",
    "red \x1b[31m".replace("\x1b", ""),
    "O'Neil & <b>",
    "$x$ \\alpha",
    "数 ü",
    "a" * 200,
)
LABS = (*MARKERS, "haemoglobin", "mcv")


def end(rng: random.Random, low: float, high: float) -> float:
    """A number between two ends, often one of them."""
    pick = rng.random()
    if pick < 0.2:
        return low
    return high if pick > 0.8 else rng.uniform(low, high)


def lab(rng: random.Random, marker: str) -> str:
    low, high = LEDGER.vector(f"plausible.{marker}")
    unit = rng.choice(list(KINDS[marker].factors))
    value = min(max(low * (high / low) ** end(rng, 0.01, 0.99), low * 1.01), high * 0.99)
    return f"{value / per_unit(marker, unit):.6g} {unit}"


def regimen(rng: random.Random) -> str:
    if rng.random() < 0.4:
        return rng.choice(list(REGIMENS))
    form, route = rng.choice(list(FORMS)), rng.choice(list(ROUTES))
    amount = rng.choice(["1 ug", "50 mcg", "1 mg", "5 mg", "0.5 ug", "100 mg"])
    when = rng.choice(
        ["once", "daily", "weekly", "every 2 d", "every 3 mo", "every 1 d for 14 d, then every 60 d"]
    )
    order = f"{form} {amount} {route} {when}"
    return order + rng.choice(["", "", " with food"] if route == "oral" and "," not in when else [""])


def case(rng: random.Random) -> dict[str, Any]:
    """A case that can be: drawn until the schema and the examination take it."""
    while True:
        data = _case(rng)
        try:
            check_orders(case_of(data, "generated"), LEDGER, "generated")
        except InputError:
            continue
        return data


def _case(rng: random.Random) -> dict[str, Any]:
    age = end(rng, 1, 110)
    kind = rng.choice(list(CAUSES))
    cause: dict[str, Any] = {"kind": kind}
    if kind != "none" and rng.random() < 0.7:
        cause["began"] = f"-{max(end(rng, 0.01, min(age, 60)), 0.01):.4f} y"
    if CAUSES[kind].partial and rng.random() < 0.6:
        cause["lost"] = rng.choice([0.0, 0.01, 0.5, 1.0])
    if kind == "nitrous oxide":
        if rng.random() < 0.5:
            cause["ended"] = rng.choice(["-1 d", "0 d", "30 d"])
        if rng.random() < 0.5:
            cause |= {
                "hours_per_day": rng.choice(["0 h", "1 min", "24 h"]),
                "inspired_fraction": rng.choice([0.0, 0.5, 1.0]),
            }
    person: dict[str, Any] = {"age": f"{age:.4g} y", "sex": rng.choice(["female", "male"])}
    for key, low, high, unit in (
        ("height", 60, 250, "cm"),
        ("weight", 5, 400, "kg"),
        ("filtration", 1, 250, "mL/min"),
    ):
        if rng.random() < 0.3:
            person[key] = f"{end(rng, low, high):.4g} {unit}"
    horizon = end(rng, 0.1, 24)
    studies = sorted({round(end(rng, 0, horizon), 2) for _ in range(rng.randrange(1, 4))})
    data: dict[str, Any] = {
        "name": rng.choice(["x", "a-case", "0", "z" * 64]),
        "title": rng.choice(TEXTS),
        "person": person,
        "cause": cause,
        "plan": {"studies": [f"{month} mo" for month in studies], "horizon": f"{horizon + 0.1:.4g} mo"},
    }
    if rng.random() < 0.5:
        data["labs"] = {marker: lab(rng, marker) for marker in rng.sample(LABS, rng.randrange(1, len(LABS)))}
        if rng.random() < 0.2:
            data["labs"] |= {
                "b12": rng.choice(["1 pmol/L", "20000 pmol/L", "0.001 ng/mL"]),
                "confirmed": ["b12"],
            }
    if rng.random() < 0.4:
        data["intake"] = {"food": rng.choice(["0 ug/d", "0.0001 ug/d", "3 ug/d", "100 mg/d"])}
    if rng.random() < 0.7:
        starts = sorted(end(rng, 0, horizon) for _ in range(rng.randrange(1, 4)))
        data["treatment"] = [
            {"regimen": regimen(rng), "start": f"{start:.4g} mo", "adherence": rng.choice([0.0, 0.3, 1.0])}
            for start in starts
        ]
    if rng.random() < 0.4:
        data["symptom"] = [{"name": rng.choice(TEXTS)[:60], "began": f"-{end(rng, 0, age):.3g} y"}]
    for key in ("summary", "outcome"):
        if rng.random() < 0.2:
            data[key] = rng.choice(TEXTS)
    if rng.random() < 0.2:
        data["citation"] = rng.choice(["no-such-key", "stabler2013", "Doe [2020]", "x" * 100])
    return data


def check(rng: random.Random) -> str:
    """A check file."""
    kinds = {"symptoms": "symptom", "risks": "risk", "drugs": "drug", "conditions": "condition"}
    data: dict[str, Any] = {}
    for key, kind in kinds.items():
        words = [word.plain for word in vocabulary() if word.kind == kind]
        if rng.random() < 0.6:
            data[key] = rng.sample(words, rng.randrange(min(5, len(words))))
    if rng.random() < 0.6:
        data["person"] = {"age": rng.choice(["0 d", "3 wk", "6 mo", "5 y", "16 y", "57 y", "120 y"])}
        data["person"] |= {"sex": rng.choice(["female", "male"])} if rng.random() < 0.7 else {}
    if rng.random() < 0.7:
        data["labs"] = {
            m: rng.choice(["", "", "<", ">"]) + lab(rng, m) for m in rng.sample(LABS, rng.randrange(1, 5))
        }
    return tomli_w.dumps(data) or "symptoms = []\n"


def requests(rng: random.Random) -> tuple[str, str, dict[str, Any] | None]:
    """A request the page could send: method, path, body."""
    if rng.random() < 0.25:
        return rng.choice(
            [
                ("GET", "/api/state", None),
                ("GET", "/api/cases", None),
                ("GET", "/api/evidence/entry?name=prior.weight", None),
                ("GET", "/api/rests?what=disability", None),
                ("GET", "/api/questions", None),
                ("GET", "/api/claims", None),
                ("GET", "/api/experiments", None),
                ("POST", "/api/check", {"text": check(rng)}),
                ("POST", "/api/read", {"text": tomli_w.dumps(case(rng))}),
                ("POST", "/api/wire", {"lamellae": end(rng, 0, 1), "internodes": rng.randrange(1, 21)}),
            ]
        )
    body: dict[str, Any] = {"case": case(rng), "shift": rng.choice([0, 0, None, 1, -1, 3])}
    path = rng.choice(["course", "course", "case-file", "studies", "fibres", "bands"])
    if path in ("studies", "fibres"):
        body["month"] = rng.choice([0, 0.05])
    if path == "studies":
        body["studies"] = rng.sample(["sural", "tibial_motor", "vep"], rng.randrange(1, 3))
    if path == "fibres":
        body["pathway"] = rng.choice(["dorsal_leg", "corticospinal_leg", "visual", "no such"])
    return "POST", f"/api/{path}", body
