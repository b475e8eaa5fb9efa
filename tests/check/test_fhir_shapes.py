"""FHIR as it comes: every version, every wrapping, with things in it that are broken or have no part in the check."""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fhir_shapes as shapes

from remyelin import Ledger
from remyelin.base.errors import InputError
from remyelin.check import answer
from remyelin.check.fhir import parse_bundle
from remyelin.check.reading import parse_text, read
from remyelin.output.terminal.check import describe

LEDGER = Ledger.shipped()
COUNT = 2000 if os.environ.get("REMYELIN_LONG") else 240


def test_every_shape_of_a_persons_file_is_read() -> None:
    refused = []
    for seed in range(COUNT):
        found, version, (marker, _, _, _, right) = shapes.person(seed)
        how = shapes.WRAPPINGS[(seed // 7) % len(shapes.WRAPPINGS)]
        text = shapes.wrapped(found, how)
        try:
            known = parse_text(text, "file", LEDGER)
        except InputError as error:
            refused.append((seed, version, how, str(error)))
            continue
        assert known.labs[marker].value == pytest.approx(right, rel=1e-3), (seed, version, how)
        if how != "single":
            assert {"metformin", "pernicious_anaemia"} & {word.name for word in known.words}, (
                seed,
                version,
                how,
            )
            assert known.sex == "female"
            assert known.age == pytest.approx(64, abs=1.1)
        describe(answer(known, LEDGER))
    assert not refused


def test_xml_says_what_json_says() -> None:
    for seed in range(COUNT // 4):
        found = [item for item in shapes.person(seed)[0] if "resourceType" in item]
        sound = [item for item in found if item not in shapes.NOISE]
        bundle = {"resourceType": "Bundle", "entry": [{"resource": item} for item in sound]}
        one = parse_bundle(json.dumps(bundle), "f", LEDGER)
        other = parse_bundle(shapes.as_xml(bundle), "f", LEDGER)
        assert one.labs == other.labs
        assert (one.words, one.age, one.sex, one.unread) == (other.words, other.age, other.sex, other.unread)


def dated(*pairs: tuple[str, float], code: str = "14685-2", unit: str = "pmol/L") -> str:
    items = [
        {
            "resourceType": "Observation",
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": unit},
            **({"effectiveDateTime": date} if date else {}),
        }
        for date, value in pairs
    ]
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": item} for item in items]})


def test_the_time_of_day_counts_and_the_order_does_not() -> None:
    pairs = [
        ("2024-02-01T08:00:00Z", 150.0),
        ("2024-02-01T17:30:00Z", 300.0),
        ("2024-01-31", 200.0),
        ("2023", 180.0),
    ]
    rng = random.Random(1)
    for _ in range(30):
        rng.shuffle(pairs)
        assert parse_bundle(dated(*pairs), "f", LEDGER).labs["b12"].value == 300.0
    two = [("2024-02-01", 150.0), ("2024-02-01", 300.0)]
    with pytest.raises(InputError, match="without dates that order them"):
        parse_bundle(dated(*two), "f", LEDGER)
    # a later value settles what two earlier ones leave open
    for later in ([*two, ("2024-03-01", 250.0)], [("2024-03-01", 250.0), *two]):
        assert parse_bundle(dated(*later), "f", LEDGER).labs["b12"].value == 250.0
    counts = parse_bundle(
        dated(("2024-02-01", 90.0), ("2024-02-01", 99.0), code="787-2", unit="fL"), "f", LEDGER
    )
    assert "mcv" not in counts.labs
    assert any("mean cell volume" in sentence for sentence in counts.unread)


ZONES = ("Z", "+00:00", "-05:00", "+09:30", "+13:00", "-11:00")


def test_clocks_of_different_zones_are_told_apart() -> None:
    """The same hours before and after one moment, written on clocks around the world."""
    rng = random.Random(2)
    moment = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
    for _ in range(60):
        hours = rng.sample(range(-14, 15), 4)
        pairs = []
        for hour in hours:
            zone = datetime.fromisoformat(f"2024-01-01T00:00{rng.choice(ZONES)}").tzinfo
            written = (moment + timedelta(hours=hour)).astimezone(zone).isoformat()
            pairs.append((written.replace("+00:00", rng.choice(["Z", "+00:00"])), 200.0 + hour))
        found = parse_bundle(dated(*pairs), "f", LEDGER).labs["b12"].value
        assert found == 200.0 + max(hours), pairs


def test_the_parts_of_one_observation_are_read_like_observations() -> None:
    def part(code: str, value: float, unit: str) -> dict[str, object]:
        return {
            "code": {"coding": [{"system": "2.16.840.1.113883.6.1", "code": code}]},
            "valueQuantity": {"value": value, "unit": unit},
        }

    parts = [
        part("718-7", 98.0, "g/L"),
        "x",
        None,
        part("787-2", 96.0, "furlong"),
        part("2132-9", 150.0, "pg/mL"),
    ]
    whole = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "58410-2"}]},
        "effectiveDateTime": "2024-02-01",
        "component": parts,
    }
    known = parse_bundle(json.dumps(whole), "f", LEDGER)
    assert (known.labs["haemoglobin"].value, round(known.labs["b12"].value, 1)) == (98.0, 110.7)
    assert {item.date.shown for item in known.series} == {"2024-02-01"}
    assert any("furlong" in sentence for sentence in known.unread)
    void = parse_bundle(
        json.dumps({**whole, "status": "cancelled", "component": [parts[0], parts[-1]]}), "f", LEDGER
    )
    assert not void.labs
    assert any("'cancelled' was left out" in sentence for sentence in void.unread)


def test_a_value_that_decides_and_has_no_unit_is_asked_about() -> None:
    for unit in ("", " "):
        with pytest.raises(InputError, match="has no unit; look at the laboratory's report and add it"):
            parse_bundle(dated(("2024-02-01", 150.0), unit=unit), "f", LEDGER)


def observed(code: str, display: str = "") -> str:
    coding = {"system": "http://loinc.org", "code": code, "display": display}
    return json.dumps({"resourceType": "Observation", "code": {"coding": [coding]}, "valueBoolean": True})


@pytest.mark.parametrize(
    ("code", "display", "wanted"),
    [
        ("16695-9", "", "Cobalamin"),
        ("99999-1", "Vitamin B12 [Mass/volume] in Capillary blood", "Cobalamin"),
        ("99999-1", "Methylmalonate [Moles/volume] in Urine", "Methylmalonate"),
        ("99999-1", "Hematocrit [Volume Fraction] of Arterial blood", "Hematocrit"),
        ("2132-8", "", "Cobalamin"),
        ("14665-5", "", "Copper"),
        ("14666-4", "", ""),
        ("2284-9", "", "Folate"),
        ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", ""),
    ],
)
def test_a_suggestion_is_of_the_same_analyte(code: str, display: str, wanted: str) -> None:
    (sentence,) = parse_bundle(observed(code, display), "f", LEDGER).unread
    assert ("did you mean" in sentence) == bool(wanted)
    assert wanted in sentence
    assert "Copper" not in sentence or wanted == "Copper"


OTHERS = {
    "table.csv": "date,test,value\n2024-01-01,B12,150\n",
    "semicolons.csv": "date;test;value\n2024-01-01;B12;150\n",
    "line.csv": "B12,150 pg/mL\n",
    "column.csv": "b12\n150\n",
    "equals.tsv": "b12 = 150\n",
    "message.hl7": "MSH|^~\\&|LAB|X|||20240101||ORU^R01|1|P|2.5\rPID|1||7\rOBX|1|NM|2132-9||150|pg/mL\r",
    "report.pdf": "%PDF-1.7\n\xe2\xe3\xcf\xd3",
    "table.xlsx": "PK\x03\x04\x14\x00\x06\x00",
    "old.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "text.rtf": "{\\rtf1\\ansi B12 150}",
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_get_a_sentence_that_says_what_to_do(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(OTHERS[name].encode("latin-1"))
    with pytest.raises(InputError, match=r"which is not read here; .*(--ask|FHIR)"):
        read(str(file), LEDGER)


BOMB = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Bundle xmlns="http://hl7.org/fhir"/>'
HOSTILE = {
    "entities": BOMB,
    "other xml": "<html><body>B12</body></html>",
    "cut xml": '<Bundle xmlns="http://hl7.org/fhir"><entry>',
    "deep xml": '<Bundle xmlns="http://hl7.org/fhir">' + "<entry>" * 5000 + "</entry>" * 5000 + "</Bundle>",
    "deep bundles": '{"resourceType":"Bundle","entry":[{"resource":' * 50 + "{}" + "}]}" * 50,
    "deep contained": '{"resourceType":"Observation","contained":[' * 50 + "{}" + "]}" * 50,
    "many": json.dumps([{"resourceType": "Observation"}] * 6000),
    "no types": '[{"a":1},{"b":2}]',
    "nothing read": json.dumps(
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Claim"}}]}
    ),
    "two patients": json.dumps(
        [{"resourceType": "Patient", "id": "1"}, {"resourceType": "Patient", "id": "2"}]
    ),
    "lines cut": '{"resourceType":"Patient"}\n{"resourceType":"Pat\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_shapes_get_one_sentence(name: str) -> None:
    with pytest.raises(InputError) as error:
        parse_text(HOSTILE[name], "f", LEDGER)
    assert len(str(error.value)) < 400
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("age", ["3 wk", "6 mo", "1.5 y", "10 d"])
def test_a_baby_is_spoken_of_as_one(age: str) -> None:
    found = answer(parse_text(f'person.age = "{age}"\n[labs]\nb12 = "90 pmol/L"\n', "f", LEDGER), LEDGER)
    text = describe(found)
    assert "needs a doctor at once" in text
    assert "0 years" not in text
    assert "month" in found.entered[0]


def test_random_damage_to_good_files_never_crashes_it() -> None:
    """A piece of any file is cut out, doubled, or put in the place of another."""
    rng = random.Random(9)
    refused = []

    def harm(data: Any) -> Any:
        if isinstance(data, dict) and data and rng.random() < 0.9:
            key = rng.choice(list(data))
            return {**data, key: harm(data[key])}
        if isinstance(data, list) and data and rng.random() < 0.9:
            index = rng.randrange(len(data))
            return [*data[:index], harm(data[index]), *data[index + 1 :]]
        return rng.choice(
            [None, True, -1, 1e300, "", "x" * 3000, [], {}, [[]], {"coding": 1}, "\x1b[31m", [data, data]]
        )

    for seed in range(COUNT):
        found, _, _ = shapes.person(seed)
        text = shapes.wrapped([harm(item) for item in found], shapes.WRAPPINGS[seed % 3])
        try:
            known = parse_text(text, "f", LEDGER)
        except InputError as error:
            refused.append(str(error))
            continue
        assert "\x1b" not in describe(answer(known, LEDGER))
    assert not any("\n" in sentence for sentence in refused)
    assert len(refused) < COUNT / 2
