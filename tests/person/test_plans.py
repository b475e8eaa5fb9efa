"""Every cause a case can name, adherence and kidneys, down to what reaches the body; and exports of it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import tomli_w
from program import call

from remyelin.base.errors import InputError
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.catalogue.causes import CAUSES
from remyelin.cobalamin import Parameters, simulate
from remyelin.cobalamin.exchange.events import from_events
from remyelin.evidence import Ledger
from remyelin.person.case import Case, parse_case
from remyelin.person.person import resolve
from remyelin.person.plans import check_orders, exposure, plans_of

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)


def case_of(
    kind: str, *, person: dict[str, str] | None = None, treatment: dict[str, str] | None = None
) -> Case:
    data = {
        "name": "x",
        "title": "t",
        "person": {"age": "60 y", "sex": "male", **(person or {})},
        "cause": {"kind": kind},
        "treatment": [treatment] if treatment else [],
    }
    return parse_case(tomli_w.dumps(data), "f")


def course(case: Case, times: list[float]):  # type: ignore[no-untyped-def]
    person = resolve(case, LEDGER)
    given = exposure(case, person, plans_of(case, person)[0], LEDGER)
    return simulate(given, [person.began - 1, *times], PARAMETERS)


@pytest.mark.parametrize("kind", CAUSES)
def test_every_cause_reaches_the_body(kind: str) -> None:
    markers = course(case_of(kind), [0.0])
    changed = {
        name: float(markers[name][1] / markers[name][0]) for name in ("b12", "homocysteine", "csf_b12")
    }
    if kind == "none":
        assert all(ratio == pytest.approx(1.0) for ratio in changed.values())
    elif kind == "CD320 antibodies":
        assert changed["b12"] == pytest.approx(1.0)
        assert changed["csf_b12"] < 0.2
    elif kind == "nitrous oxide":
        # serum counts the oxidised vitamin until it is lost
        assert 0.4 < changed["b12"] < 1.0
        assert changed["homocysteine"] > 1.5
    else:
        assert changed["b12"] < 0.9
        assert changed["homocysteine"] > 1.05


def test_what_a_partial_cause_takes_is_a_fact_with_its_basis() -> None:
    facts = {fact.name: fact for fact in resolve(case_of("ileal disease"), LEDGER).facts}
    assert facts["share lost to the cause"].basis == "prior"
    assert facts["share lost to the cause"].entry == "prior.lost.ileal_disease"


def test_adherence_and_kidneys() -> None:
    order = {"regimen": "cyanocobalamin 1 mg oral daily"}
    full, half = (
        float(course(case_of("gastrectomy", treatment=order | taken), [365.0])["b12"][1])
        for taken in ({}, {"adherence": "50 %"})
    )
    untreated = float(course(case_of("gastrectomy"), [365.0])["b12"][1])
    assert untreated < half < full
    kidneys = course(case_of("none", person={"filtration": "20 mL/min"}), [0.0])
    assert float(kidneys["homocysteine"][0]) > 1.5 * LEDGER["homocysteine.baseline"]


def test_a_combination_is_a_treatment() -> None:
    both = course(case_of("none", treatment={"regimen": "b12 b6 folate"}), [300.0])
    assert float(both["homocysteine"][1]) < 0.85 * float(both["homocysteine"][0])


@pytest.mark.parametrize(
    ("regimen", "refused"),
    [
        ("cyanocobalamin 1 mg im daily", "21915 injections"),
        ("cyanocobalamin 1 mg oral every 2 d", "10958 injections, or irregular doses by mouth"),
        ("cyanocobalamin 1 mg oral every 4 h", "more than 100000 doses"),
        ("cyanocobalamin 1 mg oral daily", None),
        ("cyanocobalamin 1 mg im weekly", None),
    ],
)
def test_more_doses_than_are_computed_are_refused(regimen: str, refused: str | None) -> None:
    """Over the longest horizon; a long course of regular tablets is one stream."""
    case = case_of("pernicious anaemia", treatment={"regimen": regimen})
    case = case.model_copy(update={"plan": case.plan.model_copy(update={"horizon": 60 * DAYS_PER_YEAR})})
    if refused is None:
        check_orders(case, LEDGER, "mine.toml")
        return
    with pytest.raises(InputError, match=f"^mine.toml: treatment.*{refused}.*; lengthen"):
        check_orders(case, LEDGER, "mine.toml")


def test_export_to_sbml_and_events(tmp_path: Path) -> None:
    model = tmp_path / "model.xml"
    done = call("export", "stabler-2013", "--to", "sbml", "--out", str(model))
    assert done.returncode == 0, done.stderr
    assert ET.parse(model).getroot().tag.endswith("sbml")
    events = call("export", "stabler-2013", "--to", "nmtran")
    assert events.returncode == 0, events.stderr
    assert from_events(events.stdout)[1]
    refused = call("export", "stabler-2013", "--to", "sbm")
    assert refused.returncode == 2
    assert "did you mean 'sbml'" in refused.stderr
    lost = call("export", "stabler-2013", "--to", "sbml", "--out", str(tmp_path / "no" / "x.xml"))
    assert lost.returncode == 2
    assert "cannot be written" in lost.stderr
