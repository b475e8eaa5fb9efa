"""The SBML model, run by libRoadRunner, says what the twin and the cascade say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from remyelin.base.errors import InputError
from remyelin.cobalamin import Exposure, NitrousOxide, Parameters, causes, constant, regimen, simulate, steps
from remyelin.cobalamin.exchange import sbml_names
from remyelin.cobalamin.exchange.sbml import to_sbml
from remyelin.cobalamin.exchange.twin import integrate
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
PARAMETERS = Parameters.from_ledger(LEDGER)
PERSON = Exposure(age=50, food_intake=constant(5.0), meals_per_day=3)
COURSES = {
    "pernicious anaemia": replace(
        causes.pernicious_anaemia(PERSON, -1825, 365), doses=regimen("uk neurological", 0, 90, LEDGER)
    ),
    "nitrous oxide": replace(
        PERSON,
        nitrous_oxide=(NitrousOxide(-270, 0, 1.5, 0.5),),
        doses=regimen("us label 100 ug", 0, 60, LEDGER),
    ),
    "kidney and folate": replace(
        PERSON,
        food_intake=steps(5.0, [(-1500.0, 1.5)]),
        filtration=steps(90.0, [(-900.0, 20.0)]),
        folate_status=steps(1.0, [(-500.0, 0.4)]),
        pyridoxine=steps(0.0, [(-500.0, 20.0)]),
        doses=regimen("cyanocobalamin 1 mg oral every 3 d", 0, 20, LEDGER),
    ),
}
TIMES = np.array([-1825.0, -1000.0, -250.0, -10.0, 5.0, 30.0, 100.0])
READOUTS = {
    "b12": "b12",
    "holotc": "holotc",
    "mma": "mma",
    "homocysteine": "homocysteine",
    "csf_b12": "csf",
    "albumin_ratio": "albumin",
    "store": "body",
}


@pytest.mark.parametrize("name", COURSES)
def test_roadrunner_agrees(name: str) -> None:
    roadrunner = pytest.importorskip("roadrunner", reason="libroadrunner is not installed")
    exposure = COURSES[name]
    model = roadrunner.RoadRunner(to_sbml(exposure, TIMES[0], TIMES[-1], PARAMETERS))
    integrator = model.getIntegrator()
    integrator.relative_tolerance, integrator.absolute_tolerance = 1e-7, 1e-8
    names = [*READOUTS.values(), "peripheral", "central", "methylation_peripheral", "methylation_central"]
    rows, before = [], 0.0
    # Stop where a quantity jumps, so that the integrator does not step over it.
    for day in np.union1d(TIMES, [-1500.0, -1460.0, -900.0, -500.0, -270.0, 0.0]):
        after = day - model["start_day"]
        if after > before:
            model.simulate(before, after, 2)
            before = after
        if day in TIMES:
            rows.append([model[name] for name in names])
    found = dict(zip(names, np.array(rows).T, strict=True))
    full, fast = integrate(exposure, TIMES, PARAMETERS), simulate(exposure, TIMES, PARAMETERS)
    for ours, theirs in READOUTS.items():
        np.testing.assert_allclose(found[theirs], full[ours], rtol=1e-3, err_msg=ours)
        np.testing.assert_allclose(found[theirs], fast[ours], rtol=3e-3, err_msg=ours)
    for i, compartment in enumerate(("peripheral", "central")):
        np.testing.assert_allclose(found[compartment], full["synthase"][:, i], rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(found[f"methylation_{compartment}"], fast["methylation"][:, i], atol=2e-3)


def test_model_is_complete() -> None:
    """Every name in a formula is declared, every varying quantity has one rule."""
    for exposure in COURSES.values():
        root = ET.fromstring(to_sbml(exposure, -1825.0, 100.0, PARAMETERS))
        space = {
            "s": "http://www.sbml.org/sbml/level3/version1/core",
            "m": "http://www.w3.org/1998/Math/MathML",
        }
        declared = {p.get("id"): p.get("constant") for p in root.iter(f"{{{space['s']}}}parameter")}
        used = {(ci.text or "").strip() for ci in root.iter(f"{{{space['m']}}}ci")}
        assert used <= set(declared)
        assert {name for name, fixed in declared.items() if fixed == "true"} <= used
        valued = {p.get("id") for p in root.iter(f"{{{space['s']}}}parameter") if p.get("value") is not None}
        assigned = {a.get("symbol") for a in root.iter(f"{{{space['s']}}}initialAssignment")}
        assert not valued & assigned
        assert {name for name, fixed in declared.items() if fixed == "true"} <= valued | assigned
        ruled = [
            r.get("variable")
            for tag in ("assignmentRule", "rateRule")
            for r in root.iter(f"{{{space['s']}}}{tag}")
        ]
        assert sorted(ruled) == sorted(name for name, fixed in declared.items() if fixed == "false")
        doses = {d.time for d in exposure.doses if d.time < 100}
        assert len(list(root.iter(f"{{{space['s']}}}event"))) == len(doses)


def test_long_runs_of_tablets_are_a_stream() -> None:
    daily = replace(PERSON, doses=regimen("oral", 0, 365, LEDGER))
    assert "<event " not in to_sbml(daily, 0.0, 400.0, PARAMETERS)


def test_impossible_span_is_refused() -> None:
    with pytest.raises(InputError, match="last day"):
        to_sbml(PERSON, 10.0, 10.0, PARAMETERS)


@pytest.mark.parametrize("name", COURSES)
def test_libsbml_finds_nothing_to_say_not_even_of_units(name: str) -> None:
    libsbml = pytest.importorskip("libsbml", reason="python-libsbml is not installed")
    document = libsbml.readSBMLFromString(to_sbml(COURSES[name], TIMES[0], TIMES[-1], PARAMETERS))
    for category in (
        libsbml.LIBSBML_CAT_GENERAL_CONSISTENCY,
        libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY,
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_MATHML_CONSISTENCY,
        libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
        libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
        libsbml.LIBSBML_CAT_MODELING_PRACTICE,
    ):
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    assert [document.getError(i).getMessage() for i in range(document.getNumErrors())] == []
    model = document.getModel()
    parameters = [model.getParameter(i) for i in range(model.getNumParameters())]
    assert all(one.isSetUnits() and one.isSetName() for one in parameters)
    assert sum(one.getNumCVTerms() for one in parameters) > 10
    said = model.getParameter("homocysteine").getCVTerm(0)
    assert said.getResourceURI(0) == "https://identifiers.org/chebi/CHEBI:17230"


def test_a_wrong_unit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    libsbml = pytest.importorskip("libsbml", reason="python-libsbml is not installed")
    wrong = replace(sbml_names.QUANTITIES["mma"], unit="umol_per_L")
    monkeypatch.setattr(sbml_names, "QUANTITIES", {**sbml_names.QUANTITIES, "mma": wrong})
    document = libsbml.readSBMLFromString(to_sbml(PERSON, 0.0, 10.0, PARAMETERS))
    document.checkConsistency()
    assert document.getNumErrors() > 0
