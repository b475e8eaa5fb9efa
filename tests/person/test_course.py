"""The chain is a chain: what changes below is seen above, and nothing is seen where nothing is wrong."""

from __future__ import annotations

import dataclasses
import html
import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from courses import shipped_course, short_course

from remyelin.base import files
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger
from remyelin.myelin.settings import MYELIN_ATOL
from remyelin.output.answer import told
from remyelin.output.figures.outlook import recovery_summary
from remyelin.output.pages.course import render_report
from remyelin.output.reported import AGREES, FITTED, MISSES, reported
from remyelin.output.run_folder import claim, write_folder
from remyelin.output.summary import summarise
from remyelin.output.terminal.course import symptom_lines
from remyelin.person.answer import answer_of
from remyelin.person.case import Finding, load_case, shipped_cases
from remyelin.person.course import Course, run_course
from remyelin.person.forecast_guard import NOT_DELAYED, SAME_END
from remyelin.person.person import resolve
from remyelin.person.plans import exposure, plans_of
from remyelin.person.subject import time_axis

#: Published cases whose whole course no other file asks for: here their bands are of few persons.
SHORT = (
    "man-54-ascending-numbness",
    "nitrous-oxide-18",
    "nitrous-oxide-20",
    "nitrous-oxide-anaesthesia-57",
    "optic-neuropathy-68",
    "srikanth-2002",
)


@cache
def course_of(name: str, *settings: tuple[str, float], findings: bool = True) -> Course:
    if findings and not settings:
        return short_course(name) if name in SHORT else shipped_course(name)
    return run_course(load_case(name), Ledger.shipped().replace(dict(settings)), findings=findings)


def velocity(course: Course, study: str = "median_motor", site: str = "elbow") -> float:
    value = course.healthy.row(study, site).velocity
    assert value is not None
    return value


@pytest.mark.parametrize("name", shipped_cases())
def test_every_case_runs_to_the_end(name: str) -> None:
    course = course_of(name)
    summary = summarise(course)
    json.dumps(summary, allow_nan=False)
    shares = course.data[["intact", "vacuolated", "bare", "remyelinated"]].to_array().sum("variable")
    np.testing.assert_allclose(shares, 1.0, atol=1e-8)
    for variable in ("conducted", "pathway_axons", "axons", "severity"):
        values = course.data[variable].values
        assert np.isfinite(values).all(), variable
        assert values.min() >= 0
        assert values.max() <= 1 + MYELIN_ATOL
    assert all("units" in course.data[variable].attrs for variable in course.data)
    assert len(summary["symptoms"]) == 19
    assert summary["citations"]
    assert course.data.sizes["plan"] == len(course.plans)


def test_replete_control_stays_normal() -> None:
    course = course_of("replete-control")
    assert float(course.data["severity"].max()) < 0.02
    assert float(course.data["disability"].max()) == 0
    assert float(course.data["conducted"].min()) > 0.97
    for studies in course.studies.values():
        assert not [f"{row.study}, {row.site}" for row in studies.rows if row.abnormal]


def test_zero_drive_leaves_everything_normal() -> None:
    """Nothing else than the drive of deficiency harms a nerve: without it a deficient person is healthy."""
    course = course_of("pernicious-anaemia", *NO_DRIVE)
    assert float(course.data["b12"].min()) < 100, "still deficient"
    assert float(course.data["conducted"].min()) == pytest.approx(1.0, abs=1e-6)
    assert float(course.data["severity"].max()) == pytest.approx(0.0, abs=1e-6)
    last = course.studies[course.case.plan.studies[-1]]
    for row, before in zip(last.rows, course.healthy.rows, strict=True):
        assert row.latency == pytest.approx(before.latency)
        assert row.amplitude == pytest.approx(before.amplitude)


def test_halved_sodium_conductance_changes_studies_and_negative_symptoms() -> None:
    usual, halved = (course_of("stabler-2013", *change, findings=False) for change in ((), HALF_SODIUM))
    assert velocity(halved) < 0.95 * velocity(usual)
    date = usual.case.plan.studies[0]
    for a, b in zip(usual.studies[date].rows, halved.studies[date].rows, strict=True):
        # unmyelinated fibres have no node: theirs is another membrane
        assert a.latency is None or (a.latency != b.latency) == (a.study != "small_fibres")
    for symptom in ("numbness", "gait", "weakness"):
        before, after = (
            course.data["severity"].isel(plan=0).sel(symptom=symptom, time=0.0) for course in (usual, halved)
        )
        assert float(after) != pytest.approx(float(before), rel=1e-3), symptom


def test_doubled_lamellar_capacity_slows_every_fibre() -> None:
    usual, doubled = course_of("replete-control"), course_of("replete-control", *DOUBLE_CAPACITY)
    for a, b in zip(usual.healthy.rows, doubled.healthy.rows, strict=True):
        if a.study == "small_fibres":  # no lamella
            continue
        if a.latency is not None and b.latency is not None:
            assert b.latency > a.latency, f"{a.study}, {a.site}"
        if a.velocity is not None and b.velocity is not None:
            assert b.velocity < a.velocity, f"{a.study}, {a.site}"


def test_waiting_costs_and_treatment_helps() -> None:
    data = course_of("pernicious-anaemia").data.isel(time=-1)
    order = ["12 months earlier", "3 months earlier", "as given", "3 months later", "12 months later"]
    for pathway in ("sural", "tibial_sep", "corticospinal_leg"):
        axons = [float(data["pathway_axons"].sel(plan=plan, pathway=pathway)) for plan in order]
        assert axons == sorted(axons, reverse=True), pathway
    assert float(data["disability"].sel(plan="none")) >= float(data["disability"].sel(plan="as given"))


def test_recovery_has_a_band_a_first_improvement_and_a_reason_for_what_remains() -> None:
    course = course_of("pernicious-anaemia")
    found = course.recovery
    low, median, high = (found.bands.sel(quantile=name) for name in ("low", "median", "high"))
    for name in found.bands:
        assert (low[name] <= median[name] + 1e-12).all(), name
        assert (median[name] <= high[name] + 1e-12).all(), name
    end = found.bands["disability"].isel(time=-1)
    order = ["24 months earlier", "6 months earlier", "as given", "6 months later", "24 months later", "none"]
    for quantile in ("low", "median", "high"):
        costs = [float(end.sel(plan=plan, quantile=quantile)) for plan in order]
        assert costs == sorted(costs), f"{quantile}: a later start is never better"
    names = [plan.name for plan in course.plans]
    given, none = names.index("as given"), names.index("none")
    assert 0 < found.first[given] < 365, "treatment is noticed within a year"
    assert np.isnan(found.first[none]), "nothing improves untreated"
    for item in found.remains:
        data = course.data.isel(plan=0, time=-1).sel(pathway=item.pathway)
        kept = 1 - item.axons_lost - item.blocked
        assert kept == pytest.approx(float(data["conducted"]), abs=1e-9)


def test_laboratory_samples_scatter_about_the_level_and_repeat_with_the_seed() -> None:
    course = course_of("pernicious-anaemia")
    levels = course.data.isel(plan=0).sel(time=list(course.case.plan.studies))
    ratio = course.samples["SI"]["b12"] / levels["b12"]
    assert (abs(np.log(ratio)) < 1).all()
    assert (ratio != 1).all()
    pg = course.samples["conventional"]["b12"]
    assert pg.attrs["units"] == "pg/mL"
    np.testing.assert_allclose(pg / course.samples["SI"]["b12"], 1 / 0.738, rtol=2e-3)


def test_plans_agree_until_they_part() -> None:
    data = course_of("stabler-2013").data
    before = data.sel(time=slice(None, -800.0)).drop_vars("plan")
    for plan in range(1, data.sizes["plan"]):
        xr.testing.assert_allclose(before.isel(plan=plan), before.isel(plan=0), rtol=1e-6, atol=1e-9)


def test_plan_before_the_cause_is_left_out() -> None:
    case = load_case("recreational-nitrous-oxide")
    person = resolve(case, Ledger.shipped())
    assert [plan.name for plan in plans_of(case, person)] == [
        "as given",
        "none",
        "6 months earlier",
        "3 months earlier",
        "1 month earlier",
        "1 month later",
        "3 months later",
        "6 months later",
        "12 months later",
        "24 months later",
    ]


def test_nitrous_oxide_ends_with_the_treatment_of_the_plan() -> None:
    ledger = Ledger.shipped()
    case = load_case("recreational-nitrous-oxide")
    person = resolve(case, ledger)
    stops = {
        plan.name: exposure(case, person, plan, ledger).nitrous_oxide[0].stop
        for plan in plans_of(case, person)
    }
    assert stops["as given"] == 0
    assert stops["3 months earlier"] == pytest.approx(-91.3125)
    assert stops["none"] == case.plan.horizon


def test_gas_that_ended_before_presentation_is_history() -> None:
    ledger = Ledger.shipped()
    case = load_case("nitrous-oxide-anaesthesia-57")
    person = resolve(case, ledger)
    plans = plans_of(case, person)
    stops = {plan.name: exposure(case, person, plan, ledger).nitrous_oxide[0].stop for plan in plans}
    assert list(stops.values()) == pytest.approx([-60.0] * len(plans))
    assert "none" in stops
    assert "3 months earlier" not in stops


def test_a_report_judges_what_is_noticed_by_the_threshold_of_its_own_person() -> None:
    course = course_of("nitrous-oxide-20")
    ledger = Ledger.shipped()
    for notice in (0.5, 1.0, 1.5):
        traits = dataclasses.replace(course.person.traits, notice=notice)
        threshold = notice * ledger["clinic.presence"]
        own = dataclasses.replace(
            course,
            person=dataclasses.replace(course.person, traits=traits),
            data=course.data.assign(
                present=course.data["severity"] >= threshold,
                severity=course.data["severity"].where(course.data["symptom"] != "speech", 0.12),
            ),
        )
        summary = summarise(own)
        assert summary["presence"] == pytest.approx(threshold)
        noticed, unnoticed = symptom_lines(summary)[:2]
        assert ("Speech problems (mild)" in noticed) == (notice < 0.8)
        assert ("Speech problems" in unnoticed) == (notice > 0.8)
        assert "not noticed" not in noticed


def test_tables_say_whose_they_are_and_where_that_person_lies() -> None:
    course = course_of("nitrous-oxide-20")
    now, own = answer_of(course).now.points, int(course.data["disability"].isel(plan=0).sel(time=0.0))
    said = summarise(course)["alike"]
    assert f"{own} of 16 points at presentation" in said
    assert (round(now.low) <= own <= round(now.high)) == ("outside that range" not in said)
    far = dataclasses.replace(course, data=course.data.assign(disability=course.data["disability"] * 0 + 16))
    assert "the person of the tables lies outside that range" in summarise(far)["alike"]
    assert summarise(far)["alike"] in html.unescape(render_report(far))


def test_every_finding_of_a_case_stands_beside_the_model_with_a_verdict() -> None:
    course = course_of("nitrous-oxide-20")
    rows = {row["what"]: row for row in summarise(course)["reported"]}
    assert len(rows) == 1 + len(course.case.symptom) + len(course.case.sign)
    stated = course.case.labs.homocysteine
    assert stated is not None
    for times, note in ((1.0, ""), (1.9, ""), (2.1, ", and not met"), (0.4, ", and not met")):
        level = course.data["homocysteine"] * 0.0 + times * stated
        near = summarise(dataclasses.replace(course, data=course.data.assign(homocysteine=level)))["reported"]
        assert {row["what"]: row for row in near}["Homocysteine"]["note"] == f"used to place the person{note}"
    assert rows["nystagmus"]["model"].startswith("probability ")
    assert rows["nystagmus"]["note"] == "no verdict"
    assert rows["Speech problems"]["note"] in FITTED.values()
    assert rows["power"]["note"] in (FITTED[AGREES], FITTED[MISSES])
    healthy = dataclasses.replace(course, data=course.data.assign(present=course.data["present"] & False))
    verdicts = {row["what"]: row["note"] for row in summarise(healthy)["reported"]}
    assert verdicts["Coordination, balance and gait"] == FITTED[MISSES]


@pytest.mark.parametrize(
    ("lost", "impaired", "absent"), [(0.1, MISSES, MISSES), (0.3, AGREES, MISSES), (0.5, AGREES, AGREES)]
)
def test_a_sense_reported_absent_asks_for_half_of_it_lost(lost: float, impaired: str, absent: str) -> None:
    course = course_of("nitrous-oxide-20")
    found = tuple(Finding(name=f"{word} vibration sense") for word in ("impaired", "absent"))
    case = course.case.model_copy(update={"sign": found})
    data = course.data.assign(vibration_loss=xr.full_like(course.data["vibration_loss"], lost))
    rows = {row["what"]: row["note"] for row in reported(dataclasses.replace(course, case=case, data=data))}
    assert rows["impaired vibration sense"] == FITTED[impaired]
    assert rows["absent vibration sense"] == FITTED[absent]


def test_a_later_start_with_the_same_end_is_what_the_model_cannot_tell() -> None:
    course = course_of("pernicious-anaemia")
    own, bands = course.data["disability"], course.recovery.bands
    later = np.array([1.0 + (plan.shift or 0.0) for plan in course.plans])  # a point a day, from the first on
    dear = xr.ones_like(own) * xr.DataArray(later, dims="plan")

    def said(one: xr.DataArray, many: xr.DataArray) -> str:
        ends = np.repeat(many.transpose("plan").to_numpy()[:, None, None], 3, axis=1)
        found = dataclasses.replace(
            course.recovery,
            bands=bands.assign(disability=xr.zeros_like(bands["disability"]) + many),
            ends=dataclasses.replace(course.recovery.ends, points=ends, gait=np.zeros_like(ends)),
        )
        changed = dataclasses.replace(course, data=course.data.assign(disability=one), recovery=found)
        return recovery_summary(changed, told(answer_of(changed)))["waiting"]

    costs = dear.isel(time=-1, drop=True)
    assert said(dear, costs).endswith(NOT_DELAYED)
    assert said(dear, xr.zeros_like(costs)).endswith(SAME_END)
    alike = "started 3 months later and started 12 months later and untreated, the cause goes on: the model cannot tell"
    assert alike in said(dear, xr.zeros_like(costs)), "starts of which the same is said share it"
    assert said(xr.zeros_like(dear), costs).endswith(SAME_END)
    assert "each month" not in said(dear, costs), "a threshold curve is not averaged"


def test_every_symptom_of_the_summary_is_answered_by_its_tier() -> None:
    summary = summarise(course_of("optic-neuropathy-68"))
    for row in summary["symptoms"]:
        assert bool(row["values"]) == (row["tier"] == "mechanism")
        assert len(row["chance"]) == len(row["shown"]) == (0 if row["values"] else len(summary["dates"]))
        for chance in row["chance"]:
            assert 0.0 <= chance["low"] <= chance["median"] <= chance["high"] <= 100.0
        assert row["frequency"]
        # a published frequency has its source in the list, by number
        assert (row["frequency"] == "not found") == (row["sources"] == [])
        assert set(row["sources"]) <= set(summary["footnotes"])
        assert row["clock"]
        assert row["picture"]
    assert {row["name"] for row in summary["beside"]} == {"tiredness", "nystagmus", "sphincter"}
    told = " ".join(symptom_lines(summary))
    for row in (*summary["symptoms"], *summary["beside"]):
        assert row["label"] in told
    shown = {row["name"]: row["shown"] for row in summary["signs"]}
    assert all("20/" in value for value in shown["acuity"])


def test_placed_person_has_the_laboratory_values_of_the_case() -> None:
    course = course_of("stabler-2013", findings=False)
    now = course.data.isel(plan=0).sel(time=0.0)
    for name in ("b12", "mma", "homocysteine"):
        assert float(now[name]) == pytest.approx(getattr(course.case.labs, name), rel=0.15), name
    assert {fact.basis for fact in course.person.facts} == {"stated", "prior", "placed"}
    assert "findings" in {fact.basis for fact in course_of("stabler-2013").person.facts}


def test_time_axis_holds_every_date_asked_for() -> None:
    case = load_case("stabler-2013")
    times = time_axis(case, resolve(case, Ledger.shipped()))
    assert (np.diff(times) > 0).all()
    assert set(case.plan.studies) <= set(times)
    assert times[-1] == case.plan.horizon


def _bytes(course: Course) -> bytes:
    parts = [course.data[name].values.tobytes() for name in sorted(course.data, key=str)]
    parts += [
        wave.value.tobytes() for studies in course.studies.values() for wave in studies.waveforms.values()
    ]
    return b"".join(parts)


def test_same_case_and_seed_to_the_last_bit() -> None:
    case = load_case("stabler-2013")
    first, second = (run_course(case, Ledger.shipped(), seed=3, findings=False) for _ in range(2))
    assert _bytes(first) == _bytes(second)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a course, written once: its report takes seconds to draw."""
    folder = tmp_path_factory.mktemp("written") / "out"
    write_folder(course_of("replete-control"), folder)
    return folder


def test_folder_is_written_whole_and_replaced_by_rename(tmp_path: Path, written: Path) -> None:
    course = course_of("replete-control")
    out = tmp_path / "out"
    shutil.copytree(written, out)
    names = [".remyelin.json", "case.toml", "course.nc", "report.html", "summary.json"]
    assert sorted(path.name for path in out.iterdir()) == names
    first = {name: (out / name).read_bytes() for name in names[1:]}
    write_folder(course, out)
    assert sorted(path.name for path in out.iterdir()) == names
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"], "no draft is left behind"
    assert {name: (out / name).read_bytes() for name in names[1:]} == first, "the same course, the same bytes"

    data = xr.open_dataset(out / "course.nc", engine="h5netcdf")
    np.testing.assert_array_equal(data["b12"], course.data["b12"])
    assert json.loads(data.attrs["case"])["name"] == "replete-control"
    data.close()
    from remyelin.person.case import read_case

    assert read_case(out / "case.toml") == course.case
    report = (out / "report.html").read_text()
    assert "never medical advice" in report
    assert "<script" not in report
    assert "http://" not in report.replace("http://www.w3.org", "")


def test_failed_write_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: Path
) -> None:
    course = course_of("replete-control")
    out = tmp_path / "out"
    shutil.copytree(written, out)
    before = (out / "report.html").read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(InputError, match="no space left on device; nothing there was changed"):
        write_folder(course, out)
    assert (out / "report.html").read_bytes() == before
    assert len(list(out.iterdir())) == 5, "no draft is left"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_place_that_takes_no_folder_is_refused_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise FileNotFoundError(2, "as /proc does, whatever its permissions say")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match="choose a writable folder"):
        claim(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_what_others_put_beside_a_run_is_not_swept_away(tmp_path: Path, written: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(written, out)
    (out / "thickness.html").write_text("an experiment written there later")
    with pytest.raises(InputError, match="did not write"):
        claim(out)
    assert (out / "thickness.html").exists()


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(InputError, match="did not write"):
        claim(tmp_path)


def test_text_of_a_case_is_escaped_in_the_report(tmp_path: Path) -> None:
    case = load_case("replete-control").model_copy(update={"title": "<script>alert(1)</script>"})
    course = dataclasses.replace(course_of("replete-control"), case=case)
    write_folder(course, tmp_path / "out")
    assert "<script" not in (tmp_path / "out" / "report.html").read_text()


NO_DRIVE = (
    ("myelin.shared.injury", 0.0),
    ("myelin.peripheral.axon_direct", 0.0),
    ("myelin.central.axon_direct", 0.0),
)
HALF_SODIUM = (("mrg.node.naf_density", 1.5),)
DOUBLE_CAPACITY = (("mrg.lamella_capacity", 0.2),)
