"""Random and hostile records: a clear error or an honest answer. The long form runs with REMYELIN_LONG=1."""

from __future__ import annotations

import json
import os
import random
from collections import Counter

import pytest

from remyelin.base.errors import InputError, RemyelinError
from remyelin.evidence import Ledger
from remyelin.person.inference import answer, fit_person, forecast
from remyelin.person.record import Record, parse_csv, parse_record_toml

LEDGER = Ledger.shipped()
LONG = os.environ.get("REMYELIN_LONG") == "1"
RANDOM, HOSTILE, FITTED = (2000, 500, 2000) if LONG else (250, 100, 4)
PERSONS = 32
CAUSES = ("unknown", "pernicious anaemia", "vegan diet", "nitrous oxide", "gastrectomy", "metformin", "none")
#: Records that are fitted share few persons: untreated histories of a person are remembered, and are most of the cost.
PEOPLE = [
    (age, ("female", "male")[(place + row) % 2], cause)
    for row, age in enumerate((22, 45, 63, 88))
    for place, cause in enumerate(CAUSES)
]
PARTS = len(PEOPLE) if LONG else 2
ROWS = (
    "lab,b12,{b12:.4g},pmol/L",
    "lab,b12,<{b12:.4g},pmol/L",
    "lab,mma,{mma:.4g},nmol/L",
    "lab,homocysteine,>{hcy:.4g},umol/L",
    "lab,homocysteine,{hcy:.4g},umol/L",
    "lab,haemoglobin,{hb:.4g},g/L",
    "lab,mcv,{mcv:.4g},fL",
    "symptom,{symptom},{grade}",
    "sign,vibration,{sense}",
    "sign,ankle jerk,{sense}",
    "sign,babinski,{there}",
    "sign,power leg,{power}",
    "scale,disability,{points}",
    "study,sural amplitude,{sural:.3g},uV",
    "study,tibial sep p40,{p40:.3g},ms",
    "treatment,{order},began",
    "potion,{symptom},{grade}",
)


def random_record(seed: int, person: tuple[int, str, str] | None = None) -> str:
    """Return a record of rows that do not know of each other, of one person or of a random one."""
    rng = random.Random(seed)
    age, sex, cause = person or (rng.randint(18, 95), rng.choice(("female", "male")), rng.choice(CAUSES))
    lines = ["when,kind,name,value,unit,note", f",person,age,{age},y"]
    lines += [f",person,sex,{sex}", f",cause,{cause}"]
    for _ in range(rng.randint(1, 12)):
        values = {
            "b12": 10 ** rng.uniform(1.5, 3.3),
            "mma": 10 ** rng.uniform(2, 4.5),
            "hcy": 10 ** rng.uniform(0.7, 2.3),
            "hb": rng.uniform(50, 170),
            "mcv": rng.uniform(75, 125),
            "sural": 10 ** rng.uniform(-0.3, 1.6),
            "p40": rng.uniform(35, 65),
            "symptom": rng.choice(("paraesthesia", "numbness", "gait", "weakness", "vision", "memory")),
            "grade": rng.choice(("none", "mild", "moderate", "severe", "present", "began", "odd")),
            "sense": rng.choice(("normal", "reduced", "absent")),
            "there": rng.choice(("present", "absent")),
            "power": rng.randint(0, 5),
            "points": rng.randint(0, 16),
            "order": rng.choice(
                ("us practice 1 mg", "oral", "cyanocobalamin 1 mg im every 30 d", "vitamins")
            ),
        }
        when = f"{rng.choice((-24, -6, -3, -1, 0, 0, 0, 1, 3, 12))} mo"
        lines.append(f"{when},{rng.choice(ROWS).format(**values)}")
    return "\n".join(lines)


def hostile_record(seed: int) -> str:
    """Return text that was a record before something happened to it."""
    rng = random.Random(seed)
    text = random_record(seed)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text))
        text = (
            text[:at]
            + rng.choice(
                (
                    '"',
                    "\x00",
                    "\u202e",
                    ",,,,,,,,",
                    "\n",
                    "9" * 400,
                    "-1e308",
                    "nan",
                    "inf",
                    "<script>",
                    "=cmd()",
                    ";",
                    "\t",
                    "2025-02-31,",
                    "[" * 50,
                    "μ",
                    "''",
                    "-999999 y,lab,b12,100,pmol/L\n",
                )
            )
            + text[at + rng.randint(0, 3) :]
        )
    return text


def read(text: str) -> Record | None:
    """Return the record, or None for a clear error; anything else fails."""
    try:
        record = parse_csv(text, "r.csv", LEDGER)
    except InputError as error:
        said = str(error)
        assert said.startswith("r.csv")
        assert "\n" not in said
        assert len(said) < 700
        return None
    assert all(item.reason for item in record.not_understood)
    return record


@pytest.mark.parametrize("part", range(10))
def test_random_and_hostile_text_is_read_or_refused_clearly(part: int) -> None:
    for seed in range(part, RANDOM, 10):
        read(random_record(seed))
    for seed in range(part, HOSTILE, 10):
        text = hostile_record(10_000 + seed)
        read(text)
        with pytest.raises(InputError):
            parse_record_toml(text, "r.toml", LEDGER)


def honest(seed: int) -> str:
    """Fit a random record and look at the answer; return what became of it."""
    record = read(random_record(20_000 + seed, PEOPLE[seed % PARTS]))
    if record is None:
        return "not read"
    try:
        posterior = fit_person(record, LEDGER, persons=PERSONS, rough=True)
        data = answer(posterior, forecast(posterior, others=False))
    except RemyelinError:  # a sentence of our own, as any other error would not be
        return "refused in one sentence"
    json.dumps(data, allow_nan=False)
    assert "not be delayed" in data["forecast"]["waiting"]
    if data["forecast"]["refused"] is not None:
        return "answer without forecast"
    assert data["effective_sample"] >= 10
    return "answer with forecast"


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_read_gets_an_honest_answer(part: int) -> None:
    print(Counter(honest(seed) for seed in range(part, FITTED, PARTS)))
