"""The control stream for NONMEM, read by an independent reader, gives the courses of the package."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.nonmem import ControlStream
from remyelin.analysis.estimation import Model, read_table, to_nonmem
from remyelin.analysis.estimation.columns import MARKERS
from remyelin.analysis.estimation.nonmem import NUMBERS
from remyelin.analysis.estimation.problem import SCALES
from remyelin.base.errors import InputError
from remyelin.cli.main import main
from remyelin.cobalamin import Parameters, course_of
from remyelin.cobalamin.exchange.twin import integrate
from remyelin.evidence import Ledger

WHO = {"AGE": 60.0, "INTAKE": 1.5}


def seen(person: int, *days: float) -> list[dict[str, Any]]:
    return [{"ID": person, "TIME": day, "EVID": 2, "DVID": marker} for day in days for marker in (1, 2, 3, 4)]


def dose(person: int, day: float, amount: float, route: int, form: int = 1, **more: Any) -> dict[str, Any]:
    return {"ID": person, "TIME": day, "EVID": 1, "AMT": amount, "CMT": route, "FORM": form} | more


TABLES: dict[str, list[dict[str, Any]]] = {
    "injections of two forms, into a depot and a vein": [
        *seen(1, -1),
        dose(1, 0, 1000, 3, II=7, ADDL=3),
        *seen(1, 0.5, 8),
        dose(1, 30, 1000, 3, form=2),
        dose(1, 31, 1000, 5),
        dose(1, 31, 100, 4, form=3),
        *seen(1, 31.02, 60, 200),
        dose(1, 200, 1000, 5),
    ],
    "tablets with food and a nasal spray": [
        *seen(1, 0),
        dose(1, 0, 50, 1, FOOD=1, II=2, ADDL=5),
        dose(1, 1, 1000, 1, II=3, ADDL=2),
        *seen(1, 3.5),
        dose(1, 4, 500, 2),
        *seen(1, 12, 90),
    ],
    "absorption fails, the diet changes, the kidneys too": [
        {"ID": 1, "TIME": 0, "EVID": 2, "DVID": 1, "IF": 1.0, "INTAKE": 5, "GFR": 95},
        {"ID": 1, "TIME": 100, "EVID": 2, "DVID": 3, "IF": 0.1, "INTAKE": 5, "GFR": 95},
        {"ID": 1, "TIME": 700, "EVID": 2, "DVID": 4, "IF": 0.1, "INTAKE": 1, "GFR": 30},
        dose(1, 700, 1000, 1, IF=0.3, INTAKE=1, GFR=30),
        {"ID": 1, "TIME": 1500, "EVID": 2, "DVID": 2, "IF": 0.3, "INTAKE": 1, "GFR": 30},
    ],
    "samples before and after a dose of their time": [
        *seen(1, 0),
        dose(1, 0, 1000, 5),
        *seen(1, 0),
        *seen(1, 7),
        dose(1, 7, 1000, 5, form=2),
        *seen(1, 7),
    ],
    "two persons, the second with a reset and doses in a steady state": [
        dose(1, 0, 1000, 3, form=2),
        *seen(1, 20),
        dose(2, 0, 1000, 3, form=2, SS=1, II=365),
        *seen(2, 10, 50),
        {"ID": 2, "TIME": 0, "EVID": 4, "AMT": 500, "CMT": 4, "FORM": 1},
        *seen(2, 5),
    ],
}


def courses(rows: list[dict[str, Any]], scales: dict[str, float], ledger: Ledger, course: Any) -> list[float]:
    """The package's prediction of every observed row."""
    found: list[float] = []
    for person in read_table(rows, WHO):
        for one in person.occasions:
            exposure = replace(one.exposure, **{SCALES[name][0]: value for name, value in scales.items()})
            read = one.predicted(
                lambda of, days: {
                    key: np.asarray(made)
                    for key, made in course(of, days, Parameters.from_ledger(ledger)).items()
                },
                exposure,
            )
            found += read.tolist()
    return found


def predicted(files: dict[str, str], eta: list[float] | None = None) -> list[float]:
    rows = ControlStream(files["remyelin.ctl"]).predicted(files["remyelin.csv"], eta)
    return [float(np.exp(row["IPRED"])) for row in rows if row["DVID"] > 0]


def written(rows: list[dict[str, Any]], ledger: Ledger | None = None) -> dict[str, str]:
    """The files of rows that hold one observation at their end, as the export asks for."""
    last = {"ID": 9, "TIME": 0, "EVID": 0, "DV": 100}
    files = to_nonmem([*rows, last], ledger=ledger, covariates=WHO)
    table = files["remyelin.csv"].splitlines()
    return files | {"remyelin.csv": "\n".join(line for line in table if not line.startswith("9,"))}


@pytest.mark.parametrize("name", TABLES)
def test_the_stream_gives_the_courses_of_the_package(name: str) -> None:
    """Within a millionth of the unreduced equations, and as near to the cascade as these are."""
    rows, ledger = TABLES[name], Ledger.shipped()
    found = predicted(written(rows))
    np.testing.assert_allclose(found, courses(rows, {}, ledger, integrate), rtol=1e-6)
    np.testing.assert_allclose(found, courses(rows, {}, ledger, course_of), rtol=4e-3)


def test_the_data_file_keeps_the_order_of_the_table() -> None:
    rows = [
        {"ID": 1, "TIME": 7, "EVID": 0, "DV": 100},
        dose(1, 7, 1000, 5),
        {"ID": 1, "TIME": 7, "EVID": 0, "DV": 900},
    ]
    header, *lines = to_nonmem(rows, covariates=WHO)["remyelin.csv"].splitlines()
    place = header.split(",").index("EVID")
    assert [line.split(",")[place] for line in lines] == ["0", "1", "0"]


def test_eta_are_the_scales_of_a_person() -> None:
    rows = TABLES["tablets with food and a nasal spray"]
    scales = {"store": 0.6, "plasma": 1.3, "mma": 1.7, "homocysteine": 0.8}
    found = predicted(written(rows), [float(np.log(value)) for value in scales.values()])
    np.testing.assert_allclose(found, courses(rows, scales, Ledger.shipped(), integrate), rtol=1e-6)


@pytest.mark.parametrize("end", [0, 1])
def test_every_theta_is_its_number_of_the_ledger(end: int) -> None:
    """Each number moved towards an end of its range moves the stream as it moves the package."""
    rows = TABLES["injections of two forms, into a depot and a vein"]
    rows = [row | {"GFR": 40} for row in (*rows, dose(1, 201, 400, 1), dose(1, 202, 90, 2), *seen(1, 203))]
    shipped = Ledger.shipped()
    changes: dict[str, float | str] = {}
    for name in NUMBERS.values():
        low, high = shipped.entry(name).range or (shipped[name], shipped[name])
        changes[name] = shipped[name] + 0.5 * ((low, high)[end] - shipped[name])
    moved = shipped.replace(changes)
    files = written(rows, moved)
    assert all(
        len(re.findall(rf"\b{name}\b", files["remyelin.ctl"].split("$THETA")[0])) > 1 for name in NUMBERS
    )
    found = predicted(files)
    np.testing.assert_allclose(found, courses(rows, {}, moved, integrate), rtol=1e-6)


def test_free_numbers_stay_in_their_ranges_and_the_others_are_fixed() -> None:
    rows = [dose(i, 0, 1000, 3) for i in (1, 2)] + [
        {"ID": i, "TIME": 9, "EVID": 0, "DV": 300} for i in (1, 2)
    ]
    rows.sort(key=lambda row: row["ID"])
    names = list(NUMBERS.values())

    def free(model: Model | None, some: list[dict[str, Any]]) -> set[str]:
        stream = ControlStream(to_nonmem(some, model, covariates=WHO)["remyelin.ctl"])
        return {names[i] for i, is_free in enumerate(stream.free) if is_free}

    assert free(None, rows) == {
        "injection.retained_half_dose.cyanocobalamin",
        "injection.release_rate.cyanocobalamin",
    }
    assert free(Model(entries={"plasma.volume": 0.1}), rows) == {"plasma.volume"}
    assert free(None, rows[:2]) == set()
    text = to_nonmem(rows, Model(entries={"plasma.volume": 0.1}), covariates=WHO)["remyelin.ctl"]
    low, high = Ledger.shipped().entry("plasma.volume").range or (0, 0)
    assert f"({low!r}, {Ledger.shipped()['plasma.volume']!r}, {high!r}) ; VPLAS" in text


def test_variances_are_those_of_the_ledger() -> None:
    rows = [{"ID": 1, "TIME": 9, "EVID": 0, "DV": 300}]
    stream = ControlStream(
        to_nonmem(rows, Model(scales=("mma",), noise={"b12": 0.07}), covariates=WHO)["remyelin.ctl"]
    )
    ledger = Ledger.shipped()
    assert stream.omega == pytest.approx([ledger["spread.mma"] ** 2])
    noise = [0.07, *(ledger[f"readout_noise.{name}"] for name in MARKERS[1:])]
    assert stream.sigma == pytest.approx([value**2 for value in noise])


def test_what_nonmem_cannot_hold_is_refused() -> None:
    observed = {"ID": 1, "TIME": 99, "EVID": 0, "DV": 300}
    with pytest.raises(InputError, match="has no observation"):
        to_nonmem(seen(1, 0), covariates=WHO)
    with pytest.raises(InputError, match="split the table by product"):
        to_nonmem([*(dose(1, i, 100 + i, 3) for i in range(12)), observed], covariates=WHO)
    with pytest.raises(InputError, match="no part of the control stream"):
        to_nonmem([observed], Model(entries={"brain.csf_rate": 0.1}), covariates=WHO)
    ends = Ledger.shipped().replace({"plasma.volume": 3.5})
    with pytest.raises(InputError, match="end of its range"):
        to_nonmem([observed], Model(entries={"plasma.volume": 0.1}), ledger=ends, covariates=WHO)


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("ID,TIME,EVID,DV,AGE,INTAKE\n1,0,0,150,60,5\n")
    with pytest.raises(SystemExit) as left:
        main(["estimate", str(table), "--nonmem", str(tmp_path / "out"), "--json"])
    assert left.value.code == 0
    assert json.loads(capsys.readouterr().out)["problems"] == [str(tmp_path / "out" / "remyelin.ctl")]
    assert (tmp_path / "out" / "remyelin.csv").is_file()
    with pytest.raises(SystemExit) as left:
        main(["estimate", str(table), "--nonmem", str(tmp_path / "a"), "--petab", str(tmp_path / "b")])
    assert left.value.code == 2


def test_a_model_without_random_effects_is_refused() -> None:
    rows = [dose(1, 0, 1000, 3), {"ID": 1, "TIME": 7, "EVID": 0, "DV": 900}]
    with pytest.raises(InputError, match="a model without scales has no random effect"):
        to_nonmem(rows, Model(scales=(), entries={"plasma.volume": 0.1}), covariates=WHO)
