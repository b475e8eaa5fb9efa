"""The problems written for PEtab pass its own check, and its likelihood is that of the estimation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remyelin.analysis.estimation import Model, estimate, to_petab
from remyelin.analysis.estimation.petab import IDENTIFIERS
from remyelin.base.errors import InputError
from remyelin.cli.main import main
from remyelin.evidence import Ledger

WHO = {"AGE": 60.0, "INTAKE": 1.5}
ROWS: list[dict[str, Any]] = [
    {"ID": 1, "TIME": -1, "EVID": 0, "DV": 95, "DVID": 1},
    {"ID": 1, "TIME": -1, "EVID": 0, "DV": 900, "DVID": 3},
    {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 3, "FORM": 1, "II": 7, "ADDL": 7},
    {"ID": 1, "TIME": 30, "EVID": 0, "DV": 640, "DVID": 1},
    {"ID": 1, "TIME": 120, "EVID": 0, "DV": 420, "DVID": 1},
    {"ID": 1, "TIME": 120, "EVID": 2, "DVID": 3},
    {"ID": 2, "TIME": 0, "EVID": 0, "DV": 12, "DVID": 4},
]


def written(folder: Path) -> Path:
    for name, content in to_petab(ROWS, covariates=WHO).items():
        (folder / name).write_text(content)
    return folder


def test_petab_accepts_every_person(tmp_path: Path) -> None:
    petab = pytest.importorskip("petab.v1", reason="petab is not installed")
    folder = written(tmp_path)
    for number in (1, 2):
        problem = petab.Problem.from_yaml(str(folder / f"person-{number}.yaml"))
        assert petab.lint_problem(problem) is False
        assert set(problem.x_free_ids) == set(IDENTIFIERS.values())
        # what pyPESTO asks first; names of sympy's functions are no names of quantities for it
        ((simulated, _, _, _),) = (problem.get_optimization_to_simulation_parameter_mapping()[0],)
        assert simulated == {}


def test_its_posterior_is_highest_where_ours_is(tmp_path: Path) -> None:
    """The negative logarithm of petab's posterior, simulated by libRoadRunner, differs by a constant from ours."""
    petab = pytest.importorskip("petab.v1", reason="petab is not installed")
    roadrunner = pytest.importorskip("roadrunner", reason="libroadrunner is not installed")
    from petab.v1.calculate import calculate_llh

    problem = petab.Problem.from_yaml(str(written(tmp_path) / "person-1.yaml"))
    model = roadrunner.RoadRunner((tmp_path / "person-1.xml").read_text())
    integrator = model.getIntegrator()
    integrator.relative_tolerance, integrator.absolute_tolerance = 1e-7, 1e-8
    spread = problem.parameter_df["objectivePriorParameters"].str.split(";").str[1].astype(float)

    doses = [7.0 * i + 2.0 for i in range(8)]  # time 0 is two days before presentation

    def posterior(logs: dict[str, float]) -> float:
        model.resetAll()
        for name, log in logs.items():
            model[name] = float(np.exp(log))
        model.reset(roadrunner.SelectionRecord.DEPENDENT_INITIAL_GLOBAL_PARAMETER)
        simulated = problem.measurement_df.copy().rename(columns={"measurement": "simulation"})
        for time in sorted(set(simulated["time"])):
            for stop in [*(day for day in doses if day < time), time]:  # no dose is stepped over
                if stop > model.getCurrentTime():
                    model.simulate(model.getCurrentTime(), stop, 2)
            for row in simulated.index[simulated["time"] == time]:
                marker = simulated.loc[row, "observableId"].removeprefix("observed_")
                simulated.loc[row, "simulation"] = model[marker]
        log_prior = sum(-0.5 * (log / spread[name]) ** 2 for name, log in logs.items())
        return (
            calculate_llh(problem.measurement_df, simulated, problem.observable_df, problem.parameter_df)
            + log_prior
        )

    found = estimate([row for row in ROWS if row["ID"] == 1], covariates=WHO, draws=10)
    mode = {
        IDENTIFIERS[str(name)]: float(np.log(value))
        for name, value in found.persons["map"][0].to_series().items()
    }
    best = posterior(mode)
    for name, sd in zip(mode, found.persons["sd"][0].to_numpy(), strict=True):
        below, above = (best - posterior(mode | {name: mode[name] + step * sd}) for step in (-0.3, 0.3))
        assert below > 0
        assert above > 0
        assert abs(above - below) < 0.5 * (above + below)


def test_pypesto_reads_a_problem_and_has_its_optimum_where_ours_is(tmp_path: Path) -> None:
    """With ``simulator_type="roadrunner"``, as the tutorial says; pypesto is in no extra."""
    pytest.importorskip("roadrunner", reason="libroadrunner is not installed")
    importer = pytest.importorskip("pypesto.petab", reason="pypesto is not installed").PetabImporter
    folder = written(tmp_path)
    problem = importer.from_yaml(str(folder / "person-1.yaml"), simulator_type="roadrunner").create_problem()
    assert set(problem.x_names) == set(IDENTIFIERS.values())
    found = estimate([row for row in ROWS if row["ID"] == 1], covariates=WHO, draws=10).persons
    names = [IDENTIFIERS[str(name)] for name in found["map"][0].to_series().index]
    order = [names.index(name) for name in problem.x_names]
    mode, sd = np.log(found["map"][0].to_numpy()[order]), found["sd"][0].to_numpy()[order]
    best = problem.objective(mode)
    for step in 0.3 * np.diag(sd):
        below, above = problem.objective(mode - step) - best, problem.objective(mode + step) - best
        # a parabola of one standard deviation: half of 0.3 squared where no other number makes up for it
        assert below > 0.04
        assert abs(above - below) < 0.1 * (above + below)


def test_what_petab_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match="is an entry of the ledger"):
        to_petab(ROWS, Model(entries={"plasma.volume": 0.1}), covariates=WHO)
    with pytest.raises(InputError, match="has a reset"):
        to_petab([*ROWS[:2], {"ID": 1, "TIME": 0, "EVID": 3}, ROWS[3]], covariates=WHO)
    with pytest.raises(InputError, match="no observation"):
        to_petab([{"ID": 1, "TIME": 0, "EVID": 2, "DVID": 1}], covariates=WHO)


def test_measurements_at_a_dose_keep_their_side_of_it() -> None:
    rows = [
        {"ID": 1, "TIME": 7, "EVID": 0, "DV": 100},
        {"ID": 1, "TIME": 7, "EVID": 1, "AMT": 1000, "CMT": 5},
        {"ID": 1, "TIME": 7, "EVID": 0, "DV": 9000},
        {"ID": 1, "TIME": 9, "EVID": 0, "DV": 900},
    ]
    _, *lines = to_petab(rows, covariates=WHO)["person-1-measurements.tsv"].splitlines()
    days = [float(line.split("\t")[-1]) for line in lines]
    assert days[2] == round(days[2])
    assert days[0] < days[2] - 2 < days[1]
    assert days[1] - days[0] == pytest.approx(2e-8, rel=1e-3)
    roadrunner = pytest.importorskip("roadrunner", reason="libroadrunner is not installed")
    model = roadrunner.RoadRunner(to_petab(rows, covariates=WHO)["person-1.xml"])
    model.getIntegrator().relative_tolerance = 1e-7
    simulated = np.array(model.simulate(times=[0.0, *days], selections=["time", "b12"]))[1:, 1]
    ours = estimate(rows, covariates=WHO, draws=10).rows["population"].to_numpy()
    np.testing.assert_allclose(simulated, ours, rtol=0.02)  # as near as the cascade is; the dose is 300-fold


def test_noise_and_priors_are_those_of_the_ledger() -> None:
    files, ledger = to_petab(ROWS, covariates=WHO), Ledger.shipped()
    assert f"\t{ledger['readout_noise.mma']}\t" in files["person-1-observables.tsv"]
    assert f"0;{ledger['spread.store']}" in files["person-1-parameters.tsv"]
    files = to_petab(ROWS, Model(noise={"b12": 0.07}), covariates=WHO)
    assert "\tlog\t0.07\tnormal" in files["person-1-observables.tsv"]


def test_the_bounds_hold_the_mode_of_a_person_far_from_typical() -> None:
    far = [{"ID": 1, "TIME": 0, "EVID": 0, "DV": 2500, "AGE": 60, "INTAKE": 5}]
    mode = float(estimate(far, Model(scales=("plasma",)), draws=10).persons["map"].squeeze())
    header, row = to_petab(far, Model(scales=("plasma",)))["person-1-parameters.tsv"].splitlines()
    values = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert mode > 3.0
    assert float(values["lowerBound"]) < mode < float(values["upperBound"])


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("ID,TIME,EVID,DV,AGE,INTAKE\n1,0,0,150,60,5\n")
    with pytest.raises(SystemExit) as left:
        main(["estimate", str(table), "--petab", str(tmp_path / "out"), "--json"])
    assert left.value.code == 0
    assert json.loads(capsys.readouterr().out)["problems"] == [str(tmp_path / "out" / "person-1.yaml")]
    assert (tmp_path / "out" / "person-1.xml").is_file()
