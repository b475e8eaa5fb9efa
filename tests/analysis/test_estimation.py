"""Estimation from event tables: what made the data is found again, and tables are read as NM-TRAN means them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from remyelin.analysis.estimation import Model, estimate, read_table
from remyelin.analysis.estimation.model import _within
from remyelin.base.errors import InputError
from remyelin.cobalamin import Exposure, Parameters, constant, course_of, regimen
from remyelin.evidence import Ledger

LEDGER = Ledger.shipped()
WHO = {"AGE": 60.0, "INTAKE": 5.0}
DOSE = {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 3, "FORM": 1, "II": 7, "ADDL": 3}


def table(scale_store: float, scale_mma: float) -> pd.DataFrame:
    """Rows without noise of a person with known factors under four injections."""
    doses = regimen("cyanocobalamin 1 mg im every 7 d for 28 d", 0.0, 28.0, LEDGER)
    person = Exposure(
        age=60,
        food_intake=constant(5.0),
        meals_per_day=3,
        doses=doses,
        store_scale=scale_store,
        metabolite_scale_mma=scale_mma,
    )
    days = np.array([-1.0, 10.0, 20.0, 60.0, 180.0])
    course = course_of(person, days, Parameters.from_ledger(LEDGER))
    rows: list[dict[str, Any]] = [
        {"ID": 1, "TIME": day, "EVID": 0, "DV": float(course[name][i]), "DVID": 1 + 2 * (name == "mma")}
        for i, day in enumerate(days)
        for name in ("b12", "mma")
    ]
    return pd.DataFrame([*rows, DOSE]).sort_values("TIME")


def test_factors_that_made_the_data_are_found_within_the_pull_of_the_prior() -> None:
    sharp = Model(scales=("store", "mma"), noise={"b12": 0.02, "mma": 0.02})
    found = estimate(table(0.6, 1.8), sharp, covariates=WHO)
    assert found.persons["map"].sel(id=1).to_numpy() == pytest.approx([0.6, 1.8], rel=0.02)
    assert (found.persons["shrinkage"] < 0.1).all()
    assert float(found.persons["pareto_k"][0]) < 0.7
    assert float(found.persons["effective"][0]) > 50
    inside = (found.rows["low"] <= found.rows["individual"]) & (
        found.rows["individual"] <= found.rows["high"]
    )
    assert inside.mean() > 0.7


def test_what_nothing_says_stays_the_prior() -> None:
    found = estimate(table(1.0, 1.0), Model(scales=("store", "homocysteine")), covariates=WHO)
    assert float(found.persons["map"].sel(parameter="homocysteine")[0]) == pytest.approx(1.0)
    assert float(found.persons["shrinkage"].sel(parameter="homocysteine")[0]) == pytest.approx(1.0)


def test_a_number_of_the_ledger_is_estimated_within_its_range() -> None:
    name = "injection.retained_half_dose.cyanocobalamin"
    found = estimate(table(1.0, 1.0), Model(scales=(), entries={name: 0.5}), covariates=WHO, draws=20)
    low, high = LEDGER.entry(name).range or (0.0, 0.0)
    assert low <= float(found.persons["value"][0, 0]) <= high


@pytest.mark.parametrize(("factor", "end"), [(0.3, "low"), (1.0, ""), (4.0, "high")])
def test_a_value_that_goes_to_an_end_of_its_range_is_said_to_lie_there(factor: float, end: str) -> None:
    name = "injection.retained_half_dose.cyanocobalamin"
    low, high = LEDGER.entry(name).range or (0.0, 0.0)
    rows = table(1.0, 1.0)
    treated = (rows["DVID"] == 1) & (rows["TIME"] > 0)
    rows.loc[treated, "DV"] *= factor  # more or less than any retention in the range gives
    model = Model(scales=(), entries={name: 0.5}, noise={"b12": 0.05, "mma": 1.0})
    found = estimate(rows, model, covariates=WHO, draws=40)
    assert found.persons["end"].to_numpy().tolist() == [[end]]
    value = float(found.persons["value"][0, 0])
    assert low * (1 - 1e-9) <= value <= high * (1 + 1e-9)
    if end:
        assert value == pytest.approx(low if end == "low" else high, rel=0.01)
    drawn = found.draws["factor"].to_numpy() * LEDGER[name]
    assert low * (1 - 1e-9) <= drawn.min()
    assert drawn.max() <= high * (1 + 1e-9)


def test_draws_stop_after_so_many_rounds() -> None:
    from scipy.stats import multivariate_t

    far = multivariate_t([0.0], [[1.0]], df=5)
    nowhere = (np.array([1e3]), np.array([1e3 + 1e-6]))
    assert _within(far, 10, nowhere, np.random.default_rng(1)) is None
    here = _within(far, 10, (np.array([0.5]), np.array([np.inf])), np.random.default_rng(1))
    assert here is not None
    assert here.shape == (10, 1)
    assert here.min() >= 0.5


def test_an_entry_that_is_no_positive_number_is_refused() -> None:
    with pytest.raises(InputError, match=r"model: cognition.per_homocysteine is no positive number"):
        estimate(table(1.0, 1.0), Model(entries={"cognition.per_homocysteine": 0.5}), covariates=WHO)


def test_the_same_seed_gives_the_same_draws() -> None:
    one, two = (estimate(table(1.0, 1.0), covariates=WHO, draws=20, seed=3) for _ in range(2))
    assert (one.draws["factor"].to_numpy() == two.draws["factor"].to_numpy()).all()


def test_additional_steady_and_reset_doses() -> None:
    rows = [
        {**DOSE, "SS": 1, "II": 30, "ADDL": 2, **WHO},
        {"ID": 1, "TIME": 5, "EVID": 0, "DV": 500, **WHO},
        {**DOSE, "TIME": 0, "EVID": 4, "II": 0, "ADDL": 0, **WHO},
        {"ID": 1, "TIME": 3, "EVID": 2, **WHO},
    ]
    (subject,) = read_table(rows)
    first, second = subject.occasions
    times = [dose.time for dose in first.exposure.doses]
    assert times[-3:] == [0.0, 30.0, 60.0]
    assert times[0] < -3600
    assert [dose.time for dose in second.exposure.doses] == [0.0]
    assert np.isnan(second.value).all()


def test_rows_of_one_time_are_processed_in_their_order() -> None:
    """A sample before a dose into a vein sees nothing of it, one behind it all of it, at the last time too."""
    ask = {"ID": 1, "EVID": 2, **WHO}
    into_vein = {"ID": 1, "EVID": 1, "AMT": 1000, "CMT": "iv", "FORM": "cyanocobalamin", **WHO}
    rows = [
        *(ask | {"TIME": 0}, into_vein | {"TIME": 0}, ask | {"TIME": 0}),
        *(ask | {"TIME": 7}, into_vein | {"TIME": 7}, ask | {"TIME": 7}),
        {"ID": 1, "TIME": 7, "EVID": 0, "DV": 40_000, **WHO},
    ]
    levels = estimate(rows, draws=10).rows["population"].to_numpy()
    alone = estimate([{"ID": 1, "TIME": 0, "EVID": 0, "DV": 200, **WHO}], draws=10).rows["population"]
    assert levels[0] == pytest.approx(float(alone[0]), rel=1e-6)
    assert levels[1] - levels[0] == pytest.approx(levels[3] - levels[2], rel=1e-4)
    assert levels[1] > 10 * levels[0]
    assert levels[3] == levels[4]


def test_an_additional_dose_comes_before_the_rows_of_its_time() -> None:
    dose = {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 5, "II": 7, "ADDL": 1, **WHO}
    rows = [dose, {"ID": 1, "TIME": 7, "EVID": 0, "DV": 40_000, **WHO}]
    assert not read_table(rows)[0].occasions[0].before.any()
    assert float(estimate(rows, draws=10).rows["population"][0]) > 10_000


def test_a_recent_onset_is_two_rows_and_no_lifelong_failure() -> None:
    """The rows hold intrinsic factor until a day; the store before it counts, and methylmalonate is lower."""
    seen = {"ID": 1, "TIME": 0, "EVID": 0, "DV": 1000, "DVID": 3, "AGE": 60, "INTAKE": 5.0, "IF": 0.0}
    onset = [seen | {"TIME": -365, "EVID": 2, "IF": share} for share in (1.0, 0.0)]
    model = Model(scales=("store", "mma"))
    always, recent = (estimate(rows, model, draws=10) for rows in ([seen], [*onset, seen]))
    assert always.persons["moved"].to_numpy().tolist() == [[False, True]]
    assert recent.persons["moved"].all()
    assert float(recent.rows["population"][-1]) < 0.2 * float(always.rows["population"][-1])
    assert any("depends on store" in sentence for sentence in always.remarks())


def test_the_command_line_and_the_table_take_words_for_codes() -> None:
    words = {**DOSE, "CMT": "IM", "FORM": "hydroxocobalamin", **WHO}
    (dose, *_) = read_table([words])[0].occasions[0].exposure.doses
    assert (dose.route, dose.form) == ("im", "hydroxocobalamin")


def test_covariates_may_change() -> None:
    rows = [
        {"ID": 1, "TIME": 0, "EVID": 0, "DV": 300, "AGE": 40, "INTAKE": 5.0, "IF": 1},
        {"ID": 1, "TIME": 100, "EVID": 2, "AGE": 40, "INTAKE": 0.5, "IF": 0},
    ]
    exposure = read_table(rows)[0].occasions[0].exposure
    assert exposure.food_intake.at([99.0, 101.0]).tolist() == [5.0, 0.5]
    assert exposure.intrinsic_factor.at([99.0, 101.0]).tolist() == [1.0, 0.0]


def test_a_file_and_a_frame_are_read_alike(tmp_path: Path) -> None:
    frame = table(1.0, 1.0)
    path = tmp_path / "mine.csv"
    frame.to_csv(path, index=False, na_rep=".")
    (one,), (two,) = read_table(path, WHO), read_table(frame, WHO)
    assert one.occasions[0].value.tolist() == two.occasions[0].value.tolist()
    assert one.occasions[0].exposure.doses == two.occasions[0].exposure.doses


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "has no rows"),
        ([{"ID": 1, "TIME": 0}], "column EVID is missing"),
        ([{"ID": 1, "TIME": 0, "EVID": 0, "DOSE": 1}], "unknown column 'DOSE'"),
        ([{"ID": 1, "TIME": 0, "EVID": 0, "DV": -1, **WHO}], "DV must be above 0"),
        ([{"ID": 1, "TIME": 0, "EVID": 0, "DV": "high", **WHO}], "DV 'high' is not a number"),
        ([{"ID": 1, "TIME": 0, "EVID": 0, "DV": 300}], "AGE is missing"),
        ([{"ID": 1, "TIME": 0, "EVID": 5, **WHO}], "EVID 5 must be a whole number, 0 to 4"),
        ([{**DOSE, "II": 0, **WHO}], "need an interval II"),
        (
            [{"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, **WHO}],
            "column CMT is missing, which a dose needs: 1 oral, 2 nasal, 3 im",
        ),
        ([{"ID": 1, "TIME": 0, "EVID": 1, "CMT": 3, **WHO}], "column AMT is missing"),
        ([{**DOSE, "CMT": "", **WHO}], "row 1: CMT is blank; give one of 1 oral"),
        ([{**DOSE, "CMT": "imm", **WHO}], "row 1: CMT 'imm' is unknown; did you mean 'im'"),
        ([{**DOSE, "CMT": 9, **WHO}], "row 1: CMT 9 must be a whole number, 1 to 5"),
        (
            [
                {**DOSE, "ADDL": 0, **WHO},
                {"ID": 1, "TIME": 0, "EVID": 0, "DV": 300, **WHO},
                {**DOSE, "ADDL": 0, **WHO},
            ],
            "row 2: stands between two doses of TIME 0",
        ),
        ([{**DOSE, "TIME": 5, **WHO}, {**DOSE, **WHO}], "TIME goes back"),
        ([{**DOSE, **WHO}, {**DOSE, **WHO, "ID": ""}], "row 2: column ID is blank; give a number"),
        ([{**DOSE, **WHO}, {**DOSE, **WHO, "EVID": "."}], "row 2: column EVID is blank; give a number"),
        ([{**DOSE, **WHO}, {**DOSE, **WHO, "TIME": None}], "row 2: column TIME is blank"),
        ([{**DOSE, **WHO}, {"TIME": 3, "EVID": 0, "DV": 3}], "row 2: column ID is blank"),
        ([{**DOSE, **WHO}, {**DOSE, "WEIGHT": 70}], "row 2: unknown column 'WEIGHT'; valid are"),
        ([{**DOSE, **WHO, "IF": 5}], "row 1: column IF: intrinsic_factor 5 is impossible; give 0 to 1"),
        ([{**DOSE, **WHO, "AGE": 300}], "row 1: column AGE: age 300.0 is impossible"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_table(rows)


def test_covariates_that_the_model_lacks_are_refused() -> None:
    row = {"ID": 1, "TIME": 0, "EVID": 0, "DV": 300}
    with pytest.raises(
        InputError, match="covariates: unknown covariate 'WEIGHT'; valid are: AGE, GFR, IF, INTAKE"
    ):
        read_table([row], {**WHO, "weight": 70.0})


def test_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("ID,TIME,EVID,DV\n1,0,0,300\n1,9,0,300,5\n", encoding="utf-8")
    with pytest.raises(InputError, match="row 2 has more cells than there are columns"):
        read_table(path, WHO)


def test_a_blank_covariate_is_what_holds_for_everybody() -> None:
    rows = [{"ID": 1, "TIME": 0, "EVID": 0, "DV": 300, "AGE": ".", "INTAKE": 4.0}]
    assert read_table(rows, WHO)[0].occasions[0].exposure.age == 60.0


def test_a_person_without_an_observation_is_refused() -> None:
    with pytest.raises(InputError, match="person 1 has no observation"):
        estimate([{**DOSE, **WHO}])


def test_so_many_doses_are_refused_before_they_fill_the_memory() -> None:
    """A row may stand for many; the limit is of all rows of a person."""
    rows = [{"ID": 1, "TIME": 0, "EVID": 0, "DV": 200, **WHO}]
    rows += [
        {"ID": 1, "TIME": i, "EVID": 1, "AMT": 1000, "CMT": 3, "II": 0.001, "ADDL": 60_000, **WHO}
        for i in (1, 99)
    ]
    with pytest.raises(InputError, match="row 3: more than 100000 doses of one person; shorten the table"):
        read_table(rows)
